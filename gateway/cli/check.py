"""`sala check`: flows, texts and packs are proved before they are served. Prints each fault as a sentence."""

from __future__ import annotations

import argparse

from ..country import Pack
from ..country.read import read_pack
from ..dialogue.effects import LISTS, declared, declared_lists, facts_in_words
from ..dialogue.flow_check import check_flows
from ..dialogue.flow_read import read_flows
from ..dialogue.prove import draw_all, missing_texts, too_many_screens
from ..house import served
from ..language.catalogue import Locale, Texts, read_locale
from ..language.measure import units
from ..language.tags import SOURCE
from ..reading import Fault, Faulty
from ..settings import ROOT
from .texts import catalogue_faults

COUNTRIES = ("kh",)
LISTS_MAY_TAKE = {"place.district": 5, "place.commune": 5, "status.which": 3}
"""Lists of places are as long as the country made them; everything else keeps to three screens."""
SAMPLE_FACTS = {"case": "4829130572264", "promise": "10", "due": "2026-09-23T10:00:00+00:00", "answer": ""}


def check(_: argparse.Namespace) -> int:
    """Raises Faulty with all that is wrong; says what was proved otherwise."""
    packs = [read_pack(ROOT, code) for code in COUNTRIES]
    flows = read_flows(ROOT)
    tags = sorted({tag for pack in packs for tag in pack.languages} - {SOURCE})
    locales = {tag: read_locale(ROOT / "locales", tag) for tag in tags}
    texts = served(locales, drafts=True)
    faults = [*check_flows(flows, declared(), declared_lists()), *missing_texts(flows, locales)]
    faults += [
        Fault(f"locales/{tag}/messages.po", 1, what) for tag, locale in locales.items() for what in locale.faults
    ]
    faults += catalogue_faults(locales)
    drawn = 0
    for pack in packs:
        found = list(_drawn(pack, flows, texts))
        drawn += len(found)
        faults += too_many_screens(iter(found), LISTS_MAY_TAKE)
    if faults:
        raise Faulty(faults)
    print(f"{len(flows)} flows, {len(packs)} packs, {drawn} screens drawn: no fault.")
    for tag, locale in locales.items():
        print(standing(tag, locale))
    return 0


def standing(tag: str, locale: Locale) -> str:
    """Whether production may serve a locale, and what keeps it from that."""
    if not locale.drafts:
        return f"{tag}: all {len(locale.reviewed)} sentences are reviewed."
    counted = f"{len(locale.drafts)} sentences are drafts, {len(locale.reviewed)} reviewed"
    return f"{tag}: {counted}; production does not serve it yet."


def _drawn(pack: Pack, flows: dict, texts: Texts):  # type: ignore[no-untyped-def,type-arg]
    def rows(word: str, tag: str) -> list[str]:
        label = LISTS[word].label
        match word:
            case "provinces":
                return [label(pack, code, tag) for code in pack.areas]
            case "districts":
                lists = [pack.places.under(area) for area in pack.areas]
            case "communes":
                lists = [pack.places.under(d) for area in pack.areas for d in pack.places.under(area)]
            case "my_numbers":
                return ["482 913 057 2264"] * 3
            case _:
                return [label(pack, code, tag) for code in pack.languages]
        named = [[label(pack, code, tag) for code in codes] for codes in lists]
        return max(named, key=lambda labels: sum(units(name) + 4 for name in labels))

    size = next(row.size for row in pack.channels.values() if row.kind == "ussd")
    return draw_all(
        flows, texts, pack.languages, size, rows, lambda tag: facts_in_words(texts, tag, pack, SAMPLE_FACTS)
    )
