"""What a flow's words do with news of an area and with polls."""

from __future__ import annotations

from collections.abc import Mapping

from ...outreach import actions as outreach
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .places import place_of
from .stand import Answers, Stand, Word

PLACE = ("place",)


def wants_news(stand: Stand, answers: Answers) -> Done:
    return Done("yes" if outreach.wants(stand.db, stand.address_id) else "no")


def keep_news(stand: Stand, answers: Answers) -> Done:
    """Her wish for news of the place that she named; asking for it lifts an earlier STOP."""
    place = place_of(stand, answers)
    if not place:
        return Done("nowhere")
    outreach.wish(stand.db, stand.address_id, place, stand.now)
    people.start(stand.db, stand.address_id)
    return Done("kept", act=True)


def end_news(stand: Stand, answers: Answers) -> Done:
    outreach.unwish(stand.db, stand.address_id)
    return Done("ended", act=True)


def keep_poll(stand: Stand, answers: Answers) -> Done:
    number = stand.facts.get("poll", "")
    if number.isdecimal():
        outreach.keep_answer(stand.db, int(number), stand.address_id, answers.get("answer", ""), stand.now)
    return Done("kept", act=True)


EFFECTS: Mapping[str, Word] = {
    "wants_news": Word(EffectWords("look", ("no", "yes")), wants_news),
    "keep_news": Word(EffectWords("act", ("kept", "nowhere"), reads=PLACE, harmless=True), keep_news),
    "end_news": Word(EffectWords("act", ("ended",), harmless=True), end_news),
    "keep_poll": Word(EffectWords("act", ("kept",), reads=("answer",), harmless=True), keep_poll),
}
