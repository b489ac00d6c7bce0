"""A caller: someone with a phone, as a carrier's gateway shows her to us. Used by transcripts and tests."""

from __future__ import annotations

import itertools
from typing import Any

_sessions = itertools.count(1)


class Caller:
    """Dials and presses through the real webhook. `screen` is what her phone shows now."""

    def __init__(self, client: Any, secret: str, number: str, channel: str) -> None:
        self.client, self.secret, self.number, self.channel = client, secret, number, channel
        self.session, self.typed, self.screen, self.live = "", "", "", False
        self.status = 0

    def dial(self, typed: str = "") -> str:
        self.session, self.typed = f"session-{next(_sessions)}-{self.number}", typed
        return self._hop()

    def press(self, *keys: str) -> str:
        for key in keys:
            assert self.live, f"the session has ended: {self.screen}"
            self.typed = f"{self.typed}*{key}" if self.typed else key
            self._hop()
        return self.screen

    def choose(self, *labels: str) -> str:
        """Presses the number of a line by its words, turning pages and opening the group of its first letter."""
        for label in labels:
            while not (number := self._number(label)):
                on = self._group(label[0]) or ("9" if "\n9 " in self.screen else "")
                assert on, f"no line says {label}: {self.screen}"
                self.press(on)
            self.press(number)
        return self.screen

    def _number(self, label: str) -> str:
        return next((line.split()[0] for line in self.screen.splitlines() if line.partition(" ")[2] == label), "")

    def _group(self, letter: str) -> str:
        return next((line.split()[0] for line in self.screen.splitlines() if letter in line.split()[1:]), "")

    def repeat(self) -> str:
        """The network sends the last hop again."""
        return self._hop()

    def _hop(self) -> str:
        answer = self.post()
        self.status = answer.status_code
        text = answer.get_data(as_text=True)
        assert self.status == 200, text
        self.read(answer)
        return self.screen

    def read(self, answer: Any) -> None:
        text = answer.get_data(as_text=True)
        assert text[:4] in ("CON ", "END ")
        self.live, self.screen = text.startswith("CON "), text[4:]

    def post(self, **changed: str) -> Any:
        form = {"sessionId": self.session, "serviceCode": "*123#", "phoneNumber": self.number, "networkCode": "99999"}
        form |= {"text": self.typed, **changed}
        return self.client.post(f"/in/{self.channel}", query_string={"key": self.secret}, data=form)


class LastInputCaller(Caller):
    """The same phone behind a gateway that sends only what was typed last, as JSON with the hop's number."""

    hops: tuple[str, ...] = ()

    def dial(self, typed: str = "") -> str:
        self.session, self.hops = f"session-{next(_sessions)}-{self.number}", ()
        return self._hop()

    def press(self, *keys: str) -> str:
        for key in keys:
            assert self.live, f"the session has ended: {self.screen}"
            self.hops = (*self.hops, key)
            self._hop()
        return self.screen

    def read(self, answer: Any) -> None:
        self.live, self.screen = answer.json["Type"] == "response", answer.json["Message"]

    def post(self, **changed: Any) -> Any:
        hop = {"SessionId": self.session, "Mobile": self.number.removeprefix("+"), "ServiceCode": "*456#"}
        hop |= {"Type": "Response" if self.hops else "Initiation", "Sequence": len(self.hops) + 1}
        hop |= {"Message": self.hops[-1] if self.hops else "*456#", **changed}
        return self.client.post(f"/in/{self.channel}", query_string={"key": self.secret}, json=hop)
