"""A flow as the operator's page: numbered questions in the long wording, in a chosen language. Pure.

The same file serves the phone and the hotline: the wording of `desk` or the long one, no short labels. The operator
may ask in any order; what turns away from the page says where it goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..language.catalogue import Texts, mark
from .flow import END, OTHER, UNSURE, Flow, Flows, Step, context

READ_BACK = mark("console", "Read back: {lines}")
LEFT_OUT = mark("console", "may be left out")
OPENS = mark("console", "opens in place")
SAY = mark("console", "Say: {text}")


def page(flow: Flow, flows: Flows, texts: Texts, tag: str) -> str:
    """The whole page as plain text."""
    writer = _Page(flow, flows, texts, tag)
    lines = [writer.say((f"{flow.name}.title", flow.title)), ""]
    for number, step in enumerate(writer.spoken(), start=1):
        lines += [f"{number:>2}  {line}" if not n else line for n, line in enumerate(writer.lines(step))]
    return "\n".join(lines)


class _Page:
    def __init__(self, flow: Flow, flows: Flows, texts: Texts, tag: str) -> None:
        self.flow, self.flows, self.texts, self.tag = flow, flows, texts, tag
        self.numbers = {step.name: str(number) for number, step in enumerate(self.spoken(), start=1)}

    def say(self, key: tuple[str, str], **facts: str) -> str:
        return self.texts.say(self.tag, key, **facts)

    def spoken(self) -> list[Step]:
        """What is asked or said; what the machine does is not on the page."""
        return [step for step in self.flow.steps.values() if not step.effect]

    def number(self, step: Step) -> str:
        """Of a question in a numbered flow, as she hears it."""
        number = self.flow.numbers().get(step.name)
        return f"{number}. " if number else ""

    def lines(self, step: Step) -> Iterator[str]:
        if step.sub:
            title = self.say((f"{step.sub}.title", self.flows[step.sub].title))
            yield f"{self.number(step)}{title}  [{self.say(OPENS)}]{self.turn(step, '')}"
        elif step.verb == "check":
            names = [self.say((context(self.flow, step, line), label)) for line, label in step.lines.items()]
            yield self.say(READ_BACK, lines=", ".join(names))
        elif step.verb == "say":
            yield self.say(SAY, text=self.words(step)) + self.turn(step, "")
        else:
            optional = f"  ({self.say(LEFT_OUT)})" if step.optional else ""
            answer = f"  [{step.answer or step.rows}]" if step.answer or step.rows else ""
            yield f"{self.number(step)}{self.words(step)}{answer}{optional}{self.turn(step, '') if step.answer else ''}"
            yield from self.choices(step)

    def words(self, step: Step) -> str:
        desk = self.say((context(self.flow, step, "desk"), step.modes["desk"])) if "desk" in step.modes else ""
        return desk or self.say((context(self.flow, step), step.text))

    def choices(self, step: Step) -> Iterator[str]:
        for choice in (*step.choices, *step.also):
            label = self.say((context(self.flow, step, choice.code), choice.long))
            yield f"      ( ) {label}{self.turn(step, choice.code)}"
        if step.unsure:
            yield f"      ( ) {self.say(UNSURE)}{self.turn(step, 'unknown')}"

    def turn(self, step: Step, outcome: str) -> str:
        """Where an answer leads, if not to the next line."""
        target = step.turning(outcome)
        if target.startswith(OTHER):
            name = target.removeprefix(OTHER)
            return f"   -> {self.say((f'{name}.title', self.flows[name].title))}"
        while target and target not in self.numbers and target != END:
            target = self.flow.after(target)
        following = list(self.numbers)
        next_down = following[following.index(step.name) + 1 :][:1]
        return f"   -> {self.numbers[target]}" if target in self.numbers and [target] != next_down else ""
