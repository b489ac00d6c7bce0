"""How workers are woken: jobs are put in Redis after a commit, with ids only, as JSON.

RQ is the waker, never the memory: a wake may fail, Redis may be emptied, and the tick finds every row not yet served.
"""

from __future__ import annotations

import time

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from .db import Wake

QUEUES = (
    "route",
    "deliver",
    "fetch",
    "ring_back",
    "escalate",
    "survey",
    "export",
    "digest",
    "register",
    "lookup",
    "appointment",
    "closing",
    "offer",
)
LONG_SECONDS = {"register": 3600}
JOB_SECONDS = 120
WAKE_PAUSE_SECONDS = 2.0
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
                    job, (int(row_id),), timeout=LONG_SECONDS.get(name, JOB_SECONDS), result_ttl=0, failure_ttl=86400
                )
        except redis.RedisError as error:
            self._quiet_until = time.monotonic() + WAKE_PAUSE_SECONDS
            log.warning("wake.failed", error=type(error).__name__, jobs=len(wakes))
