"""The tick: asks every second what is due, and does what no worker was woken for.

Two loops, so that a slow network cannot hold up routing: one lapses conversations, routes, seals the
audit and purges; the other delivers. Each leaves a heartbeat, which `/readyz` watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from . import audit
from .dialogue import actions as dialogue
from .dialogue.actions import Desk
from .jobs import Hands
from .people import actions as people

EVERY_SECONDS = 1.0
PURGE_EVERY = 600
log = structlog.get_logger()


class Tick:
    """Runs until `stop` is set."""

    def __init__(self, hands: Hands, desk: Desk) -> None:
        self.hands, self.desk, self.stop = hands, desk, threading.Event()
        self._count = 0

    def run(self) -> None:
        deliver = threading.Thread(target=self._loop, args=("deliver", self.deliver), daemon=True)
        deliver.start()
        self._loop("tick", self.once)
        deliver.join(timeout=15)

    def _loop(self, name: str, work: Callable[[datetime], None]) -> None:
        while not self.stop.is_set():
            try:
                work(datetime.now(UTC))
                self.hands.beat(name, datetime.now(UTC))
            except Exception:
                log.exception("tick.failed", loop=name)
            self.stop.wait(EVERY_SECONDS)

    def deliver(self, now: datetime) -> None:
        self.hands.deliver_late(now)

    def once(self, now: datetime) -> None:
        """One round of everything but deliveries."""
        database = self.hands.house.database
        with database.reading() as db:
            left = dialogue.lapsed(db, now)
        for conversation_id in left:
            with database.transaction() as db:
                dialogue.lapse(db, self.desk, conversation_id, now)
        self.hands.route_late(now)
        with database.reading() as db:
            waiting = audit.unsealed(db)
        if waiting:
            with database.transaction() as db:
                audit.seal_new(db)
        if self._count % PURGE_EVERY == 0:
            with database.transaction() as db:
                dialogue.purge_heard(db, now)
                people.purge_tries(db, now)
        self._count += 1
