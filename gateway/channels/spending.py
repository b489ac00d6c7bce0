"""What texts cost: counted by month, channel and operator prefix, in the unit of the pack's prices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..country import ChannelRow
from ..db import Base, insert_new
from .posting import alarming, price_of


class Spent(Base):
    """A month's texts through one channel to the numbers of one prefix. `cost`: in the unit of the pack's prices."""

    __tablename__ = "spent"

    month: Mapped[date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(12), primary_key=True)
    parts: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(default=0)


def spend(db: Session, day: date, channel: str, prefix: str, parts: int, cost: int) -> None:
    """Counts a text that was handed over."""
    month = day.replace(day=1)
    db.execute(insert_new(db, Spent, month=month, channel=channel, prefix=prefix, parts=0, cost=0))
    mine = update(Spent).where(Spent.month == month, Spent.channel == channel, Spent.prefix == prefix)
    db.execute(mine.values(parts=Spent.parts + parts, cost=Spent.cost + cost))


def pay(db: Session, day: date, channel: ChannelRow, number: str, parts: int) -> None:
    """Counts what a text to this number costs by the pack's prices."""
    prefix, price = price_of(number, channel.prices)
    spend(db, day, channel.name, prefix, parts, parts * price)


def spent_in(db: Session, day: date, channel: str) -> int:
    """What this month's texts through a channel cost so far."""
    mine = select(func.coalesce(func.sum(Spent.cost), 0)).where(Spent.month == day.replace(day=1))
    return db.scalar(mine.where(Spent.channel == channel)) or 0


def of_month(db: Session, day: date, channels: Collection[str]) -> list[Spent]:
    month = select(Spent).where(Spent.month == day.replace(day=1), Spent.channel.in_(channels))
    return list(db.scalars(month.order_by(Spent.channel, Spent.prefix)))


def alarms(db: Session, day: date, channels: Mapping[str, ChannelRow]) -> dict[str, int]:
    """The channels whose month's money is nearly spent, with how many hundredths of it are."""
    spent = {name: spent_in(db, day, name) for name, row in channels.items() if row.cap}
    return {
        name: 100 * cost // channels[name].cap for name, cost in spent.items() if alarming(cost, channels[name].cap)
    }
