"""SMS through Twilio, with the twilio library. `twilio_wire.py` tells how requests are signed and errors sorted.

In: Twilio POSTs a form for each message: `MessageSid`, `AccountSid`, `From`, `To`, `Body`, `NumMedia` and for each
picture or sound `MediaUrl0`, `MediaContentType0` ...; further fields come and go. We answer in TwiML; the reply costs a
message like any other, so it stands in the outbox as sent, and its receipt comes like any other's. A request that is
sent again gets the same bytes.
Out: `Messages.create`. Twilio cuts a long text by itself.
Receipts: `MessageSid`, `MessageStatus` (accepted, queued, sending, sent, delivered, undelivered, failed, read) and
`ErrorCode` are POSTed to the callback given with the message. They may repeat and come out of order.

Neither Cambodia nor Lao PDR has two-way SMS through Twilio; senders are names there, and cannot be answered: a pack
says `can_reply: no`, and inbound SMS comes by a direct link (`kannel.py`). Where a number can be answered, it is.
"""

from __future__ import annotations

from twilio.twiml.messaging_response import MessagingResponse

from ..country import ChannelRow
from ..language.measure import THREE_SMS, sms_parts
from ..settings import Settings
from . import LONGEST_TEXT, Consumed, Enclosed, Letter, Malformed, Message, NotSent, Receipt, Request, Turn
from .twilio_wire import AGAIN, Account, account_of

LONGEST_BODY = 1600
MEDIA_AT_MOST = 10
STATES = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}
KINDS = {"image": "photo", "audio": "voice"}


def open_channel(row: ChannelRow, settings: Settings) -> TwilioSms:
    return TwilioSms(row.name, row.sender, row.can_reply, account_of(settings))


class TwilioSms:
    mode = "sms"
    size = THREE_SMS
    carries = frozenset({"photo", "voice"})
    replies = "recorded"
    addresses = "phone"
    threads = True

    def __init__(self, name: str, sender: str, can_reply: bool, account: Account) -> None:
        self.name, self.can_reply, self._sender, self._account = name, can_reply, sender, account

    def hear(self, request: Request, consumed: Consumed) -> Message:
        self._account.verify(request, self.name)
        form = request.form
        sid, sender, text = form.get("MessageSid", ""), form.get("From", ""), form.get("Body")
        if not 0 < len(sid) <= 64:
            raise Malformed("MessageSid is missing")
        if not 0 < len(sender) <= 30:
            raise Malformed("From is missing")
        if text is None:
            raise Malformed("Body is missing (it is empty where only a picture was sent, but there)")
        enclosed = tuple(self._enclosed(request))
        inputs = (text[:LONGEST_TEXT],) if text or not enclosed else ()
        return Message(self.name, sender, sender, sid, inputs, new=False, enclosed=enclosed)

    def _enclosed(self, request: Request) -> list[Enclosed]:
        count = request.form.get("NumMedia", "0")
        found = []
        for number in range(min(int(count), MEDIA_AT_MOST) if count.isdecimal() else 0):
            kind = KINDS.get(request.form.get(f"MediaContentType{number}", "").partition("/")[0])
            if kind and (url := request.form.get(f"MediaUrl{number}", "")):
                found.append(Enclosed(kind, url))
        return found

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        said = MessagingResponse()
        if turn.text:
            said.message(turn.text, status_callback=callback or None)
        return str(said), "text/xml; charset=utf-8"

    def receipt(self, request: Request) -> Receipt:
        self._account.verify(request, self.name)
        sid, status = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
        if not sid or status not in STATES:
            raise Malformed("MessageSid or MessageStatus is missing or unknown")
        code = request.form.get("ErrorCode", "")
        return Receipt(sid, STATES[status], code, again=code.isdecimal() and int(code) in AGAIN)

    def send(self, letter: Letter) -> str:
        if not letter.text.strip():
            raise NotSent("an empty text", permanent=True)
        if len(letter.text) > LONGEST_BODY:
            raise NotSent(f"longer than {LONGEST_BODY} letters", permanent=True)
        to, body, told = letter.address, letter.text, letter.callback
        made = self._account.ask(
            lambda client: client.messages.create(to=to, from_=self._sender, body=body, status_callback=told)
        )
        return str(made.sid)

    def fetch(self, source: str, most: int) -> bytes:
        return self._account.fetch(source, most)

    def parts(self, text: str) -> int:
        return sms_parts(text)
