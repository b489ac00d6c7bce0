"""What all USSD gateways have in common here: known by a shared secret in the query (`?key=`), no receipts, and
nothing is ever sent unasked. Each provider's words are a file of their own.
"""

from __future__ import annotations

from ..language.measure import Size
from . import Letter, Malformed, NotSent, Receipt, Request
from .keyed import verify_key

LONGEST_SESSION = 200
LONGEST_NUMBER = 30


class UssdGateway:
    mode = "ussd"
    can_reply = True
    carries: frozenset[str] = frozenset()
    replies = "inline"
    addresses = "phone"
    threads = False

    def __init__(self, name: str, size: Size, secret: str) -> None:
        self.name, self.size, self._secret = name, size, secret

    def verify(self, request: Request) -> None:
        verify_key(request, self._secret, self.name)

    def receipt(self, request: Request) -> Receipt:
        self.verify(request)
        raise Malformed("this channel has no receipts")

    def send(self, letter: Letter) -> str:
        raise NotSent("a USSD screen cannot be sent unasked", permanent=True)

    def parts(self, text: str) -> int:
        return 1


def session_and_number(session: object, number: object, names: tuple[str, str]) -> tuple[str, str]:
    """Both, if they are texts of a sane length. Raises Malformed; `names`: what the provider calls them."""
    for value, name, longest in ((session, names[0], LONGEST_SESSION), (number, names[1], LONGEST_NUMBER)):
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise Malformed(f"{name} is missing or longer than {longest} characters")
    return str(session), str(number)
