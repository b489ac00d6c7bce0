"""Somebody of the staff at a browser. Used by the tests of the pages."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

PASSWORD = "a password for tests"
HASH = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
LOCAL = ZoneInfo("Asia/Phnom_Penh")
TO_HOW = ("2", "2", "1", "4", "9")


def first_of(case) -> str:
    """How the number of a case begins on a page: six digits, so that none is found by chance."""
    return f"{case.reference[:3]} {case.reference[3:6]}"


def month_of(moment: datetime) -> str:
    """The month in which it lies for the people of the demo (`2026-11`)."""
    return f"{moment.astimezone(LOCAL):%Y-%m}"


class Desk:
    """Somebody at a browser, with cookies and the forms of the pages she was shown."""

    def __init__(self, sala, name: str) -> None:
        self.client, self.name = sala.app.test_client(), name
        self.page = ""

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code)
        self.page = answer.get_data(as_text=True)
        return self.page

    def post(self, path: str, status: int = 200, **form: str | list[str]) -> str:
        form = {"csrf_token": self.hidden("csrf_token"), **form}
        answer = self.client.post(path, data=form, follow_redirects=True)
        self.page = answer.get_data(as_text=True)
        assert answer.status_code == status, (path, answer.status_code, answer.request.path)
        return self.page

    def hidden(self, name: str) -> str:
        return re.search(rf'name="{name}" value="([^"]*)"', self.page)[1]

    def on_shift(self, *languages: str, phone: str = "") -> str:
        self.get("/console/hotline")
        return self.post("/console/hotline/shift", language=list(languages), phone=phone)

    def sign_in(self, password: str = PASSWORD, status: int = 200, **more: str) -> str:
        self.get("/console/sign-in")
        return self.post("/console/sign-in", status, name=self.name, password=password, **more)

    def answer(self, case: int, text: str, act: str = "reply", status: int = 200, **more: str) -> str:
        self.get(f"/console/case/{case}")
        return self.post(f"/console/case/{case}/answer", status, text=text, act=act, **{**self.sealed(), **more})

    def decide(
        self, case: int, done: str, decision: str = "upheld", cause: str = "implementation", status: int = 200,
        **more: str,
    ) -> str:  # fmt: skip
        self.get(f"/console/case/{case}")
        form = {"decision": decision, "cause": cause, "done": done, **self.sealed(), **more}
        return self.post(f"/console/case/{case}/decide", status, **form)

    def do(self, case: int, what: str, status: int = 200, **form: str) -> str:
        """One of the smaller acts on the case's page: take, withdraw, merge, place, up."""
        self.get(f"/console/case/{case}")
        return self.post(f"/console/case/{case}/{what}", status, **self.sealed(), **form)

    def sealed(self) -> dict[str, str]:
        """What the forms of a case carry unseen."""
        return {name: self.hidden(name) for name in ("once", "version")}
