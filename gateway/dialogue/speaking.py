"""What a voice says: a state as pieces, each with the name of its recording and its words. Pure.

A recording is named by the context of its sentence (`complaint.topic.unpaid`). A sentence with facts in it is recorded
in fragments between them (`complaint.done.1`, `complaint.done.2`); numbers, dates and digits are pieces of their own
(`digit.4`, `number.10`, `weekday.3`, `month.12`), so that one set of recordings says every reference and every day. An
option is said before its key. What an office wrote has no recording: where no voice is configured, an operator tells
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ..channels import Line, Piece
from ..language.catalogue import PLACEHOLDER, Key, mark
from .asking import MEDIA, Option, is_enclosed, options
from .flow import UNSURE, Flow, Flows, Step, at, context
from .screens import OPTIONS_ON_A_PAGE
from .state import State
from .wording import ANEW, ATTACHED, CHOSEN, CONTINUE, NOTICES, ON, Voice, Writer

PRESS = mark("voice.press", "press {number}")
STAR = mark("voice.star", "To go back, press the star.")
OPERATOR = mark("voice.operator", "To speak with a person, press zero.")
HASH = mark("voice.hash", "Then press the hash key.")
SPEAK = mark("voice.speak", "Speak after the tone. Press any key when you are done.")
DAYS = mark("voice.working_days", "working days")
SAID_OF_KEYS = (STAR, OPERATOR, HASH, SPEAK, DAYS, ON, CONTINUE, ANEW, CHOSEN, ATTACHED, UNSURE)
NAME = "language.name"
DIGITS, RECORDING, KEYS = "digits", "voice", "keys"
FACTS_BY_DIGITS = ("case", "hotline", "dial", "referral", "booking")
BACK_KEY = "*"


@dataclass(frozen=True)
class Aloud:
    """`wanted`: keys (one of `lines`), digits, voice; empty where nothing more is asked."""

    pieces: tuple[Piece, ...]
    lines: tuple[Line, ...]
    wanted: str


def speak(flows: Flows, state: State, voice: Voice) -> Aloud:
    """What is said for a state, page by page as it is read."""
    speaker = _Speaker(flows, state, voice)
    lines = tuple(Line(str(key), option.code) for key, option in speaker.on_page())
    return Aloud(tuple(speaker.pieces()), lines, speaker.wanted())


def pressed_aloud(flows: Flows, state: State, voice: Voice, pressed: str) -> str:
    """What a key means on the page that was read out: its keys begin with 1 on every page."""
    if pressed == BACK_KEY:
        return "0"
    found = (option.number for key, option in _Speaker(flows, state, voice).on_page() if str(key) == pressed)
    return next(found, pressed)


def fragments(context: str, words: str) -> Iterator[tuple[str, str]]:
    """The parts of a sentence with the name of each one's recording; a fact has its own name, and no recording's."""
    cut = PLACEHOLDER.split(words)
    if len(cut) == 1:
        yield words, context
        return
    for index, part in enumerate(cut):
        if index % 2:
            yield part, ""
        elif part.strip(" .:,។៖"):
            yield part.strip(), f"{context}.{index // 2 + 1}"


def small_names() -> Iterator[str]:
    """The recordings that every sentence shares: digits, numbers, days, months, keys, and the machine's own words."""
    yield NAME
    yield from (f"digit.{digit}" for digit in range(10))
    yield from (f"number.{number}" for number in range(1, 32))
    yield from (f"weekday.{day}" for day in range(1, 8))
    yield from (f"month.{month}" for month in range(1, 13))
    yield from (f"press.{key}" for key in range(1, 10))


def own_sentences() -> Iterator[Key]:
    """The machine's own sentences that a voice says."""
    yield from SAID_OF_KEYS
    yield from NOTICES.values()


class _Speaker:
    def __init__(self, flows: Flows, state: State, voice: Voice) -> None:
        self.flows, self.state, self.voice = flows, state, voice
        self.writer = Writer(flows, state, voice)

    def on_page(self) -> Iterator[tuple[int, Option]]:
        """The options read now, with their keys."""
        if self.state.resume or self.state.ended:
            return iter(())
        first = self.state.page * OPTIONS_ON_A_PAGE
        return enumerate(options(self.flows, self.state)[first : first + OPTIONS_ON_A_PAGE], start=1)

    def more(self) -> bool:
        return len(options(self.flows, self.state)) > (self.state.page + 1) * OPTIONS_ON_A_PAGE

    def wanted(self) -> str:
        if self.state.ended:
            return ""
        if self.state.resume or options(self.flows, self.state):
            return KEYS
        return RECORDING if self.writer.step.answer == "text" or self.writer.step.answer in MEDIA else DIGITS

    def pieces(self) -> Iterator[Piece]:
        state = self.state
        if state.notice:
            yield from self.notice(state.notice)
        if state.resume:
            yield from self.keyed(self.sentence(CONTINUE), 1)
            yield from self.keyed(self.sentence(ANEW), 2)
            return
        if not state.page:
            for path in state.said:
                yield from self.text(*at(self.flows, state.flow, path))
            if not state.ended:
                if number := self.writer.number():
                    yield Piece(f"number.{number}", f"{number}.")
                yield from self.text(self.writer.flow, self.writer.step)
        if state.ended:
            return
        for key, option in self.on_page():
            yield from self.keyed(self.option(option), key, self.own_tag(option))
        yield from self.keys()

    def keys(self) -> Iterator[Piece]:
        if self.more():
            yield from self.keyed(self.sentence(ON), 9)
        if self.wanted() == DIGITS:
            yield from self.sentence(HASH)
        if self.wanted() == RECORDING:
            yield from self.sentence(SPEAK)
        elif self.state.road or self.state.notice:
            yield from self.sentence(STAR)
        if not self.state.road or self.state.notice:
            yield from self.sentence(OPERATOR)

    def keyed(self, label: list[Piece], key: int, tag: str = "") -> Iterator[Piece]:
        """An option, then its key, in the language of the option."""
        yield from label
        words = self.voice.texts.say(tag or self.voice.tag, PRESS, number=str(key))
        yield Piece(f"press.{key}", words, tag)

    def own_tag(self, option: Option) -> str:
        """A language is offered in itself."""
        return option.code if option.kind == "row" and self.writer.step.rows == "languages" else ""

    def option(self, option: Option) -> list[Piece]:
        flow, step = self.writer.flow, self.writer.step
        match option.kind:
            case "yes":
                return self.sentence((context(flow, step, "yes"), step.yes))
            case "line":
                return self.read_back(flow, step, option.code)
            case "row" if step.rows == "languages":
                return [Piece(NAME, self.voice.row(step.rows, option.code), option.code)]
            case "row" if step.rows == "my_numbers":
                return self.digits(option.code)
            case "row":
                return [Piece(f"{step.rows}.{option.code}", self.voice.row(step.rows, option.code))]
            case "unsure":
                return self.sentence(UNSURE)
            case _:
                return [self.label(flow, step, option)]

    def label(self, flow: Flow, step: Step, option: Option) -> Piece:
        words = self.writer.label(flow, step, option)
        return Piece(context(flow, step, option.code), words)

    def read_back(self, flow: Flow, step: Step, line: str) -> list[Piece]:
        """A line of a check: its name, and what was answered."""
        path, answer = self.writer.telling(self.writer.back[line])
        name = self.sentence((context(flow, step, line), step.lines[line]))
        inner, asked = at(self.flows, self.state.flow, path)
        if asked.answer == "pin":
            return [*name, *self.sentence(CHOSEN)]
        if asked.answer in MEDIA or is_enclosed(answer):
            return [*name, *self.sentence(ATTACHED)]
        value = self.writer.value(path, answer)
        fixed = self.writer.fixed(path, answer)
        if fixed:
            return [*name, Piece(context(inner, asked, fixed.code), value)]
        return [*name, *(self.digits(answer) if answer.isdigit() else [Piece("", value)])]

    def notice(self, notice: str) -> list[Piece]:
        kind, _, what = notice.partition(":")
        if kind == "understood":
            name, *inside = what.split(".")
            named = f"{name}.{inside[0]}.{inside[-1]}" if inside else f"{name}.title"
            words = self.writer.notice(notice)
            return [Piece(named, words)] if words else []
        if kind == "said":
            base, _, path = what.partition(".")
            return list(self.text(*at(self.flows, base, path)))
        return self.sentence(NOTICES.get(notice, (notice, self.writer.notice(notice))))

    def text(self, flow: Flow, step: Step) -> Iterator[Piece]:
        """A step's words; the wording for voices where it has one."""
        mode = step.modes.get("voice")
        key = (context(flow, step, "voice"), mode) if mode else (context(flow, step), step.text)
        if key[1]:
            yield from self.sentence(key)

    def sentence(self, key: Key) -> list[Piece]:
        """A sentence: one recording, or its fragments with the facts between them."""
        words = self.voice.texts.find(self.voice.tag, key)
        found: list[Piece] = []
        for part, name in fragments(key[0], words):
            found += [Piece(name, part)] if name else self.fact(part)
        return found

    def fact(self, name: str) -> list[Piece]:
        raw, words = self.state.facts.get(name, ""), self.writer.facts.get(name, "")
        if name in FACTS_BY_DIGITS:
            return self.digits(raw or words)
        if name == "promise" and raw.isdigit():
            return [Piece(f"number.{raw}", raw), *self.sentence(DAYS)]
        if name == "due" and raw:
            day = datetime.fromisoformat(raw).astimezone(ZoneInfo(self.voice.zone))
            parts = (f"weekday.{day.isoweekday()}", f"number.{day.day}", f"month.{day.month}")
            return [Piece(parts[0], words), Piece(parts[1], ""), Piece(parts[2], "")]
        if name in ("place", "named") and raw:
            return [Piece(f"place.{raw}", words)]
        return [Piece("", words)]

    def digits(self, number: str) -> list[Piece]:
        return [Piece(f"digit.{digit}", digit) for digit in number if digit.isdigit()]
