"""How much is due: whole numbers, pieces by head, less with what is earned; of what is not known, a span."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.country.conditions import Counts
from gateway.country.programmes import Amount, Dated, Piece, Taper, known_from
from gateway.entitlements.amounts import work_out

from .test_entitlements import PACKS, TODAY, teller

SOURCED = Dated("a test", date(2020, 1, 1), date(2026, 11, 1))


def test_amounts_of_the_past_are_kept_and_those_of_today_are_told() -> None:
    programme = PACKS["kh"].programmes["pregnancy"]
    first, now = programme.amount(date(2020, 1, 1)), programme.amount(TODAY)
    facts = {"expecting": (1, 1), "infants": (0, 0)}
    assert work_out(now, facts).total == (1_520_000, 1_520_000)
    assert first is not None
    assert work_out(first, facts).total == (760_000, 760_000)


def amount(*pieces: Piece, every: str = "month", less: Taper | None = None, least: int = 0, most: int = 0) -> Amount:
    return Amount(every, pieces, less, least, most, SOURCED)


def test_an_amount_grows_with_children_and_is_less_with_what_is_earned() -> None:
    """As the French RSA: for the household and each child, less 38 of 100 of what is earned above a bound."""
    like_rsa = amount(
        Piece(600_000, 1, (), "the household"), Piece(180_000, 1, ("children",), "each child"),
        less=Taper("income", 100_000, 38), most=1_500_000,
    )  # fmt: skip
    assert work_out(like_rsa, {"children": (2, 2), "income": (0, 0)}).total == (960_000, 960_000)
    assert work_out(like_rsa, {"children": (2, 2), "income": (100_001, 100_001)}).total == (960_000, 960_000)
    assert work_out(like_rsa, {"children": (2, 2), "income": (600_000, 600_000)}).total == (770_000, 770_000)
    assert work_out(like_rsa, {"children": (9, 9), "income": (0, 0)}).total == (1_500_000, 1_500_000)
    assert work_out(like_rsa, {"children": (2, 2), "income": (9_000_000, 9_000_000)}).total == (0, 0)
    assert work_out(like_rsa, {"children": (2, 3), "income": (0, 600_000)}).total == (770_000, 1_140_000)
    assert work_out(like_rsa, {"children": (2, 2)}).total == (0, 960_000), "of an income that is not known nothing is"


def test_a_piece_may_depend_on_a_stage_of_pregnancy_or_an_age() -> None:
    early = Counts("weeks", 0, 27)
    staged = amount(Piece(80_000, 4, ("expecting",), "checks", when=early), Piece(400_000, 1, ("expecting",), "birth"))
    assert work_out(staged, {"expecting": (1, 1), "weeks": (12, 12)}).total == (720_000, 720_000)
    assert work_out(staged, {"expecting": (1, 1), "weeks": (30, 30)}).total == (400_000, 400_000)
    assert work_out(staged, {"expecting": (1, 1)}).total == (400_000, 720_000)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 12), st.booleans()), min_size=1, max_size=4),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    st.integers(1, 100),
)
@settings(max_examples=500, deadline=None)
def test_what_is_told_of_a_sum_holds_whatever_turns_out(pieces, children, incomes, percent) -> None:
    worked_on = amount(
        *(Piece(each, times, ("children",), "", at_most=may_be_less) for each, times, may_be_less in pieces),
        less=Taper("income", 50_000, percent),
    )
    low, high = sorted(children)
    poor, rich = sorted(incomes)
    told = work_out(worked_on, {"children": (low, high), "income": (poor, rich)}).total
    for count, income in itertools.product({low, high}, {poor, rich}):
        sure = work_out(worked_on, {"children": (count, count), "income": (income, income)}).total
        assert told[0] <= sure[0] <= sure[1] <= told[1]
        assert all(isinstance(value, int) for value in sure)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"pregnant": "yes", "infant": "no"}, "1,520,000 riel or more"),
        ({"pregnant": "no", "infant": "two"}, "up to 1,600,000 riel"),
        ({"pregnant": "unknown", "infant": "unknown"}, "up to 1,520,000 riel for one"),
        ({"pregnant": "unknown", "infant": "one"}, "up to 800,000 riel for those you named"),
        ({"infant": "one"}, "up to 800,000 riel for those you named"),
        ({"pregnant": "no", "infant": "one"}, "up to 800,000 riel"),
        ({"pregnant": "no", "infant": "no"}, "up to 1,520,000 riel for one"),
    ],
)
def test_the_sum_in_one_line(answers: dict[str, str], told: str) -> None:
    pack = PACKS["kh"]
    assert teller().sum(pack.programmes["pregnancy"], known_from(pack.questions, answers)) == told


def test_a_worked_example_stands_in_the_explanation() -> None:
    pack = PACKS["kh"]
    said = teller().amount(
        pack.programmes["pregnancy"], known_from(pack.questions, {"pregnant": "yes", "infant": "no"})
    )
    assert said.splitlines()[:4] == [
        "4 x 80,000 riel: checks in pregnancy",
        "400,000 riel: the birth, for each baby",
        "10 x 80,000 riel: checks and vaccinations after it",
        "Together: 1,520,000 riel or more.",
    ]
