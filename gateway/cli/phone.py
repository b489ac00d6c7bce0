"""`sala phone`: a basic phone in the terminal. It speaks to the running demo as a carrier would."""

from __future__ import annotations

import argparse
import os
import secrets
import time

import requests

from ..country.read import read_pack
from ..language.measure import USSD, is_gsm, length, sms_parts
from ..settings import ROOT, Settings, SettingsError, read_settings

SECONDS = 15


def phone(given: argparse.Namespace) -> int:
    """Dials, shows screens, reads keys until the session ends; then shows the messages that came."""
    os.environ["SALA_DEMO"] = "1"
    settings = read_settings(os.environ)
    pack = read_pack(ROOT, given.channel.partition("-")[0])
    code = pack.channels[given.channel].code if given.channel in pack.channels else ""
    if not code:
        raise SettingsError(f"'{given.channel}' is not a code to dial; write one such as kh-ussd.")
    before = len(inbox(settings, given.number))
    print(f"{given.number} dials {code}\n")
    session, typed = secrets.token_hex(8), ""
    keys = iter(given.keys.split(",")) if given.keys else None
    while True:
        text = hop(settings, given, code, session, typed)
        print(frame(text[4:]))
        if not text.startswith("CON "):
            break
        pressed = next(keys, None) if keys else _typed()
        if pressed is None:
            print("(hung up)")
            break
        if keys:
            print(f"> {pressed}\n")
        typed = f"{typed}*{pressed}" if typed else pressed
    show_messages(settings, given, before)
    return 0


def _typed() -> str | None:
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        return None


def hop(settings: Settings, given: argparse.Namespace, code: str, session: str, typed: str) -> str:
    """One hop of the Africa's Talking form dialect. Raises SettingsError where no screen comes back."""
    form = {
        "sessionId": session,
        "serviceCode": code,
        "phoneNumber": given.number,
        "networkCode": "99999",
        "text": typed,
    }
    url = f"http://127.0.0.1:{settings.port}/in/{given.channel}"
    try:
        answer = requests.post(url, params={"key": settings.ussd_secret}, data=form, timeout=SECONDS)
    except requests.RequestException:
        raise SettingsError(f"nothing answers on port {settings.port}; start Sala with: make run") from None
    answer.encoding = "utf-8"
    if answer.status_code != 200:
        raise SettingsError(f"the network gave no screen: {answer.status_code} {answer.text.strip()}")
    return answer.text


def frame(text: str) -> str:
    """A screen with how much of it is used."""
    most = USSD.septets if is_gsm(text) else USSD.units
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
