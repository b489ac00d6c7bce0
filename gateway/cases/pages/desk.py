"""The official's pages: her queue, the case, answering, resolving, placing."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, g, redirect, request, url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ... import audit, clock
from ...channels import outbox
from ...channels.outbox.records import Outgoing
from ...country import Pack
from ...country.replies import Reply
from ...language.measure import sms_parts
from ...people.actions import number_of
from ...people.records import QueueRow, Staff, offices_by_name
from ...web import actor, house, page_language, render, staff_page
from .. import actions, attachments
from ..reach import seen_by
from ..records import Case, CaseEvent, events_of, open_cases
from ..records.access import access_of
from ..records.linked import alike, happening_of, happenings_seen, parts_for, parts_of
from ..records.plans import plan_of
from ..records.promises import Notice, Promise, notices_of, promises_of
from ..rules import ACTS, CAUSES, DECIDED, DECISIONS, OVER
from ..saved import replies_of, said_in
from . import bp
from .requested import form_of

GROUPS = ("late", "due", "back", "new", "work", "waiting")
OF_STATE = {
    **dict.fromkeys(("reopened", "appealed"), "back"),
    **dict.fromkeys(("received", "routed"), "new"),
    **dict.fromkeys(("waiting", *DECIDED), "waiting"),
}


def mine(db: Session) -> ColumnElement[bool]:
    """The cases that she who asks may see."""
    return seen_by(db, g.staff)


def may_see(db: Session, case_id: int) -> bool:
    return db.scalar(select(Case.id).where(Case.id == case_id, mine(db))) is not None


@staff_page(bp, "/console/queue", needs="queue")
def queue() -> Any:
    """One glance: what is late, what is due today, what came back, what nobody has taken up yet, what is in work, and
    what waits for her."""
    now = datetime.now(UTC)
    with house().database.reading() as db:
        cases, count = open_cases(db, mine(db))
        queues = {row.code: row for row in db.scalars(select(QueueRow))}
        asked = len(parts_for(db, g.staff.id, g.staff.office_codes()))
    pack = house().packs[g.staff.country]
    groups: dict[str, list[Case]] = {name: [] for name in GROUPS}
    for case in cases:
        standing = clock.standing(now, case.due_at, actions.calendar_of(pack, case))
        groups[standing if standing != "later" else OF_STATE.get(case.state, "work")].append(case)
    template = "queue_list.html" if request.headers.get("HX-Request") else "queue.html"
    return render(template, groups=groups, queues=queues, pack=pack, shown=len(cases), count=count, asked=asked)


def my_case(db: Session, case_id: int, lock: bool = False) -> Case:
    """The case, if she may see it; otherwise there is no such case. `lock`: those who change it
    take turns, so that the second of two clicks finds the first one done."""
    wanted = select(Case).where(Case.id == case_id, mine(db))
    return db.scalar(wanted.with_for_update(of=Case) if lock else wanted) or abort(404)


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>", needs="case")
def case(case_id: int) -> Any:
    with house().database.transaction() as db:
        found = my_case(db, case_id)
        audit.write(db, actor=actor(), act="case.read", thing=f"case:{case_id}", now=datetime.now(UTC))
        db.flush()
    return page(case_id, found)


def page(case_id: int, found: Case, status: int = 200, **more: Any) -> Any:
    """A case as she who asks may see and change it. `more`: what she had typed, and why it was refused."""
    pack, now = house().packs[found.country], datetime.now(UTC)
    with house().database.reading() as db:
        events, notices = events_of(db, case_id), notices_of(db, case_id)
        sent = outbox.about(db, actions.abouts_of(db, found))
        replies = replies_for(found)
        values = {
            "case": found,
            "timeline": timeline([*events, *sent, *notices]),
            "pack": pack,
            "names": {row.id: row.name for row in db.scalars(select(Staff))},
            "once": secrets.token_hex(8),
            "places": places_to_choose(db, pack, page_language()),
            "things": attachments.of_case(db, case_id),
            "queue": db.get(QueueRow, found.queue),
            "decides": actions.may_decide(db, pack, found, g.staff),
            "decider": actions.who_decides(db, pack, found),
            "holder": actions.holder(db, pack, found),
            "next": next_promise(db, found),
            "access": access_of(db, case_id),
            "readers": readers_of(db, found),
            "opened": next((event.data for event in events if event.kind == "opened"), {}),
            "refused": any(event.kind == "refuse" for event in events),
            "agreed": any(event.kind == "agree" for event in events),
            "apart": found.category in pack.categories and pack.categories[found.category].accuses,
            "twins": actions.twins(db, found, mine(db)),
            "into": db.scalar(select(Case).where(Case.id == found.into, mine(db))) if found.into else None,
            "can": {name for name, act in ACTS.items() if found.state in act.before},
            "hidden_kinds": [category for category in pack.categories.values() if category.confidential],
            "replies_as": lambda uses: [row for row in replies if set(row[0].use) & set(uses)],
            "said_here": lambda line: said_in(
                house(), found, page_language(), str(line.data.get("saved", "")), str(line.data.get("day", ""))
            ),
            "may_call": may_call(found),
            "form": form_of(db, pack, found, page_language()),
            "plan": plan_of(db, case_id),
            "awaits": actions.awaits_consent(db, found),
            "event": happening_of(db, case_id),
            "events": happenings_seen(db, mine(db)),
            "alike": alike(db, found, mine(db)),
            "parts": parts_of(db, case_id),
            "words_now": actions.words_now(db, found),
            "decisions": DECISIONS,
            "causes": CAUSES,
            "standing": clock.standing(now, found.due_at, actions.calendar_of(pack, found)),
        }
    return render("case.html", status, **{**values, "refusal": None, "number": None, "typed": {}, **more})


def may_call(found: Case) -> bool:
    """Whether the office may call her itself: she let it know the number. Of a confidential case only where she chose a
    call."""
    if found.address_id is None or found.state in OVER:
        return False
    return found.answer_by == "call" or (found.answer_by == "write" and not found.confidential)


def replies_for(found: Case) -> list[tuple[Reply, str, str]]:
    """The saved replies, each in the language of the page and in hers."""
    shown = ((reply, code) for code, reply in replies_of(found.country).items())
    lang = page_language()
    return [
        (reply, said_in(house(), found, lang, code), said_in(house(), found, found.language, code))
        for reply, code in shown
    ]


def readers_of(db: Session, found: Case) -> list[audit.Entry]:
    """Who has read a confidential case, the latest first; of others it is in the audit alone."""
    if not found.confidential:
        return []
    read = select(audit.Entry).where(audit.Entry.thing == f"case:{found.id}", audit.Entry.act == "case.read")
    return list(db.scalars(read.order_by(audit.Entry.id.desc()).limit(20)))


def next_promise(db: Session, found: Case) -> Promise | None:
    """The promise that runs out next."""
    rows = [row for row in promises_of(db, found.id, found.round) if row.state == "open" and row.due_at]
    return min(rows, key=lambda row: (row.due_at, row.id), default=None)


Line = CaseEvent | Outgoing | Notice


def timeline(lines: list[Line]) -> list[tuple[datetime, str, Line]]:
    """Events, texts and notices in the order in which they happened, each with what it is."""
    kinds = {CaseEvent: "event", Outgoing: "text", Notice: "notice"}
    found = [(line.at if isinstance(line, CaseEvent) else line.put_at, kinds[type(line)], line) for line in lines]
    return sorted(found, key=lambda entry: (entry[0], list(kinds.values()).index(entry[1])))


def places_to_choose(db: Session, pack: Pack, tag: str) -> list[tuple[str, list[str]]]:
    """Areas of the pilot by district, for setting where a person lives; in the order of their names."""
    codes = [code for code in offices_by_name(db, pack.code, tag) if code in pack.offices]
    places = [pack.offices[code].place for code in codes if pack.offices[code].place]
    groups = []
    for province in pack.areas:
        groups.append((province, [province]))
        for district in (place for place in places if pack.places.parent(place) == province):
            groups.append((district, [district, *(p for p in places if pack.places.parent(p) == district)]))
    return groups


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


@staff_page(bp, "/console/case/<int(max=2147483647):case_id>/number", needs="see_number", methods=("POST",))
def number(case_id: int) -> Any:
    """Shows the phone number, where she did not ask to keep it from the office; the look is in the audit."""
    with house().database.transaction() as db:
        found = my_case(db, case_id)
        if found.address_id is None or found.answer_by not in ("write", "call"):
            abort(404)
        audit.write(db, actor=actor(), act="number.read", thing=f"case:{case_id}", now=datetime.now(UTC))
        shown = number_of(db, found.address_id)
    return page(case_id, found, number=shown)


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
