"""Reads a flow file into a `Flow`, and says what is wrong with it: file, line, sentence. Pure.

What one step gets wrong by itself is found here; what only shows when all roads are followed
(unreachable steps, unknown turnings, missing outcomes) is found by `flow_check.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..reading import Fault, Faulty, Lined, list_of, read_file, read_text, said_yes, unknown_words
from .flow import ANYWAY, END, ENTERED, KEPT, OTHER, Choice, Flow, Step

VERBS = ("ask", "say", "check", "do")
MODES = ("ussd", "sms", "chat", "voice", "desk")
PAGE_WORDS = ("title", "needs", "gives", "private", "sent", "lasts", "silent", "numbered", "steps")
ANSWERS = (
    *("text", "number", "money", "date", "year", "phone", "place", "card", "reference", "pin"),
    *("photo", "voice", "photo or voice"),
)
WORDS = {
    "ask": (*MODES, "choices", "only", "also", "unsure", "answer", "least", "most", "optional", "careful", "go"),
    "say": (*MODES, "go", "end"),
    "check": (*MODES, "yes", "read", "go"),
    "do": ("with", "tries", "go", "end"),
}
OPTIONS_ON_A_PAGE = 8
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def read_flows(root: Path) -> dict[str, Flow]:
    """All flows of `root/flows`. Raises Faulty with everything that is wrong in any of them."""
    flows, faults = {}, []
    for path in sorted((root / "flows").glob("*.yaml")):
        found, wrong = read_file(path, root)
        flow, more = make_flow(path.stem, found, path.relative_to(root).as_posix())
        faults += wrong or more
        flows[flow.name] = flow
    if faults:
        raise Faulty(faults)
    return flows


def flow_from_text(name: str, text: str, file: str = "") -> tuple[Flow, list[Fault]]:
    found, wrong = read_text(text, file or f"{name}.yaml")
    flow, more = make_flow(name, found, file or f"{name}.yaml")
    return flow, wrong or more


def make_flow(name: str, found: Lined, file: str) -> tuple[Flow, list[Fault]]:
    """A flow from its page, with the faults of each step."""
    page = _Page(name, file)
    steps = found.get("steps")
    page.faults += unknown_words(found, PAGE_WORDS, file, f"flow '{name}'")
    if not isinstance(steps, Lined) or not steps:
        page.fault(found.line, f"flow '{name}' has no steps")
        return Flow(name, name, {}), page.faults
    if not found.get("title"):
        page.fault(found.line, f"flow '{name}' has no title")
    flow = Flow(
        name=name,
        title=found.get("title", name),
        steps={key: page.step(key, row, steps.line_of(key)) for key, row in steps.items()},
        private=said_yes(found, "private", file, page.faults),
        sent=said_yes(found, "sent", file, page.faults),
        needs=list_of(found, "needs", file, page.faults),
        gives=list_of(found, "gives", file, page.faults),
        lasts=page.seconds(found),
        silent=found.get("silent", ""),
        numbered=said_yes(found, "numbered", file, page.faults),
    )
    for given in flow.gives:
        if given not in flow.steps:
            page.fault(found.line_of("gives"), f"'gives' names '{given}', which is not a step")
    if flow.silent and flow.silent not in flow.steps:
        page.fault(found.line_of("silent"), f"'silent' goes to '{flow.silent}', which is not a step")
    return replace(flow, print=fingerprint(flow)), page.faults


def fingerprint(flow: Flow) -> str:
    """A flow's own mark: the same for the same words, whatever the comments, lines and spaces."""
    plain = asdict(flow)
    for step in plain["steps"].values():
        step.pop("line")
    plain.pop("print")
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()[:7]


class _Page:
    """One file being read."""

    def __init__(self, name: str, file: str) -> None:
        self.name, self.file = name, file
        self.faults: list[Fault] = []

    def fault(self, line: int, sentence: str) -> None:
        self.faults.append(Fault(self.file, line, sentence))

    def seconds(self, found: Lined) -> int:
        text = found.get("lasts", "")
        number, _, unit = text.partition(" ")
        if not text:
            return 0
        if not number.isdigit() or unit.removesuffix("s") not in SECONDS:
            self.fault(found.line_of("lasts"), f"'{text}' is not a length of time; write one such as 30 minutes")
            return 0
        return int(number) * SECONDS[unit.removesuffix("s")]

    def step(self, name: str, row: Any, line: int) -> Step:
        if not isinstance(row, Lined):
            self.fault(line, f"step '{name}' needs a verb: ask, say, check or do")
            return Step(name, "say", line)
        verbs = [verb for verb in VERBS if verb in row]
        if len(verbs) != 1:
            has = " and ".join(verbs) or "no verb"
            self.fault(line, f"step '{name}' has {has}; a step has exactly one verb")
            return Step(name, verbs[0] if verbs else "say", line)
        if "." in name or name == END or name.startswith((ENTERED, OTHER)):
            self.fault(line, f"a step cannot be named '{name}': dots make paths, and 'end' ends a page")
        self.faults += unknown_words(row, (verbs[0], *WORDS[verbs[0]]), self.file, f"step '{name}'")
        step = Step(name, verbs[0], line, go=self.go(name, row), modes={m: row[m] for m in MODES if m in row})
        make = {"ask": self.ask, "say": self.say, "check": self.check, "do": self.do}[verbs[0]]
        return make(step, row)

    def go(self, name: str, row: Lined) -> Mapping[str, str]:
        go = row.get("go", {})
        if isinstance(go, str):
            return {ANYWAY: go}
        if isinstance(go, list):
            return {target: target for target in go}
        if any(not isinstance(target, str) for target in go.values()):
            self.fault(row.line_of("go"), f"step '{name}' turns to something that is not a step's name")
            return {}
        return dict(go)

    def ask(self, step: Step, row: Lined) -> Step:
        choices, answer = row.get("choices"), row.get("answer", "")
        if (choices is None) == (not answer):
            self.fault(step.line, f"step '{step.name}' needs either choices or an answer")
        if answer and answer not in ANSWERS:
            self.fault(row.line_of("answer"), f"'{answer}' is not a kind of answer; the kinds are {', '.join(ANSWERS)}")
        fixed = self.choices(step, choices) if isinstance(choices, Lined) else ()
        also = self.choices(step, row.get("also")) if "also" in row else ()
        rows = choices if isinstance(choices, str) else ""
        if also and not rows:
            self.fault(row.line_of("also"), f"step '{step.name}' says 'also' without a list to add to")
        unsure = said_yes(row, "unsure", self.file, self.faults)
        if (offered := len(fixed) + len(also) + unsure) > OPTIONS_ON_A_PAGE:
            with_unsure = " with 'I do not know'" if unsure else ""
            self.fault(step.line, f"step '{step.name}' offers {offered}{with_unsure}; a page holds {OPTIONS_ON_A_PAGE}")
        step = replace(step, text=row["ask"], choices=fixed, also=also, rows=rows, answer=answer, unsure=unsure)
        optional = said_yes(row, "optional", self.file, self.faults)
        least, most = self.bound(row, "least"), self.bound(row, "most")
        if most and least > most:
            self.fault(row.line_of("least"), f"step '{step.name}' asks for at least {least} and at most {most}")
        if answer == "number":
            self.number(step, row, optional)
        only, careful = row.get("only", ""), row.get("careful", "")
        for code in careful.split():
            if code not in {choice.code for choice in (*fixed, *also)}:
                self.fault(row.line_of("careful"), f"'careful' names '{code}', which is no choice of '{step.name}'")
        return replace(step, optional=optional, least=least, most=most, only=only, careful=careful)

    def bound(self, row: Lined, word: str) -> int:
        text = row.get(word, "0")
        if not text.isdigit():
            self.fault(row.line_of(word), f"'{word}: {text}' is not a whole number")
            return 0
        return int(text)

    def number(self, step: Step, row: Lined, optional: bool) -> None:
        """The keys 0 and 9 are never answers, so some numbers cannot be asked for."""
        if row.get("least", "0") == "0":
            self.fault(step.line, f"step '{step.name}' asks a number from 0; 0 means back: make it choices")
        if "most" not in row:
            self.fault(step.line, f"step '{step.name}' asks a number without a bound; say 'most'")
        if optional:
            what = f"step '{step.name}' is an optional number; 9 would be both an answer and \"on\""
            self.fault(step.line, what)

    def choices(self, step: Step, found: Any) -> tuple[Choice, ...]:
        if not isinstance(found, Lined) or not found:
            self.fault(step.line, f"step '{step.name}' needs its choices as `code: words` lines")
            return ()
        made = []
        for code, words in found.items():
            if code in KEPT:
                self.fault(found.line_of(code), f"choice '{code}' of step '{step.name}' is a kept word; choose another")
            long, _, short = (part.strip() for part in str(words).partition("|"))
            made.append(Choice(code, long, short or long))
        return tuple(made)

    def say(self, step: Step, row: Lined) -> Step:
        return replace(step, text=row["say"], end=row.get("end", ""))

    def check(self, step: Step, row: Lined) -> Step:
        lines = row["check"]
        if not isinstance(lines, Lined):
            self.fault(step.line, f"step '{step.name}' checks `step: label` lines")
            lines = Lined()
        return replace(step, text=row.get("read", ""), lines=dict(lines), yes=row.get("yes", "Yes, this is right"))

    def do(self, step: Step, row: Lined) -> Step:
        word, tries = row["do"], row.get("tries", "0")
        sub = word.removeprefix("flow ") if word.startswith("flow ") else ""
        if not tries.isdigit():
            self.fault(row.line_of("tries"), f"step '{step.name}' says 'tries: {tries}'; write a number")
            tries = "0"
        given = dict(row.get("with", {}))
        if given and not sub:
            self.fault(row.line_of("with"), f"step '{step.name}' brings answers to '{word}', which is not a flow")
        effect = "" if sub else word
        return replace(step, effect=effect, sub=sub, given=given, tries=int(tries), end=row.get("end", ""))
