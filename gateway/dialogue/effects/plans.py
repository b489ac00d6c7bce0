"""What a flow's words do with a household's plan: tell what comes next, and hear that her part is done."""

from __future__ import annotations

from collections.abc import Mapping

from ...cases import actions as cases
from ...cases.records.plans import SHE, Plan, plans_of_addresses, steps_of
from ...language import formats
from ...language.catalogue import mark
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .stand import Answers, Stand, Word

HERS = mark("plan.hers", "{day}, you: {what}")
OURS = mark("plan.ours", "{day}, the office: {what}")
MOST_TOLD = 3


def _plan(stand: Stand) -> Plan | None:
    """The newest plan of this phone, or of another that she proved to be hers."""
    hers = [address.id for address in people.of_person(stand.db, stand.address_id)]
    return next(iter(plans_of_addresses(stand.db, hers)), None)


def my_plan(stand: Stand, answers: Answers) -> Done:
    """The next steps, with who does them."""
    plan = _plan(stand)
    if plan is None:
        return Done("none")
    open_ = [step for step in steps_of(stand.db, plan.id) if step.done_at is None and step.said_at is None]
    told = []
    for step in open_[:MOST_TOLD]:
        day = formats.day(stand.language, step.due_on, stand.pack.style(stand.language))
        key = HERS if step.who == SHE else OURS
        told.append(stand.house.texts.say(stand.language, key, day=day, what=step.what or ""))
    if not told:
        return Done("nothing")
    mine = any(step.who == SHE for step in open_)
    return Done("told" if mine else "ours", {"plan": "\n".join(told)})


def my_part_done(stand: Stand, answers: Answers) -> Done:
    if plan := _plan(stand):
        cases.say_done(stand.db, plan, stand.now)
    return Done("kept", act=True)


EFFECTS: Mapping[str, Word] = {
    "my_plan": Word(
        EffectWords("look", ("told", "ours", "nothing", "none"), ("plan",), bare=("nothing", "none")), my_plan
    ),
    "my_part_done": Word(EffectWords("act", ("kept",), harmless=True), my_part_done),
}
