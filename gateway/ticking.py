"""The tick: asks every second what is due, and does what no worker was woken for.

Three loops, so that neither a slow network nor a large register holds up routing: one lapses conversations, routes,
seals the audit and purges; one delivers; one reads registers. Each leaves a heartbeat, which `/readyz` watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from . import audit
from .appointments import actions as appointments
from .cases import actions as cases
from .dialogue import actions as dialogue
from .dialogue.book import Book
from .entitlements import actions as entitlements
from .hands import Hands
from .hotline import actions as hotline
from .hotline.actions import shifts
from .outreach import actions as outreach
from .outreach.records import Broadcast
from .people import actions as people

EVERY_SECONDS = 1.0
PURGE_EVERY = 600
SHIFTS_EVERY = 60
FOLDER_EVERY = 300
REST = timedelta(minutes=5)
POLL_WAITS = timedelta(days=14)
LET_WORKERS = timedelta(seconds=3)
Due = Callable[[datetime, Collection[int]], list[int]]
log = structlog.get_logger()


class Tick:
    """Runs until `stop` is set."""

    def __init__(self, hands: Hands, book: Book) -> None:
        self.hands, self.book, self.stop = hands, book, threading.Event()
        self._count = self._rounds = 0
        self._rests: dict[tuple[str, int], datetime] = {}
        self._woken: dict[tuple[str, int], datetime] = {}

    def run(self) -> None:
        deliver = threading.Thread(target=self._loop, args=("deliver", self.deliver), daemon=True)
        register = threading.Thread(target=self._loop, args=("register", self.registers), daemon=True)
        deliver.start()
        register.start()
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
        for row_id in self.hands.late_texts(now):
            self._one("deliver", row_id, now, partial(self.hands.deliver, row_id, now))
            self.hands.beat("deliver", datetime.now(UTC))
        for broadcast in self.hands.broadcasts():
            self._one("broadcast", broadcast, now, partial(self._tell_some, broadcast, now))
        for missed in self.hands.late_rings(now):
            self._one("ring_back", missed, now, partial(self.hands.ring_back, missed, now))
        for thing in self.hands.late_things(now):
            self._one("fetch", thing, now, partial(self.hands.fetch, thing, now))

    def registers(self, now: datetime) -> None:
        """Files of registers and questions to those of elsewhere that no worker took, and what was laid into the folder
        since."""
        for row_id in self.hands.late_registers(now, self._resting("register", now)):
            self._one("register", row_id, now, partial(self.hands.register, row_id, now))
        for row_id in self.hands.late_lookups(now - LET_WORKERS, self._resting("lookup", now)):
            self._one("lookup", row_id, now, partial(self.hands.lookup, row_id, now))
        if self._rounds % FOLDER_EVERY == 0:
            self._one("folder", 0, now, partial(self.hands.from_folder, now))
        self._rounds += 1

    def once(self, now: datetime) -> None:
        """One round of everything but deliveries. What cannot be done for one row is logged, and holds up no other."""
        database = self.hands.house.database
        with database.reading() as db:
            left = dialogue.lapsed(db, now, self._resting("lapse", now))
        for row_id in left:
            self._one("lapse", row_id, now, partial(self._lapse, row_id, now))
        for case_id in self.hands.late_cases(now, self._resting("route", now)):
            self._one("route", case_id, now, partial(self.hands.route, case_id, now))
        self._by_workers("escalate", self.hands.late_promises, self.hands.escalate, now)
        self._by_workers("survey", self.hands.late_cases_to_see, self.hands.survey, now)
        self._by_workers("export", self.hands.late_exports, self.hands.export, now)
        self._by_workers("digest", self.hands.late_digests, self.hands.digest, now)
        seating = self.hands.seating
        self._by_workers("appointment", seating.late_appointments, seating.appointment, now)
        self._by_workers("closing", seating.late_closings, seating.closing, now)
        self._by_workers("offer", seating.late_offers, seating.offer, now)
        for step_id in self.hands.late_steps(now, self._resting("remind", now)):
            self._one("remind", step_id, now, partial(self.hands.remind, step_id, now))
        self._one("seal", 0, now, self._seal)
        if self._count % SHIFTS_EVERY == 0:
            self._one("shifts", 0, now, partial(self._shifts, now))
        if self._count % PURGE_EVERY == 0:
            self._one("plan_digests", 0, now, partial(self.hands.plan_digests, now))
            self._one("purge", 0, now, partial(self._purge, now))
        self._count += 1

    def _by_workers(self, job: str, due: Due, work: Callable[[int, datetime], object], now: datetime) -> None:
        """What time alone has made due: a worker is woken for it once; what is still due a few seconds later is done
        here. After a standstill all of it is: no worker had been woken."""
        for row_id in due(now, self._resting(job, now)):
            woken = self._woken.setdefault((job, row_id), now)
            if woken == now:
                self.hands.wake(job, row_id)
            elif now - woken >= LET_WORKERS:
                del self._woken[job, row_id]
                self._one(job, row_id, now, partial(work, row_id, now))
        self._woken = {key: woken for key, woken in self._woken.items() if now - woken < REST}

    def _one(self, what: str, row_id: int, now: datetime, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            log.exception("tick.one_failed", what=what, row=row_id)
            self._rests[what, row_id] = now + REST

    def _resting(self, what: str, now: datetime) -> list[int]:
        """Rows that failed a moment ago: they are left alone for a while, so that others have their turn."""
        self._rests = {key: until for key, until in self._rests.items() if until > now}
        return [row_id for kind, row_id in self._rests if kind == what]

    def _lapse(self, conversation_id: int, now: datetime) -> None:
        with self.hands.house.database.transaction() as db:
            dialogue.lapse(db, self.hands.house, self.book, conversation_id, now)

    def _tell_some(self, broadcast_id: int, now: datetime) -> None:
        """The next few of those who asked for news; a poll waits for each of them as a question."""
        house = self.hands.house
        with house.database.transaction() as db:
            row = db.get_one(Broadcast, broadcast_id)
            some = outreach.put_some(db, house, broadcast_id, now)
            for address in some if row.kind == "poll" else ():
                question = outreach.text_for(row.texts, address.language)
                facts = {"poll": str(row.id), "question": question}
                dialogue.ask_later(db, address.id, "poll", facts, now + POLL_WAITS, now)

    def _seal(self) -> None:
        with self.hands.house.database.reading() as db:
            waiting = audit.unsealed(db)
        if waiting:
            with self.hands.house.database.transaction() as db:
                audit.seal_new(db)

    def _shifts(self, now: datetime) -> None:
        """Nothing stays with an operator who has gone, and nobody on a line that is dead; who is away today is, and an
        office at which nobody works raises an alarm."""
        with self.hands.house.database.transaction() as db:
            shifts.end_of_those_gone(db, people.present(db, now), now)
            hotline.leave_unheard(db, now)
            for pack in self.hands.house.packs.values():
                people.follow_absences(db, pack.code, now.astimezone(ZoneInfo(pack.zone)).date())
                cases.watch_offices(db, pack, now)

    def _purge(self, now: datetime) -> None:
        with self.hands.house.database.transaction() as db:
            dialogue.purge(db, now)
            people.purge_tries(db, now)
            cases.drop_exports(db, now)
            cases.drop_books(db, now)
            people.drop_old_chats(db, now)
            entitlements.drop_lookups(db, now)
        for pack in self.hands.house.packs.values():
            with self.hands.house.database.transaction() as db:
                let_go = cases.forget_old(db, pack, now) | cases.forget_plans(db, pack, now)
                for address_id in let_go | appointments.forget_old(db, pack, now):
                    people.forget_if_free(db, address_id)
