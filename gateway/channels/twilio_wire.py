"""What Twilio's SMS and Voice have in common: the signature, the client, what its error codes mean.

A request is signed in `X-Twilio-Signature`: HMAC-SHA1 over the public URL with its raw, still percent-encoded query,
and the sorted form. During a change of token both the present and the next one are accepted. A request that is sent
again (it bears the same `I-Twilio-Idempotency-Token`) is known by its MessageSid, or by its call and hop.

Out: POST to /2010-04-01/Accounts/<sid>/..., form-encoded, basic auth; 201 with a `sid`. A POST is not idempotent: a
time-out after sending is ambiguous, and is reported as *unknown*. In the demo `api_url` points to the simulated
network instead of Twilio's host: same library, same wire.

Error codes (Twilio's dictionary, read 2026): this number for good, our account or settings (the whole channel waits
for staff), or worth another try.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ..settings import Settings
from . import Forged, Ignored, NotSent, Request
from .reached import never_connected

TWILIO_HOST = "https://api.twilio.com"
TIMEOUT_SECONDS = 10
TOO_MANY_PAUSE = timedelta(seconds=10)
PERMANENT = frozenset({21211, 21214, 21217, 21612, 21614, 21617, 30004, 30005, 30006, 63024})
BLOCKED = frozenset({21610})
CONFIGURATION = frozenset({20003, 20404, 21212, 21408, 21603, 21606, 21608, 21659, 30002, 30007, 30032, 30034})
AGAIN = frozenset({30001, 30003, 30008, 30010})


class _Wire(TwilioHttpClient):  # type: ignore[misc]
    """The library's own HTTP client, pointed at another host where the demo says so."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self._api_url = api_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._api_url:
            url = self._api_url + url.removeprefix(TWILIO_HOST)
        return super().request(method, url, *args, **kwargs)


class Account:
    """One Twilio account, with the tokens that are good now."""

    def __init__(self, account: str, tokens: tuple[str, ...], api_url: str) -> None:
        self.sid, self._tokens = account, tuple(filter(None, tokens))
        self._api_url = api_url.rstrip("/")
        self.client = Client(account, self._tokens[0], http_client=_Wire(api_url)) if self._tokens else None

    def verify(self, request: Request, name: str) -> None:
        """Raises Forged; and Ignored for what is truly Twilio's, but of another account."""
        signature = request.headers.get("X-Twilio-Signature", "")
        valid = (RequestValidator(token).validate(request.url, request.form, signature) for token in self._tokens)
        if not signature or not any(valid):
            raise Forged(name)
        if request.form.get("AccountSid", self.sid) != self.sid:
            raise Ignored("another account's")

    def ask(self, do: Callable[[Client], Any]) -> Any:
        """Does something over the wire. Raises NotSent."""
        if self.client is None:
            raise NotSent("no Twilio account is configured", held=True)
        try:
            return do(self.client)
        except TwilioRestException as error:
            raise _refused(error) from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
            raise NotSent("the network could not be reached", unknown=not never_connected(error)) from None
        except (requests.exceptions.RequestException, TwilioException):
            raise NotSent("the network did not say whether it took it", unknown=True) from None

    def fetch(self, url: str, most: int) -> bytes:
        """A photo or a recording that Twilio keeps, of at most `most` bytes. Raises NotSent."""
        address = urlsplit(url)
        if not self._tokens or address.scheme != "https" or not (address.hostname or "").endswith(".twilio.com"):
            raise NotSent("that is not an address of Twilio", permanent=True)
        if self._api_url:
            url = self._api_url + address.path
        return read_bounded(url, most, auth=(self.sid, self._tokens[0]))


def read_bounded(url: str, most: int, auth: tuple[str, str] | None = None) -> bytes:
    """What stands at an address, read no further than `most` bytes. Raises NotSent."""
    try:
        with requests.get(url, auth=auth, timeout=TIMEOUT_SECONDS, stream=True) as answer:
            if answer.status_code != 200:
                raise NotSent(f"it answered {answer.status_code}", permanent=answer.status_code in (403, 404, 410))
            found = b""
            for piece in answer.iter_content(64 * 1024):
                found += piece
                if len(found) > most:
                    raise NotSent("it is too large", permanent=True)
            return found
    except requests.RequestException:
        raise NotSent("it could not be fetched") from None


def _refused(error: TwilioRestException) -> NotSent:
    why = f"refused with code {error.code}"
    if error.status == 429 or error.code == 20429:
        return NotSent(why, after=TOO_MANY_PAUSE)
    return NotSent(
        why, permanent=error.code in PERMANENT, unknown=error.status >= 500, held=error.code in CONFIGURATION,
        blocked=error.code in BLOCKED,
    )  # fmt: skip


def account_of(settings: Settings) -> Account:
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_next)
    return Account(settings.twilio_account_sid, tokens, settings.twilio_api_url)
