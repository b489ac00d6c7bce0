"""`sala phone`: a basic phone in the terminal. It speaks to the running demo as a carrier would."""

from __future__ import annotations

import argparse
import os
import secrets
import time

import requests

from ..console.dialling import NoScreen, hop
from ..country.read import read_pack
from ..language.measure import Size, is_gsm, length, sms_parts
from ..settings import ROOT, Settings, SettingsError, read_settings

SECONDS = 15


def phone(given: argparse.Namespace) -> int:
    """Dials, shows screens, reads keys until the session ends; then shows the messages that came."""
    os.environ["SALA_DEMO"] = "1"
    settings = read_settings(os.environ)
    pack = read_pack(ROOT, given.channel.partition("-")[0])
    row = pack.channels.get(given.channel)
    if row is None or not row.code:
        raise SettingsError(f"'{given.channel}' is not a code to dial; write one such as kh-ussd.")
    before = len(inbox(settings, given.number))
    print(f"{given.number} dials {row.code}\n")
    session, pressed_so_far = secrets.token_hex(8), list[str]()
    keys = iter(given.keys.split(",")) if given.keys else None
    while True:
        try:
            url = f"http://127.0.0.1:{settings.port}"
            live, text = hop(url, settings.ussd_secret, row, session, given.number, pressed_so_far)
        except NoScreen as why:
            raise SettingsError(f"nothing answers on port {settings.port} ({why}); start Sala with: make run") from None
        print(frame(text, row.size))
        if not live:
            break
        pressed = next(keys, None) if keys else _typed()
        if pressed is None:
            print("(hung up)")
            break
        if keys:
            print(f"> {pressed}\n")
        pressed_so_far.append(pressed)
    show_messages(settings, given, before)
    return 0


def _typed() -> str | None:
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        return None


def frame(text: str, size: Size) -> str:
    """A screen with how much of it is used."""
    most = size.septets if is_gsm(text) else size.units
    return f"{lined(text)}\n  ({length(text)} of {most})\n"


def lined(text: str) -> str:
    return "\n".join(f"  | {line}" for line in text.splitlines())


def inbox(settings: Settings, number: str) -> list[dict[str, str]]:
    """The messages on this phone, oldest first."""
    url = f"http://127.0.0.1:{settings.port}/phone/inbox.json"
    try:
        found: list[dict[str, str]] = requests.get(url, params={"number": number}, timeout=SECONDS).json()
    except (requests.RequestException, ValueError):
        return []
    return found


def show_messages(settings: Settings, given: argparse.Namespace, before: int) -> None:
    until = time.monotonic() + given.wait
    while len(inbox(settings, given.number)) <= before and time.monotonic() < until:
        time.sleep(0.2)
    for text in inbox(settings, given.number)[before:]:
        body = text["body"]
        print(f"SMS from {text['from']}:\n{lined(body)}\n  ({length(body)} letters, {sms_parts(body)} SMS)\n")
