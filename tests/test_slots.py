"""Which times are free: the walk-in share, the raster, the lane, holidays, and clocks that change. Properties and tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.appointments.references import is_number, new_number
from gateway.appointments.rules import UNITS, Closed, Slot, bits, instant, needs, slot_of, span_of
from gateway.appointments.slots import (
    Asking,
    begins,
    free_on,
    free_times,
    kept_units,
    offered,
    open_units,
    stretches,
    units_of,
)
from gateway.clock import Calendar
from gateway.country.windows import Counter, Window

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
WEEK = dict.fromkeys(range(5), ((time(8), time(11)), (time(14), time(16))))
WINDOW = Window("kh-1710", "kh-1710", "1710", 10, (Counter(1), Counter(2, ("card",)), Counter(3, (), True)), WEEK)
CALENDAR = Calendar("Asia/Phnom_Penh", WEEK)


def asking(minutes: int = 20, priority: bool = False, service: str = "benefit", now: datetime = NOW) -> Asking:
    return Asking(service, minutes, priority, now)


def times(
    window: Window = WINDOW, calendar: Calendar = CALENDAR, day: date = MONDAY, taken=None, closed=(), **more
) -> list[str]:
    return [slot.raw()[11:] for slot in free_on(window, calendar, closed, taken or {}, day, asking(**more))]


def test_times_follow_one_another_and_leave_no_gap() -> None:
    assert times(day=TUESDAY, taken={1: span_of(96, 99)})[:3] == ["08:20", "08:40", "09:00"]  # quarter past is taken
    assert times()[:4] == ["08:00", "08:20", "08:40", "09:00"]
    assert times(minutes=30)[:3] == ["08:00", "08:30", "09:00"]
    assert times()[-1] == "15:40"


def test_a_closed_a_past_and_a_far_day_have_none() -> None:
    assert times(day=MONDAY - timedelta(days=1)) == []  # a Sunday
    assert times(calendar=replace(CALENDAR, closed=frozenset({MONDAY}))) == []
    assert times(closed=[Closed(MONDAY, MONDAY)]) == []
    assert times(closed=[Closed(MONDAY, MONDAY, 0, 12 * 12)])[0] == "14:00"
    assert times(day=date(2026, 11, 27)) == []
    assert times(day=date(2027, 1, 4)) == []
    assert times(calendar=replace(CALENDAR, other={MONDAY: ((time(8), time(9)),)})) == ["08:00", "08:20", "08:40"]


def test_nothing_is_given_that_begins_too_soon() -> None:
    assert (
        times(now=datetime(2026, 11, 30, 1, 0, 1, tzinfo=UTC))[0] == "10:10"
    )  # eight o'clock and a second, two hours before


def test_the_lane_is_kept_until_the_day_before_and_then_is_anybody_s() -> None:
    slots = {s.unit: s.counters for s in free_on(WINDOW, CALENDAR, (), {}, TUESDAY, asking())}
    assert set(slots.values()) == {(1,)}
    early = {s.unit: s.counters for s in free_on(WINDOW, CALENDAR, (), {}, TUESDAY, asking(priority=True))}
    assert set(early.values()) == {(3, 1)}  # her own counter first
    near = {
        s.unit: s.counters for s in free_on(WINDOW, CALENDAR, (), {}, MONDAY, asking(now=NOW + timedelta(hours=10)))
    }
    assert set(near.values()) == {(1, 3)}


def test_a_visit_has_its_own_day_and_hours_whatever_the_office_s_calendar_says() -> None:
    visit = replace(WINDOW, code="v1", week={}, days={date(2026, 12, 5): ((time(9), time(10)),)}, on=date(2026, 12, 5))
    found = list(free_times(visit, CALENDAR, (), lambda first, last: {}, asking()))
    assert [slot.raw() for slot in found] == ["2026-12-05T09:00", "2026-12-05T09:20", "2026-12-05T09:40"]


@pytest.mark.parametrize(
    ("day", "first", "count"),
    [(date(2027, 3, 28), "00:00", 23), (date(2027, 10, 31), "00:00", 24), (date(2027, 6, 1), "00:00", 24)],
)
def test_an_hour_that_the_clock_skips_is_not_given_and_one_that_it_shows_twice_once(day, first, count) -> None:
    always = dict.fromkeys(range(7), ((time(0), time.max),))
    window, calendar = replace(WINDOW, week=always, opens=400), Calendar("Europe/Berlin", always)
    found = times(window, calendar, day, minutes=60, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert (found[0], len(found)) == (first, count)
    assert "02:00" not in found or day.month != 3


def test_a_time_stays_what_the_clock_on_the_wall_shows() -> None:
    """When the offset of a zone changes, the seat is the same, and so is the hour she was told."""
    slot = slot_of("2027-03-29T08:30")
    assert (slot, slot.raw()) == (Slot(date(2027, 3, 29), 102), "2027-03-29T08:30")
    assert instant("Europe/Berlin", slot.day, slot.unit).hour == 6
    assert instant("Europe/Berlin", slot.day - timedelta(days=2), slot.unit).hour == 7
    assert slot_of("half past eight") is None


units = st.integers(0, (1 << UNITS) - 1)


@given(units, st.integers(1, 30), st.sampled_from((5, 10, 15, 20, 30)))
def test_whatever_is_offered_is_free_and_no_two_of_it_overlap(free, need, slot) -> None:
    found = list(bits(offered(free, need, slot)))
    every = begins(free, need, slot)
    for unit in found:
        assert every >> unit & 1
        assert free >> unit & ((1 << need) - 1) == (1 << need) - 1
        assert unit * 5 % slot == 0
    assert all(later - unit >= need for unit, later in zip(found, found[1:], strict=False))
    assert bool(found) == bool(every) or slot > 5


@given(
    st.sampled_from((5, 10, 15, 20, 30)), st.integers(0, 90), st.integers(0, 5), st.integers(0, 11), st.integers(1, 140)
)
def test_the_time_kept_for_people_without_an_appointment_is_the_share_and_never_more(
    step, percent, place, begin, length
) -> None:
    own = span_of(begin * 12, min(UNITS, begin * 12 + length))
    kept = kept_units(step, percent, place, own)
    assert kept & ~own == 0
    whole, mine = own.bit_count(), kept.bit_count()
    assert mine * 100 <= percent * whole
    assert (mine + step // 5) * 100 > percent * whole - 100 * step // 5


@given(units)
def test_stretches_are_the_set_they_were_made_of(free) -> None:
    assert sum(span_of(*stretch) for stretch in stretches(free)) == free


def test_a_week_is_read_in_whole_units() -> None:
    assert units_of(((time(8, 2), time(8, 9)),)) == 0  # no unit lies in it wholly
    assert units_of(((time(23, 50), time.max),)) == span_of(286, 288)
    assert open_units(WINDOW, WINDOW.counters[0], CALENDAR, (), MONDAY).bit_count() == 60
    assert [needs(minutes) for minutes in (5, 15, 17, 60)] == [1, 3, 4, 12]


def test_a_number_is_eight_digits_and_a_wrong_one_is_known_by_itself() -> None:
    number = new_number()
    assert is_number(number)
    assert not is_number(str((int(number) + 1) % 10**8).zfill(8))
    assert number[0] != "0"
