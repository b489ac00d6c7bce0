"""Messages to many: only to who asked, approved by a second person, paced, stopped, answered; codes are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.channels import outbox
from gateway.channels.outbox.records import Outgoing
from gateway.dialogue.records import Question
from gateway.outreach import actions
from gateway.outreach.records import Broadcast, CampaignCount, PollAnswer, Wish, audience
from gateway.outreach.rules import A_TICK, MOVES, Refused, moved, preview
from gateway.people.actions import hear_from, keep_language, stop
from gateway.people.records import Address

from .desk import HASH, Desk
from .writers import Texter

NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


TEXTS = {"en": "A team comes to Sla Kram on Friday.", "km": "ក្រុមមកស្លក្រាមថ្ងៃសុក្រ។"}


def people(sala, count: int, place: str = "171001", language: str = "en") -> list[int]:
    with sala.house.database.transaction() as db:
        found = []
        for number in range(count):
            address = hear_from(db, "kh", f"+85599{place[:2]}{place[-1]}{number:03}", NOW)
            keep_language(db, address.id, language)
            actions.wish(db, address.id, place, NOW)
            found.append(address.id)
        return found


def draft(sala, kind: str = "visit", place: str = "1710", author: int = 1, texts: dict | None = None) -> int:
    with sala.house.database.transaction() as db:
        return actions.write(db, sala.house.packs["kh"], kind, place, texts or TEXTS, author, NOW).id


def approve(sala, number: int, by: int = 2, word: str = "approve") -> None:
    with sala.house.database.transaction() as db:
        actions.act(db, number, "kh", word, by, NOW)


@pytest.fixture
def two(sala, staff) -> tuple[Desk, Desk]:
    """Two who may write and approve."""
    with sala.house.database.transaction() as db:
        from gateway.people.actions import add_staff

        add_staff(
            db, name="second", role="supervisor", password=HASH, country="kh", offices=["kh-17"], language="en", totp=None,
            actor="system", now=NOW,
        )  # fmt: skip
    second = Desk(sala, "second")
    second.sign_in()
    return staff["supervisor"], second


def test_only_who_asked_for_that_area_and_can_be_reached(sala, staff) -> None:
    here, elsewhere = people(sala, 4), people(sala, 2, place="010201")
    pack = sala.house.packs["kh"]
    with sala.house.database.transaction() as db:
        hear_from(db, "kh", "+85599999999", NOW)
        stop(db, here[0], NOW)
        db.get_one(Address, here[1]).closed_at = NOW
        found = [address.id for address in audience(db, "kh", actions.areas(pack, "17"))]
        assert found == here[2:]
        assert [a.id for a in audience(db, "kh", actions.areas(pack, "01"))] == elsewhere
        assert audience(db, "kh", actions.areas(pack, "1703")) == []


def test_it_is_written_seen_approved_by_another_and_sent_in_her_language(sala, two) -> None:
    first, second = two
    people(sala, 2)
    people(sala, 1, place="171002", language="km")
    people(sala, 1, place="171003", language="th")
    first.get("/console/outreach")
    first.post("/console/outreach/write", kind="visit", place="1710", **{f"text-{tag}": t for tag, t in TEXTS.items()})
    assert "Still to reach: 4. Parts: 4. Cost: 0." in first.page
    assert "Approve and send" not in first.page
    first.post("/console/outreach/1", 409, act="approve")
    assert "Another person must approve what you wrote." in first.page
    second.get("/console/outreach")
    second.post("/console/outreach/1", act="approve")
    for beat in range(2):
        sala.tick.deliver(datetime.now(UTC) + timedelta(seconds=beat))
    rows = sala.all_of(Outgoing)
    assert sorted(row.body for row in rows) == sorted([TEXTS["en"]] * 3 + [TEXTS["km"]])
    assert {(row.kind, row.about) for row in rows} == {(2, "broadcast:1")}
    assert sala.all_of(Broadcast)[0].state == "done"
    assert "sent to 4" in second.get("/console/outreach")


def test_it_is_put_out_a_few_at_a_beat_and_stopped_in_the_middle(sala, staff) -> None:
    people(sala, A_TICK + 10)
    number = draft(sala)
    approve(sala, number)
    with sala.house.database.transaction() as db:
        assert len(actions.put_some(db, sala.house, number, NOW)) == A_TICK
    approve(sala, number, by=1, word="stop")
    with sala.house.database.transaction() as db:
        assert actions.put_some(db, sala.house, number, NOW) == []
    assert {(row.state, row.error) for row in sala.all_of(Outgoing)} == {("withdrawn", "stopped by staff")}
    assert sala.all_of(Broadcast)[0].state == "stopped"


def test_put_out_twice_nobody_gets_it_twice(sala, staff) -> None:
    people(sala, 3)
    number = draft(sala)
    approve(sala, number)
    for _ in range(2):
        with sala.house.database.transaction() as db:
            row = db.get_one(Broadcast, number)
            row.cursor, row.state = 0, "sending"
            actions.put_some(db, sala.house, number, NOW)
    assert len(sala.all_of(Outgoing)) == 3


@pytest.mark.parametrize(
    ("state", "act"), [(s, a) for s in ("draft", "sending", "done", "stopped", "dropped") for a in MOVES]
)
def test_the_states_and_who_may(state, act) -> None:
    before, after = MOVES[act]
    if state in before:
        assert moved(state, act, author=1, staff_id=2) == after
    else:
        with pytest.raises(Refused):
            moved(state, act, author=1, staff_id=2)


@pytest.mark.parametrize(
    ("kind", "place", "texts", "says"),
    [
        ("gossip", "1710", TEXTS, "Choose what it is about."),
        ("visit", "999999", TEXTS, "Choose the area."),
        ("visit", "1710", {"en": "x"}, "country&#39;s language"),
        ("visit", "1710", {**TEXTS, "en": "x" * 401}, "longer than 400 letters"),
    ],
)
def test_a_message_that_nobody_should_get_is_refused_and_nothing_typed_is_lost(two, kind, place, texts, says) -> None:
    desk, _ = two
    desk.get("/console/outreach")
    desk.post(
        "/console/outreach/write", 400, kind=kind, place=place, **{f"text-{t}": text for t, text in texts.items()}
    )
    assert says in desk.page
    assert texts["en"][:10] in desk.page


def test_the_cost_is_counted_by_part_and_prefix() -> None:
    who = [("+85512000000", "km"), ("+85599000000", "en"), ("+66800000000", "en")]
    found = preview(who, {"km": 2, "en": 1}, {"+855": 10, "+85512": 7})
    assert (found.people, found.parts, found.cost, found.by_language) == (3, 4, 24, {"km": 1, "en": 2})


def wishes(sala) -> list[str]:
    with sala.reading() as db:
        return list(db.scalars(select(Wish.place)))


def test_she_asks_for_news_and_ends_them_by_the_menu_or_by_stop(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2")
    caller.choose("More", "News near me", "Yes", "Siemreap", "Siem Reab", "Sla Kram")
    assert caller.screen.startswith("We will write to this phone.")
    assert wishes(sala) == ["171001"]
    caller = sala.caller()
    caller.dial()
    caller.choose("More", "News near me", "No")
    assert caller.screen == "You get no more news from us."
    assert wishes(sala) == []


def test_a_poll_is_asked_when_she_next_dials_and_the_result_goes_to_who_answered(sala, two) -> None:
    first, second = two
    ids = people(sala, 3)
    first.get("/console/outreach")
    texts = {f"text-{tag}": "Did the team come?" for tag in ("en", "km")}
    first.post("/console/outreach/write", kind="poll", place="1710", **texts)
    second.get("/console/outreach")
    second.post("/console/outreach/1", act="approve")
    sala.tick.deliver(datetime.now(UTC))
    assert len(sala.all_of(Question)) == 3
    assert {row.body for row in sala.all_of(Outgoing)} == {"Did the team come? To answer, dial *123#."}
    for number, key in ((0, "1"), (1, "2")):
        caller = sala.caller(_number(sala, ids[number]))
        assert caller.dial().startswith("Did the team come?")
        caller.press(key)
        assert caller.screen.startswith("Thank you. We will tell you what all said.")
    assert "Yes: 1. No: 1. Do not know: 0." in first.get("/console/outreach")
    result = {f"text-{tag}": "One said yes, one no." for tag in ("en", "km")}
    first.post("/console/outreach/1/result", **result)
    second.get("/console/outreach")
    second.post("/console/outreach/2", act="approve")
    sala.tick.deliver(datetime.now(UTC))
    sala.tick.deliver(datetime.now(UTC))
    with sala.reading() as db:
        told = db.scalars(select(Outgoing.address_id).where(Outgoing.about == "broadcast:2")).all()
        assert sorted(told) == sorted(ids[:2])
        assert len(db.scalars(select(PollAnswer)).all()) == 2


def test_a_stopped_poll_is_asked_of_nobody_and_no_text_of_it_comes_back(network, sala, staff) -> None:
    ids = people(sala, 2)
    number = draft(sala, kind="poll")
    approve(sala, number)
    sala.tick.deliver(datetime.now(UTC))
    with sala.house.database.transaction() as db:
        claimed = outbox.claim(db, datetime.now(UTC))
    approve(sala, number, by=1, word="stop")
    with sala.house.database.transaction() as db:
        for row in claimed:
            outbox.postpone(db, row.id, datetime.now(UTC), "pace")
    sala.hands.deliver(None, datetime.now(UTC))
    assert {row.state for row in sala.all_of(Outgoing)} <= {"withdrawn", "delivered", "sent"}
    assert {row.state for row in sala.all_of(Outgoing) if row.id in {ready.id for ready in claimed}} <= {"withdrawn"}
    assert sala.caller(_number(sala, ids[0])).dial().startswith("How can we help?")
    assert staff["supervisor"].get("/console/letters").count("To many</strong>") == 0


def test_what_waits_in_the_outbox_can_be_stopped_when_all_has_been_put_there(sala, staff) -> None:
    people(sala, 2)
    number = draft(sala)
    approve(sala, number)
    for _ in range(2):
        with sala.house.database.transaction() as db:
            actions.put_some(db, sala.house, number, NOW)
    assert sala.all_of(Broadcast)[0].state == "done"
    supervisor = staff["supervisor"]
    assert "Stop it now" in supervisor.get("/console/outreach")
    supervisor.post(f"/console/outreach/{number}", act="stop")
    assert {row.state for row in sala.all_of(Outgoing)} == {"withdrawn"}
    assert "Stop it now" not in supervisor.page


def test_stop_ends_the_news_for_good(sala) -> None:
    """Whoever later asks to be written to about a complaint has not asked for news again."""
    ids = people(sala, 1)
    with sala.house.database.transaction() as db:
        address = db.get_one(Address, ids[0])
        keep_language(db, address.id, "en")
        number = address.number
    Texter(sala, number).write("STOP")
    sala.caller(number).dial()
    sala.lodge("2", "1", "4", "9", "1", "1", number=number)
    with sala.reading() as db:
        assert db.get_one(Address, ids[0]).stopped_at is None
        assert audience(db, "kh", actions.areas(sala.house.packs["kh"], "17")) == []


def _number(sala, address_id: int) -> str:
    with sala.reading() as db:
        return db.get_one(Address, address_id).number


def test_the_code_of_a_campaign_is_counted_and_the_rest_is_heard(sala) -> None:
    texter = Texter(sala, "+85599000001")
    texter.write("radio1 hello", "2")
    assert texter.screen.startswith("How can we help?")
    with sala.reading() as db:
        assert [(row.code, row.count) for row in db.scalars(select(CampaignCount))] == [("RADIO1", 1)]


def test_who_may_not_sees_nothing_of_it(staff) -> None:
    for role in ("operator", "officer", "inspector", "auditor", "admin"):
        staff[role].get("/console/outreach", 403)
