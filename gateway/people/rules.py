"""Roles and what they may do. Pure. Every staff page names the permission it needs, beside its route.

Least rights: an officer works her offices' queues; an operator tells answers and may see a number
to call it; a supervisor sees what her offices' staff see; a coordinator sees counts, no texts; an
auditor reads the audit; an admin keeps staff, and reads no case.
"""

from __future__ import annotations

from collections.abc import Mapping

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "operator": frozenset({"calls", "see_number", "tell"}),
    "officer": frozenset({"queue", "case", "answer", "place", "see_number"}),
    "supervisor": frozenset({"queue", "case", "answer", "place", "see_number", "resend"}),
    "inspector": frozenset({"queue", "case"}),
    "coordinator": frozenset({"counts"}),
    "admin": frozenset({"staff", "counts"}),
    "auditor": frozenset({"audit"}),
}
ROLES = tuple(PERMISSIONS)
NEEDS_TOTP = frozenset({"inspector", "admin"})
SEES_ALL_OFFICES = frozenset({"inspector"})
PASSWORD_LETTERS = 10


def may(role: str, permission: str) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())


def in_reach(role: str, offices: frozenset[str], office: str) -> bool:
    """Whether staff of these offices may see what lies with `office`. A supervisor's reach goes down
    from her offices (codes nest: kh-17 holds kh-1710)."""
    if role in SEES_ALL_OFFICES or office in offices:
        return True
    return role == "supervisor" and any(office.startswith(own) for own in offices)
