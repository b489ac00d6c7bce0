"""When time brings something to an appointment: two reminders, the end of waiting for her, the question how it was."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...channels.posting import Quiet, quiet_until
from ...country import Pack
from ..records import Appointment
from ..rules import instant

DAY_BEFORE, HOURS_BEFORE = timedelta(days=1), timedelta(hours=2)
BEFORE_QUIET = timedelta(hours=1)
AFTERWARDS = time(10)


def reminders(pack: Pack, one: Appointment) -> list[datetime]:
    """A day and two hours before its time. What would fall into hours in which nobody is written to is said an hour
    before they begin: to be told in the evening is better than not at all."""
    start = instant(pack.zone, one.day, one.unit)
    return sorted({_awake(pack, start - before) for before in (DAY_BEFORE, HOURS_BEFORE)})


def _awake(pack: Pack, moment: datetime) -> datetime:
    over = quiet_at(pack, moment)
    if over is None or pack.quiet is None:
        return moment
    since, until = (timedelta(hours=clock.hour, minutes=clock.minute) for clock in pack.quiet)
    return over - (until - since) % timedelta(days=1) - BEFORE_QUIET


def quiet_at(pack: Pack, moment: datetime) -> datetime | None:
    """When the hours are over in which nobody is written to; None where it is none of them."""
    return quiet_until(moment, Quiet(*pack.quiet, pack.zone) if pack.quiet else None)


def waited_until(pack: Pack, one: Appointment) -> datetime:
    """Until when she is waited for at the window."""
    window = pack.windows.get(one.place)
    return instant(pack.zone, one.day, one.unit) + (window.late if window else LATE)


LATE = timedelta(minutes=30)


def asked_at(pack: Pack, one: Appointment) -> datetime:
    """When she is asked how it was: the morning after."""
    return datetime.combine(one.day + timedelta(days=1), AFTERWARDS, ZoneInfo(pack.zone)).astimezone(UTC)


def next_moment(pack: Pack, one: Appointment, now: datetime) -> datetime | None:
    """What comes next; nothing where she is not reminded and her time is over."""
    if one.state == "booked":
        told = reminders(pack, one) if one.how != "none" and one.address_id else []
        return next((moment for moment in (*told, waited_until(pack, one)) if moment > now), None)
    if one.state == "served" and one.asked_at is None and one.how == "write" and one.address_id:
        return asked_at(pack, one)
    return None
