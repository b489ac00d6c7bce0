"""A register of another system is asked by a worker; she hears it a moment later. Where it is down or slow she is sent a
message, and it comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from gateway.channels.outbox.records import Outgoing
from gateway.entitlements import actions
from gateway.entitlements.elsewhere import PATH, Dci, register_of
from gateway.entitlements.records.lookups import Lookup
from gateway.people.actions import stop

from .conftest import Sala
from .far_register import CARD, FAMILY, Register, answered, listening


@pytest.fixture
def sala(env: dict[str, str], far: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sala]:
    """A Sala of which the register of Cambodia is that of another system."""
    with listening(far) as url:
        settings = {"URL": url, "KEY": str(tmp_path / "key.pem"), "TOKEN": "a token", "SENDER": "sala-kh"}
        for name, value in settings.items():
            env[f"KH_REGISTER_{name}"] = value
            monkeypatch.setenv(f"KH_REGISTER_{name}", value)
        made = Sala(env)
        yield made
        made.house.database.engine.dispose()


def ask(sala: Sala, year: str = "1988", number: str = "+85599000009"):
    """Dials, gives a card and a year; the register is being asked."""
    caller = sala.caller(number)
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "My card")
    caller.press(CARD)
    caller.choose("Year of birth")
    caller.press(year)
    assert caller.screen.startswith("We are asking the register."), caller.screen
    return caller


def texts(sala: Sala) -> list[str]:
    return [row.body for row in sala.all_of(Outgoing) if row.purpose == "rights"]


def later(sala: Sala, seconds: float) -> None:
    """Time passes for the question that waits."""
    with sala.house.database.transaction() as db:
        for row in db.query(Lookup):
            row.put_at -= timedelta(seconds=seconds)


def test_a_worker_asks_and_she_hears_it_a_moment_later(sala: Sala, far: Register) -> None:
    caller = ask(sala)
    assert caller.choose("Hear it").startswith("We are asking the register."), "not yet"
    sala.work()
    assert caller.choose("Hear it").startswith("Found in the register of ")
    assert "What do you want to hear?" in caller.screen
    assert caller.choose("My card").startswith("Your card: level 1. Valid until Friday 31 December 2027.")
    (question,) = far.asked
    assert question["path"] == "/dci" + PATH
    assert far.tokens == ["Bearer a token"]
    assert (question["header"]["action"], question["header"]["sender_id"]) == ("search", "sala-kh")
    queries = [one["search_criteria"] for one in question["message"]["search_request"]]
    assert {"query_type": "idtype-value", "query": {"type": "EQUITY_CARD", "value": CARD}} in queries


def test_what_is_asked_is_signed(sala: Sala, far: Register) -> None:
    ask(sala)
    sala.work()
    (question,) = far.asked
    signed = jwt.PyJWS().decode(question["signature"], far.key.public_key(), algorithms=["EdDSA"])
    assert json.loads(signed) == {"header": question["header"], "message": question["message"]}


def test_the_second_fact_is_proved_here_and_guesses_are_bounded_here_too(sala: Sala, far: Register) -> None:
    for guess in range(6):
        caller = ask(sala, str(1900 + guess), number=f"+8559900030{guess}")
        sala.work()
        assert caller.choose("Hear it").startswith("We did not find it. Check what you typed.")
    caller = ask(sala, "1988", number="+85599000399")
    sala.work()
    assert not caller.choose("Hear it").startswith("Found")


def test_with_the_secret_number_family_and_payments_open_though_the_register_is_elsewhere(sala: Sala) -> None:
    pack, now = sala.house.packs["kh"], datetime.now(UTC)
    found = register_of(sala.house, pack).find(actions.numbers_of(pack, CARD), now.date())
    with sala.house.database.transaction() as db:
        pin = actions.give_pin(db, sala.house, pack, found, "She is here", 1, now)
    caller = sala.caller("+85599000009")
    caller.dial()
    caller.choose("English", "My rights", "My card")
    caller.press(CARD)
    caller.choose("Secret number")
    caller.press(pin)
    sala.work()
    caller.choose("Hear it")
    assert caller.choose("Family").startswith("In your family: Dara Sok 1988, Sok Rithy 2019.")


DOWN = [
    (500, b"oops"), (200, b"no json"), (200, {"message": {"ack_status": "ERR", "error": {"code": "err.request.bad"}}}),
    (200, answered(status="rjct")), (302, b""), (200, b"[1, 2]"), (200, b"x" * 2_000_000), (200, b"[" * 200_000),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said"), DOWN)
def test_where_it_is_down_she_is_told_so_and_is_sent_it_when_it_answers(
    sala: Sala, far: Register, status, said
) -> None:
    far.answer = lambda _: (status, said)
    caller = ask(sala)
    sala.work()
    later(sala, 30)
    assert "The register does not answer now. We send it to you by message." in caller.choose("Hear it")
    assert texts(sala) == []
    far.answer = lambda _: (200, answered(FAMILY))
    (row,) = sala.all_of(Lookup)
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    assert texts(sala) == ["Your card: level 1. Valid until Friday 31 December 2027."]
    assert [row.asked for row in sala.all_of(Lookup)] == [{}], "what she typed is kept no longer"


def test_a_message_says_too_that_it_was_not_found_and_after_a_day_that_it_never_answered(
    sala: Sala, far: Register
) -> None:
    far.answer = lambda _: (503, b"")
    caller = ask(sala)
    sala.work()
    later(sala, 30)
    caller.choose("Hear it")
    (row,) = sala.all_of(Lookup)
    far.answer = lambda _: (200, answered())
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    assert texts(sala) == ["We did not find your card. Check the number and the year, or call 0000 (demo)."]
    other = ask(sala, number="+85599000008")
    far.answer = lambda _: (503, b"")
    later(sala, 30)
    other.choose("Hear it")
    later(sala, 90_000)
    sala.work()
    for row in sala.all_of(Lookup):
        sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(days=1))
    assert texts(sala)[-1] == "The register did not answer. Ask your office, or call 0000 (demo)."


def test_what_breaks_off_in_the_middle_is_asked_again_and_not_for_ever(sala: Sala, far: Register, monkeypatch) -> None:
    def torn(*_: object) -> None:
        raise RuntimeError("whatever it is")

    caller = ask(sala)
    monkeypatch.setattr(Dci, "find", torn)
    sala.work()
    (row,) = sala.all_of(Lookup)
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    later(sala, 90_000)
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(days=1))
    (row,) = sala.all_of(Lookup)
    assert (row.state, row.asked) == ("given_up", {})
    assert "Ask your office, or call" in caller.choose("Hear it")


def test_one_phone_asks_one_question_at_a_time(sala: Sala, far: Register) -> None:
    ask(sala)
    other = sala.caller("+85599000009")
    other.dial()
    other.choose("My rights", "My card")
    other.press(CARD)
    other.choose("Year of birth")
    assert "Please wait a few minutes before you try again." in other.press("1987")
    assert len(sala.all_of(Lookup)) == 1


def test_a_stop_after_the_question_holds(sala: Sala, far: Register) -> None:
    far.answer = lambda _: (503, b"")
    caller = ask(sala)
    sala.work()
    later(sala, 30)
    caller.choose("Hear it")
    (row,) = sala.all_of(Lookup)
    with sala.house.database.transaction() as db:
        stop(db, row.address_id, datetime.now(UTC))
    far.answer = lambda _: (200, answered(FAMILY))
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    assert texts(sala) == []


def test_what_a_year_opened_opens_no_family(sala: Sala, far: Register) -> None:
    ask(sala)
    sala.work()
    (row,) = sala.all_of(Lookup)
    with sala.house.database.transaction() as db:
        assert actions.sight_elsewhere(db, row.id, row.address_id, "all", datetime.now(UTC)) is None


def test_the_tick_asks_where_no_worker_is(sala: Sala, far: Register) -> None:
    caller = ask(sala)
    sala.tick.registers(datetime.now(UTC) + timedelta(seconds=8))
    assert caller.choose("Hear it").startswith("Found in the register")


def test_a_phone_shows_what_was_found_only_for_a_while_and_to_nobody_else(sala: Sala, far: Register) -> None:
    ask(sala)
    sala.work()
    (row,) = sala.all_of(Lookup)
    with sala.house.database.transaction() as db:
        now = datetime.now(UTC)
        assert actions.sight_elsewhere(db, row.id, row.address_id, "level", now) is not None
        assert actions.sight_elsewhere(db, row.id, row.address_id + 1, "level", now) is None
        assert actions.sight_elsewhere(db, row.id, row.address_id, "level", now + timedelta(minutes=31)) is None
        actions.drop_lookups(db, now + timedelta(minutes=31))
    assert sala.all_of(Lookup) == []


def test_staff_look_there_too_and_are_told_when_it_does_not_answer(sala: Sala, far: Register, staff) -> None:
    page = staff["officer"].post("/console/household", 409, number=CARD, why="She is here")
    assert "or nobody knows where" in page
    page = staff["officer"].post("/console/household", number=CARD, why="She is here", near="yes")
    assert "Dara Sok" in page
    page = staff["officer"].post("/console/household/pin", number=CARD, why="She is here", near="yes", seen="yes")
    assert "shown once" in page
    far.answer = lambda _: (503, b"")
    page = staff["officer"].post("/console/household", 503, number=CARD, why="She is here")
    assert "The register does not answer now. Try again in a few minutes." in page
