"""The one door for every channel: POST /in/<channel>, and /in/<channel>/status for receipts.

Verified, heard, answered; the answer is given only after what was said is committed. What is not from
the provider is 403 and leaves no trace; what the provider would not send is 400 in one line.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, abort, current_app, request
from flask_limiter.errors import RateLimitExceeded
from sqlalchemy.exc import SQLAlchemyError

from . import seal
from .channels import Channel, Forged, Malformed, Request, Turn, outbox
from .dialogue import actions as dialogue
from .house import House
from .language.catalogue import mark
from .language.tags import SOURCE
from .people import actions as people
from .web import house, incident, limiter, public

bp = Blueprint("webhooks", __name__)
HOPS_A_NUMBER = "120 per minute"
WAIT = mark("hop.wait", "Please wait a minute, then dial again.")
FAILED = mark(
    "hop.failed", "Something went wrong here ({incident}). What you told us before is kept. Please dial again."
)
log = structlog.get_logger()


@bp.post("/in/<name>")
@public
def receive(name: str) -> Response:
    """Hears one message and answers it."""
    channel, here = _channel(name), house()
    message = channel.hear(_request(here), lambda session: _consumed(here, name, session))
    if message.over:
        return Response(status=200)
    number = dialogue.normal_number(message.address, here.pack_of_channel(name))
    message = replace(message, address=number)
    try:
        with limiter.limit(HOPS_A_NUMBER, key_func=lambda: _of_today(number), scope="hops"):
            with here.database.transaction() as db:
                turn = dialogue.answer(db, here, current_app.config["BOOK"], channel, message, datetime.now(UTC))
    except RateLimitExceeded:
        turn = Turn(_in_her_language(here, number, WAIT), ends=True)
    except Malformed:
        raise
    except Exception:
        turn = Turn(_in_her_language(here, number, FAILED, incident=incident(f"hop on {name}")), ends=True)
    body, kind = channel.answer(turn, message)
    return Response(body, content_type=kind)


@bp.post("/in/<name>/status")
@public
def status(name: str) -> Response:
    """Takes a provider's word on a text that was sent."""
    channel, here = _channel(name), house()
    receipt = channel.receipt(_request(here))
    row = request.args.get("row", "")
    with here.database.transaction() as db:
        outbox.receive(db, name, int(row) if row.isdecimal() and len(row) < 10 else None, receipt, datetime.now(UTC))
    return Response(status=204)


def _channel(name: str) -> Channel:
    channel: Channel | None = current_app.config["CHANNELS"].get(name)
    if channel is None:
        abort(404)
    return channel


def _request(here: House) -> Request:
    """The request as the provider signed it: our public address, and path and query as they came."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    path = raw if raw.startswith("/") else "/" + raw.split("://", 1)[-1].partition("/")[2]
    body = request.get_data(cache=True) if request.is_json else b""
    return Request(here.settings.public_base_url + path, request.args, request.form, dict(request.headers), body)


def _of_today(number: str) -> str:
    """What stands for a number where hops are counted: nothing that Redis keeps leads back to it tomorrow."""
    return seal.ring().hash(f"{datetime.now(UTC).date()} {number}", "hops")


def _in_her_language(here: House, number: str, sentence: tuple[str, str], **facts: str) -> str:
    """A sentence outside any conversation; in English where the database cannot be asked."""
    try:
        with here.database.reading() as db:
            tag = people.language_of(db, number)
    except SQLAlchemyError:
        tag = None
    return here.texts.say(tag or SOURCE, sentence, **facts)


def _consumed(here: House, channel: str, session: str) -> int | None:
    with here.database.reading() as db:
        return dialogue.consumed(db, channel, session)


@bp.errorhandler(Forged)
def forged(_error: Forged) -> Response:
    log.warning("forged", channel=(request.view_args or {}).get("name"))
    return Response("The sender could not be verified.\n", 403, content_type="text/plain")


@bp.errorhandler(Malformed)
def malformed(error: Malformed) -> Response:
    return Response(f"{error}\n", 400, content_type="text/plain; charset=utf-8")
