"""The demo's phone: a basic phone in the browser. Only in the demo.

It is the far side of the network: it sends to POST /in/<channel> what a carrier's gateway would send,
over HTTP, signing here on the server, and shows what comes back. The SMS inbox is the simulated
network's. The call's state travels in the form, so this page remembers nobody.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import requests
from flask import Blueprint, abort, jsonify, request

from ..language.measure import is_gsm, length
from ..web import house, public, render

bp = Blueprint("phone", __name__)
DEMO_NUMBER = "+85599000001"
SECONDS = 10


@dataclass(frozen=True)
class Screen:
    """What the phone shows. `typed` is the cumulative text of the call, as the dialect wants it."""

    number: str
    channel: str
    session: str = ""
    typed: str = ""
    text: str = ""
    live: bool = False
    used: int = 0
    size: int = 0
    trouble: str = ""


@bp.before_request
def _demo_only() -> None:
    if not house().settings.demo:
        abort(404)


def _channels() -> list[tuple[str, str]]:
    rows = [row for pack in house().packs.values() for row in pack.channels.values() if row.kind == "ussd"]
    return [(row.name, row.code) for row in rows]


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
    screen = Screen(
        form.get("number", DEMO_NUMBER).strip(), form.get("channel", ""), form.get("session", ""), form.get("typed", "")
    )
    act = form.get("act", "send")
    if screen.channel not in dict(_channels()):
        abort(404)
    if act == "hang_up":
        screen = Screen(screen.number, screen.channel)
    elif act == "dial" or not screen.session:
        screen = _hop(Screen(screen.number, screen.channel, secrets.token_hex(8)))
    else:
        pressed = form.get("keys", "")
        typed = f"{screen.typed}*{pressed}" if screen.typed else pressed
        screen = _hop(Screen(screen.number, screen.channel, screen.session, typed))
    return _show("phone_screen.html" if request.headers.get("HX-Request") else "phone.html", screen)


def _show(template: str, screen: Screen) -> Any:
    return render(template, screen=screen, channels=_channels(), inbox=_inbox(screen.number))


def _hop(screen: Screen) -> Screen:
    """One hop, as Africa's Talking would send it."""
    settings, code = house().settings, dict(_channels())[screen.channel]
    form = {
        "sessionId": screen.session,
        "serviceCode": code,
        "phoneNumber": screen.number,
        "networkCode": "99999",
        "text": screen.typed,
    }
    url = f"http://127.0.0.1:{settings.port}/in/{screen.channel}"
    try:
        answer = requests.post(url, params={"key": settings.ussd_secret}, data=form, timeout=SECONDS)
    except requests.RequestException:
        return Screen(screen.number, screen.channel, trouble="no answer")
    answer.encoding = "utf-8"
    if answer.status_code != 200:
        return Screen(screen.number, screen.channel, trouble=f"{answer.status_code} {answer.text.strip()}")
    live, text = answer.text.startswith("CON "), answer.text[4:]
    size = next(
        row.size for pack in house().packs.values() for row in pack.channels.values() if row.name == screen.channel
    )
    most = size.septets if is_gsm(text) else size.units
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
