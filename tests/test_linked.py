"""What belongs together: many cases of one event, answered at once; a part that another office has in a case."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.linked import Happening, Part
from gateway.channels.outbox.records import Outgoing

from .desk import TO_HOW, Desk, first_of
from .test_confidential import apart
from .test_ladder import add
from .test_who_decides import lodged


def three(sala, staff) -> list[Case]:
    """The same day of payment failed for three people of one commune; the second writes Lao."""
    for number in ("1", "2", "3"):
        case = sala.lodge(*TO_HOW, "1", "1", number=f"+8559900010{number}")
        staff["officer"].do(case.id, "place", place="171001", category="unpaid")
    with sala.house.database.transaction() as db:
        db.execute(update(Case).where(Case.id == 2).values(language="lo"))
    return sala.all_of(Case)


def event_of(desk: Desk, case: Case, title: str = "Payment day in November failed") -> str:
    desk.do(case.id, "event", event="", title=title)
    return re.search(r"/console/event/\d+", desk.get(f"/console/case/{case.id}"))[0]


def test_many_complaints_about_one_event_are_linked_and_answered_at_once(sala, staff) -> None:
    first, second, third = three(sala, staff)
    desk = staff["officer"]
    assert "2 others are alike" in desk.get(f"/console/case/{first.id}")
    path = event_of(desk, first)
    desk.get(path)
    desk.post(f"{path}/add", case=[str(second.id), str(third.id)])
    before = len(sala.all_of(Outgoing))
    once, seen = desk.hidden("once"), shown(desk)
    page = desk.post(f"{path}/answer", saved="paid_on", day="2026-12-01", once=once, seen=seen)
    assert "Done for 3 cases." in page
    sent = [row.body for row in sala.all_of(Outgoing)[before:]]
    texts, reply = sala.house.texts, ("reply", "It will be paid on {day}.")
    assert len(sent) == 3
    for body, tag in zip(sent, ("en", "lo", "en"), strict=True):
        assert texts.find(tag, reply).split("{day}")[0].strip() in body
    desk.post(f"{path}/answer", saved="paid_on", day="2026-12-01", once=once, seen=seen)
    assert len(sala.all_of(Outgoing)) == before + 3, "a second click sends nothing"


def shown(desk: Desk) -> list[str]:
    return re.findall(r'name="seen" value="([^"]*)"', desk.page)


def test_what_changed_since_it_was_read_is_not_answered_unread(sala, staff) -> None:
    first, second, _ = three(sala, staff)
    desk = staff["officer"]
    path = event_of(desk, first)
    desk.get(path)
    desk.post(f"{path}/add", case=[str(second.id)])
    seen = shown(desk)
    staff["supervisor"].do(second.id, "note", aside="She called: it was another day.")
    form = {"text-en": "It was paid today.", "text-lo": "x", "once": "c", "seen": seen}
    page = desk.post(f"{path}/answer", **form)
    assert "Done for 1 cases." in page
    assert "Somebody changed this case a moment ago." in page
    assert "Send to these 1" in page
    wrong = {**form, "text-en": "", "text-lo": "", "once": desk.hidden("once"), "seen": shown(desk)}
    assert "Send to these 1" in desk.post(f"{path}/answer", 409, **wrong), "nor does a refusal offer all again"
    before = len(sala.all_of(Outgoing))
    desk.post(f"{path}/answer", **{**form, "once": desk.hidden("once"), "seen": shown(desk)})
    assert "Done for 1 cases." in desk.page
    assert len(sala.all_of(Outgoing)) == before + 1, "who has heard it does not hear it twice"


def test_a_second_click_makes_no_second_event(sala, staff) -> None:
    first, _, _ = three(sala, staff)
    desk = staff["officer"]
    desk.get(f"/console/case/{first.id}")
    form = {"event": "", "title": "It failed", **desk.sealed()}
    for _ in range(2):
        desk.post(f"/console/case/{first.id}/event", **form)
    assert len(sala.all_of(Happening)) == 1


def test_whoever_is_kept_from_a_case_is_asked_nothing_of_it(sala, staff) -> None:
    case, owner = lodged(sala, staff), staff["officer"]
    add(sala, "labour", "officer", "kh-labour")
    labour = Desk(sala, "labour")
    labour.sign_in()
    owner.do(case.id, "part", office="kh-labour", question="Is he registered?")
    staff["supervisor"].do(case.id, "access", who="labour", kind="kept_from", why="It is her cousin.")
    assert "Is he registered?" not in labour.get("/console/parts-asked")
    assert "ask for your part" not in labour.get("/console/queue")
    labour.post("/console/parts-asked/1", 404, words="No.")


def test_what_cannot_be_done_to_one_holds_up_no_other(sala, staff) -> None:
    first, second, third = three(sala, staff)
    desk = staff["officer"]
    path = event_of(desk, first)
    desk.get(path)
    desk.post(f"{path}/add", case=[str(second.id), str(third.id)])
    desk.do(second.id, "withdraw", how="She called and said so.")
    desk.get(path)
    form = {"decision": "upheld", "cause": "implementation", "text-en": "It was paid today.", "text-lo": "x"}
    page = desk.post(f"{path}/answer", once=desk.hidden("once"), seen=shown(desk), **form)
    assert "Done for 2 cases." in page
    assert "This case is already closed. Nothing was changed." in page
    assert [case.state for case in sala.all_of(Case)] == ["resolved", "withdrawn", "resolved"]
    desk.get(path)
    page = desk.post(f"{path}/answer", 409, once="b", seen=shown(desk), **form)
    assert "Nothing was changed." in page
    assert "It was paid today." in page, "what was typed stays"


def test_an_event_is_seen_by_whoever_sees_a_case_of_it_and_nothing_confidential_belongs_to_it(sala, staff) -> None:
    first, second, _ = three(sala, staff)
    desk = staff["officer"]
    path = event_of(desk, first)
    desk.get(path)
    desk.post(f"{path}/add", case=str(second.id))
    desk.do(second.id, "place", category="bribe")
    assert first_of(second) not in desk.get(path)
    hers = apart(sala)
    hers.get(path, 404)
    assert "linked to nothing" in hers.do(second.id, "event", 409, event="", title="x")
    staff["far officer"].get(path, 404)
    page = desk.do(first.id, "event", 409, event="", title=" ")
    assert "Choose the event, or write what happened" in page
    desk.do(first.id, "event", event="none", title="")
    desk.get(path, 404)
    assert len(sala.all_of(Happening)) == 1


def test_another_office_gives_its_part_and_one_owns_the_case(sala, staff) -> None:
    case, owner = lodged(sala, staff), staff["officer"]
    add(sala, "labour", "officer", "kh-labour")
    labour = Desk(sala, "labour")
    labour.sign_in()
    owner.do(case.id, "part", office="kh-labour", question="Is the employer registered?")
    row = sala.all_of(Case)[0]
    assert (row.queue, row.state) == ("kh-1710", "routed"), "it lies where it lay"
    assert "Other offices ask for your part:" in labour.get("/console/queue")
    page = labour.get("/console/parts-asked")
    assert "Is the employer registered?" in page
    assert row.story is None or row.story not in page
    labour.get(f"/console/case/{case.id}", 404)
    labour.post("/console/parts-asked/1", words="Yes, since 2019.")
    assert "Nothing waits for you." in labour.page
    page = owner.get(f"/console/case/{case.id}")
    assert "Yes, since 2019." in page
    labour.post("/console/parts-asked/1", 409, words="Again.")
    assert [event.kind for event in sala.all_of(CaseEvent)][-2:] == ["ask_part", "part"]
    assert sala.all_of(Part)[0].due_at > datetime.now(UTC) + timedelta(days=4)


def test_a_part_is_asked_of_another_office_and_vanishes_with_what_became_confidential(sala, staff) -> None:
    case, owner = lodged(sala, staff), staff["officer"]
    for office in ("kh-1710", "kh-independent", "nowhere"):
        assert "Choose another office." in owner.do(case.id, "part", 409, office=office, question="What now?")
    assert "What now?" in owner.page
    assert "Write what they should do or say" in owner.do(case.id, "part", 409, office="kh-labour", question=" ")
    owner.do(case.id, "part", office="kh-labour", question="Is he registered?")
    add(sala, "labour", "officer", "kh-labour")
    labour = Desk(sala, "labour")
    labour.sign_in()
    staff["supervisor"].get("/console/parts-asked")
    staff["supervisor"].post("/console/parts-asked/1", 404, words="It is not asked of us.")
    owner.do(case.id, "place", category="bribe")
    assert "Is he registered?" not in labour.get("/console/parts-asked")
    labour.post("/console/parts-asked/1", 404, words="Yes.")
