"""The life of a case: its states, what may be done in each, who may, what it takes, and what she is told. Pure.

One table, `ACTS`; `docs/cases.md` and the picture in it are made of it (`./sala states`). What is resolved is the
office's claim; it is closed by her word, or by time after she was told and, where a text is not enough, was called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ANSWER_BY = ("write", "call", "hotline", "pin")
"""The four ways of being known. A complaint left before she chose counts as `hotline`."""

WITH_THE_OFFICE = ("routed", "acknowledged", "in_work", "reopened", "appealed")
OPEN = ("received", *WITH_THE_OFFICE, "waiting")
DECIDED = ("resolved", "referred", "rejected")
OVER = ("closed", "withdrawn", "merged")
STATES = (*OPEN, *DECIDED, *OVER)

CLOCKS = ("acknowledge", "answer", "resolve")
"""What is promised: somebody takes it up; she hears an answer; it is decided."""

DECISIONS = ("upheld", "partly", "not_upheld", "referred", "rejected")
NO_FAULT = "no_fault"
CAUSES = ("policy_gap", "implementation", "information_gap", "no_service", NO_FAULT)

REMIND_AFTER = timedelta(days=7)
WAIT_AT_MOST = timedelta(days=14)
"""How long an office waits for her. Then its clock runs on, and it decides with what it has: silence costs her time,
never the case."""

FIGURES: Mapping[str, tuple[str, ...]] = {"sex": ("", "woman", "man", "other"), "disability": ("", "yes", "no")}
"""What a case may be counted by of her who lodged it, where she said so."""

BACK = ("reopen", "appeal")
"""Acts by which she brings a decided case back."""

SAMPLE, SAMPLE_AFTER = 20, timedelta(days=7)
"""Of so many decided cases one is called back by an operator, so long after the decision."""

MAY_APPEAL = timedelta(days=14)
"""From the day on which she was told of a decision."""

SURVEY_AFTER, LOOK_AGAIN = timedelta(days=3), timedelta(days=1)
"""From a decision to the question whether it is solved; from one look at a decided case to the next."""


class Refusal(Exception):
    """Something a person can mend. `sentence` is an English msgid of the pages (context `console`)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Act:
    """One thing that may be done to a case. `after`: the state then; empty where it stays. `who`: `gateway` (by
    itself), `she`, `office` (who works where it lies), `decider` (who may decide it), `operator`,
    `other_office` (who was asked for a part). `takes`: what must be
    given. `keeps`: the promises that are met by it. `tells`: which words go to her (`actions/telling.py`)."""

    before: tuple[str, ...]
    after: str
    who: tuple[str, ...]
    takes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    tells: str = ""


DECIDE = (*WITH_THE_OFFICE, "waiting")
TAKEN = ("acknowledge",)
ANSWERED = (*TAKEN, "answer")

ACTS: Mapping[str, Act] = {
    "route": Act(("received",), "routed", ("gateway",), tells="received"),
    "send_on": Act(("routed", "acknowledged", "in_work", "reopened"), "routed", ("office",)),
    "seclude": Act(DECIDE, "routed", ("office",)),
    "pass_up": Act(WITH_THE_OFFICE, "routed", ("office",)),
    "take": Act(("routed", "reopened", "appealed"), "acknowledged", ("office",), keeps=TAKEN, tells="taken"),
    "reply": Act(DECIDE, "in_work", ("office",), ("text",), ANSWERED, "written"),
    "ask": Act(WITH_THE_OFFICE, "waiting", ("office",), ("text",), TAKEN, "asked"),
    "added": Act(("received", *WITH_THE_OFFICE), "", ("she", "operator"), ("text",)),
    "answered": Act(("waiting",), "in_work", ("she", "operator"), ("text",)),
    "note": Act((*OPEN, *DECIDED), "", ("office",), ("text",)),
    "ask_part": Act(DECIDE, "", ("office",), ("text",)),
    "part": Act(DECIDE, "", ("other_office",), ("text",)),
    "other_side": Act(DECIDE, "", ("office",), ("text",)),
    "go_on": Act(("waiting",), "in_work", ("gateway",)),
    "resolve": Act(DECIDE, "resolved", ("decider",), ("text", "cause"), CLOCKS, "decided"),
    "refer": Act(DECIDE, "referred", ("decider",), ("text",), CLOCKS, "decided"),
    "reject": Act(DECIDE, "rejected", ("decider",), ("text",), CLOCKS, "decided"),
    "withdraw": Act(OPEN[1:], "withdrawn", ("office",), ("text",), tells="withdrawn"),
    "merge": Act(DECIDE, "merged", ("office",), ("into",), tells="merged"),
    "confirm": Act(DECIDED, "closed", ("she", "operator")),
    "expire": Act(DECIDED, "closed", ("gateway",)),
    "agree": Act((*OPEN, *DECIDED), "", ("she", "operator", "office")),
    "refuse": Act((*OPEN, *DECIDED), "withdrawn", ("she", "operator", "office"), tells="withdrawn"),
    "reopen": Act((*DECIDED, "closed", "withdrawn"), "reopened", ("she", "operator"), tells="again"),
    "appeal": Act((*DECIDED, "closed"), "appealed", ("she", "operator"), tells="again"),
}

COMES = ("route", "send_on", "pass_up", "reopen", "appeal")
"""Acts by which a case comes to an office, or comes back."""

DECIDES = ("resolve", "refer", "reject")
WORDS = ("reply", "ask", *DECIDES)
"""Acts whose text is the office's word to her."""


def after(state: str, act: str) -> str:
    """The state after `act`. Raises Refusal where the case does not stand so that it may be done."""
    line = ACTS[act]
    if state in line.before:
        return line.after or state
    if state in OPEN:
        raise Refusal("This cannot be done as the case stands. Nothing was changed.")
    raise Refusal("This case is already closed. Nothing was changed.")


def act_of(decision: str) -> str:
    """The act that a decision is."""
    return {"referred": "refer", "rejected": "reject"}.get(decision, "resolve")


def known_by(answer: str) -> str:
    """The way of being known; `hotline` for a complaint left before the question."""
    return answer if answer in ANSWER_BY else "hotline"


def may_write_out(answer_by: str) -> bool:
    """Whether an answer's own words may go to the phone."""
    return answer_by == "write"


def must_be_told(answer_by: str) -> bool:
    """Whether an operator tells the answer by voice."""
    return answer_by in ("call", "hotline")
