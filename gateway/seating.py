"""What time brings to appointments, done by a worker or the tick: reminders, closings that are told, free times offered
to whoever waits. Each row is read again under its lock, so that both may be at it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

from .appointments import actions as appointments
from .appointments.records import due
from .appointments.records.around import closures_to_send, waiting_due
from .db import settled
from .dialogue import actions as dialogue
from .house import House
from .people.asks import Ask


class Seating:
    """What is due for appointments."""

    def __init__(self, house: House) -> None:
        self.house = house

    def appointment(self, appointment_id: int, now: datetime) -> None:
        """She is reminded, did not come, or is asked how it was."""

        def work(db: Session) -> list[Ask]:
            ask = appointments.look_again(db, self.house, appointment_id, now)
            return [ask] if ask else []

        self._do(work, now)

    def closing(self, closure_id: int, now: datetime) -> None:
        """A closing is told to everybody whom it touches."""
        self._do(lambda db: appointments.tell_closing(db, self.house, closure_id, now), now)

    def offer(self, waiting_id: int, now: datetime) -> None:
        """A free time is kept for whoever waits for one."""

        def work(db: Session) -> list[Ask]:
            ask = appointments.offer(db, self.house, waiting_id, now)
            return [ask] if ask else []

        self._do(work, now)

    def _do(self, work: Callable[[Session], list[Ask]], now: datetime) -> None:
        """Some work, and what is to be asked of her for it waits for her next conversation."""

        def once() -> None:
            with self.house.database.transaction() as db:
                for ask in work(db):
                    dialogue.ask_later(db, ask.address_id, ask.flow, ask.facts, ask.until, now)

        settled(once)

    def late_appointments(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        with self.house.database.reading() as db:
            return due(db, now, skip)

    def late_closings(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        with self.house.database.reading() as db:
            return closures_to_send(db, now, skip)

    def late_offers(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        with self.house.database.reading() as db:
            return waiting_due(db, now, skip)
