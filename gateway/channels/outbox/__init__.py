"""The outbox: what must still be said, as rows. A send is proved by its row, not by a call.

A row is claimed with a lease, sent outside any transaction, and marked. A worker killed in between
leaves a lease that runs out: whether that text went out nobody knows, so it becomes *unknown*, is
never repeated by itself, and is settled by the provider's receipt (whose address names the row and the
try) or by a member of staff. Receipts may come twice and in any order; a state never goes backwards. What
failed for good is a dead letter: staff see it, and may send it again.

Replies go before notices, notices before what many are told; within these, what is due first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from ...db import changed, wake_later
from .. import NotSent, Turn
from ..posting import BULK, GIVE_UP, NOTICE, REPLY, kind_of, pause_after
from .receipts import advance
from .receipts import receive as receive
from .records import BATCH, READY, Outgoing, Ready, in_order
from .records import about as about
from .records import counts as counts
from .records import dead_letters as dead_letters
from .records import lines_of as lines_of
from .records import next_to as next_to
from .records import overdue as overdue
from .records import still_to_go as still_to_go
from .records import stuck as stuck

LEASE = timedelta(seconds=60)
REPLIES_KEPT, MANY_KEPT = timedelta(hours=48), timedelta(days=60)
WITHHELD = timedelta(days=60)
UNWANTED = "she asked for no messages"
BRIEF = ("reply", "code", "cut", "staff", "rights", "looked")
JITTER = SystemRandom()


_PUT = insert(Outgoing).returning(Outgoing.id)
_ONCE = select(Outgoing.id).where(Outgoing.once == bindparam("once"))


def put(
    db: Session, channel: str, address_id: int, body: str, *, purpose: str, about: str, once: str, now: datetime,
    due_at: datetime | None = None, asked: bool = True,
) -> int | None:  # fmt: skip
    """Puts a text into the outbox; its row's id. `once`: the same word puts nothing a second time. `asked`: she has
    said something a moment ago, and waits for it."""
    if db.scalar(_ONCE, {"once": once}):
        return None
    kind = kind_of(purpose) if asked else max(kind_of(purpose), NOTICE)
    row = {
        "channel": channel, "address_id": address_id, "body": body, "purpose": purpose, "about": about, "once": once,
        "kind": kind, "due_at": due_at or now, "put_at": now,
    }  # fmt: skip
    db.flush()
    row_id: int = db.connection().execute(_PUT, row).scalar_one()
    if kind < BULK and due_at is None:
        wake_later(db, "deliver", row_id)
    return row_id


def put_reply(db: Session, channel: str, address_id: int, turn: Turn, *, once: str, inline: bool, now: datetime) -> int:
    """The reply to what was just said. `inline`: the HTTP response carries it, and only its receipt is awaited."""
    row = Outgoing(
        channel=channel, address_id=address_id, body=turn.head if turn.lines else turn.text, purpose="reply",
        about="", once=once, kind=REPLY, due_at=now, put_at=now, attempts=1 if inline else 0,
        state="sent" if inline else "waiting", settled_at=now if inline else None,
        buttons={"mark": turn.mark, "lines": [[line.press, line.label] for line in turn.lines]} if turn.lines else None,
    )  # fmt: skip
    db.add(row)
    db.flush()
    if not inline:
        wake_later(db, "deliver", row.id)
    return row.id


def claim(db: Session, now: datetime, only: int | None = None, closed: Sequence[str] = ()) -> list[Ready]:
    """Leases what is due (or the row `only`, if it is due), so that no other worker sends it; nothing of the channels
    that are `closed`, and no reply before an earlier one to the same address."""
    due = and_(Outgoing.state == "waiting", Outgoing.due_at <= now, Outgoing.channel.not_in(closed), in_order(now))
    order = (Outgoing.kind, Outgoing.due_at, Outgoing.id)
    wanted = select(Outgoing.id).where(due).order_by(*order).limit(BATCH).with_for_update(skip_locked=True)
    if only is not None:
        wanted = wanted.where(Outgoing.id == only)
    ids = db.scalars(wanted).all()
    taken = (
        update(Outgoing)
        .where(Outgoing.id.in_(ids), Outgoing.state == "waiting")
        .values(state="sending", lease_until=now + LEASE, attempts=Outgoing.attempts + 1, receipts=None)
        .returning(*READY)
    )
    found = [Ready(*row) for row in db.execute(taken)]
    return sorted(found, key=lambda ready: ids.index(ready.id))


def postpone(db: Session, row_id: int, until: datetime, why: str) -> None:
    """Puts a claimed row back without counting it as a try: it may not go yet."""
    values = {"state": "waiting", "lease_until": None, "due_at": until, "error": why[:200]}
    row = update(Outgoing).where(Outgoing.id == row_id, Outgoing.state == "sending")
    db.execute(row.values(**values, attempts=Outgoing.attempts - 1))


def sent(db: Session, row_id: int, provider_id: str, now: datetime, parts: int = 1) -> None:
    """The provider took it. A receipt may have been quicker: it is not undone."""
    values = {"provider_id": provider_id or None, "lease_until": None, "error": None, "parts": parts}
    db.execute(update(Outgoing).where(Outgoing.id == row_id).values(**values))
    advance(db, Outgoing.id == row_id, "sent", now, None)


def not_sent(db: Session, row_id: int, failure: NotSent, now: datetime) -> bool:
    """Back to waiting with a growing, jittered pause, for two days; or failed for good; or unknown. A receipt
    that came meanwhile stands. Whether it failed for good."""
    row = db.get_one(Outgoing, row_id)
    values: dict[str, object] = {"error": failure.reason[:200], "lease_until": None}
    if failure.unknown:
        values["state"] = "unknown"
    elif failure.permanent or now - row.put_at >= GIVE_UP:
        values |= {"state": "failed", "settled_at": now}
    else:
        pause = failure.after or pause_after(row.attempts, JITTER.uniform(0.8, 1.2))
        values |= {"state": "waiting", "due_at": now + pause}
        values |= {"attempts": row.attempts - 1} if failure.after else {}
    mine = update(Outgoing).where(Outgoing.id == row_id, Outgoing.state == "sending").values(**values)
    return bool(changed(db, mine)) and values.get("state") == "failed"


def mark_lost(db: Session, now: datetime) -> int:
    """Rows whose sender died with the lease: nobody knows whether they went out."""
    lost = and_(Outgoing.state == "sending", Outgoing.lease_until < now)
    values = {"state": "unknown", "lease_until": None, "error": "the sender was stopped while sending"}
    return changed(db, update(Outgoing).where(lost).values(**values))


def send_again(db: Session, row_id: int, now: datetime) -> bool:
    """By a member of staff, for a text that failed or whose fate is unknown."""
    again = update(Outgoing).where(Outgoing.id == row_id, Outgoing.state.in_(("failed", "unknown")))
    values = {
        "state": "waiting",
        "anew": 0,
        "put_at": now,
        "due_at": now,
        "provider_id": None,
        "error": None,
        "settled_at": None,
    }
    done = bool(changed(db, again.values(**values)))
    if done:
        wake_later(db, "deliver", row_id)
    return done


def forget_replies(db: Session, address_id: int) -> None:
    """Drops what was replied to an address; what is still on its way goes once it was handed over."""
    mine = and_(Outgoing.address_id == address_id, Outgoing.purpose == "reply")
    db.execute(delete(Outgoing).where(mine, Outgoing.state.not_in(("waiting", "sending"))))
    db.execute(update(Outgoing).where(mine).values(forget=True))


def drop(db: Session, row_id: int) -> bool:
    """Deletes a row that was to be forgotten once it was handed over; whether it was such a one."""
    return bool(changed(db, delete(Outgoing).where(Outgoing.id == row_id, Outgoing.forget)))


def take_back(db: Session, thing: str, now: datetime) -> int:
    """Nothing more of this goes out."""
    mine = update(Outgoing).where(Outgoing.about == thing, Outgoing.state == "waiting")
    return changed(db, mine.values(state="withdrawn", settled_at=now, error="stopped by staff"))


def withdraw(db: Session, row_id: int, why: str, now: datetime) -> None:
    """A claimed row that is not to go out after all: she wants no messages, or staff stopped it."""
    mine = update(Outgoing).where(Outgoing.id == row_id, Outgoing.state == "sending")
    db.execute(mine.values(state="withdrawn", lease_until=None, settled_at=now, error=why))


def go_on(db: Session, address_id: int, now: datetime) -> None:
    """She wants our messages again: what her cases' offices wrote meanwhile goes out."""
    mine = and_(Outgoing.address_id == address_id, Outgoing.state == "withdrawn", Outgoing.purpose == "answer")
    held = update(Outgoing).where(mine, Outgoing.error == UNWANTED, Outgoing.put_at > now - WITHHELD)
    db.execute(held.values(state="waiting", due_at=now, settled_at=None, error=None))


def note_parts(db: Session, row_id: int, parts: int) -> None:
    """How many parts are about to be handed over: a receipt may come before the last of them has gone."""
    db.execute(update(Outgoing).where(Outgoing.id == row_id).values(parts=parts))


def send_elsewhere(db: Session, things: Collection[str], channel: str, address_id: int) -> None:
    """What still waits about some things goes to another address."""
    waiting = update(Outgoing).where(Outgoing.about.in_(things), Outgoing.state == "waiting")
    db.execute(waiting.values(channel=channel, address_id=address_id))


def forget_about(db: Session, things: Collection[str]) -> None:
    """Deletes every text about some things: what was said is kept no longer."""
    db.execute(delete(Outgoing).where(Outgoing.about.in_(things)))


def purge(db: Session, now: datetime) -> set[int]:
    """Forgets replies and codes after two days, as hops are, and what many were told after two months; what belongs to
    a case stays with it. Gives the addresses of replies that were to be forgotten with their number."""
    over = Outgoing.state.not_in(("waiting", "sending"))
    gone = set(db.scalars(select(Outgoing.address_id).where(Outgoing.forget, over)))
    brief, many = Outgoing.purpose.in_(BRIEF), Outgoing.purpose == "broadcast"
    old = or_(
        Outgoing.forget,
        and_(brief, Outgoing.put_at < now - REPLIES_KEPT),
        and_(many, Outgoing.put_at < now - MANY_KEPT),
    )
    db.execute(delete(Outgoing).where(over, old))
    return gone
