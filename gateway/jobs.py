"""What workers do: each job takes an id, reads the row again, and checks that it still needs doing.

RQ is the waker and the hands, never the memory: `wake` may fail, Redis may be emptied, and the tick
calls the same functions for every row not yet served. Job arguments are ids only, as JSON.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from . import ringing as calling
from .cases import actions as cases
from .cases import attachments
from .cases.records import not_routed, to_look_at
from .cases.records.kept import waiting_digests, waiting_exports
from .cases.records.promises import running_out
from .channels import NotSent, outbox
from .channels.doors import open_channels
from .channels.pace import Pace
from .channels.twilio_voice import TwilioVoice
from .db import Wake, leave_mark
from .delivering import Delivering
from .dialogue import actions as dialogue
from .hotline import actions as hotline
from .hotline.records import Missed, due_missed
from .house import House, open_house
from .outreach.records import sending
from .settings import Settings, read_settings

QUEUES = ("route", "deliver", "fetch", "ring_back", "escalate", "survey", "export", "digest")
JOB_SECONDS = 120
WAKE_PAUSE_SECONDS = 2.0
ROUTE_LATE = timedelta(seconds=3)
DELIVER_LATE = timedelta(seconds=5)
log = structlog.get_logger()


def connect(url: str) -> redis.Redis:
    """Redis, with short waits: whoever wakes a worker must not wait for Redis."""
    return redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=2, retry=Retry(NoBackoff(), 0))


class Wakes:
    """Enqueues jobs after a commit. When Redis is away it stays quiet for two seconds, and loses nothing."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._queues = {name: Queue(name, connection=self._redis, serializer="json") for name in QUEUES}
        self._quiet_until = 0.0

    def __call__(self, wakes: list[Wake]) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            for name, row_id in wakes:
                job = f"gateway.jobs.{name}"
                self._queues[name].enqueue_call(
                    job, (int(row_id),), timeout=JOB_SECONDS, result_ttl=0, failure_ttl=86400
                )
        except redis.RedisError as error:
            self._quiet_until = time.monotonic() + WAKE_PAUSE_SECONDS
            log.warning("wake.failed", error=type(error).__name__, jobs=len(wakes))


class Hands:
    """What a worker or the tick holds: the house and its channels."""

    def __init__(self, house: House) -> None:
        self.house = house
        channels = open_channels(house.packs.values(), house.settings)
        self.delivering = Delivering(house, channels, Pace(connect(house.settings.redis_url)))

    def route(self, case_id: int, now: datetime) -> bool:
        with self.house.database.transaction() as db:
            return cases.route_case(db, self.house, case_id, now)

    def escalate(self, promise_id: int, now: datetime) -> bool:
        """Tells of a promise that runs out, if it is time to."""
        with self.house.database.transaction() as db:
            return cases.tell_of(db, self.house, promise_id, now)

    def survey(self, case_id: int, now: datetime) -> None:
        """What time brings to one case: the office's question put to her, a reminder, the end of a wait, the question
        whether it is solved, the closing."""
        with self.house.database.transaction() as db:
            if ask := cases.look_again(db, self.house, case_id, now):
                dialogue.ask_later(db, ask.address_id, ask.flow, ask.facts, ask.until, now)

    def export(self, export_id: int, now: datetime) -> None:
        """Makes a workbook that somebody asked for; it is read without holding up anybody who writes."""
        try:
            with self.house.database.reading() as db:
                made = cases.export_body(db, self.house, export_id)
        except Exception:
            log.exception("export.failed", export=export_id)
            with self.house.database.transaction() as db:
                cases.fail_export(db, export_id)
            return
        if made:
            with self.house.database.transaction() as db:
                cases.keep_export(db, export_id, *made, now)

    def digest(self, digest_id: int, now: datetime) -> None:
        """Makes a daily log or a monthly digest, likewise."""
        with self.house.database.reading() as db:
            body = cases.digest_body(db, self.house, digest_id, now)
        if body is not None:
            with self.house.database.transaction() as db:
                cases.keep_digest(db, digest_id, body, now)

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


@lru_cache
def hands() -> Hands:
    """This worker's own, opened once: before its first job, so that no case waits for it."""
    return open_hands(read_settings(os.environ))


def route(case_id: int) -> Any:
    """RQ: gives one case its queue."""
    return hands().route(case_id, datetime.now(UTC))


def escalate(promise_id: int) -> Any:
    """RQ: tells of one promise that runs out."""
    return hands().escalate(promise_id, datetime.now(UTC))


def survey(case_id: int) -> Any:
    """RQ: does what time has brought to one case."""
    return hands().survey(case_id, datetime.now(UTC))


def export(export_id: int) -> Any:
    """RQ: makes one workbook."""
    return hands().export(export_id, datetime.now(UTC))


def digest(digest_id: int) -> Any:
    """RQ: makes one daily log or monthly digest."""
    return hands().digest(digest_id, datetime.now(UTC))


def deliver(row_id: int) -> Any:
    """RQ: sends one row of the outbox."""
    return hands().deliver(row_id, datetime.now(UTC))


def fetch(attachment_id: int) -> Any:
    """RQ: fetches one photo or voice note."""
    return hands().fetch(attachment_id, datetime.now(UTC))


def ring_back(missed_id: int) -> Any:
    """RQ: calls one missed call back, if its time has come."""
    return hands().ring_back(missed_id, datetime.now(UTC))
