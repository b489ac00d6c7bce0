"""What a country's file says of its windows: read, made for each office, and refused with file and line where wrong."""

from __future__ import annotations

import shutil
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from gateway.appointments.actions.telling import to_bring
from gateway.country.read import read_pack
from gateway.language.catalogue import Texts
from gateway.reading import Faulty
from gateway.settings import ROOT


@pytest.fixture
def country(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "countries", tmp_path / "countries")
    return tmp_path


def change(country: Path, old: str, new: str) -> None:
    path = country / "countries" / "kh" / "windows.yaml"
    text = path.read_text(encoding="utf8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("minutes: 30,", "minutes: 32,", "service 'card' needs minutes in steps of 5, up to 240"),
        ("papers: [id_card], programmes: [equity_card]", "papers: [id_crad], programmes: [equity_card]", "service 'card' names 'id_crad', which is not one of its papers; did you mean 'id_card'?"),
        ("categories: [list, card]", "categories: [lost]", "service 'card' names 'lost'"),
        ("  district:", "  distrikt:", "'distrikt' is not a level; did you mean 'district'?"),
        ("  kh-1710:", "  kh-9910:", "'kh-9910' is not an office"),
        ("slot: 10 ", "slot: 7 ", "the window needs slot in steps of 5, up to 240"),
        ("counters: [{}, {}, {priority: yes}]", "counters: 3", "a window needs counters; write [{}] for one that does everything"),
        ("{priority: yes}", "{priority: maybe}", "'priority: maybe' is neither yes nor no"),
        ("walk_in: 30 percent", "walk_in: most", "'walk_in: most' is not read; write a whole number up to 90"),
        ("week: {mon-fri: 08:00-11:20 14:00-16:40}", "week: {mon-fri: 8-11}", "'mon-fri: 8-11' is not read"),
        ("minutes: 30,", "minuts: 30,", "service 'card' says 'minuts', which is not a word here; did you mean 'minutes'?"),
        ("minutes: 30,", "minutes: 30, fee: {amount: 5000},", "a fee needs an amount, a source and the day of its review"),
    ],
)  # fmt: skip
def test_a_window_with_a_mistake_is_refused_with_file_line_and_sentence(country, old, new, told) -> None:
    change(country, old, new)
    with pytest.raises(Faulty) as refused:
        read_pack(country, "kh")
    assert any(
        told in str(fault) and fault.file == "countries/kh/windows.yaml" and fault.line
        for fault in refused.value.faults
    ), refused.value


def test_each_office_of_a_level_has_a_window_and_one_says_otherwise() -> None:
    pack = read_pack(ROOT, "kh")
    district, own = pack.windows["kh-1703"], pack.windows["kh-1710"]
    assert (len(district.counters), len(own.counters), own.slot) == (3, 4, district.slot)
    assert (district.landmark, own.landmark["en"]) == ({}, "beside the old market (demo)")
    assert own.week[0] == ((time(8), time(11, 20)), (time(14), time(16, 40)))
    assert pack.windows["kh-171001"].walk_in == 50
    assert "kh-17" not in pack.windows
    assert own.cut_off == timedelta(hours=2)


def test_what_she_was_told_of_leads_to_what_she_comes_for() -> None:
    pack = read_pack(ROOT, "kh")
    assert [pack.service_of(programme=code) for code in ("pregnancy", "equity_card", "nssf_health", "embassy")] == [
        "benefit",
        "card",
        "insurance",
        "",
    ]
    assert [pack.service_of(category=code) for code in ("unpaid", "birth", "bribe")] == ["problem", "change", ""]


def test_other_hours_on_a_day_and_a_fee_with_its_source(country) -> None:
    change(country, "walk_in: 30 percent", "days: {2026-12-31: 08:00-10:00}\n    walk_in: 30 percent")
    change(country, "minutes: 30,", "minutes: 30, fee: {amount: 5000, source: the ministry, reviewed_on: 2026-11-01},")
    pack = read_pack(country, "kh")
    window = pack.windows["kh-1703"]
    assert window.hours(window.counters[0], date(2026, 12, 31)) == ((time(8), time(10)),)
    told = to_bring(Texts({}), "en", pack, "card", date(2026, 12, 1))
    assert told == "Bring: Identity card. It costs 5,000 riel."
    assert to_bring(Texts({}), "en", pack, "card", date(2028, 12, 1)) == "Bring: Identity card."
    assert to_bring(Texts({}), "en", pack, "card", date(2026, 12, 1), ["id_card"]) == "It costs 5,000 riel."
    assert to_bring(Texts({}), "en", pack, "problem", date(2026, 12, 1)) == ""
