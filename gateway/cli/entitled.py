"""`sala rules`: what the rules say of a household, and why; `sala facts`: what stands in a pack, and what is empty."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime

from ..country import Pack
from ..country.programmes import FACTS, Programme, known_from
from ..country.read import read_pack
from ..entitlements.explaining import said, trail
from ..entitlements.rules import asked_now, next_question, stale
from ..entitlements.wording import Teller
from ..house import served
from ..language.catalogue import read_locale
from ..language.tags import SOURCE
from ..reading import did_you_mean
from ..settings import ROOT, SettingsError


def rules(given: argparse.Namespace) -> int:
    """`sala rules pregnancy --say card=yes --explain`; without a programme, all of them in one line each."""
    pack = _pack(given.country)
    answers = dict(_answer(pack, word) for word in given.say)
    today = date.fromisoformat(given.day) if given.day else datetime.now(UTC).date()
    if given.programme and given.programme not in pack.programmes:
        known = did_you_mean(given.programme, pack.programmes)
        raise SettingsError(f"'{given.programme}' is not a programme{known}.")
    wanted = [pack.programmes[given.programme]] if given.programme else list(pack.programmes.values())
    facts = known_from(pack.questions, answers)
    teller = Teller(pack, served({given.language: read_locale(ROOT / "locales", given.language)}, drafts=True),
                    given.language, today)  # fmt: skip
    for programme in wanted:
        print(f"{programme.code}: {_says(programme, answers, pack, today)}")
        if given.explain:
            print("\n".join(f"  {line}" for line in _explained(teller, programme, answers)))
    asked = next_question(pack.questions, asked_now(wanted, today), facts, answers)
    if given.explain:
        print(f"the next question: {asked or 'none would decide anything'}")
    return 0


def _says(programme: Programme, answers: dict[str, str], pack: Pack, today: date) -> str:
    """What a rule says of a household today."""
    if programme.rule is None or not programme.runs(today):
        return "not asked now"
    if programme.code in stale([programme], today):
        return "nothing: past its review, ask the office"
    return said(programme.rule.holds(known_from(pack.questions, answers)))


def _pack(country: str) -> Pack:
    known = sorted(path.parent.name for path in (ROOT / "countries").glob("*/country.yaml"))
    if country not in known:
        raise SettingsError(f"'{country}' is not a country here; there are {', '.join(known)}.")
    return read_pack(ROOT, country)


def _answer(pack: Pack, word: str) -> tuple[str, str]:
    """`card=yes`."""
    name, _, answer = word.partition("=")
    if name not in pack.questions:
        raise SettingsError(f"'{name}' is not a question{did_you_mean(name, pack.questions)}.")
    means = pack.questions[name].means
    if answer not in (*means, "unknown"):
        raise SettingsError(f"'{answer}' is no answer to '{name}'; they are {', '.join(means)} and unknown.")
    return name, answer


def _explained(teller: Teller, programme: Programme, answers: dict[str, str]) -> Iterator[str]:
    facts = known_from(teller.pack.questions, answers)
    if programme.rule:
        yield from trail(programme.rule, facts)
    if programme.ruled:
        stale = ", past its review" if programme.ruled.is_stale(teller.today) else ""
        yield f"by {programme.ruled.source}, reviewed on {programme.ruled.reviewed_on}{stale}"
    yield f"told: {teller.name(programme)}. {teller.why(programme, facts)}"
    for what in (teller.amount(programme, facts), teller.apply(programme), teller.bring(programme)):
        yield "      " + what.replace("\n", "\n        ")


def facts(given: argparse.Namespace) -> int:
    """Every fact of a country's programmes with its source, and those left empty for want of one."""
    pack, today = _pack(given.country), datetime.now(UTC).date()
    for programme in pack.programmes.values():
        teller = Teller(pack, served({}, drafts=True), SOURCE, today)
        ends = teller.ended(programme) if not programme.runs(today) else ""
        print(f"{programme.code}: {programme.name} ({programme.guarantee}). {ends}".rstrip())
        for what in FACTS if not given.empty else ():
            for line in _stands(programme, what, today):
                print(f"  {line}")
        if left := programme.empty():
            print(f"  empty, for want of a source: {', '.join(left)}")
    return 0


def _stands(programme: Programme, what: str, today: date) -> Iterator[str]:
    dated = [amount.dated for amount in programme.amounts] if what == "amounts" else []
    dated += [programme.told[what].dated] if what in programme.told else []
    for one in dated:
        stale = " PAST ITS REVIEW: not told" if one.is_stale(today) else ""
        yield f"{what}: {one.source}; valid from {one.valid_from}, reviewed on {one.reviewed_on}.{stale}"
