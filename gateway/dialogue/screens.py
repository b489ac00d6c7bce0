"""What stands on the screen: a state, in one language, on one size of screen. Pure.

Whole option lines stay together; a text longer than a screen is cut where a reader would; the keys
that go on and back stand at the foot of every page. Numbering does not start anew on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from ..language.catalogue import Texts, fill, mark
from ..language.measure import Size, clusters, cut, fits, prepare
from .asking import Option, options, read_back
from .flow import Choice, Flow, Flows, Step, at, context
from .state import State

BACK = mark("keys.back", "Back")
ON = mark("keys.on", "More")
SKIP = mark("keys.skip", "Skip")
LANGUAGE = mark("keys.language", "Language")
CONTINUE = mark("resume.continue", "Continue")
ANEW = mark("resume.anew", "Start again")
LINE = mark("check.line", "{name}: {value}")
CHOSEN = mark("check.pin", "chosen")
NOTICES = {
    "wrong.choice": mark("wrong.choice", "Please press one of the numbers shown."),
    "wrong.text": mark("wrong.text", "Please write a few words."),
    "wrong.reference": mark("wrong.reference", "A digit seems wrong. Your number has 13 digits."),
    "wrong.pin": mark("wrong.pin", "Please type four digits."),
    "wrong.hotline": mark("wrong.hotline", "Need help? Call {hotline}."),
    "wrong.office": mark("wrong.office", "Need help? Ask your commune office."),
    "already_done": mark("already_done", "That is already done."),
}
OPTIONS_ON_A_PAGE = 8
SHOWN_OF_A_TEXT = 24


@dataclass(frozen=True)
class Voice:
    """In which words, on what: everything that a state leaves open."""

    texts: Texts
    tag: str
    size: Size
    mode: str
    row: Callable[[str, str], str]  # the label of a list's row: (list, code)
    facts: Callable[[Mapping[str, str]], Mapping[str, str]]  # the state's facts as words, with the pack's


@dataclass(frozen=True)
class Screens:
    """All pages of what is to be shown, and whether the conversation ends when the last has been read."""

    pages: tuple[str, ...]
    ends: bool

    def shown(self, page: int) -> tuple[str, bool]:
        """The page to show now, and whether it is the last thing said."""
        page = min(page, len(self.pages) - 1)
        return self.pages[page], self.ends and page == len(self.pages) - 1


def screens(flows: Flows, state: State, voice: Voice) -> Screens:
    """The pages for a state, in the words of `voice`."""
    writer = _Writer(flows, state, voice)
    lines = [(prepare(line), True) for line in writer.lines()]
    head = [(prepare(text), False) for text in writer.head() if text]
    pages = tuple(_pages(head + lines, writer.keys, voice.size))
    if state.notice and len(pages) > 1 and not state.ended:
        # She has just read the question: what was wrong, and what can be pressed, come before it.
        shorter = tuple(_pages(head[:-1] + lines, writer.keys, voice.size))
        pages = shorter if len(shorter) < len(pages) or (lines and lines[0][0] not in pages[0]) else pages
    return Screens(pages, state.ended)


def _pages(blocks: list[tuple[str, bool]], keys: Callable[[bool, bool], str], size: Size) -> Iterator[str]:
    page: list[str] = []
    first, lines = True, 0
    pieces = list(_pieces(blocks, keys, size))
    for left, (text, is_line) in zip(range(len(pieces) - 1, -1, -1), pieces, strict=True):
        foot = keys(first, left > 0)
        if page and (lines == OPTIONS_ON_A_PAGE or not fits("\n".join([*page, text]) + foot, size)):
            yield "\n".join(page) + keys(first, True)
            page, first, lines = [], False, 0
        page.append(text)
        lines += is_line
    yield "\n".join(page) + keys(first, False)


def _pieces(
    blocks: list[tuple[str, bool]], keys: Callable[[bool, bool], str], size: Size
) -> Iterator[tuple[str, bool]]:
    tail = max((keys(first, more) for first in (True, False) for more in (True, False)), key=len)
    for text, is_line in blocks:
        for piece in cut(text, size, tail):
            yield piece.strip(), is_line


class _Writer:
    def __init__(self, flows: Flows, state: State, voice: Voice) -> None:
        self.flows, self.state, self.voice = flows, state, voice
        self.facts = voice.facts(state.facts)

    def say(self, key: tuple[str, str]) -> str:
        return fill(self.voice.texts.find(self.voice.tag, key), self.facts)

    def head(self) -> Iterator[str]:
        """The texts above the numbered lines."""
        if not self.state.resume:
            for path in self.state.said:
                yield self.wording(*at(self.flows, self.state.flow, path))
        if self.state.notice:
            notice = self.state.notice
            if notice == "wrong.hotline" and not self.facts.get("hotline"):
                notice = "wrong.office"
            yield self.say(NOTICES[notice])
        if not self.state.ended and not self.state.resume:
            yield self.wording(*at(self.flows, self.state.flow, self.state.at))

    def wording(self, flow: Flow, step: Step) -> str:
        """A step's text in this mode; where the mode's wording is `=` or not written, the long one."""
        mode = step.modes.get(self.voice.mode)
        text = self.say((context(flow, step, self.voice.mode), mode)) if mode else ""
        return text or (self.say((context(flow, step), step.text)) if step.text else "")

    def lines(self) -> Iterator[str]:
        if self.state.resume:
            yield f"1 {self.say(CONTINUE)}"
            yield f"2 {self.say(ANEW)}"
            return
        if self.state.ended:
            return
        flow, step = at(self.flows, self.state.flow, self.state.at)
        for option in options(self.flows, self.state):
            yield f"{option.number} {self.label(flow, step, option)}"

    def label(self, flow: Flow, step: Step, option: Option) -> str:
        if option.kind == "yes":
            return self.say((context(flow, step, "yes"), step.yes))
        if option.kind == "line":
            name = self.say((context(flow, step, option.code), step.lines[option.code]))
            pairs = next(pairs for line, pairs in read_back(step, self.state) if line == option.code)
            return fill(self.say(LINE), {"name": name, "value": self.value(*self.telling(pairs))})
        if option.kind == "row":
            return self.voice.row(step.rows, option.code)
        assert option.choice is not None
        return self.choice(flow, step, option.choice)

    def choice(self, flow: Flow, step: Step, choice: Choice) -> str:
        """Its short label on a small screen; where that is `=`, the long one."""
        short = choice.short != choice.long and self.voice.mode in ("ussd", "sms")
        text = self.say((context(flow, step, f"{choice.code}.short"), choice.short)) if short else ""
        return text or self.say((context(flow, step, choice.code), choice.long))

    def telling(self, pairs: list[tuple[str, str]]) -> tuple[str, str]:
        """The pair that says most: the last row of a list (a place that is known), else the last answer."""
        rows = [pair for pair in pairs if not self.fixed(*pair)]
        return (rows or pairs)[-1]

    def fixed(self, path: str, answer: str) -> Choice | None:
        _, step = at(self.flows, self.state.flow, path)
        return next((choice for choice in (*step.choices, *step.also) if choice.code == answer), None)

    def value(self, path: str, answer: str) -> str:
        """An answer read back."""
        flow, step = at(self.flows, self.state.flow, path)
        chosen = self.fixed(path, answer)
        if chosen:
            return self.choice(flow, step, chosen)
        if step.rows:
            return self.voice.row(step.rows, answer)
        if step.answer == "pin":
            return self.say(CHOSEN)
        start = "".join(islice(clusters(answer.replace("\n", " ")), SHOWN_OF_A_TEXT))
        return start if start == answer else f"{start}.."

    def keys(self, first: bool, more: bool) -> str:
        """The line at the foot: what goes on, what goes back."""
        found = [f"9 {self.say(ON)}"] if more else []
        if not self.state.ended and not self.state.resume:
            _, step = at(self.flows, self.state.flow, self.state.at)
            if step.optional and not more:
                found.append(f"9 {self.say(SKIP)}")
            if self.state.road or (self.state.aside or {}).get("at") or not first:
                found.append(f"0 {self.say(BACK)}")
            elif self.state.flow != "language":
                found.append(f"# {self.say(LANGUAGE)}")
        elif not first:
            found.append(f"0 {self.say(BACK)}")
        return "\n" + " ".join(found) if found else ""
