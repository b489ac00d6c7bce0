"""SMS over direct links to the operators (SMPP), through Kannel's smsbox. In both countries inbound SMS comes this way.

In: smsbox fetches GET /in/<channel> for each message of a phone, with what `deploy/kannel/` writes into its `get-url`:
`key` (our secret; Kannel signs nothing), `from`, `to`, `text` (`%b`), `charset` (`%C`), `coding` (`%c`), `id` (`%I`,
the same when it asks again), `smsc`, `ts`. With `mo-recode` the text is UTF-8; without it a Khmer text would be raw
UTF-16, which is refused rather than kept as garbage. We answer an empty 200: the reply goes out through the outbox, so
that we cut it ourselves.
Out: `sendsms` by POST, with what is needed in `X-Kannel-...` headers, so that no password stands in an access log.
Khmer and Lao go as coding 2; each part is sent by itself with its own user data header (05 00 03 reference, parts,
number): Kannel would cut inside letters. 202 means queued, not sent: `0` accepted, `3` kept for later because no
operator is connected. An empty text would be sent as an empty SMS; it is refused here.
Receipts: each part's `dlr-url` comes back with `type`: 1 delivered, 2 failed, 4 queued at the operator, 8 accepted
there, 16 rejected there. They come in any order.
"""

from __future__ import annotations

import re

import requests

from ..country import ChannelRow
from ..language.measure import SMS, THREE_SMS, Size, cut, fits, is_gsm
from ..settings import Settings, SettingsError
from . import LONGEST_TEXT, Consumed, Letter, Malformed, Message, NotSent, Receipt, Request, Turn, with_plus
from .keyed import verify_key
from .reached import never_connected

TIMEOUT_SECONDS = 10
PART = Size(153, 67)
MOST_PARTS = 255
SAFE = re.compile(r"[\w-]*", re.ASCII)
TYPES = {"1": "delivered", "2": "failed", "4": "sent", "8": "sent", "16": "failed"}
ALL_TYPES = 31
BUSY = 503
"""How smsbox says that it has not taken the text, and to try again later."""

REFUSALS = {
    400: NotSent("kannel did not understand the request", held=True),
    401: NotSent("kannel does not know these credentials", held=True),
    403: NotSent("kannel does not know these credentials", held=True),
    404: NotSent("nothing of kannel answers there", held=True),
}


def open_channel(row: ChannelRow, settings: Settings) -> Kannel:
    if not SAFE.fullmatch(settings.kannel_secret):
        raise SettingsError("KANNEL_SECRET stands in Kannel's addresses: use only letters, digits, _ and - in it.")
    account = (settings.kannel_url, settings.kannel_user, settings.kannel_password)
    return Kannel(row.name, row.sender, row.can_reply, settings.kannel_secret, account, row.own.get("smsc", ""))


class Kannel:
    """`account`: where sendsms is, the user, the password. `smsc`: the link by which texts go; empty for any."""

    mode = "sms"
    size = THREE_SMS
    carries: frozenset[str] = frozenset()
    replies = "outbox"
    addresses = "phone"
    threads = True

    def __init__(
        self, name: str, sender: str, can_reply: bool, secret: str, account: tuple[str, str, str], smsc: str = ""
    ) -> None:
        self.name, self.can_reply, self._sender, self._secret = name, can_reply, sender, secret
        self._account, self._smsc = account, smsc

    def hear(self, request: Request, consumed: Consumed) -> Message:
        verify_key(request, self._secret, self.name)
        query = request.query
        sender, text, number = query.get("from", ""), query.get("text", ""), query.get("id", "")
        if not 0 < len(sender) <= 30:
            raise Malformed("from is missing")
        if not 0 < len(number) <= 80:
            raise Malformed("id is missing: get-url needs id=%I, by which a repeat is known")
        if "text" not in query:
            raise Malformed("text is missing: get-url needs text=%b")
        if query.get("charset", "UTF-8").upper() not in ("UTF-8", "ASCII", "US-ASCII") or "\ufffd" in text:
            raise Malformed("the text is not UTF-8: smsbox needs mo-recode = true")
        phone = with_plus(sender)
        return Message(self.name, phone, phone, number, (text[:LONGEST_TEXT],), new=False)

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        return "", "text/plain; charset=utf-8"

    def receipt(self, request: Request) -> Receipt:
        verify_key(request, self._secret, self.name)
        kind, part = request.query.get("type", ""), request.query.get("part", "")
        if kind not in TYPES or not part.isdecimal() or len(part) > 3 or not 0 < int(part) <= MOST_PARTS:
            raise Malformed("type or part is missing or unknown")
        return Receipt("", TYPES[kind], f"type {kind}" if TYPES[kind] == "failed" else "", part=int(part))

    def send(self, letter: Letter) -> str:
        """Every part by itself. When the first was taken and a later one was not, nobody knows what she sees."""
        if not letter.text.strip():
            raise NotSent("an empty text", permanent=True)
        pieces = parts_of(letter.text)
        if len(pieces) > MOST_PARTS:
            raise NotSent("longer than one message can be", permanent=True)
        for number, piece in enumerate(pieces, start=1):
            try:
                self._send_part(letter, piece, number, len(pieces))
            except NotSent as failure:
                if number > 1:
                    raise NotSent(f"part {number}: {failure.reason}", unknown=True) from None
                raise
        return ""

    def _send_part(self, letter: Letter, piece: str, number: int, parts: int) -> None:
        url, user, password = self._account
        if not url:
            raise NotSent("no KANNEL_URL is configured", held=True)
        told = f"{letter.callback}&part={number}&type=%d&key={self._secret}"
        headers = {
            "Content-Type": "text/plain; charset=UTF-8", "X-Kannel-Username": user, "X-Kannel-Password": password,
            "X-Kannel-From": self._sender, "X-Kannel-To": letter.address, "X-Kannel-DLR-Mask": str(ALL_TYPES),
            "X-Kannel-DLR-Url": told, "X-Kannel-Coding": "0" if is_gsm(letter.text) else "2",
        }  # fmt: skip
        if self._smsc:
            headers["X-Kannel-SMSC"] = self._smsc
        if parts > 1:
            headers["X-Kannel-UDH"] = header_of(letter.row, parts, number)
        try:
            answer = requests.post(url, data=piece.encode(), headers=headers, timeout=TIMEOUT_SECONDS)
        except requests.exceptions.ConnectionError as error:
            raise NotSent("kannel could not be reached", unknown=not never_connected(error)) from None
        except requests.exceptions.RequestException:
            raise NotSent("kannel did not say whether it took the text", unknown=True) from None
        if answer.status_code == 202:
            return
        refused = REFUSALS.get(answer.status_code)
        raise refused or NotSent(
            f"kannel answered {answer.status_code}", unknown=answer.status_code >= 500 and answer.status_code != BUSY
        )

    def parts(self, text: str) -> int:
        return len(parts_of(text))


def parts_of(text: str) -> list[str]:
    """The text as it is sent: whole, or in parts that never cut a letter; joined they are exactly the text."""
    return [text] if fits(text, SMS) else cut(text, PART)


def header_of(row: int, parts: int, number: int) -> str:
    """The user data header of one part, in hexadecimal (3GPP TS 23.040, 9.2.3.24.1). The reference is the row's."""
    return bytes((0x05, 0x00, 0x03, row % 256, parts, number)).hex()
