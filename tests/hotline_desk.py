"""What an operator does at the desk, for the tests of the hotline: logs a call, says what the caller said; and tasks."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from gateway.hotline import actions as hotline
from gateway.people.actions import hear_from

NUMBER = "+85599000001"


NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


def call(desk, number: str = "099 000 001") -> str:
    """Logs a call; its path."""
    desk.get("/console/hotline")
    desk.post("/console/hotline/call", number=number, once=desk.hidden("once"))
    return re.search(r"(/console/hotline/call/\d+)/end", desk.page)[1]


def say(desk, path: str, press: str = "", text: str = "") -> str:
    return desk.post(f"{path}/say", once=desk.hidden("once"), press=press, text=text)


def task(sala, kind: str = "call_back", *, language: str = "km", hours: str = "", due: datetime = NOW, **more) -> int:
    with sala.house.database.transaction() as db:
        address = hear_from(db, "kh", more.pop("number", NUMBER), NOW)
        once = f"{kind}{language}{hours}{due}{more}"
        made = hotline.put_task(
            db, "kh", kind, about="", address_id=address.id, language=language, hours=hours, due_at=due, once=once,
            now=NOW, **more,
        )  # fmt: skip
        return made.id
