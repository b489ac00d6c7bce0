"""What is due goes out: claimed in one transaction, sent in none, marked in another; and what people sent us comes in.

Before a text is sent it is asked whether it may go now: whether she wants messages, quiet hours, the month's money, the
channel's pace over all workers, and whether the channel stands still because of our account. Where a text fails for
good, `falling.py` looks for another way to her.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .cases import attachments
from .cases.attachments import Attachment
from .channels import Channel, Letter, NotSent, outbox, posting, spending
from .channels.outbox.records import Ready
from .channels.pace import Bucket, Pace
from .country import ChannelRow
from .db import Mark, leave_mark
from .dialogue import actions as dialogue
from .falling import fall_through
from .house import House
from .outreach import actions as outreach
from .people import actions as people
from .people.records import Address

HELD = "held."
CHAT_PACE, CHAT_BURST = 1.0, 3.0
NEXT_HOUR = timedelta(hours=1)
log = structlog.get_logger()


class Delivering:
    def __init__(self, house: House, channels: Mapping[str, Channel], pace: Pace) -> None:
        self.house, self.channels, self.pace = house, channels, pace

    def deliver(self, row_id: int | None, now: datetime) -> int:
        """Sends what is due (or one row), and then what waited behind it for the same address; how many were taken
        up."""
        taken = 0
        while ready := self._claim(row_id, now):
            for row in ready:
                self._one(row, now)
            taken += len(ready)
            with self.house.database.reading() as db:
                following = outbox.next_to(db, ready[-1].address_id, now)
            if following is None or len(ready) > 1:
                break
            row_id = following
        return taken

    def _claim(self, row_id: int | None, now: datetime) -> list[Ready]:
        with self.house.database.transaction() as db:
            return outbox.claim(db, now, only=row_id, closed=held_channels(db, datetime.now(UTC)))

    def _one(self, row: Ready, now: datetime) -> None:
        database = self.house.database
        with database.reading() as db:
            address = db.get_one(Address, row.address_id)
            refused = _not_wanted(db, row, address)
            wait = None if refused else self._wait(db, row, address, now)
        if refused:
            with database.transaction() as db:
                outbox.withdraw(db, row.id, refused, now)
            return
        if wait:
            with database.transaction() as db:
                outbox.postpone(db, row.id, *wait)
            return
        try:
            channel = self.channels[row.channel]
            if (parts := channel.parts(row.body)) > 1:
                with database.transaction() as db:
                    outbox.note_parts(db, row.id, parts)
            provider_id = channel.send(self._letter(row, address))
        except NotSent as failure:
            self._failed(row, failure)
            return
        with database.transaction() as db:
            self._sent(db, row, address.number, provider_id, datetime.now(UTC))

    def _letter(self, row: Ready, address: Address) -> Letter:
        callback = posting.callback_of(self.house.settings.public_base_url, row.channel, row.id, row.attempts)
        lines, mark = outbox.lines_of(row.buttons)
        return Letter(row.id, address.number, row.body, callback, lines, mark)

    def _wait(self, db: Session, row: Ready, address: Address, now: datetime) -> tuple[datetime, str] | None:
        """Until when this text may not go, and why."""
        pack = self.house.pack_of_channel(row.channel)
        settings = pack.channels[row.channel]
        kept = row.kind != posting.REPLY and self.house.settings.quiet_hours and pack.quiet
        if kept and (until := posting.quiet_until(now, posting.Quiet(*kept, pack.zone))):
            return until, "quiet hours"
        parts = self.channels[row.channel].parts(row.body)
        _, price = posting.price_of(address.number, settings.prices)
        spent = spending.spent_in(db, now.date(), row.channel)
        if not posting.may_spend(row.kind, spent, settings.cap, parts * price):
            return now + NEXT_HOUR, "the month's money is spent"
        seconds = self.pace.take(self._buckets(settings, address, parts))
        return (now + timedelta(seconds=seconds), "pace") if seconds else None

    def _buckets(self, settings: ChannelRow, address: Address, parts: int) -> list[Bucket]:
        found = []
        if settings.pace:
            found.append(Bucket(settings.name, settings.pace, settings.pace, parts))
        if self.channels[settings.name].mode == "chat":
            found.append(Bucket(f"{settings.name}:{address.id}", CHAT_PACE, CHAT_BURST))
        return found

    def _sent(self, db: Session, row: Ready, number: str, provider_id: str, now: datetime) -> None:
        parts = self.channels[row.channel].parts(row.body)
        settings = self.house.pack_of_channel(row.channel).channels[row.channel]
        outbox.sent(db, row.id, provider_id, now, parts)
        spending.pay(db, now.date(), settings, number, parts)
        if posting.alarming(spending.spent_in(db, now.date(), row.channel), settings.cap):
            log.warning("spending.alarm", channel=row.channel, cap=settings.cap)
        self._forget(db, row)

    def _forget(self, db: Session, row: Ready) -> None:
        """The last reply to a number that is to be kept no longer."""
        if outbox.drop(db, row.id):
            address = people.lock_address(db, row.address_id)
            if address:
                dialogue.forget_if_unneeded(db, address.id)

    def _failed(self, row: Ready, failure: NotSent) -> None:
        now = datetime.now(UTC)
        log.warning("send.failed", row=row.id, reason=failure.reason, unknown=failure.unknown, held=failure.held)
        with self.house.database.transaction() as db:
            if failure.held:
                leave_mark(db, f"{HELD}{row.channel}", failure.reason[:400], now)
                outbox.postpone(db, row.id, now + posting.HELD_FOR, failure.reason)
            elif outbox.not_sent(db, row.id, failure, now):
                fall_through(db, self.house, row, blocked=failure.blocked, now=now)
                self._forget(db, row)
            elif failure.unknown:
                self._forget(db, row)

    def fetch(self, attachment_id: int, now: datetime) -> None:
        """Brings one photo or voice note in: fetched outside any transaction."""
        database = self.house.database
        with database.reading() as db:
            row = db.get(Attachment, attachment_id)
        if row is None or row.state != "waiting" or row.source is None or row.due_at > now:
            return
        channel, found, failure = self.channels.get(row.channel), None, None
        try:
            if channel is None:
                raise NotSent("that channel is gone", permanent=True)
            found = attachments.ready(channel.fetch(row.source, attachments.LARGEST))  # type: ignore[attr-defined]
        except NotSent as error:
            failure = error
            log.warning("fetch.failed", attachment=row.id, reason=error.reason)
        with database.transaction() as db:
            mine = db.scalars(select(Attachment).where(Attachment.id == row.id).with_for_update()).one()
            if mine.state != "waiting":
                return
            if failure:
                attachments.not_fetched(db, mine, failure.permanent, now)
            else:
                attachments.keep(db, mine, found)


def _not_wanted(db: Session, row: Ready, address: Address) -> str:
    """Why a text is not to go out after all; empty where it is. After STOP she gets what she asks for, and nothing
    else."""
    if address.stopped_at and row.purpose not in ("reply", "code"):
        return outbox.UNWANTED
    kind, _, number = row.about.partition(":")
    if kind == "broadcast" and outreach.is_stopped(db, int(number)):
        return "stopped by staff"
    return ""


def held_channels(db: Session, now: datetime) -> list[str]:
    """Channels that stand still because of our account or its settings; each is tried again in a few minutes."""
    fresh = select(Mark).where(Mark.name.startswith(HELD), Mark.at > now - posting.HELD_FOR)
    return [mark.name.removeprefix(HELD) for mark in db.scalars(fresh)]


def release(db: Session, channel: str) -> None:
    """Staff have mended the account: the channel goes on at once."""
    db.execute(delete(Mark).where(Mark.name == f"{HELD}{channel}"))
