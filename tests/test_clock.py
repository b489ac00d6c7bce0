"""Working time, against a slow minute-by-minute oracle; and the bugs other systems had."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.clock import Calendar, due, standing, working_seconds
from gateway.country.read import read_pack
from gateway.settings import ROOT

DAY = ((time(7, 30), time(11, 30)), (time(14, 0), time(17, 0)))
KH = Calendar(
    "Asia/Phnom_Penh",
    dict.fromkeys(range(5), DAY),
    frozenset({date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)}),
)


def local(*words: int, zone: str = "Asia/Phnom_Penh") -> datetime:
    return datetime(*words, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def oracle(calendar: Calendar, begin: datetime, end: datetime) -> int:
    minutes, at, zone = 0, begin, ZoneInfo(calendar.zone)
    while at < end:
        here = at.astimezone(zone)
        spans = () if here.date() in calendar.closed else calendar.hours.get(here.weekday(), ())
        minutes += any(a <= here.time() < b for a, b in spans)
        at += timedelta(minutes=1)
    return minutes * 60


spans = (
    st.lists(st.integers(0, 95), min_size=2, max_size=4, unique=True)
    .map(sorted)
    .map(
        lambda q: tuple(
            (time(q[i] // 4, q[i] % 4 * 15), time(q[i + 1] // 4, q[i + 1] % 4 * 15)) for i in range(0, len(q) - 1, 2)
        )
    )
)
calendars = st.builds(
    Calendar,
    st.sampled_from(["Asia/Phnom_Penh", "Asia/Vientiane", "Europe/Berlin", "America/New_York", "UTC"]),
    st.dictionaries(st.integers(0, 6), spans, max_size=7),
    st.frozensets(st.dates(date(2026, 3, 20), date(2026, 4, 10)), max_size=5),
)
moments = st.datetimes(datetime(2026, 3, 24), datetime(2026, 4, 4)).map(
    lambda m: m.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(calendars, moments, st.integers(0, 60 * 72))
@settings(max_examples=150, deadline=None)
def test_working_seconds_equal_the_oracle(calendar: Calendar, begin: datetime, minutes: int) -> None:
    end = begin + timedelta(minutes=minutes)
    assert working_seconds(calendar, begin, end) == oracle(calendar, begin, end)


def test_working_seconds_skip_lunch_and_holidays() -> None:
    assert working_seconds(KH, local(2026, 11, 20, 11, 0), local(2026, 11, 20, 14, 30)) == 3600
    assert working_seconds(KH, local(2026, 11, 23, 8, 0), local(2026, 11, 25, 17, 0)) == 0
    assert working_seconds(KH, local(2026, 11, 20, 12, 0), local(2026, 11, 20, 11, 0)) == 0


@pytest.mark.parametrize(
    ("made", "days", "on"),
    [
        (local(2026, 11, 26, 9, 0), 1, date(2026, 11, 27)),
        (local(2026, 11, 20, 18, 0), 1, date(2026, 11, 26)),  # Friday evening; then the Water Festival
        (local(2026, 11, 22, 3, 0), 1, date(2026, 11, 26)),
        (local(2026, 11, 26, 23, 59), 5, date(2026, 12, 3)),
    ],
)
def test_a_promise_ends_when_the_office_closes_on_its_last_working_day(made, days, on) -> None:
    assert due(KH, made, days) == datetime.combine(on, time(17, 0), ZoneInfo(KH.zone)).astimezone(UTC)


def test_a_holiday_belongs_to_the_local_day() -> None:
    """Midnight in Phnom Penh is 17:00 UTC of the day before: the holiday must not begin then."""
    assert working_seconds(KH, local(2026, 11, 20, 16, 0), local(2026, 11, 20, 17, 0)) == 3600


def test_a_calendar_without_hours_promises_nothing() -> None:
    with pytest.raises(ValueError, match="without working hours"):
        due(Calendar("UTC", {}), local(2026, 11, 26), 1)


def test_late_due_and_later() -> None:
    end = local(2026, 11, 27, 17, 0)
    assert standing(local(2026, 11, 26, 9, 0), end, KH) == "later"
    assert standing(local(2026, 11, 27, 0, 1), end, KH) == "due"
    assert standing(end, end, KH) == "late"


def test_the_pack_knows_this_years_water_festival() -> None:
    calendar = read_pack(ROOT, "kh").calendar
    assert {date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)} <= calendar.closed
