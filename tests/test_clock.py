"""Working time, against a slow minute-by-minute oracle; and the bugs other systems had."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import Calendar, always, due, held, paused_due, reaches, share_at, standing, working_seconds
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


WINDOW = 5 * 24 * 60
"""Minutes of the oracle's windows."""

WINDOWS = {
    "Asia/Phnom_Penh": datetime(2026, 4, 12, tzinfo=UTC),
    "Asia/Vientiane": datetime(2026, 12, 30, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 3, 27, tzinfo=UTC),
    "America/New_York": datetime(2026, 10, 30, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 3, tzinfo=UTC),  # changes by half an hour
    "America/Havana": datetime(2026, 3, 6, tzinfo=UTC),  # changes at midnight
    "Pacific/Apia": datetime(2011, 12, 28, tzinfo=UTC),  # left out a whole day
    "Asia/Kathmandu": datetime(2026, 1, 1, tzinfo=UTC),
}
"""Zones, and five days of each in which it changes its offset, where it ever does."""


@cache
def wall(zone: str) -> list[tuple[date, int]]:
    """What the wall clock shows at every minute of a zone's window: the date, and the minute of its day."""
    here, minutes = ZoneInfo(zone), []
    for minute in range(WINDOW):
        shown = (WINDOWS[zone] + timedelta(minutes=minute)).astimezone(here)
        minutes.append((shown.date(), shown.hour * 60 + shown.minute))
    return minutes


def oracle(calendar: Calendar, begin: int, end: int, pauses: list[tuple[int, int]]) -> list[int]:
    """The minutes of the window, from `begin` to before `end`, that are working time: slow, and too simple to be
    wrong."""
    works: dict[date, set[int]] = {}
    worked = []
    for minute in range(begin, end):
        day, of_day = wall(calendar.zone)[minute]
        if day not in works:
            spans = () if day in calendar.closed else calendar.other.get(day, calendar.hours.get(day.weekday(), ()))
            works[day] = {m for a, b in spans for m in range(of(a), 1440 if b == time.max else of(b))}
        if of_day in works[day] and not any(a <= minute < b for a, b in pauses):
            worked.append(minute)
    return worked


def of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def random_spans(pick: Random) -> tuple[tuple[time, time], ...]:
    cuts = sorted(pick.sample(range(97), 2 * pick.randint(0, 3)))
    clocks = [time.max if cut == 96 else time(cut // 4, cut % 4 * 15) for cut in cuts]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


def random_calendar(pick: Random) -> Calendar:
    zone = pick.choice(list(WINDOWS))
    days = [WINDOWS[zone].date() + timedelta(days=n) for n in range(-1, 7)]
    return Calendar(
        zone,
        {weekday: random_spans(pick) for weekday in range(7) if pick.random() < 0.8},
        frozenset(pick.sample(days, pick.randint(0, 2))),
        {day: random_spans(pick) for day in pick.sample(days, pick.randint(0, 2))},
    )


@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_random_calendars_pauses_and_zones_equal_the_oracle(part: int) -> None:
    """2,500 in each part: elapsed working time, and the instant by which some of it has passed."""
    pick = Random(part)
    for number in range(2500):
        calendar = random_calendar(pick)
        pauses = [(a, a + pick.choice((0, 1, 30, 900, 2000))) for a in pick.sample(range(WINDOW), pick.randint(0, 3))]
        begin, end = sorted(pick.sample(range(WINDOW), 2))
        zero = WINDOWS[calendar.zone]
        at = [(zero + timedelta(minutes=a), zero + timedelta(minutes=b)) for a, b in pauses]
        worked = oracle(calendar, begin, end, pauses)
        made, until = zero + timedelta(minutes=begin), zero + timedelta(minutes=end)
        assert working_seconds(calendar, made, until, at) == len(worked) * 60, (part, number)
        if worked:
            target = pick.randint(1, len(worked))
            reached = zero + timedelta(minutes=worked[target - 1] + 1)
            assert reaches(calendar, made, target * 60, at) == reached, (part, number)


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


# What went wrong elsewhere: each of these was a reported fault of another system.


def test_around_the_clock_no_minute_is_lost_at_midnight() -> None:
    made = local(2026, 12, 1, 9, 30)
    assert reaches(always(KH.zone), made, 24 * 3600) == made + timedelta(hours=24)
    assert working_seconds(always("Europe/Berlin"), made, made + timedelta(days=400)) == 400 * 86400


def test_a_case_made_outside_hours_has_its_whole_promise() -> None:
    for made in (local(2026, 11, 28, 12, 0), local(2026, 11, 30, 5, 0), local(2026, 11, 30, 7, 30)):
        assert reaches(KH, made, 3600) == local(2026, 11, 30, 8, 30)


def test_nothing_is_late_when_it_is_made_whatever_the_zone() -> None:
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "Asia/Vientiane"):
        calendar = Calendar(zone, dict.fromkeys(range(5), DAY))
        made = datetime(2026, 11, 27, 23, 59, tzinfo=UTC)
        assert standing(made, due(calendar, made, 1), calendar) != "late"


def test_another_promise_keeps_the_pauses_that_there_were() -> None:
    made = local(2026, 11, 26, 9, 0)
    pauses = [(local(2026, 11, 27, 7, 30), local(2026, 11, 27, 17, 0))]
    for days in (1, 5):
        first = due(KH, made, days)
        moved = paused_due(KH, made, first, pauses)
        assert working_seconds(KH, first, moved) == 7 * 3600
        assert working_seconds(KH, made, moved, pauses) == working_seconds(KH, made, first)


def test_a_case_that_began_paused_does_not_run() -> None:
    made = local(2026, 11, 26, 9, 0)
    assert working_seconds(KH, made, local(2026, 12, 26), [(made, None)]) == 0
    assert reaches(KH, made, 60, [(made, None)]) is None
    assert paused_due(KH, made, due(KH, made, 3), [(made, None)]) is None


def test_every_pause_counts_not_only_the_last() -> None:
    pauses = [(local(2026, 11, 26, hour, 0), local(2026, 11, 26, hour, 20)) for hour in (8, 9, 10)]
    assert working_seconds(KH, local(2026, 11, 26, 7, 30), local(2026, 11, 26, 11, 30), pauses) == 3 * 3600


def test_two_pauses_in_one_minute_keep_their_seconds() -> None:
    begin = local(2026, 11, 26, 8, 0)
    at = [begin + timedelta(seconds=second) for second in (5, 10, 20, 27)]
    assert working_seconds(KH, begin, begin + timedelta(minutes=1), [(at[0], at[1]), (at[2], at[3])]) == 48


def test_a_pause_and_its_end_in_one_instant_change_nothing() -> None:
    made = local(2026, 11, 26, 9, 0)
    assert paused_due(KH, made, due(KH, made, 2), [(made, made)]) == due(KH, made, 2)


def test_pauses_that_overlap_are_counted_once() -> None:
    begin = local(2026, 11, 26, 8, 0)
    hour = timedelta(hours=1)
    assert working_seconds(KH, begin, begin + 3 * hour, [(begin, begin + hour), (begin, begin + 2 * hour)]) == 3600


def test_a_clock_that_went_backwards_counts_nothing() -> None:
    assert working_seconds(KH, local(2026, 11, 26, 9, 0), local(2026, 11, 26, 8, 0)) == 0


def test_a_half_day_is_half_a_day() -> None:
    half = Calendar(KH.zone, KH.hours, other={date(2026, 12, 31): ((time(7, 30), time(11, 30)),)})
    made = local(2026, 12, 30, 16, 0)
    assert working_seconds(half, made, local(2026, 12, 31, 23, 0)) == 5 * 3600
    assert due(half, made, 1) == local(2026, 12, 31, 11, 30)


def test_a_holiday_declared_late_moves_what_is_computed_anew_and_nothing_else() -> None:
    made = local(2027, 4, 12, 9, 0)
    before, after = KH, Calendar(KH.zone, KH.hours, KH.closed | {date(2027, 4, 13), date(2027, 4, 14)})
    assert due(before, made, 2) == local(2027, 4, 14, 17, 0)
    assert due(after, made, 2) == local(2027, 4, 16, 17, 0)


def test_an_hour_shown_twice_is_worked_twice_and_one_left_out_is_not() -> None:
    night = Calendar("Europe/Berlin", dict.fromkeys(range(7), ((time(1), time(4)),)))
    spring, autumn = local(2026, 3, 29, zone=night.zone), local(2026, 10, 25, zone=night.zone)
    assert working_seconds(night, spring, spring + timedelta(hours=12)) == 2 * 3600
    assert working_seconds(night, autumn, autumn + timedelta(hours=12)) == 4 * 3600


def test_half_of_a_promise_and_twice_of_it_are_shares_of_working_time() -> None:
    made = local(2026, 11, 26, 7, 30)
    promised = due(KH, made, 1)
    assert share_at(KH, made, promised, 50) == local(2026, 11, 26, 17, 0)
    assert share_at(KH, made, promised, 100) == promised
    assert share_at(KH, made, promised, 200) == local(2026, 12, 1, 17, 0)
    assert share_at(KH, made, promised, 100, [(made, None)]) is None


def test_each_moment_counts_for_whoever_held_the_case() -> None:
    district = Calendar(KH.zone, {3: ((time(8), time(10)),)})
    spells = [
        ("commune", local(2026, 11, 26, 7, 30), local(2026, 11, 26, 9, 0)),
        ("district", local(2026, 11, 26, 9, 0), local(2026, 11, 26, 16, 0)),
        ("commune", local(2026, 11, 26, 16, 0), local(2026, 11, 26, 17, 0)),
    ]
    assert held(spells, {"commune": KH, "district": district}) == {"commune": 9000, "district": 3600}


def test_a_moment_within_the_second_after_a_change_of_the_clock_is_found() -> None:
    office = Calendar("Europe/Berlin", dict.fromkeys(range(5), ((time(8), time(17)),)))
    made, change = datetime(2026, 3, 27, 9, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)
    for micro in (0, 1, 500_000, 999_999):
        assert working_seconds(office, made, change.replace(microsecond=micro)) == 7 * 3600
    half_past = datetime(2026, 3, 27, 13, 0, 0, 500_000, tzinfo=UTC)
    assert reaches(office, half_past, 4 * 3600) == datetime(2026, 3, 30, 7, 0, 0, 500_000, tzinfo=UTC)
