"""The words of a state, in one language and one way of writing: what stands above the lines, the lines, the keys. Pure.

`screens.py` lays them out on pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..language.catalogue import PLACEHOLDER, Texts, fill, mark
from ..language.fold import initial
from ..language.measure import Size, clusters, cut, prepare, units
from .asking import MEDIA, Option, group_rows, is_enclosed, options, read_back
from .flow import UNSURE, Choice, Flow, Flows, Step, at, context, pages
from .state import State
from .unfinished import goes_back_aside

BACK = mark("keys.back", "Back")
ON = mark("keys.on", "More")
SKIP = mark("keys.skip", "Skip")
LANGUAGE = mark("keys.language", "Language")
CONTINUE = mark("resume.continue", "Continue")
ANEW = mark("resume.anew", "Start again")
CONTACT = mark("keys.contact", "Share my number")
LINE = mark("check.line", "{name}: {value}")
CHOSEN = mark("check.pin", "chosen")
ATTACHED = mark("check.media", "attached")
NOTICES = {
    "wrong.choice": mark("wrong.choice", "Please press one of the numbers shown."),
    "wrong.text": mark("wrong.text", "Please write a few words."),
    "wrong.long": mark("wrong.long", "That is too long. Please write it shorter."),
    "wrong.number": mark("wrong.number", "Please type a number from {least} to {most}."),
    "wrong.money": mark("wrong.money", "Please type the amount in digits."),
    "wrong.date": mark("wrong.date", "Please type day, month and year in digits."),
    "wrong.year": mark("wrong.year", "Please type the year in four digits."),
    "wrong.phone": mark("wrong.phone", "Please type the whole phone number."),
    "wrong.place": mark("wrong.place", "Please type a name or a code."),
    "wrong.card": mark("wrong.card", "This does not look like a card number. Check it, and type it again."),
    "wrong.media": mark("wrong.media", "Please send a photo or a voice note."),
    "wrong.reference": mark("wrong.reference", "A digit seems wrong. Your number has 13 digits."),
    "wrong.pin": mark("wrong.pin", "Please type four digits."),
    "wrong.hotline": mark("wrong.hotline", "Need help? Call {hotline}."),
    "wrong.office": mark("wrong.office", "Need help? Ask your office."),
    "already_done": mark("already_done", "That is already done."),
    "started": mark("started", "You will get our messages again."),
    "not_understood": mark("not_understood", "We did not understand. Please choose:"),
    "old_button": mark("old_button", "That button is from an earlier question. Please choose here:"),
    "kept_media": mark("kept_media", "We keep what you sent."),
    "wrong.contact": mark("wrong.contact", "That is somebody else's number. Please share your own."),
}
STOPPED = mark("stopped", "We will send you no more messages. To begin again, send START or dial {dial}.")
SHOWN_OF_A_TEXT = {"ussd": 12}
SHOWN_ELSEWHERE = 40
"""How much of what she typed, or of a name, is read back: in units, cut as a reader would."""

INITIALS_SHOWN = 4


@dataclass(frozen=True)
class Voice:
    """In which words, on what: everything that a state leaves open."""

    texts: Texts
    tag: str
    size: Size
    mode: str
    row: Callable[[str, str], str]  # the label of a list's row: (list, code)
    facts: Callable[[Mapping[str, str]], Mapping[str, str]]  # the state's facts as words, with the pack's
    zone: str = "UTC"


class Writer:
    def __init__(self, flows: Flows, state: State, voice: Voice) -> None:
        self.flows, self.state, self.voice = flows, state, voice
        self.feet: dict[tuple[bool, bool], str] = {}
        if state.at:
            self.flow, self.step = at(flows, state.flow, state.at)

    @cached_property
    def back(self) -> dict[str, list[tuple[str, str]]]:
        """What a check reads back, by its lines."""
        return dict(read_back(self.step, self.state))

    @cached_property
    def facts(self) -> Mapping[str, str]:
        return self.voice.facts(self.state.facts)

    def say(self, key: tuple[str, str]) -> str:
        found = self.voice.texts.find(self.voice.tag, key)
        return prepare(fill(found, self.facts)) if "{" in found else found

    def head(self) -> Iterator[str]:
        """The texts above the numbered lines."""
        if self.state.notice:
            yield self.notice(self.state.notice)
        if not self.state.resume:
            for path in self.state.said:
                yield self.wording(*at(self.flows, self.state.flow, path))
        if not self.state.ended and not self.state.resume:
            number = self.number()
            yield f"{number}. {self.wording(self.flow, self.step)}" if number else self.wording(self.flow, self.step)

    def number(self) -> int:
        """Of this question in a numbered flow; what a page within it asks has the number of the page. 0: none."""
        around = pages(self.flows, self.state.flow, self.state.at)
        steps = zip(around, self.state.at.split("."), strict=True)
        return next((flow.numbers()[name] for flow, name in steps if name in flow.numbers()), 0)

    def notice(self, notice: str) -> str:
        """A sentence of the machine: what was wrong, what was understood, or a last word said elsewhere."""
        kind, _, what = notice.partition(":")
        if kind == "understood":
            return self.understood(what)
        if kind == "said":
            base, _, path = what.partition(".")
            return self.wording(*at(self.flows, base, path))
        if notice == "wrong.hotline" and not self.facts.get("hotline"):
            notice = "wrong.office"
        bounds = {"least": str(self.step.least), "most": str(self.step.most)} if notice == "wrong.number" else {}
        return fill(self.say(NOTICES[notice]), bounds)

    def understood(self, target: str) -> str:
        """`Tell us a problem: Not paid`; the place that was named, where nothing else was understood; of a private
        flow nothing."""
        name, *inside = target.split(".")
        if not name:
            return self.facts.get("named", "")
        flow = self.flows[name]
        if flow.private:
            return ""
        title = self.say((f"{name}.title", flow.title))
        if not inside:
            return title
        step = flow.steps[inside[0]]
        chosen = next(choice for choice in step.choices if choice.code == inside[-1])
        return fill(self.say(LINE), {"name": title, "value": self.choice(flow, step, chosen)})

    def wording(self, flow: Flow, step: Step) -> str:
        """A step's text in this mode; where the mode's wording is `=` or not written, the long one."""
        mode = step.modes.get(self.voice.mode)
        text = self.say((context(flow, step, self.voice.mode), mode)) if mode else ""
        return text or (self.say((context(flow, step), step.text)) if step.text else "")

    def lines(self) -> Iterator[tuple[str, str]]:
        """What can be chosen: the number and the words."""
        if self.state.resume:
            yield "1", self.say(CONTINUE)
            yield "2", self.say(ANEW)
            return
        if self.state.ended:
            return
        for option in options(self.flows, self.state):
            yield option.number, self.label(self.flow, self.step, option)

    def label(self, flow: Flow, step: Step, option: Option) -> str:
        if option.kind == "yes":
            return self.say((context(flow, step, "yes"), step.yes))
        if option.kind == "line":
            return self.read_back(flow, step, option.code)
        if option.kind == "row":
            return prepare(self.voice.row(step.rows, option.code))
        if option.kind == "group":
            return self.group(step, int(option.code))
        if option.kind == "unsure":
            return self.say(UNSURE)
        assert option.choice is not None
        return self.choice(flow, step, option.choice)

    def read_back(self, flow: Flow, step: Step, line: str) -> str:
        """A line of a check: what it is about and what was answered; on a small screen the answer alone, if it says
        what it is."""
        told = self.telling(self.back[line])
        value = self.value(*told)
        answer = at(self.flows, self.state.flow, told[0])[1].answer
        if self.voice.mode == "ussd" and answer != "pin" and answer not in MEDIA:
            return prepare(value)
        name = self.say((context(flow, step, line), step.lines[line]))
        return prepare(fill(self.say(LINE), {"name": name, "value": value}))

    def group(self, step: Step, group: int) -> str:
        """A part of a long list by the letters that its names begin with."""
        firsts = [next(iter(clusters(self.voice.row(step.rows, code))), "") for code in group_rows(self.state, group)]
        initials = list(dict.fromkeys(initial(first) for first in firsts))
        return " ".join(initials) if len(initials) <= INITIALS_SHOWN else f"{initials[0]} - {initials[-1]}"

    def choice(self, flow: Flow, step: Step, choice: Choice) -> str:
        """Its short label on a small screen; where that is `=`, the long one."""
        short = choice.short != choice.long and self.voice.mode in ("ussd", "sms")
        text = self.say((context(flow, step, f"{choice.code}.short"), choice.short)) if short else ""
        return text or self.say((context(flow, step, choice.code), choice.long))

    def telling(self, pairs: list[tuple[str, str]]) -> tuple[str, str]:
        """The pair that says most: the last row of a list (a place that is known), else the last answer."""
        rows = [pair for pair in pairs if not self.fixed(*pair) or self.said_yes_to(*pair)]
        return (rows or pairs)[-1]

    def said_yes_to(self, path: str, answer: str) -> str:
        """The fact to which she said yes: `Do you live in {place}?` is read back as the place."""
        named = PLACEHOLDER.findall(at(self.flows, self.state.flow, path)[1].text)
        return self.facts.get(named[0], "") if answer == "yes" and named else ""

    def fixed(self, path: str, answer: str) -> Choice | None:
        _, step = at(self.flows, self.state.flow, path)
        return next((choice for choice in (*step.choices, *step.also) if choice.code == answer), None)

    def value(self, path: str, answer: str) -> str:
        """An answer read back."""
        flow, step = at(self.flows, self.state.flow, path)
        if fact := self.said_yes_to(path, answer):
            return self.shortened(fact)
        chosen = self.fixed(path, answer)
        if chosen:
            return self.choice(flow, step, chosen)
        if step.rows:
            row = self.voice.row(step.rows, answer)
            return row if any(map(str.isdigit, row)) else self.shortened(row)  # a time that is cut is another one
        if step.answer == "pin" or step.answer in MEDIA or is_enclosed(answer):
            return self.say(CHOSEN if step.answer == "pin" else ATTACHED)
        if answer == "unknown" and step.unsure:
            return self.say(UNSURE)
        return self.shortened(answer.replace("\n", " "))

    def shortened(self, text: str) -> str:
        most = SHOWN_OF_A_TEXT.get(self.voice.mode, SHOWN_ELSEWHERE)
        if units(text) <= most + 2:
            return text
        return f"{cut(text, Size(most, most))[0].strip()}.."

    def foot(self, first: bool, more: bool) -> str:
        """The line at the foot: what goes on, what goes back."""
        if (first, more) not in self.feet:
            found = " ".join(f"{press} {label}" for press, label in self.keys(first, more))
            self.feet[first, more] = f"\n{found}" if found else ""
        return self.feet[first, more]

    def keys(self, first: bool, more: bool) -> list[tuple[str, str]]:
        """The keys that are no answers. `first`: of the first page; `more`: there is another."""
        state = self.state
        found = [("9", self.say(ON))] if more else []
        if not state.ended and not state.resume:
            if self.step.optional and not more:
                found.append(("9", self.say(SKIP)))
            if state.road or state.group >= 0 or goes_back_aside(state) or not first:
                found.append(("0", self.say(BACK)))
            elif state.flow != "language":
                found.append(("#", self.say(LANGUAGE)))
        elif not first:
            found.append(("0", self.say(BACK)))
        return found
