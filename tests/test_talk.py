"""A conversation walked by hand: the laws of the road, lists, and what typed answers mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialogue import talk
from gateway.dialogue.answers import understand
from gateway.dialogue.flow import Step
from gateway.dialogue.flow_read import flow_from_text, read_flows
from gateway.dialogue.grouping import groups
from gateway.dialogue.state import Done, Heard, Lapsed, ListOf, Opened, Redialled, Rows, from_json, to_json
from gateway.dialogue.state import to_bytes as state_bytes
from gateway.settings import ROOT

TOPICS = ["unpaid", "amount", "list", "data", "care", "person", "other"]

PERSONS = ["staff", "bribe", "retaliation", "violence"]

WAYS = Rows(["write", "call", "hotline", "pin"])

NOWHERE = Done("none")


def play(*events):
    """Walks the complaint by hand from its first question, feeding what effects and lists would bring."""
    flows = read_flows(ROOT)
    step = talk.advance(flows, talk.begin())
    for event in (Rows(["complaint", "status"]), Heard("1"), Rows(TOPICS), *events):
        step = talk.advance(flows, from_json(to_json(step.state)), event)
        if isinstance(step.want, ListOf) and step.want.word == "ways":
            step = talk.advance(flows, step.state, WAYS)
    return flows, step


def test_laws_one_and_five_a_change_that_turns_elsewhere_sends_nothing_of_the_road_it_left() -> None:
    """From "call me" back to "write": the safe hours she gave are not sent."""
    _, step = play(
        Heard("1"), NOWHERE, Rows(["17", "01"]), Heard("4"), Heard("9"), Heard("2"), Heard("1"),
        Heard("4"), Heard("1"), Heard("1"),
    )  # fmt: skip
    assert step.want.word == "open_case"
    assert "hours" not in step.want.answers
    assert step.want.answers["how"] == "write"


def test_law_four_back_does_not_cross_an_act() -> None:
    flows, step = play(Heard("1"), NOWHERE, Rows(["17"]), Heard("3"), Heard("9"), Heard("1"), Heard("1"))
    step = talk.advance(flows, step.state, Done("opened", {"case": "1", "promise": "1"}, act=True))
    assert step.state.ended
    after = talk.advance(flows, step.state, Heard("0"))
    assert after.want is None
    assert after.state.notice == "already_done"


def test_the_state_stays_small_after_seven_answers() -> None:
    """Menu, topic, province, district, commune, a story of 40 Khmer letters, how: and the question after them."""
    story = "បងមិនបានទទួលប្រាក់ទេ ខ្ញុំទៅសួរពីរដងហើយ"
    _, step = play(
        Heard("1"), NOWHERE, Rows(["17"]), Heard("1"), Rows(["1710"]), Heard("1"), Rows(["171001"]), Heard("1"),
        Heard(story), Heard("2"),
    )  # fmt: skip
    assert len(step.state.road) == 7
    assert len(state_bytes(step.state)) <= 512


def test_a_flow_turned_to_for_good_opens_nothing_that_was_left_for_it() -> None:
    """She said that she is in danger: the half complaint behind it never becomes a case by itself."""
    flows = read_flows(ROOT)
    step = talk.advance(flows, talk.begin())
    for event in (Rows(["complaint"]), Heard("1"), Rows(TOPICS), Heard("6"), Rows(PERSONS), Heard("4"), Done("yes")):
        step = talk.advance(flows, step.state, event)
    assert step.state.at == "complaint.@safety.what"
    assert talk.advance(flows, step.state, Lapsed()).want is None
    back = talk.advance(flows, step.state, Redialled())
    assert back.state.resume == "", "a private flow is not offered again"
    person = talk.advance(flows, step.state, Heard("0"))
    assert person.want.path == "complaint.person"
    asked = talk.advance(flows, person.state, Rows(PERSONS))
    assert talk.advance(flows, asked.state, Lapsed()).want is None, "going back out of it leaves no trace"
    assert talk.advance(flows, asked.state, Redialled()).state.resume == ""


def test_what_is_left_goes_on_past_what_must_be_looked_up() -> None:
    """She went back over the place to the topic, and left: all that she told is sent, the story too."""
    flows, step = play(
        Heard("7"), NOWHERE, Rows(["17"]), Heard("3"), Heard("a story"), Heard("0"), Heard("0"), Rows(["17"]),
        Heard("0"), Rows(TOPICS),
    )  # fmt: skip
    assert step.state.at == "complaint.topic"
    alone = talk.advance(flows, step.state, Lapsed())
    assert alone.want.word == "last_place"
    sent = talk.advance(flows, alone.state, NOWHERE)
    assert sent.want.word == "open_case"
    assert sent.want.answers["story"] == "a story"
    assert sent.want.answers["place.province"] == "later"


def test_a_question_for_a_photo_is_passed_over_where_the_channel_carries_none() -> None:
    _, step = play(Heard("1"), NOWHERE, Rows(["17"]), Heard("3"))
    flows = read_flows(ROOT)
    assert talk.advance(flows, step.state, Heard("9")).state.at == "complaint.how"
    carried = talk.advance(flows, step.state, Heard("9"), frozenset({"photo"}))
    assert carried.state.at == "complaint.proof"
    sent = talk.advance(flows, carried.state, Heard("", media=("photo", "file-1")), frozenset({"photo"}))
    assert dict(sent.state.road)["complaint.proof"] == "file-1"


def test_what_a_sentence_opens_passes_its_question_over_and_back_asks_it() -> None:
    flows = read_flows(ROOT)
    step = talk.advance(flows, talk.begin())
    step = talk.advance(flows, step.state, Rows(["complaint"]))
    for event in (Opened("complaint.topic.unpaid"), Rows(TOPICS), NOWHERE, Rows(["17"])):
        step = talk.advance(flows, step.state, event)
    assert step.state.at == "complaint.place.province"
    assert step.state.road == [("top", "complaint"), ("complaint.topic", "unpaid")]
    assert talk.advance(flows, step.state, Heard("0")).state.at == "complaint.topic"


def test_a_long_list_is_parted_by_its_letters_and_one_group_opened() -> None:
    names = [f"{letter}{n}" for letter in "ABCDE" for n in range(3)]
    codes = [str(n) for n in range(len(names))]
    _, step = play(Heard("1"), NOWHERE)
    flows = read_flows(ROOT)
    step = talk.advance(flows, step.state, Rows(codes, groups(names)))
    assert len(step.state.breaks) <= 8
    step = talk.advance(flows, step.state, Heard("2"))
    first = step.state.rows[step.state.breaks[1]]
    assert step.state.group == 1
    chosen = talk.advance(flows, step.state, Heard("1"))
    assert dict(chosen.state.road)["complaint.place.province"] == first
    assert talk.advance(flows, step.state, Heard("0")).state.group == -1


@given(st.lists(st.text(alphabet="ABCDEFGHIកខគຄງ", min_size=1, max_size=4), max_size=70))
@settings(max_examples=300, deadline=None)
def test_groups_hold_every_name_once_and_are_never_more_than_eight(names: list[str]) -> None:
    names = sorted(names)
    begins = groups(names)
    assert begins == sorted(set(begins))
    assert len(begins) <= 8
    if len(names) <= 8:
        assert begins == []
    else:
        assert begins[0] == 0
        assert begins[-1] < len(names)


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("money", "400,000 riel", "400000"),
        ("money", "៤០០.០០០ រៀល", "400000"),
        ("money", "none", None),
        ("money", "20000-30000 kip", None),
        ("money", "2 x 40000", None),
        ("date", "27/11/2026", "2026-11-27"),
        ("date", "២៧ ១១ ២៥៦៩", "2026-11-27"),
        ("date", "2026-11-27", "2026-11-27"),
        ("date", "31/2/2026", None),
        ("year", "2530", "1987"),
        ("year", "໒໕໓໐", "1987"),
        ("year", "87", None),
        ("phone", "012 345 678", "012345678"),
        ("phone", "12", None),
        ("card", "17120103-5001", "17120103-5001"),
        ("place", " Siem Reap ", "Siem Reap"),
    ],
)
def test_answers_are_understood_as_people_write_them(kind: str, typed: str, meant: str | None) -> None:
    step = Step("q", "ask", 1, answer=kind)
    assert understand(step, [], Heard(typed))[0] == meant


def test_a_year_that_is_still_to_come_is_no_year_of_birth() -> None:
    step = Step("q", "ask", 1, answer="year", least=1900)
    assert [understand(step, [], Heard(year, year=2026))[0] for year in ("2026", "2027", "2575")] == [
        "2026",
        None,
        None,
    ]


def test_what_ends_the_page_is_told_however_often_it_was_tried() -> None:
    """Three times wrong is enough; but whoever must only wait is told so, not that her tries are used up."""
    flow, _ = flow_from_text(
        "proof",
        """
title: Proof
steps:
  card: {ask: "Which card?", answer: card}
  find: {do: find_household, tries: 3, go: {none: card, wait: slowly, locked: slowly, asked: slowly, spent: enough}}
  found: {say: Found., end: yes}
  slowly: {say: Wait a little., end: none}
  enough: {say: Ask your office., end: none}
""",
    )
    for last, said in (("wait", "slowly"), ("none", "enough")):
        step = talk.advance({"proof": flow}, talk.begin("proof"))
        for outcome in ("none", "none", last):
            step = talk.advance({"proof": flow}, step.state, Heard("12345678"))
            step = talk.advance({"proof": flow}, step.state, Done(outcome))
        assert step.state.said[-1:] == [f"proof.{said}"] or step.state.said[-1:] == [said]


def test_a_card_that_looks_wrong_is_hinted_at_once_and_then_taken() -> None:
    step = Step("q", "ask", 1, answer="card")
    assert understand(step, [], Heard("123")) == (None, "wrong.card")
    assert understand(step, [], Heard("123"), warned=True)[0] == "123"


def test_a_number_keeps_to_its_bounds() -> None:
    step = Step("q", "ask", 1, answer="number", least=1, most=12)
    assert [understand(step, [], Heard(n))[0] for n in ("0", "1", "១២", "13", "x")] == [None, "1", "12", None, None]


def test_a_heading_chosen_anew_at_the_check_asks_again_what_stands_under_it() -> None:
    """She pressed "Treatment" and meant "Asked for money": the check shows one line, and it can be mended there."""
    flows, step = play(
        Heard("6"), Rows(PERSONS), Heard("1"), NOWHERE, Rows(["17"]), Heard("3"), Heard("9"), Heard("1"), Heard("9"),
        Heard("1"),
    )  # fmt: skip
    assert step.state.at == "complaint.review"
    topic = talk.advance(flows, talk.advance(flows, step.state, Heard("2")).state, Rows(TOPICS))
    assert topic.state.at == "complaint.topic"
    person = talk.advance(flows, talk.advance(flows, topic.state, Heard("6")).state, Rows(PERSONS))
    assert person.state.at == "complaint.person", "the old answer is not taken for the new one"
    assert dict(talk.advance(flows, person.state, Heard("2")).state.road)["complaint.person"] == "bribe"
