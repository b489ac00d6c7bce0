"""Months and quarters by the local calendar. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def quarter_of(month: str, now: datetime, zone: str) -> tuple[str, str]:
    """The first and the last month of the quarter with this month (`2026-09`), or of the last one that is over."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZoneInfo(zone))
    first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
    while (after := (first + timedelta(days=93)).replace(day=1)) > now:
        first = (first - timedelta(days=80)).replace(day=1)
        first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
    return f"{first:%Y-%m}", f"{after - timedelta(days=1):%Y-%m}"


def months(begin: str, end: str, zone: str) -> tuple[datetime, datetime]:
    """From the beginning of one month (`2026-09`) to the end of another, by the local calendar. Raises ValueError."""
    if not all("2000-01" <= month <= "2999-12" for month in (begin, end)):
        raise ValueError("no month of ours")
    first, last = (datetime.strptime(month, "%Y-%m").replace(tzinfo=ZoneInfo(zone)) for month in (begin, end))
    return first.astimezone(UTC), (last + timedelta(days=31)).replace(day=1).astimezone(UTC)
