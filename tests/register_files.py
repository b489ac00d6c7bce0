"""Files of a register and of payments, how a test takes them in, and how a caller shows a second fact."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gateway.entitlements import actions
from gateway.entitlements.records import Snapshot

HEAD = "household,person,head,name,born,card,id,phone,level,valid_until,place,enrolled,disability,expecting,school\n"

SOK = "H1,P1,yes,Sok Dara,1988-03-02,990000010001,991111111,099000001,1,2027-12-31,171001,pregnancy,no,yes,\n"

CHILD = "H1,P2,no,Sok Rithy,2019,990000010001,,099000001,1,2027-12-31,171001,pregnancy,no,no,low\n"

CHAN = "H2,P3,yes,Chan Thy,1950-01-01,990000010002,992222222,,2,2026-01-31,171001,older,no,no,\n"

DUES = "household,programme,due,amount,state,at\n"

PAID = "H1,pregnancy,2026-11-01,80000,sent,Wing agent Sla Kram\nH1,pregnancy,{next},80000,planned,Wing agent Sla Kram\n"

CARD = "990000010001"


def send(sala, body: str | bytes, as_of: date = date(2026, 11, 20), name: str = "people.csv", **more: Any) -> Snapshot:
    """A file is sent and read by a worker's hands."""
    raw = body if isinstance(body, bytes) else body.encode()
    kind = "payments" if b"due" in raw.partition(b"\n")[0] else "people"
    with sala.house.database.transaction() as db:
        row = actions.send(db, "kh", kind, io.BytesIO(raw), name, as_of, None, datetime.now(UTC), **more)
    sala.hands.register(row.id, datetime.now(UTC))
    return again(sala, row.id)


def again(sala, snapshot_id: int) -> Snapshot:
    with sala.reading() as db:
        return db.get_one(Snapshot, snapshot_id)


def take_in(sala, body: str | bytes, **more: Any) -> Snapshot:
    row = send(sala, body, **more)
    assert row.state == "read", row.report
    with sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))
    sala.hands.register(row.id, datetime.now(UTC))
    return again(sala, row.id)


def told(row: Snapshot, what: str = "faults") -> list[tuple[int, str]]:
    """What is wrong or odd, by line, with its facts filled in."""
    found = []
    for line, sentence, facts in row.report[what]:
        for name, fact in facts.items():
            sentence = sentence.replace(f"{{{name}}}", fact)
        found.append((line, sentence))
    return found


@pytest.fixture
def register(sala, staff) -> None:
    """Two households, and the payments of one."""
    take_in(sala, HEAD + SOK + CHILD + CHAN)
    coming = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    take_in(sala, DUES + PAID.format(next=coming), name="payments.csv")


def proven(sala, *proof: str, number: str = "+85599000009", card: str = CARD):
    """Dials from another telephone and shows a second fact; the caller."""
    caller = sala.caller(number)
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "My card")
    caller.press(card)
    caller.choose(proof[0])
    caller.press(proof[1])
    return caller


def pin_of(sala, key: str = "H1") -> str:
    pack, now = sala.house.packs["kh"], datetime.now(UTC)
    with sala.house.database.transaction() as db:
        found = actions.sight(db, "kh", key, now.date())
        return actions.give_pin(db, sala.house, pack, found, "a test", 1, now)
