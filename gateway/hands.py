"""What workers and the tick do with one row, or some: each is read again, and is done only if it still needs doing, so
that both may be at it. Whoever is woken for it stands in `jobs.py` and `ticking.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import cast

import structlog
from sqlalchemy.orm import Session

from . import ringing as calling
from .cases import actions as cases
from .cases import attachments
from .cases.records import not_routed, some_not_routed, some_to_look_at, to_look_at
from .cases.records.kept import waiting_digests, waiting_exports
from .cases.records.plans import to_remind
from .cases.records.promises import running_out, some_running_out
from .channels import NotSent, outbox
from .channels.doors import open_channels
from .channels.pace import Pace
from .channels.twilio_voice import TwilioVoice
from .db import leave_mark
from .delivering import Delivering
from .dialogue import actions as dialogue
from .enquiring import Enquiring
from .entitlements.records import to_read
from .hotline import actions as hotline
from .hotline.records import Missed, due_missed
from .house import House, open_house
from .outreach.records import sending
from .registering import Registering
from .seating import Seating
from .settings import Settings
from .waking import Wakes, connect

ROUTE_LATE = timedelta(seconds=3)
DELIVER_LATE = timedelta(seconds=5)
SPOOLED = 1024 * 1024
BATCH = 20
REGISTER = "register"
FRESH = timedelta(minutes=1)
"""What became due longer ago is done one by one: it may be what cannot be done."""

log = structlog.get_logger()


class Hands:
    """What a worker or the tick holds: the house and its channels."""

    def __init__(self, house: House) -> None:
        self.house = house
        channels = open_channels(house.packs.values(), house.settings)
        self.delivering = Delivering(house, channels, Pace(connect(house.settings.redis_url)))
        self.registering = Registering(house)
        self.enquiring = Enquiring(house)
        self.seating = Seating(house)

    def route(self, case_id: int, now: datetime) -> bool:
        """Gives a case its queue, and others that wait likewise."""

        def work(db: Session, one: int) -> bool:
            return cases.route_case(db, self.house, one, now)

        return self._with_others(case_id, work, lambda db: some_not_routed(db, now - FRESH, BATCH))

    def escalate(self, promise_id: int, now: datetime) -> bool:
        """Tells of a promise that runs out, if it is time to, and of others likewise."""

        def work(db: Session, one: int) -> bool:
            return cases.tell_of(db, self.house, one, now)

        return self._with_others(promise_id, work, lambda db: some_running_out(db, now - FRESH, now, BATCH))

    def survey(self, case_id: int, now: datetime) -> None:
        """What time brings to a case, and to others likewise: the office's question put to her, a reminder, the end of
        a wait, the question whether it is solved, the closing."""

        def work(db: Session, one: int) -> bool:
            if ask := cases.look_again(db, self.house, one, now):
                dialogue.ask_later(db, ask.address_id, ask.flow, ask.facts, ask.until, now)
            return ask is not None

        self._with_others(case_id, work, lambda db: some_to_look_at(db, now - FRESH, now, BATCH))

    def _with_others(
        self, row_id: int, work: Callable[[Session, int], bool], others: Callable[[Session], list[int]]
    ) -> bool:
        """Does the work for a row and, in one transaction, for others that became due a moment ago and that no other
        worker has taken. Where it fails for one of them, it is done for this row alone: so that one that cannot be done
        holds up no other. What `work` gave for the row."""
        try:
            with self.house.database.transaction() as db:
                done = work(db, row_id)  # first: with others in hand it never waits for a row
                for one in others(db):
                    work(db, one)
                return done
        except Exception as error:
            log.warning("jobs.one_by_one", row=row_id, error=type(error).__name__)
            with self.house.database.transaction() as db:
                return work(db, row_id)

    def remind(self, step_id: int, now: datetime) -> None:
        """Reminds of a step of a plan."""
        with self.house.database.transaction() as db:
            cases.remind(db, self.house, step_id, now)

    def late_steps(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Steps of plans of which somebody is to be reminded."""
        with self.house.database.reading() as db:
            return to_remind(db, now, skip)

    def export(self, export_id: int, now: datetime) -> None:
        """Makes a workbook that somebody asked for; it is read without holding up anybody who writes."""
        with SpooledTemporaryFile(max_size=SPOOLED) as body:
            try:
                with self.house.database.reading() as db:
                    lines = cases.write_export(db, self.house, export_id, body)
            except Exception:
                log.exception("export.failed", export=export_id)
                with self.house.database.transaction() as db:
                    cases.fail_export(db, export_id)
                return
            if lines is not None:
                with self.house.database.transaction() as db:
                    cases.keep_export(db, export_id, body, lines, now)

    def digest(self, digest_id: int, now: datetime) -> None:
        """Makes a daily log or a monthly digest, likewise."""
        with self.house.database.reading() as db:
            body = cases.digest_body(db, self.house, digest_id, now)
        if body is not None:
            with self.house.database.transaction() as db:
                cases.keep_digest(db, digest_id, body, now)

    def register(self, snapshot_id: int, now: datetime) -> None:
        """Reads a file of a register, or takes it in."""
        self.registering.do(snapshot_id, now)

    def lookup(self, lookup_id: int, now: datetime) -> None:
        """Asks a register of elsewhere."""
        self.enquiring.do(lookup_id, now)

    def late_lookups(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Questions to a register of elsewhere whose time has come."""
        return self.enquiring.due(now, skip)

    def from_folder(self, now: datetime) -> int:
        """Takes up the registers that were laid into the folder since."""
        return self.registering.from_folder(self.house.settings.var / REGISTER, now)

    def late_registers(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Files of registers that no worker has taken up."""
        with self.house.database.reading() as db:
            return to_read(db, now - DELIVER_LATE, now, skip)

    def plan_digests(self, now: datetime) -> None:
        """Days and months that are over are to be told of."""
        with self.house.database.transaction() as db:
            for pack in self.house.packs.values():
                cases.plan_digests(db, pack, now)

    def deliver(self, row_id: int | None, now: datetime) -> int:
        """Sends what is due, or one row."""
        return self.delivering.deliver(row_id, now)

    def fetch(self, attachment_id: int, now: datetime) -> None:
        """Fetches a photo or a voice note from its provider."""
        self.delivering.fetch(attachment_id, now)

    def late_cases(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Cases that no worker has routed."""
        with self.house.database.reading() as db:
            return not_routed(db, now - ROUTE_LATE, skip)

    def late_promises(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Promises of which somebody is to be told now."""
        with self.house.database.reading() as db:
            return running_out(db, now, skip)

    def late_cases_to_see(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Cases for which something is due by time alone."""
        with self.house.database.reading() as db:
            return to_look_at(db, now, skip)

    def late_exports(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Workbooks that no worker has made."""
        with self.house.database.reading() as db:
            return waiting_exports(db, now - ROUTE_LATE, skip)

    def late_digests(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Logs and digests that no worker has made."""
        with self.house.database.reading() as db:
            return waiting_digests(db, now - ROUTE_LATE, skip)

    def wake(self, job: str, row_id: int) -> None:
        """Hands a row to a worker. Where none takes it, the tick does it a moment later."""
        if self.house.database.wake:
            self.house.database.wake([(job, str(row_id))])

    def late_texts(self, now: datetime) -> list[int]:
        """Texts that no worker has taken up; what a dead worker left behind is marked."""
        with self.house.database.transaction() as db:
            outbox.mark_lost(db, now)
            return outbox.overdue(db, now - DELIVER_LATE, now)

    def ring_back(self, missed_id: int, now: datetime) -> None:
        """Calls a number back that rang and hung up."""
        with self.house.database.transaction() as db:
            number = hotline.claim(db, missed_id, now)
            row = db.get(Missed, missed_id)
        if number is None or row is None:
            return
        channel = self.delivering.channels[row.channel]
        try:
            calling.ring_back(self.house, cast(TwilioVoice, channel), missed_id, number)
        except NotSent as failure:
            log.warning("ring_back.failed", missed=missed_id, reason=failure.reason)
            with self.house.database.transaction() as db:
                hotline.rung_back(db, missed_id, "no_answer", now)

    def late_rings(self, now: datetime) -> list[int]:
        """Missed calls whose time to be called back has come."""
        with self.house.database.reading() as db:
            return due_missed(db, now)

    def broadcasts(self) -> list[int]:
        """Messages to many that are being sent."""
        with self.house.database.reading() as db:
            return sending(db)

    def late_things(self, now: datetime) -> list[int]:
        """Photos and voice notes that no worker has fetched."""
        with self.house.database.reading() as db:
            return attachments.waiting(db, now - DELIVER_LATE)

    def beat(self, name: str, now: datetime) -> None:
        """Leaves the mark that this loop is alive."""
        with self.house.database.transaction() as db:
            leave_mark(db, f"beat.{name}", "alive", now)


def open_hands(settings: Settings) -> Hands:
    return Hands(open_house(settings, Wakes(settings.redis_url)))
