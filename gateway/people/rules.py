"""Roles and what they may do. Pure. Every staff page names the permission it needs, beside its route.

Least rights: an officer works her offices' queues; an operator tells answers and may see a number
to call it; a supervisor sees what her offices' staff see; a coordinator sees counts, no texts; an
auditor reads the audit; an admin keeps staff, and reads no case; a facilitator (of a union, of those
who care) lodges for others, and reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "operator": frozenset({"calls", "tell", "articles", "lodge"}),
    "officer": frozenset(
        {"queue", "case", "answer", "place", "see_number", "articles", "lodge", "household", "window"}
    ),
    "supervisor": frozenset(
        {
            "queue",
            "case",
            "answer",
            "place",
            "see_number",
            "counts",
            "flags",
            "articles",
            "outreach",
            "letters",
            "export",
            "lodge",
            "team",
            "book",
            "household",
            "registers",
            "window",
        }
    ),
    "inspector": frozenset({"queue", "case"}),
    "coordinator": frozenset({"counts", "outreach"}),
    "admin": frozenset({"staff", "team", "counts", "letters"}),
    "auditor": frozenset({"audit"}),
    "facilitator": frozenset({"lodge"}),
}
ROLES = tuple(PERMISSIONS)
NEEDS_TOTP = frozenset({"inspector", "admin"})
NEEDS_OFFICE = frozenset({"officer", "supervisor"})
SEES_ALL_OFFICES = frozenset({"inspector"})
PASSWORD_LETTERS = 10


def may(role: str, permission: str) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())


def lineage(office: str, parents: Mapping[str, str]) -> list[str]:
    """An office's code, and the codes of the offices above it, nearest first."""
    codes = []
    while office in parents and office not in codes:
        codes.append(office)
        office = parents[office]
    return codes


def in_reach(role: str, offices: frozenset[str], above: Sequence[str]) -> bool:
    """Whether staff of these offices may see what lies with an office. `above`: the office, then those above
    it. An officer's reach is her own offices; a supervisor's goes down from hers."""
    if role in SEES_ALL_OFFICES:
        return True
    within = above if role == "supervisor" else above[:1]
    return any(office in offices for office in within)
