"""`sala check`: flows, texts, words and packs are proved before they are served. Prints each fault as a sentence.

`--table` prints what every step takes behind every door too, and what the shortest roads cost; `--recordings` which
recordings a voice-only locale lacks.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from ..appointments.actions.telling import to_bring
from ..appointments.windows import name_of
from ..country import Pack
from ..country.read import read_pack
from ..dialogue import world_check as world
from ..dialogue.effects import HEADINGS, LISTS, facts_in_words, places, rights, sections, vocabulary
from ..dialogue.effects.apart import WAYS
from ..dialogue.effects.appointments import FIRST, MOST_DAYS
from ..dialogue.flow import Flows
from ..dialogue.flow_check import check_flows
from ..dialogue.flow_read import read_flows
from ..dialogue.pressing import Road, shortest_roads, too_long
from ..dialogue.prove import Door, Drawn, Samples, draw_all, missing_texts, too_many_screens
from ..dialogue.talk import MENU
from ..house import served
from ..language.catalogue import Locale, Texts, read_locale
from ..language.locales import Traits, read_traits
from ..language.measure import SMS, units
from ..language.sorting import sort_key
from ..language.tags import SOURCE
from ..language.words import Words, clashes, read_words
from ..reading import Fault, Faulty
from ..settings import ROOT
from .texts import catalogue_faults

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


@dataclass(frozen=True)
class World:
    """All that is proved together: what stands under one root."""

    root: Path
    packs: Mapping[str, Pack]
    flows: Flows
    locales: Mapping[str, Locale]
    traits: Mapping[str, Traits]
    words: Mapping[str, Words]
    texts: Texts


def read_world(root: Path) -> tuple[World, list[Fault]]:
    """What stands under `root`, with what is wrong in the words files. Raises Faulty for what cannot be read."""
    countries = sorted(path.parent.name for path in root.glob("countries/*/country.yaml"))
    packs = {code: read_pack(root, code) for code in countries}
    traits = read_traits(root / "locales")
    tags = sorted({tag for pack in packs.values() for tag in pack.languages} - {SOURCE})
    locales = {tag: read_locale(root / "locales", tag) for tag in tags}
    read = {tag: read_words(root / "locales", tag) for tag in traits}
    words = {tag: found for tag, (found, _) in read.items() if found.meant or found.sensitive}
    faults = [fault for _, wrong in read.values() for fault in wrong]
    return World(root, packs, read_flows(root), locales, traits, words, served(locales, drafts=True)), faults


def faults_of(here: World, drawn: list[Drawn], roads: list[Road], today: date) -> Iterator[Fault]:
    """Everything that is wrong in a world."""
    flows, vocabulary_ = here.flows, vocabulary()
    yield from check_flows(flows, vocabulary_)
    yield from missing_texts(flows, here.locales)
    for tag, locale in here.locales.items():
        yield from (Fault(f"locales/{tag}/messages.po", 1, what) for what in locale.faults)
    yield from too_many_screens(drawn)
    yield from too_long(roads)
    yield from world.private_words(flows, here.locales, here.words)
    yield from world.headings(flows, here.words)
    for known in here.words.values():
        yield from clashes(known)
    for pack in here.packs.values():
        yield from world.categories(flows, pack, today)
        yield from world.programmes(flows, pack)
        yield from world.services(flows, pack, today)
        yield from world.routes(flows, pack)
        yield from world.recordings(flows, pack, here.traits, recorded(here), here.texts)


def recorded(here: World) -> dict[str, set[str]]:
    """The contexts for which a locale has a recording: `locales/<tag>/voice/<context>.<kind>`."""
    return {tag: {path.stem for path in (here.root / "locales" / tag / "voice").glob("*.*")} for tag in here.traits}


def draw(here: World) -> list[Drawn]:
    found: list[Drawn] = []
    for pack in here.packs.values():
        found += draw_all(here.flows, here.texts, doors(pack), samples(pack, here.texts), vocabulary())
    return found


def doors(pack: Pack) -> Iterator[Door]:
    """Every channel that shows or sends texts, in every language of the pack."""
    for row in pack.channels.values():
        for tag in pack.languages if row.kind in ("ussd", "sms") else ():
            yield Door(row.name, row.kind, row.size if row.kind == "ussd" else SMS, tag, row.seconds)


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
    bring = max(pack.at_window, key=lambda code: len(to_bring(texts, tag, pack, code)), default="")
    return {"where": there, "there": there, "to_bring": bring, "visits": f"v1|{widest}|2026-12-03|"}


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
            return [["48291305"] * 4]
        case "places_found":
            return [districts[: places.FOUND_AT_MOST]]
        case _:
            return [list(pack.languages)]


def check(given: argparse.Namespace) -> int:
    """Raises Faulty with all that is wrong; says what was proved otherwise."""
    here, faults = read_world(ROOT)
    drawn = draw(here)
    roads = list(shortest_roads(here.flows, vocabulary(), drawn, MENU))
    faults += faults_of(here, drawn, roads, datetime.now(UTC).date())
    faults += catalogue_faults(here.locales)
    if given.table:
        print(table(drawn, roads))
    if faults:
        raise Faulty(faults)
    print(f"{len(here.flows)} flows, {len(here.packs)} packs, {len(drawn)} screens drawn: no fault.")
    for tag, locale in here.locales.items():
        print(standing(tag, locale))
    for tag, traits in here.traits.items():
        if traits.voice_only or given.recordings:
            said = {n for pack in here.packs.values() for n in world.spoken(here.flows, pack.services, here.texts, tag)}
            lacking = sorted(said - recorded(here)[tag])
            kind = "voice only; " if traits.voice_only else ""
            print(f"{tag} ({traits.name}): {kind}{len(lacking)} of {len(said)} recordings are lacking.")
            if given.recordings:
                print("\n".join(f"  locales/{tag}/voice/{name}" for name in lacking))
    return 0


def standing(tag: str, locale: Locale) -> str:
    """Whether production may serve a locale, and what keeps it from that."""
    if not locale.drafts:
        return f"{tag}: all {len(locale.reviewed)} sentences are reviewed."
    counted = f"{len(locale.drafts)} sentences are drafts, {len(locale.reviewed)} reviewed"
    return f"{tag}: {counted}; production does not serve it yet."


def table(drawn: list[Drawn], roads: list[Road]) -> str:
    """Step by language and channel: screens on USSD, parts by SMS; then presses and seconds of the shortest roads."""
    heads = sorted({(one.door.channel, one.door.tag) for one in drawn})
    shown = {(one.flow, one.step, one.door.channel, one.door.tag): one for one in drawn}
    steps = list(dict.fromkeys((one.flow, one.step) for one in drawn))
    lines = []
    for channel in dict.fromkeys(channel for channel, _ in heads):
        tags = [tag for c, tag in heads if c == channel]
        ussd = next(one for one in drawn if one.door.channel == channel).door.mode == "ussd"
        head = f"\n{channel}: {'screens' if ussd else 'parts of a message'}"
        lines.append(head.ljust(34) + "".join(tag.rjust(9) for tag in tags))
        for flow, step in steps:
            cells = [shown[flow, step, channel, tag] for tag in tags]
            figures = [str(len(one.pages) if ussd else one.parts) for one in cells]
            lines.append(f"  {flow}.{step}".ljust(33) + "".join(figure.rjust(9) for figure in figures))
    return "\n".join([*lines, *_roads_table(roads)])


def _roads_table(roads: list[Road]) -> Iterator[str]:
    for channel in dict.fromkeys(road.door.channel for road in roads):
        mine = [road for road in roads if road.door.channel == channel]
        tags = list(dict.fromkeys(road.door.tag for road in mine))
        allowed = mine[0].door.seconds
        head = f"\n{channel}: presses / seconds from the menu (of {allowed} s)"
        yield head.ljust(58) + "".join(tag.rjust(10) for tag in tags)
        for flow, step in dict.fromkeys((road.flow, road.step) for road in mine):
            costs = {road.door.tag: road.cost for road in mine if (road.flow, road.step) == (flow, step)}
            cells = [f"{costs[tag].presses} / {costs[tag].seconds:.0f}".rjust(10) for tag in tags]
            yield f"  {flow}.{step}".ljust(57) + "".join(cells)
