"""`sala route`: which queue would get a case, and why. It reads the pack alone and changes nothing."""

from __future__ import annotations

import argparse

from ..country.read import read_pack
from ..country.route import route
from ..reading import did_you_mean
from ..settings import ROOT, SettingsError


def route_command(given: argparse.Namespace) -> int:
    """Prints the queue; with `--explain` each rule tried, who may decide, and how soon she was promised an answer."""
    if not (ROOT / "countries" / given.country).is_dir():
        raise SettingsError(f"there is no pack '{given.country}'.")
    pack = read_pack(ROOT, given.country)
    if given.category not in pack.categories:
        raise SettingsError(f"'{given.category}' is not a category{did_you_mean(given.category, pack.categories)}.")
    if given.channel and given.channel not in pack.channels:
        raise SettingsError(f"'{given.channel}' is not a channel{did_you_mean(given.channel, pack.channels)}.")
    if given.against and given.against not in pack.offices:
        raise SettingsError(f"'{given.against}' is not an office{did_you_mean(given.against, pack.offices)}.")
    if given.programme and given.programme not in pack.programmes:
        known = did_you_mean(given.programme, pack.programmes)
        raise SettingsError(f"'{given.programme}' is not a programme{known}.")
    if given.place and pack.places.get(given.place) is None:
        raise SettingsError(f"'{given.place}' is not a place of the gazetteer; write a code such as 171001.")
    decision = route(pack, given.category, given.place, given.channel, given.against, given.programme)
    if given.explain:
        where = pack.places.full_name(given.place, "en") if given.place else "a place not known yet"
        print(f"{pack.categories[given.category].name} ({given.category}), {where}")
        for line in decision.trail:
            print(f"  {line}")
        term = pack.terms(given.category)["answer"]
        span = f"{term.hours} hours of the clock" if term.hours else f"{term.days} working days of {decision.office}"
        print(f"  an answer within {span}")
    print(f"{decision.queue}: {pack.queue_name(decision.queue, 'en')}")
    return 0
