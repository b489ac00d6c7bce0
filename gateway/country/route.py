"""Which queue gets a case: the lowest office that can decide, or triage. Never nowhere. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from . import Pack


@dataclass(frozen=True)
class Decision:
    """Where a case goes and, in one English sentence for staff and the log, why."""

    queue: str
    office: str
    why: str


def route(pack: Pack, category: str, place: str) -> Decision:
    """The queue for a case of `category` from `place` (a code, or empty where it is not known)."""
    rule = next((rule for rule in pack.rules if category in rule.categories), None)
    areas = {area.level: area.code for area in pack.places.path(place)}
    if rule is None:
        return _triage(pack, areas.get("province", ""), f"no rule names the category {category}")
    if not areas:
        return _triage(pack, "", "the place is not known yet")
    if areas["province"] not in pack.areas:
        return _triage(pack, "", f"{place} lies outside the pilot")
    if rule.to not in areas:
        return _triage(pack, areas["province"], f"the {rule.to} is not known yet")
    office = f"{pack.code}-{areas[rule.to]}"
    return Decision(office, office, f"{category} is decided by the {rule.to} office (routing.yaml:{rule.line})")


def _triage(pack: Pack, province: str, why: str) -> Decision:
    queue = f"{pack.code}-{province}-triage"
    if queue not in pack.queues:
        queue = pack.triage
    return Decision(queue, pack.queues[queue].office, f"{why}: sorted by the province's triage")
