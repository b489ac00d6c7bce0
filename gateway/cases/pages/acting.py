"""What an official does to a case. Nothing typed is lost when it cannot be taken, and a second click does nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import abort, g, redirect, request, url_for
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ...language import fold
from ...web import house, staff_page
from .. import actions
from ..records import Case, events_of
from ..rules import Refusal
from ..saved import chosen
from . import bp
from .desk import may_call, may_see, mine, my_case, page

CASE = "/console/case/<int(max=2147483647):case_id>"
LONGEST = 1200
OUTCOMES = ("told", "no_answer", "wrong_person")
CHANGED = "Somebody changed this case a moment ago. Read it again before you send."
Work = Callable[[Session, Case, str, datetime], None]


def act_once(case_id: int, work: Work) -> Any:
    """Does it once, if the case stands as it did on the page that was sent; then the case, or the queue where it went
    out of her reach."""
    form, typed = request.form, request.form.to_dict()
    what = request.path.rpartition("/")[2]
    once = f"{what}:{g.staff.id}:{case_id}:{form.get('once', '')}"[:80]
    try:
        with house().database.transaction() as db:
            if actions.is_noted(db, once):
                found = db.get_one(Case, case_id)
            else:
                found = my_case(db, case_id, lock=True)
                _once(db, found, once, work)
            near, code = may_see(db, case_id), "" if found.confidential else found.queue
    except (Refusal, StaleDataError) as refusal:
        with house().database.reading() as db:
            found = my_case(db, case_id)
        return page(case_id, found, 409, refusal=getattr(refusal, "sentence", CHANGED), typed=typed)
    if near:
        return redirect(url_for("cases.case", case_id=case_id, taken=form.get("once", "")))
    return redirect(url_for("cases.queue", sent=code))


def _once(db: Session, found: Case, once: str, work: Work) -> None:
    """Does it, unless the other of two clicks has done it while this one waited for the case."""
    if actions.is_noted(db, once):
        return
    if str(found.version) != request.form.get("version"):
        raise Refusal(CHANGED)
    work(db, found, once, datetime.now(UTC))


@staff_page(bp, f"{CASE}/take", needs="answer", methods=("POST",))
def take(case_id: int) -> Any:
    """She has it in hand."""
    return act_once(case_id, lambda db, case, once, now: actions.take(db, house(), case, g.staff.id, once, now))


@staff_page(bp, f"{CASE}/answer", needs="answer", methods=("POST",))
def answer(case_id: int) -> Any:
    """Sends an answer, or a question."""
    use = request.form.get("act", "reply")
    say = {"reply": actions.reply, "ask": actions.ask}.get(use) or abort(400)

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        text, kept = _words(case, request.form.get("text", ""), use)
        say(db, house(), case, text, g.staff.id, once, now, kept)

    return act_once(case_id, work)


def _words(case: Case, typed: str, use: str) -> tuple[str, dict[str, object]]:
    """What is to be said: the saved reply that was chosen, or what was typed."""
    code = request.form.get("saved", "")
    if code and typed.strip():
        raise Refusal("Choose a saved answer or write your own, not both.")
    return chosen(house(), case, code, request.form.get("day", ""), use) if code else (typed, {})


@staff_page(bp, f"{CASE}/note", needs="answer", methods=("POST",))
def note(case_id: int) -> Any:
    """A note that she does not see."""
    words = request.form.get("aside", "")
    return act_once(
        case_id, lambda db, case, once, now: actions.note_aside(db, house(), case, words, g.staff.id, once, now)
    )


@staff_page(bp, f"{CASE}/figures", needs="answer", methods=("POST",))
def for_figures(case_id: int) -> Any:
    """What the case is counted by."""
    told = {name: request.form.get(name, "") for name in ("programme", "sex", "disability")}
    return act_once(case_id, lambda db, case, once, now: actions.note_figures(db, house(), case, told, g.staff.id, now))


@staff_page(bp, f"{CASE}/decide", needs="answer", methods=("POST",))
def decide(case_id: int) -> Any:
    """Closes the case with a decision and what was done."""
    decision, cause, done = (request.form.get(name, "") for name in ("decision", "cause", "done"))

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        text, kept = _words(case, done, "decide")
        actions.decide(db, house(), case, decision, cause, text, g.staff.id, once, now, kept)

    return act_once(case_id, work)


@staff_page(bp, f"{CASE}/withdraw", needs="answer", methods=("POST",))
def withdraw(case_id: int) -> Any:
    """She does not want it gone on with."""
    how = request.form.get("how", "")
    return act_once(
        case_id, lambda db, case, once, now: actions.withdraw(db, house(), case, how, g.staff.id, once, now)
    )


@staff_page(bp, f"{CASE}/other_side", needs="answer", methods=("POST",))
def other_side(case_id: int) -> Any:
    """What the one complained of says."""
    other = request.form.get("other", "")
    return act_once(
        case_id, lambda db, case, once, now: actions.other_side(db, house(), case, other, g.staff.id, once, now)
    )


@staff_page(bp, f"{CASE}/access", needs="answer", methods=("POST",))
def access(case_id: int) -> Any:
    """Lists somebody for a confidential case, or keeps somebody from a case."""
    who, kind, why = (request.form.get(name, "") for name in ("who", "kind", "why"))
    return act_once(case_id, lambda db, case, once, now: actions.give_access(db, case, who, kind, why, g.staff.id, now))


@staff_page(bp, f"{CASE}/called", needs="answer", methods=("POST",))
def called(case_id: int) -> Any:
    """Somebody of the office has called her."""
    outcome, words = request.form.get("outcome", ""), request.form.get("note", "")
    said, told = request.form.get("said", ""), fold.clean(request.form.get("words", ""))[:LONGEST]

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        if outcome not in OUTCOMES or not may_call(case):
            raise Refusal("Choose how the call came out.")
        actions.note_own_call(db, case, outcome, words, g.staff.id, once, now)
        if outcome == "told" and (event := actions.words_now(db, case)):
            # That it is solved is no word of whoever decided it; in a confidential case nobody else hears hers.
            hers = said if case.confidential or said != "solved" else ""
            actions.said_to_operator(db, house(), case, event, hers, told, g.staff.id, now)
        elif outcome == "told":
            actions.keep_words(db, case, told, actions.OPERATOR, now, g.staff.id)

    return act_once(case_id, work)


@staff_page(bp, f"{CASE}/merge", needs="answer", methods=("POST",))
def merge(case_id: int) -> Any:
    """It is the same as another case of hers."""

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        same = (twin for twin in actions.twins(db, case, mine(db)) if twin.reference == request.form.get("into"))
        actions.merge(db, house(), case, next(same, None), g.staff.id, once, now)

    return act_once(case_id, work)


@staff_page(bp, f"{CASE}/place", needs="place", methods=("POST",))
def place(case_id: int) -> Any:
    """Triage sets the place; the case goes to the office that can decide."""
    where = request.form.get("place", "")

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        about = request.form.get("category", case.category)
        actions.place_case(db, house(), case, where, about, g.staff.id, now)

    return act_once(case_id, work)


@staff_page(bp, f"{CASE}/up", needs="answer", methods=("POST",))
def up(case_id: int) -> Any:
    """Passes a case that this office may not decide up to one that may."""
    advice = request.form.get("advice", "")
    return act_once(
        case_id, lambda db, case, once, now: actions.pass_up(db, house(), case, advice, g.staff.id, once, now)
    )


@staff_page(bp, f"{CASE}/agree", needs="answer", methods=("POST",))
def agree(case_id: int) -> Any:
    """She said herself, to an official, whether she agrees to what was lodged for her."""
    said, how = request.form.get("said", ""), fold.clean(request.form.get("where", ""))[:LONGEST]

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        if said not in ("agrees", "refuses") or not how:
            raise Refusal("Choose what she said, and write when and where she said so.")
        if any(event.kind == "opened" and event.staff_id == g.staff.id for event in events_of(db, case.id)):
            raise Refusal("You lodged it yourself: somebody else asks her whether she agrees.")
        actions.consent(db, house(), case, said == "agrees", now, g.staff.id, how=how, once=once)

    return act_once(case_id, work)
