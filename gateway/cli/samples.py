"""What stands in for lists and facts when screens are proved: the longest that a country has of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from ..appointments.actions.telling import to_bring
from ..appointments.windows import name_of
from ..country import Pack
from ..dialogue.effects import HEADINGS, LISTS, facts_in_words, places, rights, sections
from ..dialogue.effects.apart import WAYS
from ..dialogue.effects.appointments import FIRST, MOST_DAYS
from ..dialogue.prove import Samples
from ..language.catalogue import Texts
from ..language.measure import units
from ..language.sorting import sort_key

SAMPLE_FACTS = {
    "case": "4829130572264",
    "promise": "10",
    "due": "2026-09-23T10:00:00+00:00",
    "answer": "We paid it on Friday.",
    "place": "1710",
    "named": "",
    "booking": "48291305",
    "when": "2026-11-26T08:30",
    "at": "2026-11-26T08:30",
    "offer": "",
    "chosen": "",
    "office": "Siem Reap",
    "count": "3",
    "poll": "1",
    "question": "Did the team come to your village last week?",
    "service": "",
    "level": "1",
    "household": "",
    "lookup": "",
    "paid_as_of": "2026-11-20",
    "what": "bring the birth paper to the commune",
    "step": "1",
    "plan": "Tue 1 Dec, you: bring the birth paper to the commune",
    "opens": "all",
    "programme": "",
    "told": "yes",
    "as_of": "2026-11-20",
    "members": '[["Chan Sreymom", "1988"], ["Sok Dara", "2019"], ["Sok Rithy", "2022"]]',
    "enrolled": "pregnancy",
    "papers": "equity_card:2026-11-20",
    "last": '["pregnancy", "2026-11-01", 80000, "sent", ""]',
    "next": '["pregnancy", "2026-12-01", 80000, "planned", ""]',
    "missed": "Mother and baby, 80,000 riel, Sunday 1 November",
    "referral": "0000 000 000",
    "valid": "2027-12-31",
}

TOLD_ON = date(2026, 12, 1)
"""The day on which facts are drawn that hold for a time."""


def samples(pack: Pack, texts: Texts) -> Samples:
    def rows(word: str, tag: str) -> list[str]:
        if word not in LISTS:
            return []
        label = LISTS[word].label
        named = [[label(texts, pack, code, tag) for code in codes] for codes in _fullest(pack, word)]
        longest = max(named, key=lambda labels: sum(units(name) + 4 for name in labels), default=[])
        return sorted(longest, key=lambda name: sort_key(tag, name)) if LISTS[word].by_name else longest

    def codes(word: str) -> list[str]:
        """All that a narrowed question may show."""
        if word == "told_of":
            return ["amount", "apply", "bring", "request", "others", "wrong", "seat"]
        if word == "offered":
            return [*pack.services, *HEADINGS]
        return [*pack.categories, *(row.group for row in pack.categories.values()), *WAYS]

    def facts(tag: str) -> Mapping[str, str]:
        told = sections.longest(sections.SECTIONS, texts, tag, pack, TOLD_ON)
        longest = max((pack.queue_name(code, tag) for code in pack.queues), key=len)
        return {
            **facts_in_words(texts, tag, pack, {**SAMPLE_FACTS, **at_window(pack, texts, tag)}, TOLD_ON),
            **told,
            "office": longest,
        }

    return Samples(rows, codes, lru_cache(facts))


def at_window(pack: Pack, texts: Texts, tag: str) -> dict[str, str]:
    """What is longest of an appointment: where it is, what to bring, which visits there are."""
    widest = max(pack.places.by_code, key=lambda code: len(pack.places.name(code, tag)) * code.startswith(pack.areas))
    there = max(pack.windows, key=lambda code: len(name_of(texts, tag, pack, code)), default="")
    bring = max(pack.at_window, key=lambda code: len(to_bring(texts, tag, pack, code, TOLD_ON)), default="")
    return {"where": there, "there": there, "to_bring": f"{bring}|{TOLD_ON}", "visits": f"v1|{widest}|2026-12-03|"}


def _fullest(pack: Pack, word: str) -> list[list[str]]:
    """The lists that this one may hold in this country."""
    districts = [code for area in pack.areas for code in pack.places.under(area)]
    match word:
        case "provinces":
            return [list(pack.areas)]
        case "districts":
            return [list(pack.places.under(area)) for area in pack.areas]
        case "communes":
            return [[c for c in pack.places.under(d) if pack.places.level(c) == "commune"] for d in districts]
        case "programmes" | "not_known" | "other_programmes":
            ways = {"programmes": [rights.NOT_SURE, rights.NOT_DUE], "not_known": [rights.SURE, rights.NOT_DUE]}
            more = ways.get(word, [])
            return [[*list(pack.programmes)[at : at + rights.MOST_ROWS], *more] for at in range(len(pack.programmes))]
        case "benefits" | "may_be_asked" | "others_not_known" | "not_due":
            return [list(pack.programmes)]
        case "lives_in":
            return [[code for code in pack.questions["lives"].means if pack.places.get(code)] if pack.questions else []]
        case "my_numbers":
            return [["4829130572264"] * 5]
        case "services":
            return [list(pack.at_window)]
        case "offices":
            return [list(pack.windows)[at : at + 3] for at in range(len(pack.windows))]
        case "slots":
            return [[f"2026-11-26T{hour:02}:30" for hour in range(FIRST)]]
        case "days":
            return [[f"2026-11-{day}" for day in range(20, 20 + MOST_DAYS)]]
        case "my_bookings":
            return [["48291305;2026-11-26T08:30;Sreym"] * 4]
        case "places_found":
            return [districts[: places.FOUND_AT_MOST]]
        case _:
            return [list(pack.languages)]
