"""What a flow's words do with places: the lists of areas, the typed name, and where a complaint comes from."""

from __future__ import annotations

from collections.abc import Mapping

from ...cases.records import of_addresses
from ...country import Pack
from ...country.places import Places
from ...language.catalogue import Texts
from ..roads import EffectWords
from ..state import Done
from .stand import Answers, Rowing, Stand, Word

STEPS = ("found", "commune", "district", "province")
NO_PLACE = ("", "other", "later", "unknown", "typed", "none")
PAGES = ("place", "where")
FOUND_AT_MOST = 4


def last_place(stand: Stand, answers: Answers) -> Done:
    """The place that she named in her sentence, or that she was asked about already; else that of this address's last
    complaint, if she let the answer be written to this phone."""
    code = stand.facts.get("named") or stand.facts.get("place") or _last(stand)
    return Done("some", {"place": code}) if code else Done("none")


def how_near(stand: Stand, answers: Answers) -> Done:
    """What is still to be asked of a place that a sentence named: the district, the commune, or nothing."""
    named = stand.facts.get("named")
    level = stand.pack.places.level(named) if named and named == stand.facts.get("place") else ""
    return Done({"province": "district", "district": "commune"}.get(level, "near"))


def _last(stand: Stand) -> str:
    cases = of_addresses(stand.db, [stand.address_id])
    written = (case.place for case in cases if case.answer_by == "write" and not case.confidential)
    return next((place for place in written if place), "")


def place_of(stand: Stand, answers: Answers) -> str:
    """The smallest area that a complaint's answers name; empty where they name none."""
    for page in PAGES:
        for step in STEPS:
            if answers.get(f"{page}.{step}", "") not in NO_PLACE:
                return answers[f"{page}.{step}"]
        if answers.get(f"{page}.same") == "yes":
            return stand.facts.get("place", "")
    return ""


def village_of(answers: Answers) -> str:
    """The village in her own words, where the gazetteer has none; or the name that it did not find."""
    for page in PAGES:
        if village := answers.get(f"{page}.village"):
            return village
        if answers.get(f"{page}.name") and answers.get(f"{page}.found", "none") == "none":
            return answers[f"{page}.name"]
    return ""


def provinces(stand: Stand, answers: Answers) -> list[str]:
    return list(stand.pack.areas)


def districts(stand: Stand, answers: Answers) -> list[str]:
    return list(stand.pack.places.under(_chosen(stand, answers, "province")))


def communes(stand: Stand, answers: Answers) -> list[str]:
    below = stand.pack.places.under(_chosen(stand, answers, "district"))
    return [code for code in below if stand.pack.places.level(code) == "commune"]


def _chosen(stand: Stand, answers: Answers, level: str) -> str:
    """The area in which the next list lies: chosen, or the one that she named and said she lives in."""
    return answers.get(level) or stand.facts.get("place", "")


def places_found(stand: Stand, answers: Answers) -> list[str]:
    """The areas whose name is nearest to what was typed, or whose code it is; the pilot's own first."""
    places, kept = stand.pack.places, list[str]()
    found = places.find(answers["name"], stand.pack.areas, FOUND_AT_MOST)
    for code in found:
        if not any(_is_told_by(places, code, other) for other in (*kept, places.parent(code)) if other in found):
            kept.append(code)
    return kept


def _is_told_by(places: Places, code: str, other: str) -> bool:
    """Whether a line of the list is as good as another: a village of the name of its commune, or of another in it. Any
    other two of one name differ in what lies around them, and it matters which she means."""
    one, two = places.by_code[code], places.by_code[other]
    return one.level == "village" and one.names == two.names and one.parent in (other, two.parent)


def _name(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return pack.places.name(code, tag)


def _with_parent(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    """`Svay Dangkum (Siem Reap)`: a typed name may be that of many villages."""
    place = pack.places.get(code)
    parent = pack.places.name(place.parent, tag) if place and place.parent else ""
    return f"{pack.places.name(code, tag)} ({parent})" if parent else pack.places.name(code, tag)


EFFECTS: Mapping[str, Word] = {
    "last_place": Word(EffectWords("look", ("some", "none"), ("place",)), last_place),
    "how_near": Word(EffectWords("look", ("near", "district", "commune")), how_near),
}

LISTS: Mapping[str, Rowing] = {
    "provinces": Rowing(provinces, _name),
    "districts": Rowing(districts, _name, may_be_empty=True, by_name=True),
    "communes": Rowing(communes, _name, may_be_empty=True, by_name=True),
    "places_found": Rowing(places_found, _with_parent, may_be_empty=True),
}
