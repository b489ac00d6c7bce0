"""Missed calls: refused as busy, called back within budgets, tried three times, then left to an operator."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine
from sqlalchemy import select

from gateway.channels.outbox.records import Outgoing
from gateway.hotline.records import Missed, Task

from .phone import NUMBER, OPEN, Phone


@pytest.fixture
def beeper(network, sala) -> Phone:
    return Phone(sala, "kh-beep")


def ring(phone: Phone, sid: str, number: str = NUMBER) -> None:
    phone.number, phone.sid = number, sid
    phone.ask(f"/in/{phone.channel}/call/beep", CallStatus="ringing")
    assert phone.twiml.find("Reject").get("reason") == "busy"


def test_a_missed_call_is_refused_as_busy_and_called_back_once(beeper, sala, network) -> None:
    ring(beeper, "CA1")
    ring(beeper, "CA1")
    ring(beeper, "CA2")
    rows = sala.all_of(Missed)
    assert [(row.state, row.why) for row in rows] == [("waiting", ""), ("refused", "called back a moment ago")]
    later = datetime.now(UTC) + timedelta(seconds=30)
    for _ in range(2):
        sala.tick.deliver(later)
    calls = requests.get(f"{network}/calls", timeout=5).json()
    assert [(call["To"], call["Url"].rsplit("/", 1)[1]) for call in calls] == [
        (NUMBER, f"answered?missed={rows[0].id}")
    ]
    answered = calls[0]["Url"].removeprefix(f"http://127.0.0.1:{sala.env['PORT']}")
    beeper.sid = "CA9"
    out = {"Direction": "outbound-api", "From": "+85523000000", "To": NUMBER}
    beeper.ask(answered, CallStatus="in-progress", **out)
    assert beeper.heard() == ["You called us. To go on, press one."]
    gather = beeper.twiml.find("Gather").get("action")
    with time_machine.travel(OPEN):
        beeper.ask(gather, Digits="1", **out)
    assert sala.all_of(Missed)[0].state == "reached"
    assert beeper.twiml.find("Enqueue") is not None


def test_voice_mail_hears_one_sentence_and_nobody_answers_three_times(beeper, sala, network) -> None:
    ring(beeper, "CA1")
    now = datetime.now(UTC)
    for attempt in range(3):
        now += timedelta(minutes=11)
        sala.tick.deliver(now)
        beeper.ask(f"/in/kh-beep/call/answered?missed={sala.all_of(Missed)[0].id}&again=1", Digits="")
        assert beeper.twiml.find("Hangup") is not None
        with time_machine.travel(now):
            beeper.ask(f"/in/kh-beep/call/rung?missed={sala.all_of(Missed)[0].id}", 204, CallStatus="completed")
        assert len(requests.get(f"{network}/calls", timeout=5).json()) == attempt + 1
    assert sala.all_of(Missed)[0].state == "unreached"
    assert [task.kind for task in sala.all_of(Task)] == ["call_back"]


@pytest.mark.parametrize(
    ("number", "why"), [("+23912345678", "no budget for that country"), ("+66812345678", ""), ("+8562055512345", "")]
)
def test_each_country_has_its_own_budget(beeper, sala, number, why) -> None:
    ring(beeper, "CA1", number)
    assert sala.all_of(Missed)[0].why == why


def test_a_call_of_ours_whose_end_nobody_told_is_made_again(beeper, sala, network) -> None:
    ring(beeper, "CA1")
    now = datetime.now(UTC)
    for _ in range(4):
        now += timedelta(minutes=16)
        sala.tick.deliver(now)
    for _ in range(8):
        now += timedelta(minutes=16)
        sala.tick.deliver(now)
    assert sala.all_of(Missed)[0].state == "unreached"
    assert [task.kind for task in sala.all_of(Task)] == ["call_back"]
    assert len(requests.get(f"{network}/calls", timeout=5).json()) == 3


def test_a_budget_is_a_day_s(beeper, sala) -> None:
    pack = sala.house.packs["kh"]
    row = pack.channels["kh-beep"]
    pack.channels["kh-beep"] = replace(row, own={**row.own, "budgets": {"+855": "2"}})
    try:
        for number in range(4):
            ring(beeper, f"CA{number}", f"+8559900000{number}")
        whys = [row.why for row in sala.all_of(Missed)]
        assert whys == ["", "", "the day's budget is spent", "the day's budget is spent"]
    finally:
        pack.channels["kh-beep"] = row


def test_three_calls_for_nothing_and_then_a_neutral_text(sala, staff) -> None:
    from gateway.hotline import actions as hotline

    case = sala.lodge("2", "2", "1", "4", "9", "2", "1", "1")
    staff["officer"].answer(case.id, "Come on Monday.")
    task, now = sala.all_of(Task)[0], datetime.now(UTC)
    with sala.house.database.transaction() as db:
        mine = db.get_one(Task, task.id)
        for attempt in range(3):
            hotline.not_reached(db, sala.house, mine, now)
            assert (mine.attempts, mine.state) == (attempt + 1, "waiting" if attempt < 2 else "unreached")
            assert attempt == 2 or mine.next_at > now
            now = mine.next_at
    with sala.reading() as db:
        last = db.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first()
    assert last.body == "We tried to call you. Please call 0000 (demo)."
    assert "Monday" not in last.body
