"""SMS through Twilio's REST API, with the twilio library.

Out: POST /2010-04-01/Accounts/<sid>/Messages.json, form-encoded, basic auth; 201 with a `sid`. A
POST is not idempotent: a time-out after sending is ambiguous, and is reported as *unknown*.
Receipts: Twilio POSTs `MessageSid`, `MessageStatus` (queued, sending, sent, delivered, undelivered,
failed) and `ErrorCode` to the callback URL given with the message, signed in `X-Twilio-Signature`
(HMAC-SHA1 over the public URL with its raw query, and the sorted form). They may repeat and come out
of order. During a change of token both the present and the next one are accepted.

In the demo `api_url` points to the simulated network instead of Twilio's host: same library, same
wire. Senders are names in both countries and cannot be answered, so this channel does not hear.
"""

from __future__ import annotations

from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ..language.measure import SMS
from . import Consumed, Forged, Malformed, Message, NotSent, Receipt, Request, Turn

TWILIO_HOST = "https://api.twilio.com"
TIMEOUT_SECONDS = 10
PERMANENT = frozenset({21211, 21214, 21408, 21606, 21608, 21610, 21612, 21614, 21617, 21659})
STATES = {
    "accepted": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


class _Wire(TwilioHttpClient):  # type: ignore[misc]
    """The library's own HTTP client, pointed at another host where the demo says so."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self._api_url = api_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._api_url:
            url = self._api_url + url.removeprefix(TWILIO_HOST)
        return super().request(method, url, *args, **kwargs)


class TwilioSms:
    mode = "sms"
    size = SMS
    carries: frozenset[str] = frozenset()

    def __init__(
        self, name: str, sender: str, can_reply: bool, account: str, tokens: tuple[str, ...], api_url: str
    ) -> None:
        self.name, self.can_reply, self._sender = name, can_reply, sender
        self._tokens = tuple(filter(None, tokens))
        self._client = Client(account, self._tokens[0], http_client=_Wire(api_url)) if self._tokens else None

    def hear(self, request: Request, consumed: Consumed) -> Message:
        self._verify(request)
        raise Malformed("this channel sends; it does not hear")

    def answer(self, turn: Turn, message: Message) -> tuple[str, str]:
        return "<Response/>", "text/xml; charset=utf-8"

    def receipt(self, request: Request) -> Receipt:
        self._verify(request)
        sid, status = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
        if not sid or status not in STATES:
            raise Malformed("MessageSid or MessageStatus is missing or unknown")
        return Receipt(sid, STATES[status], request.form.get("ErrorCode", ""))

    def send(self, address: str, text: str, callback_url: str) -> str:
        if self._client is None:
            raise NotSent("no SMS account is configured")
        try:
            message = self._client.messages.create(
                to=address, from_=self._sender, body=text, status_callback=callback_url
            )
        except TwilioRestException as error:
            raise _refused(error) from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
            raise NotSent("the SMS network could not be reached", unknown=not _never_connected(error)) from None
        except (requests.exceptions.RequestException, TwilioException):
            raise NotSent("the SMS network did not say whether it took the text", unknown=True) from None
        return str(message.sid)

    def _verify(self, request: Request) -> None:
        signature = request.headers.get("X-Twilio-Signature", "")
        valid = (RequestValidator(token).validate(request.url, request.form, signature) for token in self._tokens)
        if not signature or not any(valid):
            raise Forged(self.name)


def _refused(error: TwilioRestException) -> NotSent:
    server = error.status >= 500
    return NotSent(f"refused with code {error.code}", permanent=error.code in PERMANENT, unknown=server)


def _never_connected(error: Exception) -> bool:
    """Whether the failure came before anything was handed over: then trying again is safe."""
    return "NewConnectionError" in repr(error) or "ConnectTimeout" in repr(error)
