"""What did not arrive is seen and sent again; money nearly spent is an alarm."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from gateway.channels import outbox
from gateway.channels.outbox.records import Outgoing
from gateway.channels.spending import spend
from gateway.people.actions import hear_from

NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


def test_dead_letters_are_seen_without_their_words_and_sent_again(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        address = hear_from(db, "kh", "+85599000001", NOW)
        row = outbox.put(db, "kh-sms", address.id, "her secret", purpose="answer", about="event:1", once="a", now=NOW)
        db.get_one(Outgoing, row).state = "failed"
    supervisor = staff["supervisor"]
    supervisor.get("/console/letters")
    assert "not delivered" in supervisor.page
    assert not re.search(r"her secret|\+855", supervisor.page)
    supervisor.post(f"/console/letters/{row}/again")
    assert sala.all_of(Outgoing)[0].state == "waiting"
    staff["officer"].get("/console/letters", 403)


def test_money_nearly_spent_is_an_alarm_that_staff_see(sala, staff) -> None:
    pack, today = sala.app.config["HOUSE"].packs["kh"], datetime.now(UTC).date()
    before, supervisor = pack.channels["kh-sms"], staff["supervisor"]
    pack.channels["kh-sms"] = replace(before, cap=1000)
    try:
        for cost, seen in ((799, False), (1, True)):
            with sala.house.database.transaction() as db:
                spend(db, today, "kh-sms", "+855", 1, cost)
            assert ("80 % of this month" in supervisor.get("/console/letters")) == seen
            assert ("80 % of this month" in supervisor.get("/console/outreach")) == seen
        told = sala.client.get("/metrics").get_data(as_text=True)
        assert 'sala_spent{channel="kh-sms"} 800.0' in told
        assert 'sala_cap{channel="kh-sms"} 1000.0' in told
    finally:
        pack.channels["kh-sms"] = before
