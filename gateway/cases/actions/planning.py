"""A household's plan: several needs under one number, steps that were agreed with it, reminders to both sides, one
owner. Nobody is asked for a promise twice: what she has said to be done stands until the owner has looked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import DECIDERS, Pack
from ...house import House
from ...language import fold, formats
from ...language.catalogue import fill, mark
from ...people import actions as people
from ...people.records import Staff
from ..records import Case
from ..records.plans import OFFICE, SHE, Need, Plan, PlanStep, needs_of, plan_of, steps_of
from ..rules import OVER, Refusal
from .deciding import awaits_consent, holder
from .numbering import free_reference

BEFORE = timedelta(days=2)
AT = time(9)
LONGEST_STEP = 200
FARTHEST = timedelta(days=366)

BEGUN = mark("sms.plan", "Your plan has the number {plan}. To hear it, dial {dial} or call {hotline}.")
BEGUN_CALL = mark("sms.plan.call", "Your plan has the number {plan}. To hear it, call {hotline}.")
STEP = mark("sms.plan.step", "Plan {plan}: {day}: {what}")
NEAR = mark("sms.plan.near", "Plan {plan}: a day that you agreed on is near: {day}. Call {hotline}.")
OWNER = mark("console", "Plan {plan}: a step is due: {day}. Open the plan on the page.")


def begin_plan(db: Session, house: House, case: Case, staff_id: int, now: datetime) -> Plan:
    """Begins a plan with a case as its first need; whoever begins it looks after it. Raises Refusal."""
    pack = house.packs[case.country]
    _may_be_need(db, case)
    plan = Plan(
        country=case.country, reference=free_reference(db), office=holder(db, pack, case), owner_id=staff_id,
        address_id=case.address_id, answer_by=case.answer_by, language=case.language, begun_at=now,
    )  # fmt: skip
    db.add(plan)
    db.flush()
    db.add(Need(case_id=case.id, plan_id=plan.id))
    db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act="plan.begun", thing=f"plan:{plan.id}", now=now)
    begun = BEGUN if plan.answer_by == "write" else BEGUN_CALL
    _text(db, house, plan, begun, {}, f"plan:{plan.id}:begun", now)
    return plan


def add_need(db: Session, plan: Plan, case: Case, staff_id: int, now: datetime) -> None:
    """Another case of the same household is a need of its plan. Raises Refusal."""
    _must_be_open(plan)
    _may_be_need(db, case)
    if case.country != plan.country:
        raise Refusal("No open plan has this number.")
    db.add(Need(case_id=case.id, plan_id=plan.id))
    audit.write(db, actor=f"staff:{staff_id}", act="plan.need", thing=f"plan:{plan.id}", why=f"case:{case.id}", now=now)


def _may_be_need(db: Session, case: Case) -> None:
    if case.confidential or case.state in OVER:
        raise Refusal("A closed or confidential case is no part of a plan. Nothing was changed.")
    if awaits_consent(db, case):
        raise Refusal("She has not agreed yet that somebody asks for this in her name. Ask her first.")
    if plan_of(db, case.id):
        raise Refusal("This case is in a plan already. Nothing was changed.")


def leave_plan(db: Session, case: Case, now: datetime) -> None:
    """A case is no need of a plan any more: it became confidential, or is forgotten."""
    plan, need = plan_of(db, case.id), db.get(Need, case.id)
    if plan and need:
        db.delete(need)
        db.flush()
        end_without_needs(db, plan, now)


def given_up(db: Session, case: Case, now: datetime) -> None:
    """Nobody goes on with a case: where nothing else is left of its plan, that is over too."""
    if plan := plan_of(db, case.id):
        end_without_needs(db, plan, now)


def end_without_needs(db: Session, plan: Plan, now: datetime) -> None:
    if plan.closed_at is None and all(case.state in ("withdrawn", "merged") for case in needs_of(db, plan.id)):
        _end(db, plan, now)


def follow_case(db: Session, case: Case) -> None:
    """Its people are reminded where, and as, they are answered in their newest case."""
    plan = plan_of(db, case.id)
    if plan and plan.forgotten_at is None:
        plan.address_id, plan.answer_by, plan.language = case.address_id, case.answer_by, case.language


def _must_be_open(plan: Plan) -> None:
    if plan.closed_at:
        raise Refusal("This plan is over. Nothing was changed.")


def agree_step(
    db: Session, pack: Pack, plan: Plan, what: str, who: str, due_on: date | None, agreed: bool, staff_id: int,
    once: str, now: datetime,
) -> None:  # fmt: skip
    """A step that she and the office agreed on. `once`: the form; a second click adds none. Raises Refusal."""
    if db.scalar(select(PlanStep.id).where(PlanStep.once == once)):
        return
    what, today = fold.clean(what), now.astimezone(ZoneInfo(pack.zone)).date()
    _must_be_open(plan)
    if not what or who not in (SHE, OFFICE) or due_on is None:
        raise Refusal("Write what is to be done, by whom, and until which day.")
    if len(what) > LONGEST_STEP:
        raise Refusal("A step is at most 200 letters long. Write it shorter.")
    if not today <= due_on <= today + FARTHEST:
        raise Refusal("Choose a day from today on, within a year.")
    if not agreed:
        raise Refusal("Agree on the step with her first, and tick that you did.")
    step = PlanStep(plan_id=plan.id, what=what, who=who, due_on=due_on, agreed_at=now, once=once)
    step.next_at = _reminder(pack, step, now)
    db.add(step)
    audit.write(db, actor=f"staff:{staff_id}", act="plan.step", thing=f"plan:{plan.id}", now=now)


def _reminder(pack: Pack, step: PlanStep, now: datetime) -> datetime | None:
    """When somebody is reminded next: two days before the day, on the day, and the owner the day after."""
    zone = ZoneInfo(pack.zone)
    days = (step.due_on - BEFORE, step.due_on, step.due_on + timedelta(days=1))
    moments = [datetime.combine(day, AT, zone).astimezone(UTC) for day in days]
    return next((moment for moment in moments if moment > now), None)


def finish_step(db: Session, plan: Plan, step: PlanStep, staff_id: int, now: datetime) -> None:
    """The office found it done."""
    _must_be_open(plan)
    if step.done_at is None:
        step.done_at, step.done_by, step.next_at = now, staff_id, None
        audit.write(db, actor=f"staff:{staff_id}", act="plan.done", thing=f"plan:{plan.id}", why=str(step.id), now=now)


def say_done(db: Session, plan: Plan, step_id: int, now: datetime) -> None:
    """She says that she has done a step of hers."""
    step = db.get(PlanStep, step_id)
    if step and step.plan_id == plan.id and step.who == SHE and step.done_at is None and step.said_at is None:
        step.said_at = now
        audit.write(db, actor="citizen", act="plan.said_done", thing=f"plan:{plan.id}", why=str(step.id), now=now)


def give_plan(db: Session, plan: Plan, to: Staff | None, staff_id: int, now: datetime) -> None:
    """Somebody else looks after it from now on. Raises Refusal."""
    _must_be_open(plan)
    if to is None or plan.office not in to.office_codes() or to.role not in DECIDERS:
        raise Refusal("Choose an official who works with cases.")
    plan.owner_id = to.id
    audit.write(db, actor=f"staff:{staff_id}", act="plan.given", thing=f"plan:{plan.id}", why=f"staff:{to.id}", now=now)


def close_plan(db: Session, plan: Plan, staff_id: int, now: datetime) -> None:
    """It is over: nobody is reminded any more."""
    _must_be_open(plan)
    _end(db, plan, now)
    audit.write(db, actor=f"staff:{staff_id}", act="plan.closed", thing=f"plan:{plan.id}", now=now)


def _end(db: Session, plan: Plan, now: datetime) -> None:
    plan.closed_at = now
    for step in steps_of(db, plan.id):
        step.next_at = None


def plans_pass_on(db: Session, staff: Staff, to: Staff | None, now: datetime) -> None:
    """The plans of somebody who leaves, or hands over, are looked after by whoever takes over; where nobody is named,
    by somebody else who works at the plan's office."""
    for plan in db.scalars(select(Plan).where(Plan.owner_id == staff.id, Plan.closed_at.is_(None))).all():
        owner = to or _somebody_else(db, plan, staff.id)
        if owner is not None:
            plan.owner_id = owner.id
            why = f"staff:{owner.id}"
            audit.write(db, actor="system", act="plan.given", thing=f"plan:{plan.id}", why=why, now=now)


def _somebody_else(db: Session, plan: Plan, but: int) -> Staff | None:
    """A supervisor first."""
    active = select(Staff).where(Staff.active, Staff.country == plan.country, Staff.id != but, Staff.role.in_(DECIDERS))
    near = [row for row in db.scalars(active.order_by(Staff.id)) if plan.office in row.office_codes()]
    return min(near, key=lambda row: row.role != "supervisor", default=None)


def remind(db: Session, house: House, step_id: int, now: datetime) -> bool:
    """Reminds whoever a step is with, if it is time to; the owner of all of them. Safe to run twice."""
    step = db.scalar(select(PlanStep).where(PlanStep.id == step_id, PlanStep.next_at <= now).with_for_update())
    if step is None:
        return False
    plan = db.get_one(Plan, step.plan_id)
    pack = house.packs[plan.country]
    today = now.astimezone(ZoneInfo(pack.zone)).date()
    once = f"plan:{step.id}:{today}"
    if step.who == SHE and step.said_at is None and today <= step.due_on:
        facts = {"day": formats.day(plan.language, step.due_on, pack.style(plan.language)), "what": step.what or ""}
        _text(db, house, plan, STEP if plan.answer_by == "write" else NEAR, facts, once, now)
    _tell_owner(db, house, plan, step, once, now)
    step.next_at = _reminder(pack, step, now)
    return True


def _tell_owner(db: Session, house: House, plan: Plan, step: PlanStep, once: str, now: datetime) -> None:
    owner, pack = db.get_one(Staff, plan.owner_id), house.packs[plan.country]
    for staff, address_id in people.chats_at(db, [plan.office], [owner.role], now):
        if staff.id == owner.id:
            day = formats.day(staff.language, step.due_on, pack.style(staff.language))
            facts = {"plan": formats.grouped(plan.reference), "day": day}
            body = fill(house.texts.find(staff.language, OWNER), facts)
            way = pack.writes_to(people.number_of(db, address_id))
            outbox.put(
                db, way, address_id, body, purpose="staff", about=f"plan:{plan.id}", once=f"{once}:{staff.id}",
                now=now, asked=False,
            )  # fmt: skip


def _text(
    db: Session, house: House, plan: Plan, sentence: tuple[str, str], facts: dict[str, str], once: str, now: datetime
) -> None:
    """A text to the household; nothing where no number is kept."""
    if plan.address_id is None or plan.answer_by == "pin":
        return
    pack = house.packs[plan.country]
    number = formats.grouped(plan.reference)
    body = fill(
        house.texts.find(plan.language, sentence),
        {"plan": number, "dial": pack.dial(), "hotline": pack.hotline, **facts},
    )
    way = pack.writes_to(people.number_of(db, plan.address_id))
    outbox.put(db, way, plan.address_id, body, purpose="news", about=f"plan:{plan.id}", once=once, now=now, asked=False)


def forget_plans(db: Session, pack: Pack, now: datetime) -> set[int]:
    """Empties the plans that have been over for as long as the pack says, and those whose cases are all forgotten; the
    addresses that they let go."""
    alone = ~exists().where(Need.plan_id == Plan.id)
    old = select(Plan).where(
        Plan.country == pack.code, Plan.forgotten_at.is_(None), or_(Plan.closed_at < now - pack.keep, alone)
    ).with_for_update(skip_locked=True)  # fmt: skip
    let_go = set()
    for plan in db.scalars(old).all():
        outbox.forget_about(db, [f"plan:{plan.id}"])
        for step in steps_of(db, plan.id):
            step.what = None
        let_go |= {plan.address_id} if plan.address_id else set()
        plan.address_id, plan.forgotten_at = None, now
        audit.write(db, actor="system", act="plan.forgotten", thing=f"plan:{plan.id}", now=now)
    db.flush()
    return let_go
