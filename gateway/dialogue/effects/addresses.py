"""What a flow's words do with addresses: two become one person's by her own act, a code sent to one, typed on the
other.

The answers say nothing of whether the other phone is known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import phonenumbers

from ...channels import outbox
from ...language.catalogue import mark
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .stand import Answers, Stand, Word

CODE = mark("sms.code", "Your code is {code}. If you did not ask for it, do nothing.")
A_DAY = timedelta(hours=24)
ASKED_BY, SENT_TO = "code.by", "code.to"


def send_code(stand: Stand, answers: Answers) -> Done:
    """Sends six digits to the phone that she says is hers too; three a day at most, by one address and to one phone."""
    number = _international(stand, answers["number"])
    if number == stand.number_key:
        return Done("same")
    since = stand.now - A_DAY
    bounds = ((ASKED_BY, stand.number_key), (SENT_TO, number))
    if any(people.tries(stand.db, *key, since=since) >= people.CODES_A_DAY for key in bounds):
        return Done("too_many")
    for key in bounds:
        people.count_try(stand.db, *key, now=stand.now)
    other = people.make_known(stand.db, stand.pack.code, number, stand.now)
    code = people.new_code(stand.db, stand.address_id, other.id, stand.now)
    if not other.stopped_at:
        body = stand.house.texts.say(other.language or stand.language, CODE, code=code)
        once, way = f"code:{stand.address_id}:{stand.now.timestamp()}", stand.pack.writes_to(number)
        outbox.put(stand.db, way, other.id, body, purpose="code", about="", once=once, now=stand.now)
    return Done("sent")


def _international(stand: Stand, written: str) -> str:
    try:
        parsed = phonenumbers.parse(written, stand.pack.phone_region)
    except phonenumbers.NumberParseException:
        return written
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def prove_code(stand: Stand, answers: Answers) -> Done:
    """Whether the code that was sent has been typed here: then both addresses are hers."""
    return Done("linked" if people.prove(stand.db, stand.address_id, answers["code"], stand.now) else "wrong")


EFFECTS: Mapping[str, Word] = {
    "send_code": Word(EffectWords("hold", ("sent", "same", "too_many"), reads=("number",)), send_code),
    "prove_code": Word(EffectWords("look", ("linked", "wrong"), reads=("code",)), prove_code),
}
