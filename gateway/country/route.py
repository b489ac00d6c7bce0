"""Which queue gets a case: by ordered rules, the lowest office that may decide it; or triage. Never nowhere. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import AREAS, LOWEST, PROGRAMME, Pack, Rule, lineage


@dataclass(frozen=True)
class Decision:
    """Where a case goes and, in one English sentence for staff and the log, why. `trail`: how it came to that, rule by
    rule."""

    queue: str
    office: str
    why: str
    trail: tuple[str, ...] = ()


def route(pack: Pack, category: str, place: str, channel: str = "", against: str = "", programme: str = "") -> Decision:
    """The queue for a case of `category` from `place` (a code, or empty where it is not known), told on `channel`, of
    `programme` where that is known. `against`: the office that is complained of; neither it nor any below it gets the
    case."""
    found = _by_rules(pack, category, place, channel, programme)
    if against not in lineage(found.office, pack.offices):
        return found
    why = f"it is about {against}: the office above decides"
    above = (code for code in lineage(against, pack.offices) if code != against and code in pack.queues)
    apart = (office.code for office in pack.offices.values() if office.independent)
    office = next(above, "") or next(apart)
    return Decision(office, office, why, (*found.trail, why))


def _by_rules(pack: Pack, category: str, place: str, channel: str, programme: str) -> Decision:
    areas = {area.level: area.code for area in pack.places.path(place)}
    trail: list[str] = []
    if pack.is_confidential(category):
        return _apart(pack, category, channel, areas, programme, trail)
    for rule in pack.rules:
        misfit = _misfit(rule, category, channel, areas, programme)
        trail.append(f"routing.yaml:{rule.line}: {misfit or 'fits'}")
        if not misfit:
            return _by(pack, rule, category, place, areas, programme, trail)
    return _triage(pack, areas.get("province", ""), f"no rule fits the category {category}", trail)


def _apart(
    pack: Pack, category: str, channel: str, areas: Mapping[str, str], programme: str, trail: list[str]
) -> Decision:
    """Confidential: to an independent office whatever the rules say, that of the first rule that names one or the
    pack's first. So it never reaches the office, the person or the subordinates complained of."""
    fitting = [rule for rule in pack.rules if not _misfit(rule, category, channel, areas, programme)]
    offices = [office.code for office in pack.offices.values() if office.independent]
    office = next((rule.to for rule in fitting if rule.to in offices), offices[0])
    why = f"{category} is confidential: it goes to an independent office"
    return Decision(office, office, why, (*trail, why))


def _misfit(rule: Rule, category: str, channel: str, areas: Mapping[str, str], programme: str) -> str:
    """Why a rule is not for this case; empty where it is."""
    if rule.categories and category not in rule.categories:
        return f"is for {', '.join(rule.categories)}"
    if rule.programmes and programme not in rule.programmes:
        return f"is for the programme {', '.join(rule.programmes)}"
    if rule.channels and channel not in rule.channels:
        return f"is for what is told on {', '.join(rule.channels)}"
    if rule.areas and not set(rule.areas) & set(areas.values()):
        return f"is for {', '.join(rule.areas)}"
    return ""


def _by(
    pack: Pack, rule: Rule, category: str, place: str, areas: Mapping[str, str], programme: str, trail: list[str]
) -> Decision:
    right = pack.rights.get(category)
    level = rule.to if rule.to not in (LOWEST, PROGRAMME) else right.level if right else ""
    if right:
        trail.append(f"{category} may be decided by the {right.level} and above ({right.source})")
    if rule.to in pack.offices:
        why = f"{category} goes to {rule.to} (routing.yaml:{rule.line})"
        return Decision(rule.to, rule.to, why, (*trail, f"its office is {rule.to}"))
    scheme = pack.programmes.get(programme)
    if rule.to == PROGRAMME and scheme and scheme.office in pack.queues:
        why = f"{category} for {programme} goes to {scheme.office} (routing.yaml:{rule.line})"
        return Decision(scheme.office, scheme.office, why, (*trail, f"the office of {programme} is {scheme.office}"))
    if not level:
        return _triage(pack, areas.get("province", ""), f"nobody is named who may decide {category}", trail)
    if level not in AREAS:
        return _named(pack, level, rule, category, trail)
    if not areas:
        return _triage(pack, "", "the place is not known yet", trail)
    if areas["province"] not in pack.areas:
        return _triage(pack, "", f"{place} lies outside the pilot", trail)
    if level not in areas:
        return _triage(pack, areas["province"], f"the {level} is not known yet", trail)
    office = f"{pack.code}-{areas[level]}"
    if office not in pack.queues:
        return _triage(pack, areas["province"], f"there is no {level} office {office}", trail)
    why = f"{category} is decided by the {level} office (routing.yaml:{rule.line})"
    return Decision(office, office, why, (*trail, f"its office there is {office}"))


def _named(pack: Pack, level: str, rule: Rule, category: str, trail: list[str]) -> Decision:
    """The office of a level that has no areas: wherever she lives, it is the same."""
    office = next(office.code for office in pack.offices.values() if office.level == level and not office.independent)
    why = f"{category} is decided by the {level} office (routing.yaml:{rule.line})"
    return Decision(office, office, why, (*trail, f"its office is {office}"))


def _triage(pack: Pack, province: str, why: str, trail: list[str]) -> Decision:
    queue = f"{pack.code}-{province}-triage"
    if queue not in pack.queues:
        queue = pack.triage
    told = f"{why}: sorted by the province's triage"
    return Decision(queue, pack.queues[queue].office, told, (*trail, why))
