"""The one door for every channel: /in/<channel>, and /in/<channel>/<event> for whatever else its provider says.

Verified, heard, answered; the answer is given only after what was said is committed. What is not from
the provider is 403 and leaves no trace; what the provider would not send is 400 in one line; what is the provider's and
says nothing to us is logged and answered with 200, so that it is not sent again for ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, abort, current_app, request
from flask_limiter.errors import RateLimitExceeded
from sqlalchemy.exc import SQLAlchemyError

from . import seal
from .calling import lead_to_a_person
from .channels import Channel, Forged, Ignored, Malformed, Message, Turn, outbox
from .channels.incoming import request_of
from .channels.posting import callback_of
from .channels.twilio_voice import OPERATOR, TwilioVoice
from .db import settled
from .dialogue import actions as dialogue
from .falling import fall_through
from .house import House
from .language.catalogue import mark
from .language.tags import SOURCE
from .mishaps import incident
from .people import actions as people
from .web import house, limiter, public

bp = Blueprint("webhooks", __name__)
HOPS_A_NUMBER = "120 per minute"
STATUS = "status"
SHORTEST_NUMBER = 10
"""Signs of an international number with its plus; a short code is shorter."""

WAIT = mark("hop.wait", "Please wait a minute, then dial again.")
FAILED = mark(
    "hop.failed", "Something went wrong here ({incident}). What you told us before is kept. Please dial again."
)
WRITE_AGAIN = mark("hop.write_again", "Something went wrong here ({incident}). Please write it again.")
log = structlog.get_logger()


@bp.route("/in/<name>", methods=["GET", "POST"])
@bp.route("/in/<name>/<path:event>", methods=["GET", "POST", "PUT"])
@public
def receive(name: str, event: str = "") -> Response:
    """Hears one message and answers it; or takes a provider's word on a text that was sent."""
    channel, here = _channel(name), house()
    if event == STATUS:
        return _status(channel, here)
    message = channel.hear(request_of(event), lambda session: _consumed(here, name, session))
    if channel.addresses == "phone" and message.event != OPERATOR:
        message = replace(message, address=_number(channel, message, here))
    if message.event == OPERATOR and isinstance(channel, TwilioVoice):
        return lead_to_a_person(channel, here, request_of(event))
    if message.over:
        with here.database.transaction() as db:
            dialogue.hung_up(db, here, current_app.config["BOOK"], channel, message, datetime.now(UTC))
        return Response(status=200)
    turn, row = _answer(channel, here, message)
    body, kind = channel.answer(turn, message, callback_of(here.settings.public_base_url, name, row))
    return Response(body, content_type=kind)


def _number(channel: Channel, message: Message, here: House) -> str:
    """The sender's number. What an operator's own name or short code writes by SMS is nobody's message."""
    try:
        number = dialogue.normal_number(message.address, here.pack_of_channel(channel.name))
    except Malformed:
        if not channel.threads:
            raise
        number = ""
    if channel.threads and len(number) < SHORTEST_NUMBER:
        raise Ignored("not from a phone number")
    return number


def _answer(channel: Channel, here: House, message: Message) -> tuple[Turn, int | None]:
    """What is said back, and the outbox row that is answered for, where there is one."""
    number = message.address
    try:
        with limiter.limit(HOPS_A_NUMBER, key_func=lambda: _of_today(number), scope="hops"):
            return settled(lambda: _heard(channel, here, message))
    except RateLimitExceeded:
        if channel.replies == "outbox":
            abort(429)
        return Turn(_in_her_language(here, number, WAIT), ends=True), None
    except Malformed:
        raise
    except Exception:
        return _failed(channel, here, number, incident(f"hop on {channel.name}"))


def _heard(channel: Channel, here: House, message: Message) -> tuple[Turn, int | None]:
    with here.database.transaction() as db:
        return dialogue.answer(db, here, current_app.config["BOOK"], channel, message, datetime.now(UTC))


def _failed(channel: Channel, here: House, number: str, told: str) -> tuple[Turn, int | None]:
    """What she said was not kept, and she is told so. Where not even that can be put out, the provider hears of it, and
    brings it again."""
    turn = Turn(_in_her_language(here, number, WRITE_AGAIN if channel.threads else FAILED, incident=told), ends=True)
    if channel.replies != "outbox":
        return turn, None
    country, now = here.pack_of_channel(channel.name).code, datetime.now(UTC)
    with here.database.transaction() as db:
        address = people.hear_from(db, country, number, now)
        return turn, outbox.put_reply(db, channel.name, address.id, turn, once=f"failed:{told}", inline=False, now=now)


def _status(channel: Channel, here: House) -> Response:
    receipt = channel.receipt(request_of(STATUS))
    row, attempt = (_small_number(request.args.get(name, "")) for name in ("row", "try"))
    now = datetime.now(UTC)
    with here.database.transaction() as db:
        for failed in outbox.receive(db, channel.name, row, receipt, now, attempt):
            fall_through(db, here, failed, blocked=False, now=now)
    return Response(status=204)


def _small_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _channel(name: str) -> Channel:
    channel: Channel | None = current_app.config["CHANNELS"].get(name)
    if channel is None:
        abort(404)
    return channel


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


@bp.app_errorhandler(Forged)
def forged(_error: Forged) -> Response:
    log.warning("forged", channel=(request.view_args or {}).get("name"))
    return Response("The sender could not be verified.\n", 403, content_type="text/plain")


@bp.app_errorhandler(Malformed)
def malformed(error: Malformed) -> Response:
    return Response(f"{error}\n", 400, content_type="text/plain; charset=utf-8")


@bp.app_errorhandler(Ignored)
def ignored(why: Ignored) -> Response:
    log.info("ignored", channel=(request.view_args or {}).get("name"), why=str(why))
    return Response(status=200)
