"""Officials on Telegram: told of a case without anything of a person; they take it up, answer and decide in the chat."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import actions
from gateway.cases.records import Case, CaseEvent
from gateway.channels.outbox.records import Outgoing
from gateway.people.records import StaffChat

from .desk import TO_HOW, first_of
from .test_confidential import accuse, apart
from .test_ladder import step, tell
from .test_who_decides import lodged
from .writers import Chatter


def linked(sala, desk, chat: str = "700") -> Chatter:
    desk.get("/console/chat")
    page = desk.post("/console/chat")
    code = re.search(r"staff (\d{8})", page)[1]
    chatter = Chatter(sala, chat)
    assert "is linked with" in chatter.write(f"Staff {code}")
    return chatter


def told(sala) -> list[str]:
    with sala.reading() as db:
        rows = select(Outgoing).where(Outgoing.purpose == "staff").order_by(Outgoing.id)
        return [row.body for row in db.scalars(rows)]


def test_she_takes_up_answers_and_decides_in_the_chat(sala, staff) -> None:
    chat = linked(sala, staff["officer"])
    case = lodged(sala, staff)
    number = f"{case.reference[:3]} {case.reference[3:6]} {case.reference[6:9]} {case.reference[9:]}"
    assert [number in body for body in told(sala)] == [True, True], "at triage, and where it went"
    assert number in chat.write(number)
    assert "done." in chat.write("1")
    assert sala.all_of(Case)[0].state == "acknowledged"
    assert "done." in chat.write("2 Come on Monday with your card.")
    assert sala.all_of(Outgoing)[-2].body.endswith("Come on Monday with your card.")
    asked = chat.write("3 It is paid now.")
    assert asked.startswith("What did it come from?")
    assert "Nothing went wrong" not in asked, "she is right"
    assert chat.write("5") == chat.write("9") == asked
    assert "done." in chat.write("2")
    row = sala.all_of(Case)[0]
    assert (row.state, row.decision, row.cause) == ("resolved", "upheld", "implementation")
    assert [event.body for event in sala.all_of(CaseEvent) if event.kind == "resolve"] == ["It is paid now."]
    assert "already closed" in chat.write("1")


def test_whoever_may_not_decide_is_told_so_before_the_cause_and_goes_on(sala, staff) -> None:
    from .test_who_decides import decided_by

    chat = linked(sala, staff["officer"])
    case = lodged(sala, staff)
    decided_by(sala, "province")
    chat.write(case.reference)
    assert "You may not decide this case." in chat.write("3 It is paid.")
    assert "done." in chat.write("2 We asked the province.")


def test_what_changed_meanwhile_is_read_before_it_is_decided(sala, staff) -> None:
    chat = linked(sala, staff["officer"])
    case = lodged(sala, staff)
    chat.write(case.reference)
    assert "5 Nothing went wrong" in chat.write("4 She gave no name.")
    with sala.house.database.transaction() as db:
        actions.add_words(db, sala.house, db.get_one(Case, case.id), "Here is my name.", "kh-ussd", datetime.now(UTC))
    assert "Somebody changed this case" in chat.write("2")
    assert sala.all_of(Case)[0].decision is None
    assert "done." in chat.write("2 We have your name now.")


def test_khmer_digits_and_words_are_as_good(sala, staff) -> None:
    chat = linked(sala, staff["officer"])
    case = lodged(sala, staff)
    khmer = case.reference.translate({ord(str(d)): 0x17E0 + d for d in range(10)})
    assert first_of(case) in chat.write(khmer)
    assert "done." in chat.write("២ សូមមកថ្ងៃចន្ទ")
    assert [e.body for e in sala.all_of(CaseEvent) if e.kind == "reply"] == ["សូមមកថ្ងៃចន្ទ"]


def test_words_that_begin_with_a_number_are_no_act(sala, staff) -> None:
    chat = linked(sala, staff["officer"])
    case = lodged(sala, staff)
    chat.write(case.reference)
    for words in ("22 November, come with the card", "២២ វិច្ឆិកា", "come", "7"):
        assert "with your words behind it" in chat.write(words)
    assert "reply" not in [event.kind for event in sala.all_of(CaseEvent)]
    assert "Write what she should hear" in chat.write("2")


def test_nothing_of_a_person_stands_in_a_chat(sala, staff) -> None:
    chat = linked(sala, staff["officer"])
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).story = "my husband beats me"
    chat.write(case.reference)
    everything = " ".join([*told(sala), chat.screen])
    assert "husband" not in everything
    assert "99000001" not in everything.replace(" ", "")


def test_a_promise_that_runs_out_is_told_there_too_and_once(sala, staff) -> None:
    linked(sala, staff["officer"])
    lodged(sala, staff)
    before = len(told(sala))
    at = step(sala, 50)
    tell(sala, at)
    tell(sala, at)
    assert [("50 %" in body) for body in told(sala)[before:]] == [True]


def test_confidential_cases_are_never_told_nor_known(sala, staff) -> None:
    hers = apart(sala)
    chat = linked(sala, hers)
    case = accuse(sala)
    tell(sala, step(sala, 200))
    assert told(sala) == []
    assert chat.write(case.reference) == "There is no such case with your office."


def test_a_case_that_became_confidential_is_known_no_more(sala, staff) -> None:
    chat = linked(sala, staff["officer"])
    case = lodged(sala, staff)
    chat.write(case.reference)
    staff["officer"].do(case.id, "place", category="bribe")
    assert chat.write("1") == "Send the number of a case first."


def test_signing_out_ends_the_link_and_so_does_leaving(sala, staff) -> None:
    desk = staff["officer"]
    chat = linked(sala, desk)
    case = lodged(sala, staff)
    desk.get("/console/queue")
    desk.post("/console/sign-out")
    with sala.reading() as db:
        assert db.scalars(select(StaffChat)).all() == []
    before = len(told(sala))
    sala.lodge(*TO_HOW, "1", "1", number="+85599000099")
    assert len(told(sala)) == before
    assert "no such case" not in chat.write(case.reference)
    assert first_of(case) + case.reference[3:6] not in chat.screen, "she is a citizen like everybody now"


@pytest.mark.parametrize("wrong", ["12345678", "1", "000000000000"])
def test_a_wrong_code_links_nothing_and_tries_are_bounded(sala, staff, wrong) -> None:
    chat = Chatter(sala, "701")
    for _ in range(6):
        assert "This code is not good" in chat.write(f"staff {wrong}")
    staff["officer"].get("/console/chat")
    code = re.search(r"staff (\d{8})", staff["officer"].post("/console/chat"))[1]
    assert "This code is not good" in chat.write(f"staff {code}"), "five wrong ones, then none for an hour"
    assert "is linked with" in Chatter(sala, "702").write(f"staff {code}")
    assert "This code is not good" in Chatter(sala, "703").write(f"staff {code}"), "it opens once"


def test_an_old_code_and_an_old_link_are_good_no_more(sala, staff) -> None:
    from gateway.people import actions as people

    chat = linked(sala, staff["officer"])
    with sala.house.database.transaction() as db:
        row = db.scalars(select(StaffChat)).one()
        row.linked_at = datetime.now(UTC) - timedelta(days=31)
        assert people.staff_of_chat(db, row.address_id, datetime.now(UTC)) is None
        code = people.new_staff_code(db, row.staff_id, datetime.now(UTC) - timedelta(minutes=16))
    assert "This code is not good" in chat.write(f"staff {code}")
