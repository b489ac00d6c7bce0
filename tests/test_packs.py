"""Country packs: what is refused, how offices keep their hours, who decides, where a case goes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from gateway.country import Pack
from gateway.country.read import read_pack
from gateway.country.route import route
from gateway.reading import Faulty
from gateway.settings import ROOT


@pytest.fixture
def country(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "countries", tmp_path / "countries")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("rights", "amount, data", "amount, dat", "'dat' is not a category; did you mean 'data'?"),
        (
            "categories",
            "days: 5, group: care",
            "days: 0, group: care",
            "category 'charged' promises '0' days; write 1 to 90",
        ),
        ("categories", "hours: 24", "hours: 999", "category 'violence' promises '999' hours; write 1 to 168"),
        (
            "categories",
            "days: 10, resolve: 30}",
            "days: 10, resolve: 9}",
            "category 'list' is taken up, answered and decided",
        ),
        ("country", "supervisor: 100", "supervisor: 40", "each step of the ladder is told later than the one below it"),
        ("country", "holder: 50", "holder: half", "the ladder promises 'half' holder; write 1 to 1000"),
        (
            "offices",
            "independent: yes",
            "independent: yes, above: kh-national",
            "is independent: no office is above it",
        ),
        ("offices", "above: kh-national\nlevels", "above: kh-natoinal\nlevels", "'kh-natoinal' is not a named office"),
        ("offices", "level: national, en:", "level: nation, en:", "'nation' is not a level; did you mean 'national'?"),
        (
            "routing",
            "category: employer\n    to: kh-labour",
            "category: employer\n    to: kh-independent",
            "only what is confidential goes to the independent office",
        ),
        ("routing", "to: kh-labour", "to: kh-labor", "'kh-labor' is not a level, nor 'lowest'"),
        ("rights", "decide: district", "decide: distrikt", "'distrikt' is not a level; did you mean 'district'?"),
        ("rights", "[list, other, birth", "[list, birth", "nobody may decide category 'other'; say which level may"),
        ("rights", "[officer, supervisor]", "[oficer]", "'oficer' may decide nothing; did you mean 'officer'?"),
        ("rights", "    source: pilot setting\n", "", "'source' is missing"),
        ("rights", "[officer, supervisor]", "[officer]", "a supervisor may decide what others may; name supervisor"),
        ("rights", "[list, other,", "[list, other, unpaid,", "who may decide 'unpaid' is said twice"),
        ("rights", "decide: district", "decide: village", "offices.yaml names no offices of the level 'village'"),
        ("rights", "rights:", "rights: [a]\nrihgts:", "'rights' is a list of rows"),
        (
            "rights",
            "[unpaid, amount, data,",
            "[[unpaid], amount, data,",
            "'category' is a word, or a list of words",
        ),
        ("routing", "to: lowest", "to: commune", "the commune may not decide 'unpaid'"),
        ("routing", "to: lowest", "to: lowest\n    area: '999'", "'999' is not a place of the gazetteer"),
        ("calendar", "open: {}", "days: {20261231: 07:30-11:30}", "'20261231' is not a date"),
        ("calendar", "open: {}", "days: [2026-12-31]", "'days' needs words below it, with their values"),
        ("calendar", "open: {}", "offices: {kh-17: x}", "'kh-17' needs words below it, with their values"),
        ("calendar", "open: {}", "offices: {kh-17: {hours: {}}}", "the offices need working hours"),
        ("routing", "to: lowest", "to: lowst", "'lowst' is not a level, nor 'lowest'; did you mean 'lowest'?"),
        (
            "routing",
            "to: lowest",
            "to: lowest\n    channel: kh-usd",
            "'kh-usd' is not a channel; did you mean 'kh-ussd'?",
        ),
        (
            "routing",
            "to: lowest",
            "to: lowest\n    programme: odler",
            "'odler' is not a programme; did you mean 'older'?",
        ),
        (
            "routing",
            "to: lowest",
            "to: commune\n    category: [list, unpaid]",
            "the commune may not decide 'unpaid'; the lowest that may is the district",
        ),
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
        ("calendar", "open: {}", "days: {2026-12-31: 11:30-07:30}", "is not read; write 2026-12-31: 07:30-11:30"),
        ("calendar", "open: {}", "offices: {kh-1799: {}}", "'kh-1799' is not an office; did you mean"),
        ("channels", "kind: ussd", "kind: usd", "'usd' is not a kind of channel; write ussd, sms, chat, voice or desk"),
        ("channels", "units: 80", "units: 80\n  units: 70", "'units' is given twice (first on line 8)"),
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
    assert {office.level for office in pack.offices.values()} == {"national", "province", "district", "commune"}
    for category in pack.categories:
        for place in ["", "02", "0201", "nowhere", *(office.place for office in pack.offices.values())]:
            assert route(pack, category, place).queue in pack.queues


def test_an_office_keeps_its_own_hours_and_those_below_it_keep_them_too(country: Path) -> None:
    path = country / "countries" / "kh" / "calendar.yaml"
    offices = """offices:
  kh-1710: {closed: {2026-12-02: the river festival of the district}, days: {2026-12-31: 07:30-11:30}}
  kh-171001: {hours: {mon-sat: 08:00-12:00}}
"""
    path.write_text(path.read_text(encoding="utf8") + offices, encoding="utf8")
    pack = read_pack(country, "kh")
    day, eve, morning = date(2026, 12, 2), date(2026, 12, 31), ((time(7, 30), time(11, 30)),)
    assert pack.calendar_of("kh-17").of_day(day) != ()
    for office in ("kh-1710", "kh-171001", "kh-171002"):
        assert (pack.calendar_of(office).of_day(day), pack.calendar_of(office).of_day(eve)) == ((), morning)
    assert pack.calendar_of("kh-171001").of_day(date(2026, 12, 5)) == ((time(8), time(12)),)
    assert pack.calendar_of("kh-171002").of_day(date(2026, 12, 5)) == ()


def rules(country: Path, text: str) -> Pack:
    (country / "countries" / "kh" / "routing.yaml").write_text("rules:\n" + text, encoding="utf8")
    return read_pack(country, "kh")


def test_the_first_rule_that_fits_sends_the_case(country: Path) -> None:
    pack = rules(
        country,
        """  - {category: list, channel: kh-ussd, to: province}
  - {category: [list, unpaid], area: '1710', to: district}
  - {to: lowest}
""",
    )
    assert route(pack, "list", "171001", "kh-ussd").queue == "kh-17"
    assert route(pack, "list", "171001", "kh-sms").queue == "kh-1710"
    assert route(pack, "list", "170101", "kh-sms").queue == "kh-170101"
    assert route(pack, "unpaid", "170101").queue == "kh-1701"
    assert route(pack, "list", "171001").trail[:2] == (
        "routing.yaml:2: is for what is told on kh-ussd",
        "routing.yaml:3: fits",
    )


def test_a_programme_may_have_an_office_of_its_own(country: Path) -> None:
    pack = rules(country, "  - {category: unpaid, programme: nssf_health, to: kh-labour}\n  - {to: lowest}\n")
    assert route(pack, "unpaid", "171001", programme="nssf_health").queue == "kh-labour"
    assert route(pack, "unpaid", "171001", programme="older").queue == "kh-1710"
    assert route(pack, "unpaid", "171001").queue == "kh-1710"


def test_a_case_that_no_rule_fits_goes_to_triage_never_nowhere(country: Path) -> None:
    pack = rules(country, "  - {category: unpaid, to: lowest}\n")
    assert route(pack, "list", "171001").queue == "kh-17-triage"
    assert route(pack, "list", "").queue == "kh-17-triage"


def test_a_day_with_hours_of_its_own_is_worked_though_it_is_a_holiday(country: Path) -> None:
    path = country / "countries" / "kh" / "calendar.yaml"
    text = path.read_text(encoding="utf8").replace("open: {}", "days: {2026-11-24: 07:30-11:30}")
    path.write_text(text, encoding="utf8")
    assert read_pack(country, "kh").calendar.of_day(date(2026, 11, 24)) == ((time(7, 30), time(11, 30)),)


def test_a_level_without_an_office_there_is_triage(country: Path) -> None:
    pack = read_pack(country, "kh")
    queues = {code: queue for code, queue in pack.queues.items() if code != "kh-1710"}
    assert route(replace(pack, queues=queues), "unpaid", "171001").queue == "kh-17-triage"
