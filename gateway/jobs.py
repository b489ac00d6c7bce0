"""What RQ calls: each job takes an id, and does with that row what time or somebody has brought (`hands.py`).

RQ is the hands, never the memory: the tick calls the same for every row not yet served.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from .hands import Hands, open_hands
from .settings import read_settings


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


def register(snapshot_id: int) -> Any:
    """RQ: reads one file of a register, or takes it in."""
    return hands().register(snapshot_id, datetime.now(UTC))


def lookup(lookup_id: int) -> Any:
    """RQ: asks a register of elsewhere one question."""
    return hands().lookup(lookup_id, datetime.now(UTC))


def appointment(appointment_id: int) -> Any:
    """RQ: does what time has brought to one appointment."""
    return hands().seating.appointment(appointment_id, datetime.now(UTC))


def closing(closure_id: int) -> Any:
    """RQ: tells of one window that closes."""
    return hands().seating.closing(closure_id, datetime.now(UTC))


def offer(waiting_id: int) -> Any:
    """RQ: looks for a free time for one who waits."""
    return hands().seating.offer(waiting_id, datetime.now(UTC))


def deliver(row_id: int) -> Any:
    """RQ: sends one row of the outbox."""
    return hands().deliver(row_id, datetime.now(UTC))


def fetch(attachment_id: int) -> Any:
    """RQ: fetches one photo or voice note."""
    return hands().fetch(attachment_id, datetime.now(UTC))


def ring_back(missed_id: int) -> Any:
    """RQ: calls one missed call back, if its time has come."""
    return hands().ring_back(missed_id, datetime.now(UTC))
