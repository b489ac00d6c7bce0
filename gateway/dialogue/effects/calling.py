"""She asks to be called: a task of the hotline, in the hours that are safe for her."""

from __future__ import annotations

from collections.abc import Mapping

from ...hotline import actions as hotline
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .stand import Answers, Stand, Word


def ask_call(stand: Stand, answers: Answers) -> Done:
    """One call for each phone, however often she asks; a chat without a phone cannot be called."""
    phone = people.phone_to_call(stand.db, stand.address_id)
    if phone is None:
        return Done("nowhere")
    hotline.ask_call(stand.db, stand.pack.code, phone.id, phone.speaks() or stand.language, answers["hours"], stand.now)
    return Done("asked", act=True)


EFFECTS: Mapping[str, Word] = {
    "ask_call": Word(EffectWords("act", ("asked", "nowhere"), reads=("hours",)), ask_call),
}
