"""What keeps a number, and for how long: as long as something is open, three months after a call, no longer than the call
where she asked for that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.channels import outbox
from gateway.dialogue.actions import purge
from gateway.hotline import actions as hotline
from gateway.hotline.actions import shifts
from gateway.hotline.records import Call, Task
from gateway.hotline.rules import Beep
from gateway.outreach import actions as outreach
from gateway.outreach.records import Broadcast, PollAnswer, poll_counts
from gateway.people import actions as people
from gateway.people.records import Address, Staff

from .desk import TO_HOW
from .hotline_desk import NUMBER, call, say

NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)
QUIET = timedelta(days=80)


def staff_of(db) -> int:
    return db.scalars(select(Staff.id)).first()


def a_call(db, house, staff_id, number):
    hotline.wrap_up(
        db, hotline.log_call(db, house.packs["kh"], "kh-desk", number, staff_id, number, NOW), "other", "x", NOW
    )


def a_task(db, house, staff_id, number):
    address = people.hear_from(db, "kh", number, NOW)
    hotline.put_task(
        db, "kh", "call_back", about="", address_id=address.id, language="km", due_at=NOW, once=number, now=NOW
    )


def a_ring(db, house, staff_id, number):
    hotline.ring(db, house.packs["kh"], "kh-beep", number, Beep({"+855": 9}, 1), number, NOW)


def a_flag(db, house, staff_id, number):
    shifts.flag(db, people.hear_from(db, "kh", number, NOW).id, staff_id, NOW + timedelta(days=60))


def a_wish(db, house, staff_id, number):
    outreach.wish(db, people.hear_from(db, "kh", number, NOW).id, "1703", NOW)


def an_answer(db, house, staff_id, number):
    poll = Broadcast(
        country="kh", kind="poll", place="1703", texts={"en": "?"}, state="sending", written_by=staff_id, written_at=NOW
    )
    db.add(poll)
    db.flush()
    outreach.keep_answer(db, poll.id, people.hear_from(db, "kh", number, NOW).id, "1", NOW)


def a_text(db, house, staff_id, number):
    address = people.hear_from(db, "kh", number, NOW)
    outbox.put(db, "kh-sms", address.id, "x", purpose="news", about="", once=number, now=NOW)


def a_person(db, house, staff_id, number):
    one, other = (people.hear_from(db, "kh", made, NOW) for made in (number, number + "1"))
    people.prove(db, one.id, people.new_code(db, one.id, other.id, NOW), NOW)


def nothing(db, house, staff_id, number):
    people.hear_from(db, "kh", number, NOW)


def a_code_not_used(db, house, staff_id, number):
    one, other = (people.hear_from(db, "kh", made, NOW) for made in (number, number + "1"))
    people.new_code(db, one.id, other.id, NOW)


@pytest.mark.parametrize("thing", [a_call, a_task, a_ring, a_flag, a_wish, an_answer, a_text, a_person])
def test_what_is_open_or_young_keeps_the_number(sala, staff, thing) -> None:
    with sala.house.database.transaction() as db:
        thing(db, sala.house, staff_of(db), NUMBER)
        purge(db, NOW + QUIET)
        assert db.scalars(select(Address)).first() is not None


@pytest.mark.parametrize("thing", [nothing, a_code_not_used])
def test_what_needs_no_number_lets_it_go(sala, staff, thing) -> None:
    with sala.house.database.transaction() as db:
        thing(db, sala.house, staff_of(db), NUMBER)
        purge(db, NOW + QUIET)
        assert db.scalars(select(Address)).all() == []


def test_three_months_after_a_call_nobody_can_say_whose_it_was(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        for number, thing in enumerate((a_call, a_ring, a_flag)):
            thing(db, sala.house, staff_of(db), f"{NUMBER}{number}")
        purge(db, NOW + timedelta(days=200))
        assert [(row.address_id, row.note, row.outcome) for row in db.scalars(select(Call))] == [(None, None, "other")]
    with sala.house.database.transaction() as db:
        purge(db, NOW + timedelta(days=200))
        waiting = {row.address_id for row in db.scalars(select(Task))}
        assert {row.id for row in db.scalars(select(Address))} <= waiting


def test_of_an_old_poll_only_the_counts_are_kept(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        an_answer(db, sala.house, staff_of(db), NUMBER)
        poll = db.scalars(select(Broadcast)).one()
        poll.ended_at = NOW
        purge(db, NOW + QUIET)
        assert db.scalars(select(PollAnswer)).all() == []
        assert poll_counts(db, poll.id) == {"1": 1}


def test_a_complaint_that_keeps_no_number_is_told_to_an_operator(sala, staff) -> None:
    """The call goes on to its end; what is left after it is a call, and nobody's number."""
    operator = staff["operator"]
    path = call(operator)
    operator.post(f"{path}/language", tag="en")
    say(operator, path)
    for pressed in (*TO_HOW[1:], "4", "4821", "1"):
        say(operator, path, press=pressed)
    operator.post(f"{path}/end", outcome="complaint", note="")
    with sala.house.database.transaction() as db:
        purge(db, datetime.now(UTC))
    assert sala.all_of(Address) == []
    assert [(row.outcome, row.address_id) for row in sala.all_of(Call)] == [("complaint", None)]
