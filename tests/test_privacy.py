"""The four ways of being known, in every table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from gateway.cases.records import Case
from gateway.channels.outbox.records import Outgoing
from gateway.db import Base
from gateway.dialogue import actions as dialogue
from gateway.dialogue.records import Conversation, HeardRow
from gateway.hotline.records import Task
from gateway.people.records import Address

TO_HOW = ("2", "2", "1", "4", "9")
PIN_ROAD = (*TO_HOW, "4", "4821", "1")


def columns_in_clear(sala) -> dict[tuple[str, str], set[str]]:
    """Every value of every column that is stored in clear, with those that are sealed left out."""
    found: dict[tuple[str, str], set[str]] = {}
    with sala.reading() as db:
        for table in Base.metadata.sorted_tables:
            for row in db.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
                for name, value in row.items():
                    if value is not None and not isinstance(value, (bytes, memoryview)):
                        found.setdefault((table.name, name), set()).add(str(value))
    return found


def test_with_a_pin_no_join_over_all_tables_leads_from_the_case_to_a_number(sala) -> None:
    case = sala.lodge(*PIN_ROAD)
    with sala.reading() as db:
        assert db.scalars(select(Address)).all() == []
        assert db.scalars(select(Conversation)).all() == []
        assert db.scalars(select(Outgoing)).all() == []
    values = columns_in_clear(sala)
    reach, places = {case.reference, f"case:{case.id}", str(case.pin_hash)}, set()
    for (table, column), found in values.items():
        if found & reach:
            places.add((table, column))
    assert places <= {("cases", "reference"), ("cases", "pin_hash"), ("audit", "thing")}
    # What is left of her call: hops, hashed, with no column that any other table has, and purged in time.
    hashes = values[("heard", "hop_hash")]
    assert not any(found & hashes for place, found in values.items() if place != ("heard", "hop_hash"))
    with sala.house.database.transaction() as db:
        dialogue.purge(db, datetime.now(UTC) + timedelta(hours=48, minutes=1))
    with sala.reading() as db:
        assert db.scalars(select(HeardRow)).all() == []


def test_with_a_pin_nothing_ever_goes_to_a_phone(sala) -> None:
    from gateway.cases import actions

    case = sala.lodge(*PIN_ROAD)
    with sala.house.database.transaction() as db:
        found = db.get(Case, case.id)
        how = ("upheld", "implementation", "It was paid on Monday")
        actions.decide(db, sala.house, found, *how, _staff(sala, db), "once", datetime.now(UTC))
    with sala.reading() as db:
        assert db.scalars(select(Outgoing)).all() == []
        assert db.scalars(select(Task)).all() == []
    caller = sala.caller("+85599000077")
    caller.dial()
    caller.press("2", "3", case.reference, "4821")
    assert caller.screen.startswith("The office says this was done: It was paid on Monday\nIs it solved?")


def _staff(sala, db) -> int:
    from gateway.people.actions import add_staff

    made = add_staff(
        db, name=f"s{datetime.now(UTC).timestamp()}", role="officer", password="x", country="kh", offices=["kh-17"],
        language="en", totp=None, actor="system", now=datetime.now(UTC),
    )  # fmt: skip
    return made.id


def test_a_number_with_another_case_is_kept_for_that_one(sala) -> None:
    first = sala.lodge(*TO_HOW, "1", "1")
    second = sala.lodge(*PIN_ROAD[1:])
    with sala.reading() as db:
        assert [address.id for address in db.scalars(select(Address))] == [first.address_id]
    assert second.address_id is None


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (("2", "1", "1"), "We have your message. We will call you and tell you."),
        (("3", "1"), "We have your message. Call 0000 (demo) to hear more."),
    ],
)
def test_who_did_not_choose_writing_hears_nothing_of_it_on_the_screen(sala, choice, says) -> None:
    from gateway.cases import actions

    case = sala.lodge(*TO_HOW, *choice)
    with sala.house.database.transaction() as db:
        actions.reply(
            db, sala.house, db.get(Case, case.id), "Your grant was stopped", _staff(sala, db), "o", datetime.now(UTC)
        )
    caller = sala.caller()
    caller.dial()
    caller.press("3", "1")
    assert caller.screen.startswith(f"{says}\nAdd something?")
    with sala.reading() as db:
        bodies = [row.body for row in db.scalars(select(Outgoing).order_by(Outgoing.id))]
        assert len(db.scalars(select(Task)).all()) == 1
    assert not any("grant" in body for body in bodies)
    assert bodies[-1].startswith("There is news for number ")


def test_who_chose_writing_reads_it_on_this_phone_and_on_no_other(sala) -> None:
    from gateway.cases import actions

    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        actions.reply(db, sala.house, db.get(Case, case.id), "Come on Monday", _staff(sala, db), "o", datetime.now(UTC))
    caller = sala.caller()
    caller.dial()
    caller.press("3", "1")
    assert caller.screen.startswith("The office wrote: Come on Monday\nAdd something?")
    other = sala.caller("+85599000002")
    other.dial()
    other.press("2", "3", case.reference, "1234")
    assert other.screen.startswith("That number and PIN do not fit together.")


def test_an_existing_reference_and_an_invented_one_get_the_same_answer(sala) -> None:
    from gateway.cases.references import new_reference

    case = sala.lodge(*PIN_ROAD)
    answers = set()
    for number, reference in (("+85599000011", case.reference), ("+85599000012", new_reference())):
        caller = sala.caller(number)
        caller.dial()
        answers.add(caller.press("2", "3", reference, "0000"))
    assert len(answers) == 1


def test_guessing_is_bounded_by_address_and_by_case(sala) -> None:
    case = sala.lodge(*PIN_ROAD)
    guesses = 0
    for phone in range(3):
        caller = sala.caller(f"+8559900010{phone}")
        for _ in range(5):
            caller.dial()
            caller.press(*(("2",) if guesses % 10 == 0 and not caller.screen.startswith("How") else ()), "3")
            for _ in range(3):
                if not caller.live:
                    break
                caller.press(case.reference, f"{1000 + guesses}")
                guesses += 1
    caller = sala.caller("+85599000199")
    caller.dial()
    caller.press("2", "3", case.reference, "4821")
    assert caller.screen == "We could not find it this way. Call 0000 (demo)."
    with sala.reading() as db:
        tries = db.scalar(text("SELECT count(*) FROM tries WHERE kind = 'pin.case'"))
    assert tries == 10


def test_a_pin_chosen_and_then_a_dropped_session_keeps_no_number_either(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "4", "4821")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    sala.work()
    with sala.reading() as db:
        case = db.scalars(select(Case)).one()
        assert (case.answer_by, case.address_id) == ("pin", None)
        assert db.scalars(select(Outgoing)).all() == []
        assert db.scalars(select(Address)).all() == []


def test_redis_holds_no_number_in_clear(sala) -> None:
    import redis

    sala.lodge(*TO_HOW, "1", "1", number="+85599765432")
    store = redis.Redis.from_url(sala.env["REDIS_URL"])
    kept = b" ".join([*store.keys("*"), *(store.dump(key) or b"" for key in store.keys("*"))])
    assert b"765432" not in kept


def test_a_wrong_pin_leaves_no_pair_of_number_and_reference(sala) -> None:
    case = sala.lodge(*PIN_ROAD)
    caller = sala.caller("+85599000002")
    caller.dial()
    caller.press("2", "3", case.reference, "0000")
    values = columns_in_clear(sala)
    moments = values[("tries", "at")]
    assert len(moments) == 1
    assert ":00:00" in moments.pop()
    ids = sorted(int(value) for value in values[("tries", "id")])
    assert ids[1] - ids[0] > 1000


def test_a_long_dialled_code_ends_with_the_reference_and_keeps_no_number(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2")
    assert sala.caller().dial("2*1*4*9*4*4821*1*00").startswith("Your number is")
    with sala.reading() as db:
        assert db.scalars(select(Address)).all() == []


def test_a_redial_after_a_pin_conversation_ran_out_is_answered(sala) -> None:
    """The tick has not been there yet: the hop itself opens the case, forgets the number, and begins anew."""
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "4", "4821")
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Conversation)):
            row.lapses_at = datetime.now(UTC) - timedelta(seconds=1)
    assert caller.dial().startswith("Choose a language")
    with sala.reading() as db:
        assert len(db.scalars(select(Case)).all()) == 1


def test_a_number_that_nothing_needs_is_forgotten_after_its_month(sala) -> None:
    sala.caller("+85599000009").dial()
    kept = sala.lodge(*TO_HOW, "1", "1")
    later = datetime.now(UTC) + timedelta(days=63)
    sala.tick.once(later)
    with sala.house.database.transaction() as db:
        dialogue.purge(db, later)
    with sala.reading() as db:
        assert [address.id for address in db.scalars(select(Address))] == [kept.address_id]
