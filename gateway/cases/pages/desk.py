"""The official's pages: her queue, the case, answering, resolving, placing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ... import audit, clock
from ...channels import outbox
from ...channels.outbox.records import Outgoing
from ...country import Pack
from ...language.measure import sms_parts
from ...people.actions import number_of, parents_of
from ...people.records import QueueRow, Staff, offices_by_name
from ...people.rules import in_reach, lineage
from ...web import actor, house, page_language, render, staff_page
from .. import actions, attachments
from ..records import Case, CaseEvent, events_of, in_queues
from ..rules import Refusal

bp = Blueprint("cases", __name__)
ACTS = {"reply": actions.reply, "resolve": actions.resolve}
GROUPS = ("late", "due", "new", "answered")


def my_queues(db: Session) -> list[QueueRow]:
    """The queues of the offices in this member of staff's reach."""
    parents = parents_of(db, g.staff.country)
    return [queue for queue in db.scalars(select(QueueRow)) if within_reach(queue, parents)]


def within_reach(queue: QueueRow, parents: Mapping[str, str]) -> bool:
    """Whether this member of staff works, or watches, the office of the queue; retired ones too, so that no
    case is left on nobody's list."""
    return in_reach(g.staff.role, g.staff.office_codes(), lineage(queue.office, parents))


@staff_page(bp, "/console/queue", needs="queue")
def queue() -> Any:
    """One glance: what is late, what is due today, what nobody has answered yet, what was and is still open."""
    now = datetime.now(UTC)
    with house().database.reading() as db:
        queues = {row.code: row for row in my_queues(db)}
        cases, count = in_queues(db, list(queues))
    pack = house().packs[g.staff.country]
    groups: dict[str, list[Case]] = {name: [] for name in GROUPS}
    for case in cases:
        standing = clock.standing(now, case.due_at, actions.calendar_of(pack, case))
        groups[standing if standing != "later" else "answered" if case.state == "answered" else "new"].append(case)
    template = "queue_list.html" if request.headers.get("HX-Request") else "queue.html"
    return render(template, groups=groups, queues=queues, pack=pack, shown=len(cases), count=count)


def my_case(db: Session, case_id: int, lock: bool = False) -> Case:
    """The case, if it lies with one of her offices; otherwise there is no such case. `lock`: those who change it
    take turns, so that the second of two clicks finds the first one done."""
    wanted = select(Case).where(Case.id == case_id)
    case = db.scalar(wanted.with_for_update() if lock else wanted)
    if case is None or case.queue is None:
        abort(404)
    row = db.get_one(QueueRow, case.queue)
    if case.country != g.staff.country or not within_reach(row, parents_of(db, g.staff.country)):
        abort(404)
    return case


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>", needs="case")
def case(case_id: int) -> Any:
    with house().database.transaction() as db:
        found = my_case(db, case_id)
        audit.write(db, actor=actor(), act="case.read", thing=f"case:{case_id}", now=datetime.now(UTC))
        db.flush()
    return _page(case_id, found)


def _page(case_id: int, found: Case, status: int = 200, **more: Any) -> Any:
    pack = house().packs[found.country]
    with house().database.reading() as db:
        events = events_of(db, case_id)
        sent = outbox.about(db, [f"case:{case_id}", *(f"event:{event.id}" for event in events)])
        names = {row.id: row.name for row in db.scalars(select(Staff))}
        queue_row, things = db.get(QueueRow, found.queue), attachments.of_case(db, case_id)
        places = places_to_choose(db, pack, page_language())
        decider, holder = actions.who_decides(db, pack, found), actions.holder(db, pack, found)
    values = {
        "case": found,
        "timeline": timeline(events, sent),
        "pack": pack,
        "names": names,
        "once": secrets.token_hex(8),
        "places": places,
        "things": things,
    }
    values |= {
        "standing": clock.standing(datetime.now(UTC), found.due_at, actions.calendar_of(pack, found)),
        "queue": queue_row,
    }
    values |= {"decides": pack.may_decide(found.category, holder, g.staff.role), "decider": decider, "holder": holder}
    values |= {"text": "", "advice": "", "refusal": None, "number": None, **more}
    return render("case.html", status, **values)


def timeline(events: list[CaseEvent], sent: list[Outgoing]) -> list[tuple[datetime, CaseEvent | Outgoing]]:
    """Events and texts in the order in which they happened."""
    lines: list[tuple[datetime, int, CaseEvent | Outgoing]] = [(event.at, 0, event) for event in events]
    lines += [(row.put_at, 1, row) for row in sent]
    return [(at, line) for at, _, line in sorted(lines, key=lambda entry: (entry[0], entry[1]))]


def places_to_choose(db: Session, pack: Pack, tag: str) -> list[tuple[str, list[str]]]:
    """Areas of the pilot by district, for setting where a person lives; in the order of their names."""
    places = [pack.offices[code].place for code in offices_by_name(db, pack.code, tag) if code in pack.offices]
    groups = []
    for province in pack.areas:
        groups.append((province, [province]))
        for district in (place for place in places if pack.places.parent(place) == province):
            groups.append((district, [district, *(p for p in places if pack.places.parent(p) == district)]))
    return groups


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>/answer", needs="answer", methods=("POST",))
def answer(case_id: int) -> Any:
    """Sends an answer, or resolves with what was done. Nothing typed is lost when it cannot be taken."""
    text, act, now = request.form.get("text", ""), request.form.get("act", "reply"), datetime.now(UTC)
    do = ACTS.get(act) or abort(400)
    once = f"{g.staff.id}:{case_id}:{request.form.get('once', '')}"[:80]
    try:
        with house().database.transaction() as db:
            found = my_case(db, case_id, lock=True)
            if not actions.is_noted(db, once):
                _unchanged(found)
            do(db, house(), found, text, g.staff.id, once, now)
    except (Refusal, StaleDataError) as refusal:
        return _refused(case_id, refusal, text)
    return redirect(url_for("cases.case", case_id=case_id, taken=request.form.get("once", "")))


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>/thing/<int(max=2147483647):thing_id>", needs="case")
def thing(case_id: int, thing_id: int) -> Any:
    """A photo or a voice note of hers: for whoever may read the case; the look is in the audit."""
    with house().database.transaction() as db:
        my_case(db, case_id)
        row = db.get(attachments.Attachment, thing_id)
        if row is None or row.case_id != case_id or row.state != "kept":
            abort(404)
        audit.write(db, actor=actor(), act="thing.read", thing=f"attachment:{thing_id}", now=datetime.now(UTC))
        return served(row)


def served(row: attachments.Attachment) -> Response:
    """What somebody sent, as what it was found to be: never run, never kept by the browser."""
    told = {"Content-Disposition": "inline", "Cache-Control": "no-store"}
    return Response(row.body or b"", content_type=row.content_type, headers=told)


def _unchanged(found: Case) -> None:
    """Raises Refusal where the case is not as it stood on the page that was sent."""
    if str(found.version) != request.form.get("version"):
        raise Refusal("Somebody changed this case a moment ago. Read it again before you send.")


def _refused(case_id: int, refusal: Exception, text: str, **more: Any) -> Any:
    with house().database.reading() as db:
        found = my_case(db, case_id)
    sentence = getattr(refusal, "sentence", "Somebody changed this case a moment ago. Read it again before you send.")
    return _page(case_id, found, 409, text=text, refusal=sentence, **more)


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>/place", needs="place", methods=("POST",))
def place(case_id: int) -> Any:
    """Triage sets the place; the case goes to the office that can decide."""
    try:
        with house().database.transaction() as db:
            found = my_case(db, case_id, lock=True)
            _unchanged(found)
            about, where = request.form.get("category", found.category), request.form.get("place", "")
            actions.place_case(db, house(), found, where, about, g.staff.id, datetime.now(UTC))
            lies_with = _lies_with(db, found)
    except (Refusal, StaleDataError) as refusal:
        return _refused(case_id, refusal, "")
    return _gone_to(case_id, *lies_with)


def _lies_with(db: Session, found: Case) -> tuple[str, bool]:
    """The queue of a case, and whether it is within her reach."""
    row = db.get_one(QueueRow, found.queue)
    return row.code, within_reach(row, parents_of(db, g.staff.country))


def _gone_to(case_id: int, queue_code: str, near: bool) -> Any:
    if near:
        return redirect(url_for("cases.case", case_id=case_id))
    return redirect(url_for("cases.queue", sent=queue_code))


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>/up", needs="answer", methods=("POST",))
def up(case_id: int) -> Any:
    """Passes a case that this office may not decide up to one that may."""
    advice, once = request.form.get("advice", ""), f"up:{g.staff.id}:{case_id}:{request.form.get('once', '')}"[:80]
    try:
        with house().database.transaction() as db:
            if actions.is_noted(db, once):
                return redirect(url_for("cases.queue"))
            found = my_case(db, case_id, lock=True)
            _unchanged(found)
            actions.pass_up(db, house(), found, advice, g.staff.id, once, datetime.now(UTC))
            lies_with = _lies_with(db, found)
    except (Refusal, StaleDataError) as refusal:
        return _refused(case_id, refusal, "", advice=advice)
    return _gone_to(case_id, *lies_with)


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>/number", needs="see_number", methods=("POST",))
def number(case_id: int) -> Any:
    """Shows the phone number, where she did not ask to keep it from the office; the look is in the audit."""
    with house().database.transaction() as db:
        found = my_case(db, case_id)
        if found.address_id is None or found.answer_by not in ("write", "call"):
            abort(404)
        audit.write(db, actor=actor(), act="number.read", thing=f"case:{case_id}", now=datetime.now(UTC))
        shown = number_of(db, found.address_id)
    return _page(case_id, found, number=shown)


@staff_page(
    bp,
    "/console/case/<int(max=2147483647):case_id>/again/<int(max=2147483647):row_id>",
    needs="answer",
    methods=("POST",),
)
def send_again(case_id: int, row_id: int) -> Any:
    """Sends once more what failed, or what may not have arrived."""
    with house().database.transaction() as db:
        found = my_case(db, case_id)
        events = [f"event:{event.id}" for event in events_of(db, case_id)]
        if row_id not in {row.id for row in outbox.about(db, [f"case:{found.id}", *events])}:
            abort(404)
        outbox.send_again(db, row_id, datetime.now(UTC))
        audit.write(db, actor=actor(), act="send.again", thing=f"outbox:{row_id}", now=datetime.now(UTC))
    return redirect(url_for("cases.case", case_id=case_id))


@staff_page(bp, "/console/parts", needs="answer", methods=("POST",))
def parts(**_: Any) -> Any:
    """How many SMS a text will take, while it is written."""
    text = request.form.get("text", "")
    return render("parts.html", parts=sms_parts(text) if text.strip() else 0)
