"""Each channel by its table: what its provider sends -> the Message; a Turn -> the very bytes of the answer.

`tests/channels/<provider>/*.json`: `request` (as it was captured: address, query, headers, form or body) with `message`
(only what is not at its default), `refused` or `ignored`; or `turn` and `message` with `answer`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import Headers, MultiDict

from gateway.channels import Channel, Enclosed, Forged, Ignored, Line, Malformed, Message, Piece, Request, Turn
from gateway.channels.doors import _open, providers
from gateway.country import ChannelRow
from gateway.language.measure import USSD
from gateway.settings import read_settings

FOLDER = Path(__file__).parent / "channels"
CASES = sorted(FOLDER.glob("*/*.json"))
BASE = "https://sala.example"
ENV = {
    "SALA_DEMO": "1",
    "SALA_VAR": "/nonexistent",
    "PUBLIC_BASE_URL": BASE,
    "USSD_SECRET": "ussd secret",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "a token of now",
    "TWILIO_AUTH_TOKEN_NEXT": "a token to come",
    "KANNEL_SECRET": "kannel-secret",
    "TELEGRAM_WEBHOOK_SECRET": "telegram-secret",
    "TELEGRAM_BOT_TOKEN": "1:token",
    "KH_DOOR_SECRET": "web secret",
}
KNOWN = {"session": 3}
"""How much of a session's text was answered, for the dialects that ask; other sessions are not known."""


def channel(provider: str) -> Channel:
    own = {"voices": {"en": "Polly.Joanna-Neural"}}
    row = ChannelRow("kh-door", "any", USSD, True, "*123#", "1289", provider, own=own)
    return _open(row, read_settings(ENV))


def request(plain: dict) -> Request:
    url = BASE + plain["url"]
    event = urlsplit(url).path.partition("/in/kh-door")[2].strip("/")
    body = plain.get("body", "")
    raw = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, dict | list) else body.encode()
    query = MultiDict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return Request(url, query, MultiDict(plain.get("form", {})), Headers(plain.get("headers", {})), raw, event)


def shown(message: Message) -> dict:
    """A message without what stands at its default."""
    default = Message("", "", "", "", (), False)
    plain = {name: value for name, value in asdict(message).items() if value != getattr(default, name)}
    return json.loads(json.dumps(plain))


def message(plain: dict) -> Message:
    enclosed = tuple(Enclosed(**one) for one in plain.pop("enclosed", ()))
    words = {"channel": "kh-door", "address": "", "session": "", "replay": "", "new": False, **plain}
    return Message(**{**words, "inputs": tuple(plain.get("inputs", ())), "enclosed": enclosed})


def turn(plain: dict) -> Turn:
    lines = tuple(Line(**one) for one in plain.pop("lines", ()))
    spoken = tuple(Piece(**one) for one in plain.pop("spoken", ()))
    return Turn(**{**plain, "lines": lines, "spoken": spoken})


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    plain, door = json.loads(path.read_text(encoding="utf8")), channel(path.parent.name)
    if "turn" in plain:
        body, kind = door.answer(turn(plain["turn"]), message(plain.get("message", {})), plain.get("callback", ""))
        assert {"body": body, "type": kind} == plain["answer"]
        return
    hear = door.receipt if plain["request"]["url"].partition("?")[0].endswith("/status") else _hear(door)
    for word, kind in (("forged", Forged), ("refused", Malformed), ("ignored", Ignored)):
        if word in plain:
            with pytest.raises(kind) as caught:
                hear(request(plain["request"]))
            assert plain[word] in str(caught.value)
            return
    found = hear(request(plain["request"]))
    assert (shown(found) if isinstance(found, Message) else asdict(found)) == plain.get("message", plain.get("receipt"))


def _hear(door: Channel):
    return lambda asked: door.hear(asked, KNOWN.get)


def test_every_provider_has_its_table() -> None:
    assert sorted({path.parent.name for path in CASES}) == providers()
