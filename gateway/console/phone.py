"""The demo's phone: a basic phone in the browser. Only in the demo.

It is the far side of the network: it sends to POST /in/<channel> what a carrier's gateway would send,
over HTTP, signing here on the server, and shows what comes back. The SMS inbox is the simulated
network's. The call's state travels in the form, so this page remembers nobody.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

import requests
from flask import Blueprint, abort, jsonify, request

from ..country import ChannelRow
from ..language.measure import is_gsm, length
from ..web import house, public, render
from .dialling import NoScreen, hop, write

bp = Blueprint("phone", __name__)
DEMO_NUMBER = "+85599000001"


@dataclass(frozen=True)
class Screen:
    """What the phone shows. `typed`: everything pressed in this call, as JSON."""

    number: str
    channel: str
    session: str = ""
    typed: str = "[]"
    text: str = ""
    live: bool = False
    used: int = 0
    size: int = 0
    trouble: str = ""


@bp.before_request
def _demo_only() -> None:
    if not house().settings.demo:
        abort(404)


def _rows() -> list[ChannelRow]:
    return [row for pack in house().packs.values() for row in pack.channels.values()]


def _channels() -> list[tuple[str, str]]:
    return [(row.name, row.code) for row in _rows() if row.kind == "ussd"]


def _short_codes() -> dict[str, ChannelRow]:
    """Where a text can be written to, by channel."""
    return {row.name: row for row in _rows() if row.provider == "kannel"}


@bp.get("/phone")
@public
def phone() -> Any:
    number = request.args.get("number", DEMO_NUMBER)
    channel = request.args.get("channel", _channels()[0][0])
    return _show("phone.html", Screen(number, channel))


@bp.post("/phone")
@public
def press() -> Any:
    """Dials, presses keys, or hangs up."""
    form = request.form
    number, channel = form.get("number", DEMO_NUMBER).strip(), form.get("channel", "")
    screen = Screen(number, channel, form.get("session", ""), form.get("typed", "[]"))
    act = form.get("act", "send")
    if screen.channel not in dict(_channels()):
        abort(404)
    if act == "hang_up":
        screen = Screen(screen.number, screen.channel)
    elif act == "dial" or not screen.session:
        screen = _hop(Screen(screen.number, screen.channel, secrets.token_hex(8)))
    else:
        pressed = form.get("keys", "")
        typed = json.dumps([*_keys(screen.typed), pressed])
        screen = _hop(Screen(screen.number, screen.channel, screen.session, typed))
    return _show("phone_screen.html" if request.headers.get("HX-Request") else "phone.html", screen)


@bp.post("/phone/write")
@public
def written() -> Any:
    """Writes a text to a short code."""
    settings, form, codes = house().settings, request.form, _short_codes()
    number, text = form.get("number", DEMO_NUMBER).strip(), form.get("text", "").replace("\r\n", "\n")
    row, trouble = codes.get(form.get("to", "")) or abort(404), ""
    try:
        write(f"http://127.0.0.1:{settings.port}", settings.kannel_secret, row, number, text)
    except NoScreen as why:
        trouble = str(why)
    kept = text if trouble else ""
    return _show("phone.html", Screen(number, _channels()[0][0], trouble=trouble), to=row.name, text=kept)


def _show(template: str, screen: Screen, to: str = "", text: str = "") -> Any:
    inbox, codes = _inbox(screen.number), _short_codes().values()
    return render(template, screen=screen, channels=_channels(), inbox=inbox, codes=codes, to=to, text=text)


def _keys(typed: str) -> list[str]:
    try:
        found = json.loads(typed)
    except ValueError:
        return []
    return [str(key) for key in found] if isinstance(found, list) else []


def _hop(screen: Screen) -> Screen:
    """One hop, as this channel's carrier would send it."""
    settings = house().settings
    row = next(row for row in _rows() if row.name == screen.channel)
    url, keys = f"http://127.0.0.1:{settings.port}", _keys(screen.typed)
    try:
        live, text = hop(url, settings.ussd_secret, row, screen.session, screen.number, keys)
    except NoScreen as why:
        return Screen(screen.number, screen.channel, trouble=str(why))
    most = row.size.septets if is_gsm(text) else row.size.units
    return Screen(screen.number, screen.channel, screen.session, screen.typed, text, live, length(text), most)


@bp.get("/phone/inbox")
@public
def inbox() -> Any:
    return render("phone_inbox.html", inbox=_inbox(request.args.get("number", DEMO_NUMBER)))


@bp.get("/phone/inbox.json")
@public
def inbox_json() -> Any:
    """The same for the terminal's phone, oldest first."""
    return jsonify(_inbox(request.args.get("number", DEMO_NUMBER))[::-1])


def _inbox(number: str) -> list[dict[str, str]]:
    """The texts that the simulated network delivered to this number, newest first."""
    url = house().settings.carrier_url
    try:
        found: list[dict[str, str]] = (
            requests.get(f"{url}/inbox", params={"number": number}, timeout=3).json() if url else []
        )
    except (requests.RequestException, ValueError):
        return []
    return found[::-1]
