"""What rules may read of a household in a register; facts that hold from their day and for a year after their review."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.country.conditions import Is
from gateway.country.programmes import REVIEWED_FOR, Amount, Dated, Piece, Programme, Taper, Told
from gateway.country.read import read_pack
from gateway.entitlements.amounts import work_out
from gateway.entitlements.households import facts_of
from gateway.entitlements.rules import asked_now
from gateway.entitlements.sources import Paid, Sight
from gateway.settings import ROOT

TODAY = date(2026, 11, 27)
YEAR = timedelta(days=365)


def facts(*members: dict[str, object], until: date | None = None, as_of: date = TODAY, card: bool = True):
    return facts_of(members, card, until, "171001", TODAY, as_of)


def test_a_card_counts_until_its_last_day() -> None:
    assert facts(until=TODAY)["card"] == "yes"
    assert facts(until=TODAY - timedelta(days=1))["card"] == "no"
    assert facts(until=None)["card"] == "yes"
    assert "card" not in facts(card=False), "a register without cards tells nothing of one"


@pytest.mark.parametrize(
    ("born", "older"),
    [
        ("1966-11-27", (1, 1)), ("1966-11-28", (0, 0)), ("1960", (1, 1)), ("1966", (0, 1)), ("1990", (0, 0)), ("", (0, 1)),
    ],
)  # fmt: skip
def test_an_age_that_is_not_known_is_never_a_no(born: str, older: tuple[int, int]) -> None:
    assert facts({"born": born})["older"] == older


def test_who_was_born_since_the_register_does_not_stand_in_it() -> None:
    grown = {"born": "1990"}
    assert facts(grown)["infants"] == (0, 0)
    assert facts(grown, as_of=TODAY - YEAR)["infants"] == (0, None)
    assert facts(grown, as_of=TODAY - YEAR)["older"] == (0, 0), "nobody is born old"


def test_a_child_s_work_is_not_missing() -> None:
    mother = {"born": "1988", "work": "none"}
    assert facts(mother, {"born": "2019"})["company"] == "no"
    assert "company" not in facts(mother, {"born": "2001"}), "of somebody grown it is"
    assert facts(mother, {"born": "2001", "work": "company"})["company"] == "yes"


def paid(day: date, state: str = "sent") -> Paid:
    return Paid("pregnancy", day, 80000, state, "")


def test_the_last_payment_and_the_next_meet_at_today() -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    sight = Sight("H1", "1", None, TODAY, payments=(paid(yesterday), paid(TODAY), paid(tomorrow, "planned")))
    assert sight.last_payment(TODAY) == paid(yesterday)
    assert sight.next_payment(TODAY) == paid(TODAY)
    collected = replace(sight, payments=(paid(yesterday), paid(TODAY, "collected"), paid(tomorrow, "planned")))
    assert collected.last_payment(TODAY) == paid(TODAY, "collected")
    assert collected.next_payment(TODAY) == paid(tomorrow, "planned")


def dated(since: date, reviewed: date) -> Dated:
    return Dated("a source", since, reviewed)


def test_a_fact_is_told_from_its_day_on_and_for_a_year_after_its_review() -> None:
    assert REVIEWED_FOR == YEAR
    for since, reviewed, is_told in (
        (TODAY, TODAY - YEAR, True), (TODAY + timedelta(days=1), TODAY, False), (TODAY, TODAY - YEAR - timedelta(days=1), False),
    ):  # fmt: skip
        one = Programme("kh", "x", "X", "health", 1, told={"who": Told("For all.", dated(since, reviewed))})
        assert (one.fact("who", TODAY) is not None) == is_told
        sum_ = Amount("month", (Piece(1000, 1, (), ""),), None, 0, 0, dated(since, reviewed))
        assert (replace(one, amounts=(sum_,)).amount(TODAY) is not None) == is_told


@pytest.mark.parametrize(
    ("until", "runs"),
    [
        ("2026", True),
        ("2026-11", True),
        ("2026-11-27", True),
        ("2026-11-26", False),
        ("2025", False),
        ("2026-10", False),
    ],
)
def test_what_ends_in_a_month_or_a_year_is_given_to_its_last_day(until: str, runs: bool) -> None:
    one = Programme(
        "kh", "x", "X", "health", 1, until=until, rule=Is("card", frozenset({"yes"})), ruled=dated(TODAY, TODAY)
    )
    assert one.runs(TODAY) == runs
    assert asked_now([one], TODAY) == ([one] if runs else [])


def test_a_least_sum_is_told_only_where_something_is_given_for_sure() -> None:
    amount = Amount("month", (Piece(20000, 1, ("pupils",), ""),), None, 50000, 0, dated(TODAY, TODAY))
    assert work_out(amount, {"pupils": (1, 1)}).total == (50000, 50000)
    assert work_out(amount, {"pupils": (0, None)}).total == (0, None)
    assert work_out(amount, {"pupils": (0, 0)}).total == (0, 0)
    tapered = replace(amount, less=Taper("income", 0, 50), least=0)
    assert work_out(tapered, {"pupils": (1, 1), "income": (3001, 3001)}).total == (18500, 18500), "in her favour"


def test_every_rule_of_the_packs_reads_words_as_words_and_numbers_as_numbers() -> None:
    from gateway.dialogue.flow_read import read_flows
    from gateway.dialogue.world_check import programmes

    flows = read_flows(ROOT)
    for code in ("kh", "la"):
        pack = read_pack(ROOT, code)
        assert list(programmes(flows, pack)) == []
        one = next(iter(pack.programmes.values()))
        wrong = replace(one, rule=Is("older", frozenset({"yes"})))
        (fault,) = list(programmes(flows, replace(pack, programmes={**pack.programmes, one.code: wrong})))
        assert "'older' with a word; it is counted" in fault.sentence
        wrong = replace(one, rule=Is("abroad", frozenset({"yess"})))
        (fault,) = list(programmes(flows, replace(pack, programmes={**pack.programmes, one.code: wrong})))
        assert "wants 'abroad' to be 'yess', which no answer gives; did you mean 'yes'?" in fault.sentence
