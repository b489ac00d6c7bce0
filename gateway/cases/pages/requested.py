"""What was filled in for a programme, as the official reads it: numbered as whoever filled it in heard it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ...country import Pack
from ...language.catalogue import Key, mark
from ...web import house
from ..records import Case
from ..records.requests import Request

FORM = {
    "which": mark("console", "Benefit"),
    "whom": mark("console", "For whom"),
    "name": mark("console", "Name"),
    "born": mark("console", "Year of birth"),
    "place": mark("console", "Place"),
    "card": mark("console", "Card"),
}
"""The questions of the form, numbered as she hears them."""

WHOM = {
    "me": mark("console", "for herself and her family"),
    "other": mark("console", "for somebody else"),
}
TOLD = {
    "yes": mark("console", "Our rule had told her that she may ask for it."),
    "unsure": mark("console", "Our rule could not tell her."),
    "no": mark("console", "Our rule had told her that it is not for her."),
}
RECEIVED = {
    "yes": mark("console", "She says that it came."),
    "no": mark("console", "She says that it has not come yet."),
    "no_service": mark("console", "She says that it is not given where she lives."),
}


def form_of(db: Session, pack: Pack, case: Case, lang: str) -> dict[str, Any] | None:
    """The form of a case by number, heading and answer, in the reader's language; None where there is none."""
    form = db.get(Request, case.id)
    if form is None:
        return None
    told = [key for key in (TOLD.get(form.told), RECEIVED.get(form.received)) if key]
    lines = [
        (number, heading[1], _said(pack, name, str(form.answers[name]), lang))
        for number, (name, heading) in enumerate(FORM.items(), 1)
        if form.answers.get(name)
    ]
    card = str(form.answers.get("card", ""))
    return {"lines": lines, "told": [key[1] for key in told], "agreed_at": form.agreed_at, "card": card}


def _said(pack: Pack, name: str, answer: str, lang: str) -> str:
    if name == "which" and answer in pack.programmes:
        return house().texts.say(lang, pack.programmes[answer].key("name"))
    if name == "place" and pack.places.get(answer):
        return pack.places.full_name(answer, lang)
    known: Key | None = WHOM.get(answer) if name == "whom" else None
    return house().texts.say(lang, known) if known else answer
