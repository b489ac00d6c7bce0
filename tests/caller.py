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

    def repeat(self) -> str:
        """The network sends the last hop again."""
        return self._hop()

    def _hop(self) -> str:
        answer = self.post()
        self.status = answer.status_code
        text = answer.get_data(as_text=True)
        assert self.status == 200, text
        assert text[:4] in ("CON ", "END ")
        self.live, self.screen = text.startswith("CON "), text[4:]
        return self.screen

    def post(self, **changed: str) -> Any:
        form = {"sessionId": self.session, "serviceCode": "*123#", "phoneNumber": self.number, "networkCode": "99999"}
        form |= {"text": self.typed, **changed}
        return self.client.post(f"/in/{self.channel}", query_string={"key": self.secret}, data=form)
