"""What she does with a case that was answered or decided: answers the office, says whether it is solved, appeals."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...cases import actions as cases
from ...cases import attachments
from ...cases.records import Case, by_reference
from ...cases.rules import DECIDED, OPEN, Refusal
from ..asking import is_enclosed
from ..roads import EffectWords
from ..state import Done
from .cases import NAMED, add, add_here, hers_or_opened, is_desk, is_helper, names_of, promise_of
from .stand import Stand, Word

OPINION = ("solved", "words", "easy")
BACK = ("opened", "late", "undecided", "call")


def answer_office(stand: Stand, answers: Mapping[str, str]) -> Done:
    """Her answer to what the office asked on this number."""
    case = by_reference(stand.db, stand.facts.get("case", ""))
    if case is None or case.address_id != stand.address_id:
        return Done("closed")
    event = stand.facts.get("event", "")
    stands = cases.still_asked(stand.db, "asked", case.reference, event)
    return add(stand, cases.main_of(stand.db, case), answers, "question", late=not stands)


def consent(stand: Stand, answers: Mapping[str, str]) -> Done:
    """Whether she agrees to what somebody lodged for her."""
    case, agrees = by_reference(stand.db, stand.facts.get("case", "")), answers.get("agree") == "yes"
    if case and case.address_id == stand.address_id and answers.get("agree"):
        cases.consent(stand.db, stand.house, case, agrees, stand.now)
    return Done("kept" if agrees else "stopped", act=True)


def confirm(stand: Stand, answers: Mapping[str, str]) -> Done:
    """She says that it is solved, or that she lets the decision stand."""
    case = hers_or_opened(stand, answers)
    if case and _is_hers_to_say(stand, case) and not is_helper(case, answers):
        cases.confirm(stand.db, stand.house, case, stand.now)
    return Done("closed", act=True)


def reopen(stand: Stand, answers: Mapping[str, str]) -> Done:
    """She says that it is not solved; what is missing she may say after it, or has said before it in a conversation
    that began when it was asked first."""
    return _come_back(stand, answers, answers.get("missing", ""), cases.reopen)


def add_missing(stand: Stand, answers: Mapping[str, str]) -> Done:
    """What is missing still; it may be that she does not say."""
    if not answers.get("missing"):
        return Done("nothing")
    return add_here(stand, answers, "missing")


def open_appeal(stand: Stand, answers: Mapping[str, str]) -> Done:
    """She does not agree with the decision."""
    return _come_back(stand, answers, answers.get("reason", ""), cases.appeal)


def _come_back(stand: Stand, answers: Mapping[str, str], words: str, how: Callable[..., None]) -> Done:
    case = hers_or_opened(stand, answers)
    if case and (not _is_hers_to_say(stand, case) or is_helper(case, answers)):
        return Done("call")
    if case is None or case.state in OPEN:
        return Done("undecided")
    try:
        how(stand.db, stand.house, case, "" if is_enclosed(words) else words, stand.now)
    except Refusal:
        return Done("late")
    attachments.belong(stand.db, names_of(stand, {"words": words}), case, stand.now)
    return Done("opened", {"promise": promise_of(stand, case)}, act=True)


def _is_hers_to_say(stand: Stand, case: Case) -> bool:
    """Whether what is done here is surely hers: the phone may be her neighbour's. Where she chose a call, or told the
    hotline alone, she says it to an operator; that she did not withdraw her case she may say at once."""
    return is_desk(stand) or case.answer_by in ("write", "pin") or case.state == "withdrawn"


def keep_opinion(stand: Stand, answers: Mapping[str, str]) -> Done:
    """What she thinks of how it ended; only answers that were given. Solved, the case is closed; not solved, it comes
    back."""
    case = by_reference(stand.db, stand.facts.get("case", ""))
    if case is None or case.address_id != stand.address_id:
        return Done("kept", act=True)
    cases.keep_opinion(stand.db, case, {name: answers[name] for name in OPINION if answers.get(name)}, stand.now)
    if answers.get("solved") == "yes":
        cases.confirm(stand.db, stand.house, case, stand.now)
    if (
        answers.get("solved") == "no"
        and case.state in DECIDED
        and cases.may_come_back(stand.db, stand.pack, case, stand.now)
    ):
        cases.reopen(stand.db, stand.house, case, answers.get("words", ""), stand.now)
        return Done("again", {"promise": promise_of(stand, case)}, act=True)
    return Done("kept", act=True)


EFFECTS: Mapping[str, Word] = {
    "answer_office": Word(EffectWords("act", ("added", "closed"), reads=("question",), harmless=True), answer_office),
    "consent": Word(EffectWords("act", ("kept", "stopped"), reads=("agree",), bare=("kept",), harmless=True), consent),
    "confirm": Word(EffectWords("act", ("closed",), reads=NAMED, harmless=True), confirm),
    "reopen": Word(
        EffectWords("act", BACK, ("promise",), reads=(*NAMED, "missing"), harmless=True),
        reopen,
    ),
    "add_missing": Word(
        EffectWords("act", ("added", "closed", "nothing"), reads=(*NAMED, "missing"), harmless=True), add_missing
    ),
    "open_appeal": Word(EffectWords("act", BACK, ("promise",), reads=(*NAMED, "reason"), harmless=True), open_appeal),
    "keep_opinion": Word(
        EffectWords("act", ("kept", "again"), ("promise",), reads=OPINION, bare=("kept",), harmless=True), keep_opinion
    ),
}
