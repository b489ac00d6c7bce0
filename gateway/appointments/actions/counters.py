"""What happens at a counter: somebody is called, served, done, not there, or sent on to another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...channels import outbox
from ...country import Pack
from ...country.windows import Window
from ...house import House
from ...language.catalogue import fill
from ...people import actions as people
from ..records import locked
from ..records.day import CALLED, DONE, GONE, SERVED, WAITS, Token, tokens_of
from ..rules import Refusal
from ..windows import today_of
from .day import line_of, one_after_another, served
from .telling import NEARLY


def call_next(db: Session, house: House, window: Window, pack: Pack, counter: int, now: datetime) -> Token | None:
    """Calls whoever is next for a counter; what was still open there is finished. Nobody waits: none."""
    day = today_of(pack, now)
    one_after_another(db, window.code)
    finish(db, window, pack, counter, now)
    line = line_of(tokens_of(db, window.code, day), window, now, counter)
    if not line:
        return None
    token = line[0]
    token.state, token.counter, token.called_at, token.begun_at = CALLED, counter, now, None
    token.waited += max(0, int((now - max(token.came_at, token.in_line_at)).total_seconds()))
    db.flush()
    _nearly(db, house, pack, line_of(tokens_of(db, window.code, day), window, now), now)
    return token


def _nearly(db: Session, house: House, pack: Pack, line: list[Token], now: datetime) -> None:
    """Whoever is next but one is told on her telephone, once."""
    for token in line[1:2]:
        if token.told_at is None and token.address_id is not None:
            token.told_at = now
            body = fill(house.texts.find(token.language, NEARLY), {"number": str(token.number)})
            way = pack.writes_to(people.number_of(db, token.address_id))
            outbox.put(
                db, way, token.address_id, body, purpose="booked", about=_about(token), once=f"token:{token.id}:near",
                now=now,
            )  # fmt: skip


def _about(token: Token) -> str:
    return f"appointment:{token.appointment_id}" if token.appointment_id else f"token:{token.id}"


def at_counter(tokens: Sequence[Token], counter: int) -> Token | None:
    """Who is called to a counter, or served there."""
    return next((t for t in tokens if t.counter == counter and t.state in (CALLED, SERVED)), None)


def begin(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> None:
    """She has come to the counter."""
    if (token := _open(db, window, pack, counter, now)) and token.state == CALLED:
        token.state, token.begun_at = SERVED, now


def finish(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> None:
    """What she came for is done at this counter."""
    if token := _open(db, window, pack, counter, now):
        _took(token, now)
        token.state, token.ended_at = DONE, now
        _served(db, pack, token, now)


def _took(token: Token, now: datetime) -> None:
    token.took += int((now - (token.begun_at or token.called_at or now)).total_seconds())


def is_at(db: Session, window: Window, pack: Pack, counter: int, shown: int, now: datetime) -> bool:
    """Whether whoever is at a counter is who the page showed, or nobody: a second press is about somebody else."""
    one_after_another(db, window.code)
    token = _open(db, window, pack, counter, now)
    return (token.id if token else 0) == shown


def _open(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> Token | None:
    here = select(Token).where(
        Token.place == window.code, Token.day == today_of(pack, now), Token.counter == counter,
        Token.state.in_((CALLED, SERVED)),
    )  # fmt: skip
    return db.scalar(here.with_for_update())


def absent(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> None:
    """She was called, and is not there."""
    token = _open(db, window, pack, counter, now)
    if token is None:
        return
    token.state, token.ended_at = GONE, now
    one = locked(db, token.appointment_id)
    if one is not None and one.state == "came":
        one.state, one.changed_at = "missed", now


def come_back(db: Session, pack: Pack, token: Token, now: datetime) -> None:
    """She was not there when she was called, and is now: she is in line again, behind those who wait. Raises
    Refusal."""
    if token.day != today_of(pack, now):
        raise Refusal("This number is of another day.")
    if token.state != GONE:
        return
    token.state, token.counter, token.late, token.in_line_at, token.called_at = WAITS, 0, True, now, None
    one = locked(db, token.appointment_id)
    if one is not None and one.state == "missed":
        one.state, one.changed_at = "came", now


def send_on(db: Session, window: Window, pack: Pack, counter: int, to: int, now: datetime) -> None:
    """She goes on to another counter with the same number, and is called there first. Raises Refusal."""
    if to == counter or to not in {one.number for one in window.counters}:
        raise Refusal("Choose another counter of this window.")
    token = _open(db, window, pack, counter, now)
    if token is None:
        raise Refusal("Nobody is at this counter.")
    _took(token, now)
    token.state, token.counter, token.in_line_at, token.begun_at = WAITS, to, now, None


def _served(db: Session, pack: Pack, token: Token, now: datetime) -> None:
    one = locked(db, token.appointment_id)
    if one is not None:
        served(db, pack, one, now)
