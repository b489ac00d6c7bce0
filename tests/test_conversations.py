"""Plays every transcript of `tests/conversations/` through the real webhook, on both databases.

A transcript is a story: `dial`, what the phone shows (`< `), what she presses (`> `) or finds by its words (`choose`), `drop`, `wait 31
minutes`, and what is then so (`= case ...`, `= sms ...`). `{name}` stands for what cannot be known
beforehand; the same name stands for the same words all through the story.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.cases.records import Case
from gateway.channels.outbox.records import Outgoing

STORIES = sorted((Path(__file__).parent / "conversations").glob("*.txt"))


class Story:
    def __init__(self, sala, text: str) -> None:
        self.sala, self.lines = sala, text.splitlines()[1:]
        self.names: dict[str, str] = {}
        self.now = datetime.now(UTC)
        self.caller = sala.caller()

    def play(self) -> None:
        expected: list[str] = []
        for number, line in enumerate([*self.lines, ""], start=2):
            if line.startswith("<"):
                expected.append(line[2:])
                continue
            if expected:
                self.same("\n".join(expected), self.caller.screen, number - 1)
                expected = []
            self.act(line, number)

    def act(self, line: str, number: int) -> None:
        word, _, rest = line.partition(" ")
        match word:
            case "phone":
                self.caller = self.sala.caller(rest, self.caller.channel)
            case "code":
                self.caller = self.sala.caller(self.caller.number, rest)
            case "dial":
                self.caller.dial(rest)
            case ">":
                self.caller.press(self.filled(rest))
            case "choose":
                self.caller.choose(rest)
            case "again":
                before = self.caller.screen
                assert self.caller.repeat() == before, f"line {number}: another answer to the same hop"
            case "drop":
                self.caller.live = False
            case "wait":
                self.now += timedelta(minutes=int(rest.split()[0]))
                self.sala.tick.once(self.now)
            case "=":
                self.so(rest, number)
            case _:
                assert not line or line.startswith("#"), f"line {number} is not read: {line}"

    def so(self, rest: str, number: int) -> None:
        self.sala.work()
        what, _, wanted = rest.partition(" ")
        with self.sala.reading() as db:
            if what == "case":
                case = db.scalars(select(Case).order_by(Case.id.desc())).first()
                found = f"{case.category}, {case.answer_by}, {case.queue}, {case.state}" if case else "none"
            elif what == "sms":
                row = db.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first()
                found = row.body if row else "none"
            else:
                found = str(len(db.scalars(select(Case)).all()))
        self.same(wanted, found, number)

    def filled(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: self.names[m[1]].replace(" ", ""), text)

    def same(self, wanted: str, found: str, number: int) -> None:
        pattern = re.escape(wanted).replace(r"\{", "{").replace(r"\}", "}")
        seen: set[str] = set()

        def group(match: re.Match[str]) -> str:
            name = match[1]
            if name in self.names:
                return re.escape(self.names[name])
            if name in seen:
                return f"(?P={name})"
            seen.add(name)
            return f"(?P<{name}>.+)"

        met = re.fullmatch(re.sub(r"\{(\w+)\}", group, pattern), found)
        assert met, f"line {number}: expected\n{wanted}\nbut the phone showed\n{found}"
        self.names.update(met.groupdict())


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_story(sala, story: Path) -> None:
    Story(sala, story.read_text(encoding="utf8")).play()


def test_a_story_that_is_wrong_fails(sala) -> None:
    with pytest.raises(AssertionError, match="line 3"):
        Story(sala, "A story\ndial\n< Something else\n").play()
