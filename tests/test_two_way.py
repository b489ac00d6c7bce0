"""Two-way talk: saved replies in her language and the official's, notes that she does not see, calls that are logged."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from gateway.cases.records import Case, CaseEvent
from gateway.cases.saved import replies_of
from gateway.channels.outbox.records import Outgoing
from gateway.country.replies import read_replies
from gateway.hotline.records import Task
from gateway.language.catalogue import PLACEHOLDER
from gateway.language.locales import read_traits
from gateway.people.records import Staff
from gateway.reading import Faulty
from gateway.settings import ROOT

from .test_who_decides import lodged


def in_language(sala, case: Case, tag: str) -> None:
    with sala.house.database.transaction() as db:
        db.execute(update(Case).where(Case.id == case.id).values(language=tag))


def reads(sala, desk, tag: str) -> None:
    with sala.house.database.transaction() as db:
        db.execute(update(Staff).where(Staff.name == desk.name).values(language=tag))


def test_an_official_who_reads_khmer_answers_in_burmese_and_sees_both(sala, staff) -> None:
    case, desk = lodged(sala, staff), staff["officer"]
    in_language(sala, case, "my")
    reads(sala, desk, "km")
    texts = sala.house.texts
    reply = replies_of("kh")["come_on"]
    page = desk.get(f"/console/case/{case.id}")
    khmer, burmese = (texts.find(tag, reply.key()) for tag in ("km", "my"))
    assert khmer in page, "hers, before she sends"
    assert burmese in page
    page = desk.answer(case.id, "", saved="come_on", day="2026-12-01")
    sent = sala.all_of(Outgoing)[-1].body
    assert burmese.split("{day}")[0].strip() in sent
    assert "{day}" not in sent
    assert khmer.split("{day}")[0].strip() in page.partition('class="timeline"')[2].partition("</ol>")[0]
    assert "{day}" not in page.partition('class="timeline"')[2].partition("</ol>")[0]


def test_every_saved_reply_exists_in_every_language(sala) -> None:
    tags = {tag for tag, traits in read_traits(ROOT / "locales").items() if not traits.voice_only and tag != "en"}
    lacking = [
        (tag, reply.code)
        for country in ("kh", "la")
        for reply in replies_of(country).values()
        for tag in tags & set(sala.house.texts.by_tag)
        if f"{reply.key()[0]}\x04{reply.say}" not in sala.house.texts.by_tag[tag]
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"saved": "come_on"}, "Choose the day, then send again."),
        ({"saved": "come_on", "day": "31.12."}, "Choose the day, then send again."),
        ({"saved": "which_month"}, "This saved answer cannot be used here."),
        ({"saved": "nothing"}, "This saved answer cannot be used here."),
        ({"saved": "looking", "text": "and my own words"}, "Choose a saved answer or write your own, not both."),
        ({}, "Write what she should hear, then send again."),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_is_lost(sala, staff, form, said) -> None:
    case, desk = lodged(sala, staff), staff["officer"]
    page = desk.answer(case.id, form.get("text", ""), status=409, **{k: v for k, v in form.items() if k != "text"})
    assert said in page
    assert form.get("text", "") in page
    assert "reply" not in [event.kind for event in sala.all_of(CaseEvent)]


def test_a_saved_question_stops_our_clock_and_a_saved_decision_decides(sala, staff) -> None:
    case, desk = lodged(sala, staff), staff["officer"]
    desk.answer(case.id, "", act="ask", saved="which_month")
    assert sala.all_of(Case)[0].state == "waiting"
    desk.decide(case.id, "", saved="paid_on", day="2026-12-01")
    event = sala.all_of(CaseEvent)[-1]
    assert (event.kind, event.data["saved"], event.data["day"]) == ("resolve", "paid_on", "2026-12-01")
    assert event.body.startswith("It will be paid on ")
    assert not PLACEHOLDER.search(event.body)


def test_a_note_is_for_us_alone(sala, staff) -> None:
    case, desk = lodged(sala, staff), staff["officer"]
    before = len(sala.all_of(Outgoing))
    page = desk.do(case.id, "note", aside="The bank says that the card is blocked.")
    assert "The bank says" in page
    assert len(sala.all_of(Outgoing)) == before
    assert sala.all_of(Case)[0].state == "routed", "a note takes nothing up"
    assert "Write the note, then send again." in desk.do(case.id, "note", 409, aside="  ")


def test_what_it_is_counted_by_changes_nothing_else(sala, staff) -> None:
    case, desk = lodged(sala, staff), staff["officer"]
    desk.do(case.id, "figures", programme="pregnancy", sex="woman", disability="no")
    row = sala.all_of(Case)[0]
    assert (row.programme, row.sex, row.disability, row.state) == ("pregnancy", "woman", "no", "routed")
    desk.do(case.id, "figures", 409, programme="gold", sex="", disability="")
    desk.do(case.id, "figures", 409, programme="", sex="x", disability="")
    assert sala.all_of(Case)[0].programme == "pregnancy"
    assert "Mother and baby" in staff["supervisor"].get("/console/figures?by=programme")


def test_the_office_calls_her_and_logs_it_and_no_operator_calls_again(sala, staff) -> None:
    case, desk = lodged(sala, staff), staff["officer"]
    with sala.house.database.transaction() as db:
        db.execute(update(Case).values(answer_by="call", safe_hours="morning"))
    desk.decide(case.id, "It is paid.")
    assert [task.state for task in sala.all_of(Task)] == ["waiting"]
    desk.do(case.id, "called", outcome="no_answer", said="", words="", note="rang twice")
    assert [task.state for task in sala.all_of(Task)] == ["waiting"]
    desk.do(case.id, "called", outcome="told", said="solved", words="", note="")
    assert [task.state for task in sala.all_of(Task)] == ["dropped"]
    assert sala.all_of(Case)[0].state == "resolved", "that it is solved is no word of whoever decided it"
    with sala.house.database.transaction() as db:
        db.execute(update(Case).values(answer_by="hotline", state="resolved"))
    desk.do(case.id, "called", 409, outcome="told", said="", words="", note="")


def test_a_file_of_replies_with_a_mistake_is_refused_with_its_line(tmp_path) -> None:
    folder = tmp_path / "countries" / "kh"
    folder.mkdir(parents=True)
    (folder / "replies.yaml").write_text('good: {say: "Yes.", use: [reply]}\nbad: {say: "On {date}.", use: [shout]}\n')
    with pytest.raises(Faulty) as faulty:
        read_replies(tmp_path, "kh")
    assert "countries/kh/replies.yaml:2" in str(faulty.value)
    assert "{date}" in str(faulty.value)
