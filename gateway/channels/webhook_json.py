"""A small JSON dialect of our own, for a web page, an app or another ministry's system that speaks for a person.

In: POST /in/<channel> with a JSON object: `id` (marks this message: a repeat gets the same answer), `from` (who speaks,
in the caller's own terms: 1 to 64 letters, digits, `_` and `-`), `text`. `X-Sala-Signature` holds `sha256=` and the
HMAC of the raw body with the channel's secret (`KH_WEB_SECRET` for `kh-web`), in hexadecimal.
The answer is JSON: `text`, `lines` (what can be pressed: `press` and `label`), `ends`. Nothing is sent unasked: what
comes later is heard when she asks again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re

from ..country import ChannelRow
from ..language.measure import Size
from ..settings import Settings
from . import LONGEST_TEXT, Consumed, Forged, Letter, Malformed, Message, NotSent, Receipt, Request, Turn
from .jsons import json_object

PAGE = Size(4096, 4096)
_WHO = re.compile(r"[\w-]{1,64}", re.ASCII)


def open_channel(row: ChannelRow, settings: Settings) -> WebhookJson:
    return WebhookJson(row.name, settings.secret_of(row.name))


class WebhookJson:
    mode = "chat"
    size = PAGE
    can_reply = True
    carries: frozenset[str] = frozenset()
    replies = "inline"
    addresses = "webhook_json"
    threads = True

    def __init__(self, name: str, secret: str) -> None:
        self.name, self._secret = name, secret

    def hear(self, request: Request, consumed: Consumed) -> Message:
        given = request.headers.get("X-Sala-Signature", "")
        mark = "sha256=" + hmac.new(self._secret.encode(), request.body, hashlib.sha256).hexdigest()
        if not self._secret or not hmac.compare_digest(given.encode(), mark.encode()):
            raise Forged(self.name)
        said = json_object(request.body)
        number, who, text = said.get("id"), said.get("from"), said.get("text")
        if not isinstance(number, str) or not 0 < len(number) <= 80:
            raise Malformed("id is missing or longer than 80 characters")
        if not isinstance(who, str) or not _WHO.fullmatch(who):
            raise Malformed("from is missing or is more than letters, digits, _ and -")
        if not isinstance(text, str):
            raise Malformed("text is missing")
        address = f"webhook_json:{self.name}:{who}"
        return Message(self.name, address, address, number, (text[:LONGEST_TEXT],), new=False)

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        lines = [{"press": line.press, "label": line.label} for line in turn.lines]
        said = {"text": turn.head or turn.text, "lines": lines, "ends": turn.ends}
        return json.dumps(said, ensure_ascii=False), "application/json; charset=utf-8"

    def receipt(self, request: Request) -> Receipt:
        raise Malformed("this channel has no receipts")

    def send(self, letter: Letter) -> str:
        raise NotSent("nothing is sent unasked here", permanent=True)

    def parts(self, text: str) -> int:
        return 1
