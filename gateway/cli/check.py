"""`sala check`: flows, texts, words and packs are proved before they are served. Prints each fault as a sentence.

`--table` prints what every step takes behind every door too, and what the shortest roads cost; `--recordings` which
recordings a voice-only locale lacks.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ..country import Pack
from ..country.read import read_pack
from ..dialogue import world_check as world
from ..dialogue.effects import vocabulary
from ..dialogue.flow import Flows
from ..dialogue.flow_check import check_flows
from ..dialogue.flow_read import read_flows
from ..dialogue.pressing import Road, shortest_roads, too_long
from ..dialogue.prove import Door, Drawn, draw_all, missing_texts, too_many_screens
from ..dialogue.talk import MENU
from ..house import served
from ..language.catalogue import Locale, Texts, read_locale
from ..language.locales import Traits, read_traits
from ..language.measure import SMS
from ..language.tags import SOURCE
from ..language.words import Words, clashes, read_words
from ..reading import Fault, Faulty
from ..settings import ROOT
from .samples import samples
from .texts import catalogue_faults


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
