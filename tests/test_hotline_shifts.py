"""The shift: begun once, with a telephone of this country; ended by herself or when she has gone; nothing stays with her."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.hotline.actions import shifts
from gateway.hotline.records import Handover, Shift, Task

from .hotline_desk import NOW, task


def test_after_a_shift_nothing_lies_with_her_and_the_next_takes_over_by_name(sala, operator) -> None:
    operator.on_shift("km", phone="012 345 678")
    operator.post("/console/hotline/state", state="break")
    assert "On a break" in operator.page
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    operator.get("/console/hotline")
    operator.post("/console/hotline/home", note="I promised to call at four.")
    assert sala.all_of(Task)[0].taken_by is None
    assert "I promised to call at four." in operator.page
    operator.post(f"/console/hotline/handover/{sala.all_of(Handover)[0].id}")
    assert "I promised to call at four." not in operator.page
    assert sala.all_of(Handover)[0].accepted_by is not None
    assert sala.all_of(Shift)[0].ended_at is not None
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/handover/{sala.all_of(Handover)[0].id}", 409)


def test_each_state_of_a_shift_is_kept_as_a_spell(sala, staff) -> None:
    from gateway.hotline.records import Spell

    with sala.house.database.transaction() as db:
        shift = shifts.begin(db, "kh", 1, ["km"], [], "", NOW)
        for minutes, state in enumerate(("talking", "wrap_up", "ready", "ready", "nonsense"), start=1):
            shifts.change(db, shift, state, NOW + timedelta(minutes=minutes))
    spells = [(spell.state, spell.ended_at) for spell in sala.all_of(Spell)]
    assert [state for state, _ in spells] == ["ready", "talking", "wrap_up", "ready"]
    assert [ended for _, ended in spells] == [NOW + timedelta(minutes=n) for n in (1, 2, 3)] + [None]


def test_nobody_takes_anything_without_a_shift_nor_a_caller_without_a_telephone(sala, staff, operator) -> None:
    waiting, ringing = task(sala), task(sala, "call", number="+85599000002")
    operator.post(f"/console/hotline/task/{ringing}/take", 409)
    assert "on which telephone you can be reached" in operator.page
    operator.post("/console/hotline/home", note="")
    operator.post(f"/console/hotline/task/{waiting}/take", 409)
    assert "Begin your shift first" in operator.page
    assert {row.state for row in sala.all_of(Task)} == {"waiting"}


def test_whoever_signs_out_leaves_nothing_behind(sala, operator) -> None:
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=6))
    sala.tick._count = 0
    assert sala.all_of(Task)[0].state == "taken"
    operator.get("/console/hotline")
    operator.post("/console/sign-out")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=7))
    assert (sala.all_of(Task)[0].state, sala.all_of(Task)[0].taken_by) == ("waiting", None)
    assert sala.all_of(Handover)[0].tasks == [number]


def test_two_begins_are_one_shift(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        for _ in range(2):
            shifts.begin(db, "kh", 1, ["km"], [], "", NOW)
    assert len(sala.all_of(Shift)) == 1


@pytest.mark.parametrize("phone", ["+12025550123", "1289", "x", "+٨"])
def test_the_operator_s_telephone_is_one_of_this_country(sala, staff, phone) -> None:
    operator = staff["operator"]
    operator.get("/console/hotline")
    operator.post("/console/hotline/shift", 400, language="km", phone=phone)
    assert "That is not a telephone number of this country." in operator.page
