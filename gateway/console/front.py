"""The front page (what this is), and the machine's own: /healthz, /readyz, /metrics."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..cases.records import Case, not_routed
from ..cases.records.promises import Promise
from ..channels import outbox, spending
from ..db import Mark
from ..dialogue import actions as dialogue
from ..web import house, limiter, public, render

bp = Blueprint("front", __name__)
BEATS = ("tick", "deliver")
BEAT_LATE = timedelta(seconds=60)
OUTBOX_LATE = timedelta(minutes=10)
HOUR = 3600
BUCKETS = (HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR, 40 * HOUR, 80 * HOUR, 160 * HOUR, 320 * HOUR)
DURATIONS = {
    "first_answer_working": ("answer", Promise.working_s),
    "first_answer_calendar": ("answer", Promise.calendar_s),
    "resolution_working": ("resolve", Promise.working_s),
    "resolution_calendar": ("resolve", Promise.calendar_s),
}
"""Each by the promise that it kept, and how it is counted."""


@bp.get("/")
@public
def home() -> Any:
    return render("home.html", packs=house().packs.values())


@bp.get("/healthz")
@limiter.exempt
@public
def healthz() -> Response:
    """This process answers."""
    return Response("well\n", content_type="text/plain")


@bp.get("/readyz")
@limiter.exempt
@public
def readyz() -> Response:
    """Whether the whole of Sala works: the database answers, the tick beats, the outbox moves."""
    with house().database.reading() as db:
        wrong = list(what_stands_still(db, datetime.now(UTC)))
    return Response(
        "".join(f"{line}\n" for line in wrong or ["ready"]), 503 if wrong else 200, content_type="text/plain"
    )


def what_stands_still(db: Session, now: datetime) -> Iterator[str]:
    """The dead man's switch: each loop that has not beaten, an outbox that does not move."""
    for name in BEATS:
        mark = db.get(Mark, f"beat.{name}")
        if mark is None or mark.at < now - BEAT_LATE:
            yield f"the {name} loop has not run since {mark.at.isoformat() if mark else 'the start'}"
    waiting = len(not_routed(db, now - OUTBOX_LATE)), len(dialogue.lapsed(db, now - OUTBOX_LATE))
    for count, what in zip(waiting, ("cases have not been routed", "conversations have not lapsed"), strict=True):
        if count:
            yield f"{count} or more {what} for over ten minutes"
    stuck = outbox.stuck(db, now - OUTBOX_LATE)
    if stuck:
        yield f"{stuck} texts have waited for over ten minutes"


@bp.get("/metrics")
@limiter.exempt
@public
def metrics() -> Response:
    """Counts and durations, from rows, so that every process tells the same. Not for the public: they are
    given on this machine, or for the token in METRICS_TOKEN."""
    token = house().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not (token and hmac.compare_digest(given.encode(), token.encode())) and not _from_this_machine():
        abort(403)
    registry = CollectorRegistry()
    registry.register(_FromRows())
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _from_this_machine() -> bool:
    """Whether nobody else asks: not even through a web server on this machine that passes requests on."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return request.remote_addr in ("127.0.0.1", "::1") and not forwarded


class _FromRows(Collector):
    def collect(self) -> Iterator[Any]:
        with house().database.reading() as db:
            cases = GaugeMetricFamily(
                "sala_cases", "Cases by state; confidential ones are not counted.", labels=["state"]
            )
            for state, count in db.execute(
                select(Case.state, func.count()).where(~Case.confidential).group_by(Case.state)
            ):
                cases.add_metric([state], count)
            texts = GaugeMetricFamily("sala_outbox", "Texts in the outbox by state.", labels=["state"])
            for state, count in outbox.counts(db).items():
                texts.add_metric([state], count)
            spent = GaugeMetricFamily(
                "sala_spent", "Cost of this month's texts, in the pack's unit.", labels=["channel"]
            )
            cap = GaugeMetricFamily("sala_cap", "What a month's texts may cost.", labels=["channel"])
            for row in (row for pack in house().packs.values() for row in pack.channels.values() if row.cap):
                spent.add_metric([row.name], spending.spent_in(db, datetime.now(UTC).date(), row.name))
                cap.add_metric([row.name], row.cap)
            yield from (cases, texts, spent, cap)
            for name in DURATIONS:
                yield _histogram(db, name)


def _histogram(db: Session, name: str) -> HistogramMetricFamily:
    clock, column = DURATIONS[name]
    counted = [func.count().filter(column <= bound) for bound in BUCKETS]
    figures = select(*counted, func.count(column), func.coalesce(func.sum(column), 0)).select_from(Promise)
    figures = figures.join(Case, Case.id == Promise.case_id).where(Promise.clock == clock, ~Case.confidential)
    *below, count, total = db.execute(figures).one()
    buckets = [(str(float(bound)), float(found)) for bound, found in zip(BUCKETS, below, strict=True)]
    what = name.replace("_", " ")
    family = HistogramMetricFamily(f"sala_{name}_seconds", f"Seconds from lodging to {what} time, of all cases.")
    family.add_metric([], buckets=[*buckets, ("+Inf", float(count))], sum_value=float(total))
    return family
