"""What all USSD gateways have in common here: known by a shared secret in the query (`?key=`), no receipts, and
nothing is ever sent unasked. Each dialect is a file of its own.
"""

from __future__ import annotations

import hmac

from ..language.measure import Size
from . import Forged, Malformed, NotSent, Receipt, Request


class UssdGateway:
    mode = "ussd"
    can_reply = True
    carries: frozenset[str] = frozenset()

    def __init__(self, name: str, size: Size, secret: str) -> None:
        self.name, self.size, self._secret = name, size, secret

    def verify(self, request: Request) -> None:
        if not hmac.compare_digest(request.query.get("key", "").encode(), self._secret.encode()):
            raise Forged(self.name)

    def receipt(self, request: Request) -> Receipt:
        self.verify(request)
        raise Malformed("this channel has no receipts")

    def send(self, address: str, text: str, callback_url: str) -> str:
        raise NotSent("a USSD screen cannot be sent unasked", permanent=True)
