"""The conversations as pages for staff: each flow as a picture, with where people stopped. No words of anybody."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, current_app
from markupsafe import Markup

from ..dialogue import actions as dialogue
from ..dialogue.book import Book
from ..dialogue.drawing import draw
from ..dialogue.effects import vocabulary
from ..dialogue.flow import Flows, at
from ..web import house, page_language, render, staff_page, t

bp = Blueprint("flows", __name__)
DAYS = timedelta(days=30)
SUPPRESSED = 5
"""Fewer than this are not counted out: a step where two people stopped may be known by name in a small place."""

ENDS = ("ended", "opened", "left", "stopped")
Stops = dict[tuple[str, str], Counter[str]]


@staff_page(bp, "/console/flows", needs="counts")
def all_flows() -> Any:
    flows, stops = _flows(), _stops(_flows())
    rows = []
    for flow in flows.values():
        left = Counter[str]()
        for (name, _), counted in stops.items():
            left.update(counted if name == flow.name else {})
        rows.append((flow, {how: _shown(left[how]) for how in ENDS}))
    return render("flows.html", rows=rows)


@staff_page(bp, "/console/flows/<name>", needs="counts")
def one_flow(name: str) -> Any:
    flows = _flows()
    if name not in flows:
        abort(404)
    stops, flow = _stops(flows), flows[name]
    by_step = {step: stops.get((name, step), Counter()) for step in flow.steps}
    left = {step: counted["left"] + counted["opened"] for step, counted in by_step.items()}
    counts = {step: str(t("{count} stopped here", count=_shown(count))) for step, count in left.items() if count}
    picture = draw(flow, flows, house().texts, page_language(), vocabulary(), counts)
    rows = [(step, {how: _shown(counted[how]) for how in ENDS}) for step, counted in by_step.items()]
    # The picture's words are escaped where it is drawn.
    return render("flow.html", flow=flow, picture=Markup(picture), rows=rows)  # noqa: S704


def _flows() -> Flows:
    book: Book = current_app.config["BOOK"]
    return book.flows


def _stops(flows: Flows) -> Stops:
    """How conversations ended in the last thirty days, by flow and step of today's flows."""
    with house().database.reading() as db:
        counted = dialogue.where_left(db, (datetime.now(UTC) - DAYS).date())
    stops: Stops = {}
    for (step, how), count in counted.items():
        base, _, path = step.partition(":")
        try:
            flow, found = at(flows, base, path)
        except KeyError:
            continue  # a step of a flow that was changed since
        stops.setdefault((flow.name, found.name), Counter())[how] += count
    return stops


def _shown(count: int) -> str:
    return "" if not count else str(count) if count >= SUPPRESSED else f"< {SUPPRESSED}"
