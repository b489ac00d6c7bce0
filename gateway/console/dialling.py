"""The far side of a phone: what a carrier's gateway sends for one hop of USSD, or for a text. Demo only.

The browser's phone, the terminal's phone and nothing else use it; over HTTP, like the real one.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import requests

from ..country import ChannelRow

SECONDS = 15


class NoScreen(Exception):
    """The network gave no screen; the words say why."""


def hop(
    base_url: str, secret: str, row: ChannelRow, session: str, number: str, keys: Sequence[str]
) -> tuple[bool, str]:
    """Everything pressed since the dial goes out, as the dialect wants it; back come whether the session lives on, and
    the screen. Raises NoScreen."""
    send = _last_input if row.provider == "hubtel" else _cumulative
    try:
        answer = send(f"{base_url}/in/{row.name}?key={secret}", row, session, number, keys)
    except requests.RequestException:
        raise NoScreen("no answer") from None
    answer.encoding = "utf-8"
    if answer.status_code != 200:
        raise NoScreen(f"{answer.status_code} {answer.text.strip()}")
    if row.provider == "hubtel":
        said = answer.json()
        return said["Type"] == "response", said["Message"]
    return answer.text.startswith("CON "), answer.text[4:]


def write(base_url: str, secret: str, row: ChannelRow, number: str, text: str) -> None:
    """A text written to a short code, as Kannel brings it; the reply comes as a message. Raises NoScreen."""
    query = {"key": secret, "from": number, "to": row.sender, "text": text, "charset": "UTF-8", "coding": "0"}
    try:
        answer = requests.get(
            f"{base_url}/in/{row.name}", params={**query, "id": secrets.token_hex(8), "smsc": "demo"}, timeout=SECONDS
        )
    except requests.RequestException:
        raise NoScreen("no answer") from None
    if answer.status_code != 200:
        raise NoScreen(f"{answer.status_code} {answer.text.strip()}")


def _cumulative(url: str, row: ChannelRow, session: str, number: str, keys: Sequence[str]) -> requests.Response:
    form = {
        "sessionId": session,
        "serviceCode": row.code,
        "phoneNumber": number,
        "networkCode": "99999",
        "text": "*".join(keys),
    }
    return requests.post(url, data=form, timeout=SECONDS)


def _last_input(url: str, row: ChannelRow, session: str, number: str, keys: Sequence[str]) -> requests.Response:
    hop = {
        "SessionId": session,
        "Mobile": number,
        "ServiceCode": row.code,
        "Type": "Response" if keys else "Initiation",
        "Message": keys[-1] if keys else row.code,
        "Operator": "demo",
        "Sequence": len(keys) + 1,
    }
    return requests.post(url, json=hop, timeout=SECONDS)
