"""Somebody who writes messages instead of dialling: by SMS over a direct link, or in a Telegram chat."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import select

from gateway.channels.outbox import lines_of
from gateway.channels.outbox.records import Outgoing

_numbers = itertools.count(1)
TIME = 1_764_000_000


class Writer:
    """Writes through the real webhook. `screen` is the last text that was put out to her; `buttons` stand below it."""

    channel = ""

    def __init__(self, sala: Any, address: str) -> None:
        self.sala, self.address = sala, address
        self.screen, self.mark, self.status = "", "", 0
        self.buttons: dict[str, str] = {}

    def write(self, *texts: str) -> str:
        for text in texts:
            self.sent(self.post(text, str(next(_numbers))))
        return self.screen

    def sent(self, answer: Any) -> Any:
        self.status = answer.status_code
        with self.sala.reading() as db:
            replies = select(Outgoing).where(Outgoing.channel == self.channel, Outgoing.purpose == "reply")
            row = db.scalar(replies.order_by(Outgoing.id.desc()).limit(1))
        if row:
            lines, self.mark = lines_of(row.buttons)
            self.screen, self.buttons = row.body, {line.label: line.press for line in lines}
        return answer

    def post(self, text: str, number: str) -> Any:
        raise NotImplementedError


class Texter(Writer):
    """By SMS, through Kannel's get-url."""

    channel = "kh-kannel"

    def post(self, text: str, number: str) -> Any:
        query = {"key": self.sala.env["KANNEL_SECRET"], "from": self.address, "to": "1289", "text": text}
        query |= {"charset": "UTF-8", "coding": "0", "id": number, "smsc": "demo"}
        return self.sala.client.get(f"/in/{self.channel}", query_string=query)


class Chatter(Writer):
    """In a Telegram chat."""

    channel = "kh-telegram"

    def post(self, text: str, number: str) -> Any:
        return self.update({"message": self.message(text=text)}, number)

    def message(self, **more: Any) -> dict[str, Any]:
        chat = int(self.address)
        who = {"id": chat, "is_bot": False, "first_name": "x"}
        return {"message_id": 1, "date": TIME, "chat": {"id": chat, "type": "private"}, "from": who, **more}

    def update(self, update: dict[str, Any], number: str = "") -> Any:
        secret = {"X-Telegram-Bot-Api-Secret-Token": self.sala.env["TELEGRAM_WEBHOOK_SECRET"]}
        body = {"update_id": int(number or next(_numbers)), **update}
        return self.sala.client.post(f"/in/{self.channel}", headers=secret, json=body)

    def press(self, *labels: str) -> str:
        for label in labels:
            self.sent(self.pressed(self.mark, self.buttons[label]))
        return self.screen

    def pressed(self, mark: str, press: str) -> Any:
        chat = int(self.address)
        who = {"id": chat, "is_bot": False, "first_name": "x"}
        query = {"id": "77", "from": who, "chat_instance": "1", "data": f"1|{mark}|{press}", "message": self.message()}
        return self.update({"callback_query": query})
