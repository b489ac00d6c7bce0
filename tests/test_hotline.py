"""The desk: the queue, a call with its live script, what a dropped session began, shifts that leave nothing with anybody."""

from __future__ import annotations

import io
import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.cases.attachments import Attachment, belong, keep, note
from gateway.cases.records import Case
from gateway.console.hotline.figures import repeats, row_of
from gateway.console.hotline.queue import in_order
from gateway.country.articles import find, read_articles
from gateway.hotline import actions as hotline
from gateway.hotline.actions import shifts
from gateway.hotline.exchange import decoded, read_list
from gateway.hotline.records import Call, Flag, Handover, Shift, Task, waiting_tasks
from gateway.hotline.rules import fits, may_call_now, next_attempt
from gateway.people.actions import add_staff, hear_from
from gateway.people.records import Address
from gateway.settings import ROOT

from .desk import HASH, TO_HOW, Desk
from .writers import Texter

NUMBER = "+85599000001"
NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def operator(staff):
    staff["operator"].on_shift()
    return staff["operator"]


@pytest.fixture
def other(sala, staff):
    """A second operator."""
    with sala.house.database.transaction() as db:
        add_staff(
            db, name="other", role="operator", password=HASH, country="kh", offices=(), language="en", totp=None,
            actor="system", now=datetime.now(UTC),
        )  # fmt: skip
    desk = Desk(sala, "other")
    desk.sign_in()
    desk.on_shift()
    return desk


def call(desk, number: str = "099 000 001") -> str:
    """Logs a call; its path."""
    desk.get("/console/hotline")
    desk.post("/console/hotline/call", number=number, once=desk.hidden("once"))
    return re.search(r"(/console/hotline/call/\d+)/end", desk.page)[1]


def say(desk, path: str, press: str = "", text: str = "") -> str:
    return desk.post(f"{path}/say", once=desk.hidden("once"), press=press, text=text)


def test_an_operator_finishes_what_a_dropped_session_began(sala, operator) -> None:
    caller = sala.caller(NUMBER)
    caller.dial()
    caller.press("1", "1", "1", "1", "4", "គ្មានប្រាក់")  # Khmer; she can read it; not paid; the place later; her story
    path = call(operator)
    assert "គ្មានប្រាក់" not in operator.page
    say(operator, path)
    assert "Continue" in operator.page
    assert "បន្ត" in operator.page
    assert "គ្មានប្រាក់" not in operator.page
    say(operator, path, press="1")
    assert "How shall we answer you?" in operator.page
    assert "គ្មានប្រាក់" in operator.page
    assert operator.page.index('lang="km"') < operator.page.index("How shall we answer you?")
    say(operator, path, press="3")
    say(operator, path, press="1")
    case = sala.all_of(Case)[0]
    assert (case.story, case.answer_by, case.language, case.channel) == ("គ្មានប្រាក់", "hotline", "km", "kh-desk")
    number = f"{case.reference[:3]} {case.reference[3:6]} {case.reference[6:9]} {case.reference[9:]}"
    assert number in operator.page


def test_what_a_call_began_is_finished_by_sms(sala, operator) -> None:
    path = call(operator)
    operator.post(f"{path}/language", tag="en")
    say(operator, path)
    say(operator, path, press="1")
    say(operator, path, press="1")
    texter = Texter(sala, NUMBER)
    assert texter.write("hello").startswith("1 Continue")
    assert texter.write("1").startswith("Where do you live?")


def test_the_same_press_sent_twice_is_one_answer(sala, operator) -> None:
    path = call(operator)
    operator.post(f"{path}/language", tag="en")
    say(operator, path)
    once = operator.hidden("once")
    for _ in range(2):
        operator.post(f"{path}/say", once=once, press="1", text="")
    assert "What is your complaint about?" in operator.page


@pytest.mark.parametrize("fact", ["last four", "whole", "place"])
def test_her_cases_are_shown_after_a_second_fact(sala, operator, fact) -> None:
    sala.lodge("2", "1", "1", "1", "3", "1", "2", "4", "9", "1", "1")
    case = sala.all_of(Case)[0]
    path = call(operator)
    shown = f"{case.reference[:3]} {case.reference[3:6]}"
    assert shown not in operator.page
    operator.post(f"{path}/facts", 403, fact="1" if case.reference.endswith("1") else "9999")
    assert shown not in operator.page
    said = {"last four": case.reference[-4:], "whole": case.reference, "place": "Siem Reab"}[fact]
    assert shown in operator.post(f"{path}/facts", fact=said)


def test_wrong_facts_are_bounded(sala, operator) -> None:
    sala.lodge(*TO_HOW, "1", "1")
    path = call(operator)
    for _ in range(5):
        operator.post(f"{path}/facts", 403, fact="nowhere")
    operator.post(f"{path}/facts", 429, fact=sala.all_of(Case)[0].reference)


def test_bad_input_is_a_sentence_and_keeps_what_was_typed(operator) -> None:
    operator.get("/console/hotline")
    operator.post("/console/hotline/call", 400, number="09<9")
    assert "That is not a telephone number." in operator.page
    assert 'value="09&lt;9"' in operator.page
    path = call(operator)
    operator.post(f"{path}/end", 400, outcome="x", note="she will call again")
    assert "she will call again" in operator.page
    operator.post("/console/hotline/tap", 400, outcome="x")


def test_two_taps_end_a_call_and_abuse_leaves_a_flag_that_ends(sala, staff, operator) -> None:
    operator.get("/console/hotline")
    operator.post("/console/hotline/tap", outcome="silent")
    assert [(row.outcome, row.address_id) for row in sala.all_of(Call)] == [("silent", None)]
    path = call(operator)
    operator.post(f"{path}/end", outcome="abuse", note="")
    flag = sala.all_of(Flag)[0]
    assert flag.until - flag.put_at == timedelta(days=30)
    call(operator)
    assert "This number was flagged for abuse." in operator.page
    supervisor = staff["supervisor"]
    supervisor.get("/console/hotline/figures")
    assert NUMBER not in supervisor.page
    supervisor.post(f"/console/hotline/flag/{flag.id}", act="lift")
    call(operator)
    assert "flagged" not in operator.page


def test_a_call_of_another_operator_is_nobody_elses(sala, staff, operator) -> None:
    path = call(operator)
    for role in ("officer", "inspector", "admin", "auditor"):
        staff[role].get(path, 403)
    with sala.house.database.transaction() as db:
        db.get(Call, 1).staff_id = None
    operator.get(path, 404)


# The queue


def task(sala, kind: str = "call_back", *, language: str = "km", hours: str = "", due: datetime = NOW, **more) -> int:
    with sala.house.database.transaction() as db:
        address = hear_from(db, "kh", more.pop("number", NUMBER), NOW)
        once = f"{kind}{language}{hours}{due}{more}"
        made = hotline.put_task(
            db, "kh", kind, about="", address_id=address.id, language=language, hours=hours, due_at=due, once=once,
            now=NOW, **more,
        )  # fmt: skip
        return made.id


def test_the_order_of_the_queue(sala) -> None:
    late = task(sala, due=NOW - timedelta(hours=1))
    evening = task(sala, hours="evening", due=NOW - timedelta(hours=2))
    soon = task(sala, due=NOW + timedelta(hours=1))
    ringing = task(sala, "call", due=NOW + timedelta(hours=3))
    thai = task(sala, language="th")
    woman = task(sala, skill="woman")
    pack = sala.house.packs["kh"]
    with sala.reading() as db:
        tasks = list(db.query(Task))
    shift = Shift(languages=["km"], skills=[])
    assert [row.id for row, _ in in_order(tasks, pack, shift, 1, NOW)] == [ringing, late, soon, evening]
    both = Shift(languages=["km", "th"], skills=["woman"])
    assert {row.id for row, _ in in_order(tasks, pack, both, 1, NOW)} == {ringing, late, soon, evening, thai, woman}


@pytest.mark.parametrize(
    ("hours", "clock", "may"),
    [("morning", 9, True), ("morning", 12, False), ("evening", 18, True), ("evening", 9, False), ("", 9, True), ("", 21, False), ("now", 23, True)],
)  # fmt: skip
def test_she_is_called_in_the_hours_that_are_safe(hours, clock, may) -> None:
    moment = datetime(2026, 12, 2, clock, tzinfo=UTC) - timedelta(hours=7)
    assert may_call_now(hours, moment, "Asia/Phnom_Penh") is may


def test_three_attempts_hours_apart() -> None:
    assert [next_attempt(n, NOW) for n in (1, 2, 3)] == [NOW + timedelta(hours=2), NOW + timedelta(hours=20), None]


def test_who_speaks_it_and_who_may() -> None:
    assert fits("km", "", frozenset({"km"}), frozenset())
    assert not fits("th", "", frozenset({"km"}), frozenset())
    assert fits("th", "", frozenset(), frozenset())
    assert not fits("km", "woman", frozenset(), frozenset())


def test_a_task_is_taken_by_one(sala, staff, operator) -> None:
    number = task(sala)
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{number}/take")
    assert "+855" not in operator.page
    assert NUMBER in operator.post(f"/console/hotline/task/{number}/number")
    with sala.house.database.transaction() as db:
        assert not hotline.take(db, number, 999)
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="no_answer")
    assert [(row.state, row.attempts) for row in sala.all_of(Task)] == [("waiting", 1)]
    operator.post(f"/console/hotline/task/{number}/take")
    for _ in range(2):
        operator.post(f"/console/hotline/task/{number}/outcome", outcome="reached")
    assert len(sala.all_of(Call)) == 1
    assert "Begin the script" in operator.page
    path = re.search(r"(/console/hotline/call/\d+)/end", operator.page)[1]
    operator.post(f"{path}/end", outcome="information", note="")
    assert sala.all_of(Task)[0].state == "done"


def test_a_message_is_heard_and_written_down(sala, staff, operator) -> None:
    number = task(sala, "message")
    with sala.house.database.transaction() as db:
        kept = note(db, "kh-hotline", "voice", "https://api.twilio.com/r", "", NOW)
        keep(db, db.get(Attachment, kept), b"OggS her voice")
        db.get(Task, number).attachment_id = kept
    assert operator.client.get(f"/console/hotline/voice/{kept}").status_code == 404
    operator.post(f"/console/hotline/task/{number}/take")
    heard = operator.client.get(f"/console/hotline/voice/{kept}")
    assert (heard.data, heard.content_type) == (b"OggS her voice", "audio/ogg")
    operator.post(f"/console/hotline/voice/{kept}/words", words="ប្រាក់មិនទាន់មក")
    assert "ប្រាក់មិនទាន់មក" in operator.page
    assert staff["officer"].client.get(f"/console/hotline/voice/{kept}").status_code == 403


# The shift


def test_after_a_shift_nothing_lies_with_her_and_the_next_takes_over_by_name(sala, operator) -> None:
    operator.on_shift("km", phone="012 345 678")
    operator.post("/console/hotline/state", state="break")
    assert "On a break" in operator.page
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    operator.get("/console/hotline")
    operator.post("/console/hotline/home", note="I promised to call at four.")
    assert sala.all_of(Task)[0].taken_by is None
    assert "I promised to call at four." in operator.page
    operator.post(f"/console/hotline/handover/{sala.all_of(Handover)[0].id}")
    assert "I promised to call at four." not in operator.page
    assert sala.all_of(Handover)[0].accepted_by is not None
    assert sala.all_of(Shift)[0].ended_at is not None
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/handover/{sala.all_of(Handover)[0].id}", 409)


def test_each_state_of_a_shift_is_kept_as_a_spell(sala, staff) -> None:
    from gateway.hotline.records import Spell

    with sala.house.database.transaction() as db:
        shift = shifts.begin(db, "kh", 1, ["km"], [], "", NOW)
        for minutes, state in enumerate(("talking", "wrap_up", "ready", "ready", "nonsense"), start=1):
            shifts.change(db, shift, state, NOW + timedelta(minutes=minutes))
    spells = [(spell.state, spell.ended_at) for spell in sala.all_of(Spell)]
    assert [state for state, _ in spells] == ["ready", "talking", "wrap_up", "ready"]
    assert [ended for _, ended in spells] == [NOW + timedelta(minutes=n) for n in (1, 2, 3)] + [None]


# A telephone exchange


def test_the_missed_calls_of_an_exchange_become_tasks_once(sala, operator) -> None:
    lines = "date,number,name\n2026-11-25 09:10,012 345 678,x\n2026-11-25 09:12,012345678,x\n2026-11-25,+66 81 234 5678,\nno number here\n"
    for _ in range(2):
        operator.get("/console/hotline")
        operator.client.post(
            "/console/hotline/missed",
            data={"csrf_token": operator.hidden("csrf_token"), "list": (io.BytesIO(lines.encode()), "missed.csv")},
            content_type="multipart/form-data",
        )
    assert sorted(address.number for address in sala.all_of(Address)) == ["+66812345678", "+85512345678"]
    assert [row.kind for row in sala.all_of(Task)] == ["call_back", "call_back"]
    operator.get("/console/hotline")
    operator.post("/console/hotline/missed", 400, numbers="hello\n;;;")


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("\x00\x00", 0), ("012345678", 1), ('"012345678', 1), ("12:30,2026-11-25", 0), ("x" * 70000, 0)],
)
def test_any_list_is_read_as_far_as_it_goes(sala, text, count) -> None:
    assert len(read_list(text, sala.house.packs["kh"], NOW)) == count


# What is known


@pytest.mark.parametrize(
    ("country", "sought", "found"),
    [
        ("kh", "បាត់បណ្ណ", "lost_card"),
        ("kh", "អាហារូបករណ៍", "scholarship"),
        ("kh", "pregnant", "pregnancy_cash"),
        ("kh", "scholarshp", "scholarship"),
        ("la", "ແມ່ຍິງຖືພາ", "mother_child"),
        ("la", "ຄ່າປິ່ນປົວ", "health_exempt"),
    ],
)
def test_articles_are_found_by_a_few_words_without_spaces(country, sought, found) -> None:
    assert find(read_articles(ROOT, country), sought)[0].code == found


def test_nothing_is_found_for_nonsense_and_everything_for_nothing() -> None:
    known = read_articles(ROOT, "kh")
    assert find(known, "zzzzqqqq") == []
    assert find(known, "") == list(known)
    assert known[0].is_stale(date(2028, 1, 1))
    assert not known[0].is_stale(date(2026, 12, 1))


def test_an_article_is_said_to_be_wrong_and_mended(sala, staff, operator) -> None:
    operator.get("/console/articles?q=card")
    assert "compared on 2026-11-22" in operator.page
    operator.post("/console/articles/flag", 400, kind="wrong", article="lost_card", note=" ")
    operator.post("/console/articles/flag", kind="wrong", article="lost_card", note="The sangkat sends people away")
    supervisor = staff["supervisor"]
    assert "The sangkat sends people away" in supervisor.get("/console/articles")
    supervisor.post("/console/articles/flag/1/settled")
    assert "The sangkat sends people away" not in supervisor.page


# Figures


def test_figures_count_what_they_say() -> None:
    def one(number: int, address: int, minutes: int, waited: int | None, talked: int = 60, outcome: str = "") -> Call:
        began = NOW + timedelta(minutes=minutes)
        answered = began + timedelta(seconds=waited) if waited is not None else None
        ended = answered + timedelta(seconds=talked) if answered else None
        return Call(
            id=number, address_id=address, language="km", began_at=began, answered_at=answered, ended_at=ended,
            outcome=outcome,
        )  # fmt: skip

    calls = [
        one(1, 7, 0, 10),
        one(2, 8, 5, 30, talked=120),
        one(3, 7, 600, 20),
        one(4, 9, 700, None, outcome="abandoned"),
    ]
    again, final = repeats(calls)
    assert (again, final) == ({3}, {2, 3, 4})
    row = row_of("km", calls, again, final)
    assert (row.offered, row.answered, row.abandoned, row.wait, row.handling, row.again, row.first) == (
        4,
        3,
        1,
        20,
        60,
        1,
        2,
    )


def test_the_figures_page_holds_no_number_and_is_not_for_operators(staff, operator, sala) -> None:
    call(operator)
    assert NUMBER not in staff["supervisor"].get("/console/hotline/figures")
    assert "Hotline figures" in staff["coordinator"].get("/console/hotline/figures")
    operator.get("/console/hotline/figures", 403)


# Who holds what


def test_two_operators_take_the_same_task_at_once(sala, staff) -> None:
    number = task(sala)
    together = 1 if sala.house.settings.database_url.startswith("sqlite") else 2  # SQLite has one writer at a time
    start, taken = threading.Barrier(together), {}

    def grab(staff_id: int) -> None:
        with sala.house.database.transaction() as db:
            db.get(Task, number)
            start.wait(10)
            taken[staff_id] = hotline.take(db, number, staff_id)

    both = [threading.Thread(target=grab, args=(staff_id,)) for staff_id in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(taken.values()) == [False, True]


def test_what_lies_with_one_operator_is_nobody_elses(sala, staff, operator, other) -> None:
    case = sala.lodge(*TO_HOW, "3", "1")
    staff["officer"].answer(case.id, "Come on Monday.")
    tell, back = sala.all_of(Task)[0].id, task(sala, number="+85599000002")
    for number in (tell, back):
        operator.post(f"/console/hotline/task/{number}/take")
        other.get("/console/hotline")
        other.post(f"/console/hotline/task/{number}/take", 409)
        other.post(f"/console/hotline/task/{number}/number", 409)
        other.post(f"/console/hotline/task/{number}/outcome", 409, outcome="done")
        other.get(f"/console/hotline/task/{number}", 409)
    other.get(f"/console/calls/tell/{tell}", 409)
    assert "Come on Monday" not in other.page
    other.post(f"/console/calls/tell/{tell}/outcome", 409, outcome="told", once="x")
    assert [row.state for row in sala.all_of(Task)] == ["taken", "taken"]


def test_nobody_takes_anything_without_a_shift_nor_a_caller_without_a_telephone(sala, staff, operator) -> None:
    waiting, ringing = task(sala), task(sala, "call", number="+85599000002")
    operator.post(f"/console/hotline/task/{ringing}/take", 409)
    assert "on which telephone you can be reached" in operator.page
    operator.post("/console/hotline/home", note="")
    operator.post(f"/console/hotline/task/{waiting}/take", 409)
    assert "Begin your shift first" in operator.page
    assert {row.state for row in sala.all_of(Task)} == {"waiting"}


def test_whoever_signs_out_leaves_nothing_behind(sala, operator) -> None:
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=6))
    sala.tick._count = 0
    assert sala.all_of(Task)[0].state == "taken"
    operator.get("/console/hotline")
    operator.post("/console/sign-out")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=7))
    assert (sala.all_of(Task)[0].state, sala.all_of(Task)[0].taken_by) == ("waiting", None)
    assert sala.all_of(Handover)[0].tasks == [number]


def test_a_double_click_counts_once(sala, operator) -> None:
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="no_answer")
    for _ in range(2):
        operator.post(f"/console/hotline/task/{number}/outcome", 409, outcome="no_answer")
    assert sala.all_of(Task)[0].attempts == 1
    operator.get("/console/hotline")
    once = operator.hidden("once")
    for _ in range(2):
        operator.post("/console/hotline/call", number="099 000 007", once=once)
    assert len(sala.all_of(Call)) == 1
    for _ in range(2):
        operator.post(f"/console/hotline/call/{sala.all_of(Call)[0].id}/end", outcome="abuse", note="")
    assert len(sala.all_of(Flag)) == 1


def test_two_begins_are_one_shift(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        for _ in range(2):
            shifts.begin(db, "kh", 1, ["km"], [], "", NOW)
    assert len(sala.all_of(Shift)) == 1


@pytest.mark.parametrize(("language", "speaks"), [("km-Latn", "km"), ("lo", "lo-Latn"), ("km", "km-Latn")])
def test_a_language_is_spoken_whatever_its_letters(language, speaks) -> None:
    assert fits(language, "", frozenset({speaks}), frozenset())


def test_a_caller_on_the_line_is_never_behind_a_long_list(sala) -> None:
    for number in range(3):
        task(sala, due=NOW - timedelta(days=number))
    ringing = task(sala, "call", due=NOW)
    with sala.reading() as db:
        assert waiting_tasks(db, "kh", limit=2)[0].id == ringing


def test_she_who_chose_hotline_only_is_told_when_she_calls(sala, staff, operator) -> None:
    """Also after three calls in vain."""
    case = sala.lodge(*TO_HOW, "3", "1")
    staff["officer"].answer(case.id, "Come on Monday.", act="resolve")
    with sala.house.database.transaction() as db:
        row = db.get_one(Task, sala.all_of(Task)[0].id)
        for _ in range(3):
            hotline.not_reached(db, sala.house, row, NOW)
    assert sala.all_of(Task)[0].state == "unreached"
    path = call(operator)
    assert "Come on Monday" in operator.post(f"{path}/facts", fact=case.reference[-4:])
    operator.post(f"/console/hotline/task/{sala.all_of(Task)[0].id}/take")
    operator.post(
        f"/console/calls/tell/{sala.all_of(Task)[0].id}/outcome", outcome="told", note="", once=operator.hidden("once")
    )
    assert sala.all_of(Task)[0].state == "done"


def test_a_fact_opens_the_case_that_it_fits_and_no_other(sala, operator) -> None:
    """Two of one house use the phone; one of them asked that nobody calls her."""
    place = ("2", "1", "1", "1", "3", "1", "2", "4", "9")
    one, two = sala.lodge(*place, "1", "1"), sala.lodge("1", "1", "1", "9", "3", "1")
    shown = [f"{case.reference[:3]} {case.reference[3:6]}" for case in (one, two)]
    path = call(operator)
    page = operator.post(f"{path}/facts", fact=one.reference[-4:])
    assert [reference in page for reference in shown] == [True, False]
    page = operator.post(f"{path}/facts", fact="Siem Reab")
    assert [reference in page for reference in shown] == [True, False]
    with sala.house.database.transaction() as db:
        db.get_one(Case, one.id).answer_by = "hotline"
    operator.post(f"{path}/facts", 403, fact="Siem Reab")
    operator.post(f"{path}/end", outcome="status", note="")
    operator.get("/console/hotline")
    operator.post(f"{path}/facts", 409, fact=two.reference[-4:])


def test_what_was_spoken_with_a_complaint_is_written_down_for_the_office(sala, staff, operator) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        kept = note(db, "kh-hotline", "voice", "https://api.twilio.com/r", "", NOW)
        belong(db, [kept], db.get_one(Case, case.id), NOW)
        keep(db, db.get_one(Attachment, kept), b"OggS her voice")
    found = sala.all_of(Task)[0]
    assert (found.kind, found.address_id) == ("write_down", None)
    assert "Write down what she said" in operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{found.id}/take")
    assert "Show the number" not in operator.page
    operator.post(f"/console/hotline/voice/{kept}/words", words="ប្រាក់មិនទាន់មក")
    operator.post(f"/console/hotline/task/{found.id}/outcome", outcome="done")
    assert "ប្រាក់មិនទាន់មក" in staff["officer"].get(f"/console/case/{case.id}")
    assert sala.all_of(Task)[0].state == "done"


def test_flags_of_another_country_are_not_seen(sala, staff, operator) -> None:
    with sala.house.database.transaction() as db:
        shifts.flag(db, hear_from(db, "la", "+8562055512345", NOW).id, 1, datetime.now(UTC))
    supervisor = staff["supervisor"]
    assert "Flagged for abuse" not in supervisor.get("/console/hotline/figures")
    supervisor.post("/console/hotline/flag/1", 404, act="lift")
    coordinator = staff["coordinator"]
    coordinator.get("/console/hotline/figures")
    coordinator.post("/console/hotline/flag/1", 403, act="lift")


def test_our_own_calls_are_no_calls_of_hers(sala, operator, staff) -> None:
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="reached")
    assert sala.all_of(Call)[0].outgoing
    assert "No call yet." in staff["supervisor"].get("/console/hotline/figures")


@pytest.mark.parametrize("phone", ["+12025550123", "1289", "x", "+٨"])
def test_the_operator_s_telephone_is_one_of_this_country(sala, staff, phone) -> None:
    operator = staff["operator"]
    operator.get("/console/hotline")
    operator.post("/console/hotline/shift", 400, language="km", phone=phone)
    assert "That is not a telephone number of this country." in operator.page


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        (b"02/12/2026,099000001", ["+85599000001"]),
        (b"02.12.2026 09:10;012 345 678\n", ["+85512345678"]),
        (b"number\ttime\n12345678\t9:15\n", ["+85512345678"]),
        ("\ufeffnumber;when\n012345678;2026-12-02 09:10\n".encode("utf-16"), ["+85512345678"]),
        ("\ufeffnumber,when\n012345678,2026-12-02\n".encode(), ["+85512345678"]),
        (b"16101010,0001-01-01", ["+85516101010"]),
        (b"012345678,9999-12-31T23:59-05:00", ["+85512345678"]),
        (b"012345678\rmore", ["+85512345678"]),
        (b"1764000000", []),
        (b"\xff\xfe\x00", []),
    ],
)
def test_lists_of_many_programs_name_nobody_who_did_not_ring(sala, body, numbers) -> None:
    rows = read_list(decoded(body), sala.house.packs["kh"], NOW)
    assert [number for number, _ in rows] == numbers
    assert all(moment <= NOW for _, moment in rows)


def test_who_rings_again_after_she_was_called_is_called_again(sala, operator) -> None:
    morning, evening = NOW - timedelta(hours=1), NOW
    pack = sala.house.packs["kh"]
    with sala.house.database.transaction() as db:
        assert hotline.import_missed(db, pack, [(NUMBER, morning), (NUMBER, morning + timedelta(minutes=2))], NOW) == 1
        hotline.done(db, db.query(Task).one(), NOW)
        assert hotline.import_missed(db, pack, [(NUMBER, morning), (NUMBER, evening)], NOW) == 1


def test_a_nul_in_a_form_is_a_plain_refusal(sala, operator) -> None:
    operator.get("/console/hotline")
    operator.post("/console/articles/flag", 400, kind="wrong", article="a\0b", note="x")
    assert sala.client.get("/?lang=k%00m").status_code == 400


def test_who_asks_to_be_called_is_on_the_list_once_with_her_hours(sala, operator) -> None:
    for keys in (("2", "5"), ("5",)):
        caller = sala.caller(NUMBER)
        caller.dial()
        caller.press(*keys)
        caller.choose("Call me", "Evening", "Call me then")
        assert caller.screen.startswith("We will call you.")
    assert [(row.kind, row.hours, row.language) for row in sala.all_of(Task)] == [("call_back", "evening", "en")]


def test_she_sees_how_many_wait_whose_language_she_does_not_speak(sala, operator) -> None:
    task(sala, language="th")
    operator.on_shift("km")
    assert "Not for you, by language or by who is asked for: 1" in operator.page
