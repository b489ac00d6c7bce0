"""Hops and the passing of time: at the same moment, after a change of pack, texts or languages, in failure."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from gateway.cases.records import Case
from gateway.cases.records.promises import Promise
from gateway.dialogue.records import Conversation

ROAD = ("2", "2", "1", "4", "9", "1", "1")


def test_two_hops_of_one_number_at_once_make_one_case(sala) -> None:
    """The network sends the last hop three times at once: one case, one answer."""

    caller = sala.caller()
    caller.dial()
    caller.press(*ROAD[:-1])
    caller.typed += "*1"
    answers: list[str] = []

    def send() -> None:
        client = sala.app.test_client()
        form = {"sessionId": caller.session, "phoneNumber": caller.number, "text": caller.typed}
        answers.append(
            client.post("/in/kh-ussd", query_string={"key": caller.secret}, data=form).get_data(as_text=True)
        )

    threads = [threading.Thread(target=send) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(answers)) == 1
    assert len(sala.all_of(Case)) == 1


def test_a_lapse_and_a_hop_at_the_same_moment_take_turns(sala) -> None:
    """Neither is lost nor refused, whichever comes first, time after time."""

    for round_ in range(8):
        caller = sala.caller(f"+855990300{round_:02}")
        caller.dial()
        caller.press("2", "2", "1", "4", "9")
        with sala.reading() as db:
            row = db.scalars(select(Conversation.id)).one()
        start, failed = threading.Barrier(2), []

        def lapse(row=row, start=start, failed=failed) -> None:
            start.wait()
            try:
                sala.tick._lapse(row, datetime.now(UTC) + timedelta(minutes=31))
            except Exception as error:
                failed.append(error)

        thread = threading.Thread(target=lapse)
        thread.start()
        start.wait()
        caller.press("1")
        thread.join()
        assert failed == []
        assert "Something went wrong" not in caller.screen
        sala.tick.once(datetime.now(UTC) + timedelta(minutes=70))
        assert len(sala.all_of(Case)) == round_ + 1


def test_first_callers_at_once_after_a_change_of_texts_are_all_answered(sala) -> None:

    callers = [sala.caller(f"+855990400{n:02}") for n in range(8)]
    for caller in callers:
        caller.client = sala.app.test_client()
    threads = [threading.Thread(target=caller.dial) for caller in callers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {caller.screen.partition("\n")[0] for caller in callers} == {"Choose a language"}


def test_one_row_that_cannot_be_worked_on_holds_up_no_other(sala) -> None:

    for n in range(3):
        caller = sala.caller(f"+855990500{n:02}")
        caller.dial()
        caller.press("2", "2", "1")
    with sala.house.database.transaction() as db:
        first = db.scalars(select(Conversation).order_by(Conversation.id)).first()
        first.state = {**first.state, "road": [["top", "nowhere"]], "at": "no.such.step"}
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    assert len(sala.all_of(Case)) == 2


def test_many_rows_that_fail_rest_while_others_have_their_turn(sala) -> None:

    for n in range(53):
        caller = sala.caller(f"+855990600{n:02}")
        caller.dial()
        caller.press("2", "2", "1")
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Conversation).order_by(Conversation.id).limit(52)):
            row.state = {**row.state, "at": "no.such.step"}
    later = datetime.now(UTC) + timedelta(minutes=31)
    for _ in range(2):
        sala.tick.once(later)
    assert len(sala.all_of(Case)) == 1
    assert "conversations have not lapsed" in str(list(_still(sala, later + timedelta(minutes=15))))


def _still(sala, now: datetime) -> list[str]:
    from gateway.console.front import what_stands_still

    with sala.reading() as db:
        return list(what_stands_still(db, now))


def test_a_category_that_left_the_pack_still_opens_a_case_and_reaches_triage(sala) -> None:

    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1")
    pack = sala.house.packs["kh"]
    without = {code: category for code, category in pack.categories.items() if code != "unpaid"}
    rights = {code: right for code, right in pack.rights.items() if code != "unpaid"}
    sala.house.packs["kh"] = replace(pack, categories=without, rights=rights)
    for minutes in (31, 32):
        sala.tick.once(datetime.now(UTC) + timedelta(minutes=minutes))
    assert [(case.category, case.queue) for case in sala.all_of(Case)] == [("unpaid", "kh-17-triage")]


def test_after_the_pack_s_time_a_redial_begins_anew_and_nothing_is_lost(sala) -> None:

    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1")
    sala.house.packs["kh"] = replace(sala.house.packs["kh"], resume=timedelta(seconds=0))
    assert caller.dial().startswith("How can we help?")
    assert caller.press("2") == "1 Continue\n2 Start again"
    assert caller.press("1").startswith("Where do you live?")
    caller.dial()
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    assert [case.category for case in sala.all_of(Case)] == ["unpaid"]


def test_two_places_of_one_name_are_two_lines_and_a_village_of_its_commune_s_name_is_none(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "A problem", "Not paid", "Type the name")
    assert caller.press("Sla Kram").splitlines()[1:3] == ["1 Sla Kram (Svay Chek)", "2 Sla Kram (Siem Reab)"]
    caller.press("0")
    assert caller.press("Kampong Svay").splitlines()[1:4] == [
        "1 Kampong Svay (Serei Saophoan)",
        "2 Kampong Svay (Kampong Thom)",
        "3 Kampong Svay (Kampong Svay)",
    ]


def test_where_a_pack_has_no_hotline_the_commune_office_is_named(sala) -> None:

    sala.house.packs["kh"] = replace(sala.house.packs["kh"], hotline="")
    caller = sala.caller()
    caller.dial()
    caller.press("2", "7", "7", "7")
    assert caller.screen.startswith("Need help? Ask your office.")


def test_a_promise_that_ran_out_is_told_as_late(sala) -> None:
    sala.lodge(*ROAD)
    with sala.house.database.transaction() as db:
        promise = db.scalars(select(Promise).where(Promise.clock == "answer")).one()
        promise.due_at = datetime.now(UTC) - timedelta(minutes=1)
    caller = sala.caller()
    caller.dial()
    assert caller.press("3", "1").startswith("Your answer is late. We are sorry. Call 0000 (demo).")


def test_a_failure_in_a_hop_is_told_in_her_language_with_a_mark_that_the_log_has(sala, capfd) -> None:
    """A conversation that cannot be walked on: she hears so, nothing of it is stored, and it goes on once mended."""
    caller = sala.caller()
    caller.dial()
    caller.press("1", "1", "2", "1")
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Conversation)).one()
        right, row.state = row.state, {**row.state, "at": "no.such.step"}
    caller.press("4")
    assert caller.screen.startswith("មានបញ្ហាបច្ចេកទេស (")
    assert not caller.live
    mark = caller.screen.split("(")[1].split(")")[0]
    assert mark in capfd.readouterr().err
    with sala.house.database.transaction() as db:
        db.scalars(select(Conversation)).one().state = right
    caller.dial()
    assert caller.press("1").startswith("អ្នករស់នៅទីណា?")


def test_a_language_that_is_withdrawn_in_the_middle_loses_nothing(sala) -> None:
    """A deploy may take a locale away; she is asked again, and what she told stays."""

    caller = sala.caller()
    caller.dial()
    caller.press("1", "1", "2", "1")
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, languages=("en",))
    for _ in range(3):
        assert caller.dial().startswith("Choose a language")
    assert caller.press("1").startswith("1 Continue"), "the phone may be in other hands"
    assert caller.press("1").startswith("Where do you live?")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    assert [case.category for case in sala.all_of(Case)] == ["unpaid"]
