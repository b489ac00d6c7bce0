"""Two addresses become one person's by her own act alone: a code sent to one, typed on the other."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.channels.outbox.records import Outgoing
from gateway.people import actions as people
from gateway.people.records import Address

from .writers import Chatter

PHONE = "+85599000001"
TO_LINK = ("Something else", "My other phone")


@pytest.fixture
def chatter(network, sala) -> Chatter:
    made = Chatter(sala, "5001")
    made.write("/start")
    made.press("English")
    return made


def contact(chatter: Chatter, number: str, owner: int) -> None:
    card = {"phone_number": number, "first_name": "x", "user_id": owner}
    chatter.sent(chatter.update({"message": chatter.message(contact=card)}))


def code(sala) -> str:
    with sala.reading() as db:
        sent = db.scalars(select(Outgoing).where(Outgoing.purpose == "code").order_by(Outgoing.id.desc())).first()
    return re.search(r"\d{6}", sent.body)[0] if sent else ""


def test_her_own_card_and_the_code_of_that_phone_join_them(chatter, sala) -> None:
    case = sala.lodge("2", "2", "1", "4", "9", "1", "1", number=PHONE)
    chatter.press(*TO_LINK)
    assert chatter.buttons["Share my number"] == "contact"
    contact(chatter, PHONE, 5001)
    assert chatter.screen.startswith("We sent a code to that phone")
    assert code(sala) not in chatter.screen
    chatter.write(code(sala))
    assert chatter.screen == "Both are yours now. Your cases are shown on both."
    assert len({address.person_id for address in sala.all_of(Address)}) == 1
    chatter.write("hello")
    chatter.press("Where is my case?")
    assert case.reference in "".join(chatter.buttons).replace(" ", "")


def test_somebody_elses_card_is_refused(chatter, sala) -> None:
    chatter.press(*TO_LINK)
    contact(chatter, PHONE, 6002)
    assert chatter.screen.startswith("That is somebody else's number.")
    assert code(sala) == ""


def test_without_the_code_nothing_is_joined_and_guessing_ends(chatter, sala) -> None:
    chatter.press(*TO_LINK)
    chatter.write(PHONE)
    right = code(sala)
    for _ in range(3):
        chatter.write("222222" if right != "222222" else "111111")
    assert chatter.screen.startswith("Please try again tomorrow.")
    assert {address.person_id for address in sala.all_of(Address)} == {None}


def test_a_code_holds_half_an_hour_for_the_one_who_asked(sala) -> None:
    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        one, two, three = (people.hear_from(db, "kh", f"+8559900000{n}", now).id for n in (1, 2, 3))
        given = people.new_code(db, one, two, now)
        assert not people.prove(db, three, given, now)
        assert not people.prove(db, one, given, now + timedelta(minutes=31))
        assert people.prove(db, one, given, now + timedelta(minutes=29))
        assert not people.prove(db, one, given, now)


def test_three_codes_a_day_to_one_phone(chatter, sala) -> None:
    for _ in range(3):
        chatter.write("00", "hello")
        chatter.press(*TO_LINK)
        chatter.write(PHONE)
        assert chatter.screen.startswith("We sent a code")
    chatter.write("00", "hello")
    chatter.press(*TO_LINK)
    chatter.write(PHONE)
    assert chatter.screen.startswith("Please try again tomorrow.")


def test_the_keyboard_s_back_goes_back(chatter) -> None:
    chatter.press(*TO_LINK)
    assert chatter.write("Back").startswith("What do you need?")
