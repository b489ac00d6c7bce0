"""What stands on the screen: a state, in one language, on one size of screen. Pure.

Whole option lines stay together; a text longer than a screen is cut where a reader would; the keys
that go on and back stand at the foot of every page. Numbering does not start anew on a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..language.measure import Size, cut, fits
from .flow import Flows
from .state import State
from .wording import Voice, Writer

OPTIONS_ON_A_PAGE = 8


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
    writer = Writer(flows, state, voice)
    lines = [(f"{number} {label}", True) for number, label in writer.lines()]
    head = [(text, False) for text in writer.head() if text]
    made = tuple(_pages(head + lines, writer.foot, voice.size))
    if state.notice and ":" not in state.notice and len(made) > 1 and not state.ended:
        # What was wrong, and what can be pressed, come before what she has read: what was said goes, if all of it stood
        # with the question on one page; then the question.
        before = next(_pages(head[1:] + lines, writer.foot, voice.size))
        has_read_all = head[-1][0] in before
        for less in ([head[0], head[-1]], head[:1]) if has_read_all else (head[:-1],):
            shorter = tuple(_pages(less + lines, writer.foot, voice.size))
            more = _lines_on(shorter[0], lines) > _lines_on(made[0], lines)
            if more or (not lines and len(shorter) < len(made)):
                made = shorter
                break
    return Screens(made, state.ended)


def buttons(flows: Flows, state: State, voice: Voice) -> tuple[str, list[tuple[str, str]]]:
    """The same for a channel with buttons: the words above them, and every one of them with its words, keys last."""
    writer = Writer(flows, state, voice)
    head = "\n".join(text for text in writer.head() if text)
    return head, [*writer.lines(), *writer.keys(first=True, more=False)]


def mark_of(state: State) -> str:
    """A short mark of the question that waits: buttons outlive their question, and bear it."""
    what = (state.flow, state.at, state.rows, state.group, state.resume, len(state.road))
    return hashlib.blake2s(repr(what).encode(), digest_size=4).hexdigest()


def _lines_on(page: str, lines: list[tuple[str, bool]]) -> int:
    return sum(f"\n{line}\n" in f"\n{page}\n" for line, _ in lines)


Foot = Callable[[bool, bool], str]
"""The line at the foot of a page: (is it the first, is there more)."""


def _pages(blocks: list[tuple[str, bool]], foot: Foot, size: Size) -> Iterator[str]:
    whole = "\n".join([text for text, _ in blocks]) + foot(True, False)
    if fits(whole, size) and sum(is_line for _, is_line in blocks) <= OPTIONS_ON_A_PAGE:
        yield whole
        return
    page, first, lines = "", True, 0
    pieces = list(_pieces(blocks, max(foot(True, True), foot(False, True), foot(False, False), key=len), size))
    for left, (text, is_line) in zip(range(len(pieces) - 1, -1, -1), pieces, strict=True):
        longer = f"{page}\n{text}" if page else text
        if page and (lines == OPTIONS_ON_A_PAGE or not fits(longer + foot(first, left > 0), size)):
            yield page + foot(first, True)
            longer, first, lines = text, False, 0
        page = longer
        lines += is_line
    yield page + foot(first, False)


def _pieces(blocks: list[tuple[str, bool]], tail: str, size: Size) -> Iterator[tuple[str, bool]]:
    for text, is_line in blocks:
        if fits(text + tail, size):
            yield text, is_line
        else:
            yield from ((piece.strip(), is_line) for piece in cut(text, size, tail))
