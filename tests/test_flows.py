"""Flows and packs: what is right is read, and each planted mistake is told as a sentence with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.cli import __main__ as command
from gateway.cli.texts import collect
from gateway.country.read import read_pack
from gateway.country.route import route
from gateway.dialogue import talk
from gateway.dialogue.book import bind, from_bytes, to_bytes
from gateway.dialogue.effects import declared, declared_lists
from gateway.dialogue.flow_check import check_flows
from gateway.dialogue.flow_read import flow_from_text, read_flows
from gateway.dialogue.state import Done, Heard, Rows, from_json, to_json
from gateway.language.catalogue import Texts
from gateway.reading import Faulty
from gateway.settings import ROOT

BROKEN = Path(__file__).parent / "broken_flows"


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_planted_mistake_is_told(path: Path) -> None:
    """Each file begins with `# expected: line sentence`; its flow is called `broken`."""
    text = path.read_text(encoding="utf8")
    expected = text.splitlines()[0].removeprefix("# expected: ")
    flow, faults = flow_from_text("broken", text)
    if not faults:
        faults = check_flows({**read_flows(ROOT), "broken": flow}, declared(), declared_lists())
    told = [f"{fault.line} {fault.sentence}" for fault in faults]
    assert expected in told, told


def test_the_flows_that_are_served_have_no_fault() -> None:
    assert check_flows(read_flows(ROOT), declared(), declared_lists()) == []


def test_check_passes_and_says_what_it_proved(capsys) -> None:
    assert command.main(["check"]) == 0
    said = capsys.readouterr().out
    assert "no fault" in said
    assert "production does not serve it yet" in said


def test_every_sentence_that_pages_and_code_say_is_collected() -> None:
    found = {sentence for _, sentence in collect()}
    assert {
        "My queue",
        "Write what she should hear, then send again.",
        "Not paid",
        "We will answer by {due}.",
    } - found == {"We will answer by {due}."}


def test_a_fingerprint_changes_with_a_word_and_not_with_a_comment_or_a_space() -> None:
    text = "title: T\nsteps:\n  a: {say: Hello., end: yes}\n"
    first, _ = flow_from_text("t", text)
    same, _ = flow_from_text("t", "# a comment\ntitle:   T\nsteps:\n\n  a:\n    say: Hello.\n    end: yes\n")
    other, _ = flow_from_text("t", text.replace("Hello", "Hallo"))
    assert first.print == same.print != other.print


def test_a_book_comes_back_from_its_bytes_as_it_was() -> None:
    book = bind(read_flows(ROOT), Texts({"km": {"menu.top\x04How can we help?": "តើយើងអាចជួយអ្វី?"}}))
    again = from_bytes(to_bytes(book))
    assert (dict(again.flows), again.texts, again.print) == (dict(book.flows), book.texts, book.print)


def play(*events):
    """Walks the complaint by hand, feeding what effects and lists would bring."""
    flows, step = read_flows(ROOT), None
    state = talk.begin()
    step = talk.advance(flows, state)
    for event in events:
        step = talk.advance(flows, from_json(to_json(step.state)), event)
    return flows, step


def test_laws_one_and_five_a_change_that_turns_elsewhere_sends_nothing_of_the_road_it_left() -> None:
    """From "call me" back to "write": the safe hours she gave are not sent."""
    _, step = play(
        Heard("1"), Heard("1"), Rows(["17", "01"]), Heard("4"), Heard("9"), Heard("2"), Heard("1"),
        Heard("4"), Heard("1"), Heard("1"),
    )  # fmt: skip
    assert step.want.word == "open_case"
    assert "hours" not in step.want.answers
    assert step.want.answers["how"] == "write"


def test_law_four_back_does_not_cross_an_act() -> None:
    flows, step = play(Heard("1"), Heard("1"), Rows(["17"]), Heard("3"), Heard("9"), Heard("1"), Heard("1"))
    step = talk.advance(flows, step.state, Done("opened", {"case": "1", "promise": "1"}, act=True))
    assert step.state.ended
    after = talk.advance(flows, step.state, Heard("0"))
    assert after.want is None
    assert after.state.notice == "already_done"


def test_the_state_stays_small() -> None:
    import json

    _, step = play(
        Heard("1"), Heard("1"), Rows(["17"]), Heard("1"), Rows(["1710"]), Heard("1"), Rows(["171001"]), Heard("1")
    )
    assert len(json.dumps(to_json(step.state))) <= 512


@pytest.fixture
def country(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "countries", tmp_path / "countries")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("routing", "category: charged", "category: charge", "'charge' is not a category; did you mean 'charged'?"),
        (
            "routing",
            "    to: district\n  - category: charged",
            "    to: distrikt\n  - category: charged",
            "'distrikt' is not a level; did you mean 'district'?",
        ),
        ("routing", "[list, other]", "[list]", "no rule names category 'other'; say who can decide it"),
        ("categories", "days: 5}", "days: many}", "promises 'many' days; write 1 to 90"),
        ("country", "kh-17-triage", "kh-18-triage", "'kh-18-triage' is not a queue; did you mean 'kh-17-triage'?"),
        ("country", "Asia/Phnom_Penh", "Asia/Phnom", "'Asia/Phnom' is not a time zone"),
        ("country", "30 minutes", "a while", "'a while' is not a length of time; write one such as 30 minutes"),
        ("country", "[17, 01]", "[17, 99]", "'99' is not a province of the gazetteer"),
        (
            "country",
            "hotline:",
            "hotlin:",
            "the country says 'hotlin', which is not a word here; did you mean 'hotline'?",
        ),
        ("calendar", "mon-fri:", "mon-day:", "is not read; write mon-fri: 07:30-11:30 14:00-17:00"),
        (
            "calendar",
            "closed: {}",
            "closed: {next monday: x}",
            "'next monday' is not a date; write one such as 2026-11-23",
        ),
        ("channels", "kind: ussd", "kind: usd", "'usd' is not a kind of channel; write ussd or sms"),
        ("channels", "units: 80", "units: 80\n  units: 70", "'units' is given twice (first on line 7)"),
    ],
)
def test_a_pack_with_a_mistake_is_refused_with_file_line_and_sentence(country: Path, file, old, new, told) -> None:
    path = country / "countries" / "kh" / f"{file}.yaml"
    text = path.read_text(encoding="utf8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf8")
    with pytest.raises(Faulty) as caught:
        read_pack(country, "kh")
    said = str(caught.value)
    assert told in said
    assert f"countries/kh/{file}.yaml:" in said


def test_an_override_opens_and_closes_days(country: Path) -> None:
    from datetime import date

    path = country / "countries" / "kh" / "calendar.yaml"
    text = (
        path.read_text(encoding="utf8")
        .replace("closed: {}", "closed: {2026-12-15: mourning}")
        .replace("open: {}", "open: {2026-11-25: x}")
    )
    path.write_text(text, encoding="utf8")
    calendar = read_pack(country, "kh").calendar
    assert date(2026, 12, 15) in calendar.closed
    assert date(2026, 11, 25) not in calendar.closed


def test_offices_go_down_to_the_commune_and_every_category_reaches_a_queue() -> None:
    pack = read_pack(ROOT, "kh")
    assert {office.level for office in pack.offices.values()} == {"province", "district", "commune"}
    for category in pack.categories:
        for place in ["", "02", "0201", "nowhere", *(office.place for office in pack.offices.values())]:
            assert route(pack, category, place).queue in pack.queues
