"""What a flow's words do with a household's plan: tell what comes next, and hear that her part is done."""

from __future__ import annotations

from collections.abc import Mapping

from ...cases import actions as cases
from ...cases.records.plans import SHE, Plan, PlanStep, plans_of_addresses, steps_of
from ...language import formats
from ...language.catalogue import mark
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .cases import is_desk
from .stand import Answers, Stand, Word

HERS = mark("plan.hers", "{day}, you: {what}")
OURS = mark("plan.ours", "{day}, the office: {what}")
MOST_TOLD = 3


def _plan(stand: Stand) -> Plan | None:
    """The newest plan of this phone, or of another that she proved to be hers: where she let us write to it; an
    operator tells it also to who chose a call."""
    hers = [address.id for address in people.of_person(stand.db, stand.address_id)]
    ways = ("write", "call", "hotline") if is_desk(stand) else ("write",)
    return next(iter(plans_of_addresses(stand.db, hers, ways)), None)


def my_plan(stand: Stand, answers: Answers) -> Done:
    """The next steps, with who does them, her own next one among them; `{step}`: that of which she is asked whether it
    is done."""
    plan = _plan(stand)
    if plan is None:
        return Done("none")
    open_ = [step for step in steps_of(stand.db, plan.id) if step.done_at is None and step.said_at is None]
    mine = next((step for step in open_ if step.who == SHE), None)
    shown = open_[:MOST_TOLD]
    if mine and mine not in shown:
        shown = [*shown[:-1], mine]
    if not shown:
        return Done("nothing")
    told = "\n".join(_line(stand, step) for step in shown)
    if mine is None:
        return Done("ours", {"plan": told, "what": "", "step": ""})
    return Done("told", {"plan": told, "what": mine.what or "", "step": str(mine.id)})


def _line(stand: Stand, step: PlanStep) -> str:
    day = formats.day(stand.language, step.due_on, stand.pack.style(stand.language))
    key = HERS if step.who == SHE else OURS
    return stand.house.texts.say(stand.language, key, day=day, what=step.what or "")


def my_part_done(stand: Stand, answers: Answers) -> Done:
    if plan := _plan(stand):
        cases.say_done(stand.db, plan, int(stand.facts.get("step") or 0), stand.now)
    return Done("kept", act=True)


EFFECTS: Mapping[str, Word] = {
    "my_plan": Word(
        EffectWords("look", ("told", "ours", "nothing", "none"), ("plan", "what", "step"), bare=("nothing", "none")),
        my_plan,
    ),
    "my_part_done": Word(EffectWords("act", ("kept",), harmless=True), my_part_done),
}
