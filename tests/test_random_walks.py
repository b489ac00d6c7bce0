"""Thousands of hops that nobody planned: every one is answered, fits its screen, and ends somewhere true."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases.records import Case
from gateway.dialogue.records import Conversation, Left
from gateway.language.measure import USSD, fits

KEYS = [
    *"1111122223456789",
    "0",
    "0",
    "00",
    "#",
    "9",
    "10",
    "12",
    "99",
    "",
    "hello",
    "4821",
    "1234567890123",
    "ជំរាបសួរ",
    "*",
    "money did not come in Svay Dangkum",
    "សៀមរាប",
]


@pytest.mark.parametrize("seed", range(6))
def test_every_hop_is_answered_on_a_screen_that_fits(sala, seed: int) -> None:
    dice = random.Random(seed)
    callers = [sala.caller(f"+8559902{seed}00{n}") for n in range(3)]
    now = datetime.now(UTC)
    for _ in range(220):
        caller = dice.choice(callers)
        if not caller.live or dice.random() < 0.06:
            caller.dial("*".join(dice.choices("1249", k=dice.randint(1, 4))) if dice.random() < 0.1 else "")
        elif dice.random() < 0.05:
            assert caller.screen == caller.repeat()
        elif dice.random() < 0.03:
            now += timedelta(minutes=31)
            sala.tick.once(now)
            caller.live = False
        else:
            caller.press(dice.choice(KEYS))
        assert "Something went wrong" not in caller.screen
        assert caller.screen.strip()
        assert fits(caller.screen, USSD), caller.screen
        assert "{" not in caller.screen
    sala.tick.once(now + timedelta(minutes=62))
    sala.tick.once(now + timedelta(minutes=124))
    sala.tick.once(now + timedelta(days=2))
    sala.work()
    with sala.reading() as db:
        assert db.scalars(select(Conversation)).all() == []
        opened = [left for left in db.scalars(select(Left)) if left.how == "opened"]
        cases = db.scalars(select(Case)).all()
        assert len(cases) >= len(opened)
        assert all(case.queue and case.due_at for case in cases)
        assert all(case.address_id is None for case in cases if case.answer_by == "pin")


FORWARD = [*"1111444425", "00", "still not paid in Svay Dangkum", "1234"]
"""Keys that never take a story back once it is told."""

LEADS = {"How can we help?": "2", "About what?": "15", "Where do you live?": "4", "How shall we answer?": "123"}


@pytest.mark.parametrize("seed", range(4))
def test_every_story_told_on_shared_phones_ends_in_exactly_one_case(sala, seed: int) -> None:
    dice = random.Random(seed)
    callers = [sala.caller(f"+8559903{seed}00{n}") for n in range(3)]
    now, told = datetime.now(UTC), []
    for caller in callers:
        caller.dial()
        caller.press("2")
    for number in range(300):
        caller = dice.choice(callers)
        if not caller.live or dice.random() < 0.08:
            caller.dial()
        elif "What happened?" in caller.screen:
            told.append(f"story {number}")
            caller.press(told[-1])
        elif dice.random() < 0.02:
            now += timedelta(minutes=31)
            sala.tick.once(now)
            for left in callers:
                left.live = False
        elif caller.screen.startswith("We keep this only"):
            caller.press("1")
        else:
            leads = next((keys for first, keys in LEADS.items() if first in caller.screen), "")
            caller.press(dice.choice(leads if leads and dice.random() < 0.7 else FORWARD))
    for minutes in (40, 80, 120, 2000):
        sala.tick.once(now + timedelta(minutes=minutes))
    with sala.reading() as db:
        assert db.scalars(select(Conversation)).all() == []
        kept = [case.story for case in db.scalars(select(Case)) if (case.story or "").startswith("story")]
    assert told
    assert sorted(kept) == sorted(told)
