"""What providers say of texts that were handed over. Word may come twice, in any order, and part by part."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from ...db import changed
from .. import Receipt
from ..posting import NOTICE, SENT_ANEW
from .records import Outgoing, Ready

RANK = {"waiting": 0, "sending": 1, "unknown": 2, "sent": 3, "failed": 4, "delivered": 5}


def receive(
    db: Session, channel: str, row_id: int | None, receipt: Receipt, now: datetime, attempt: int | None = None
) -> list[Ready]:
    """Takes the provider's word. The row is found by the provider's id, or by the row and the try named in the
    callback. Gives the rows that have now failed for good."""
    found: ColumnElement[bool] = Outgoing.provider_id == (receipt.provider_id or "-")
    if row_id is not None:
        named = and_(Outgoing.id == row_id, *([] if receipt.part else [Outgoing.provider_id.is_(None)]))
        found = or_(found, and_(named, Outgoing.attempts == attempt) if attempt is not None else named)
    late = [] if receipt.state == "delivered" else [Outgoing.state != "waiting"]  # word of a try that is over
    where = and_(Outgoing.channel == channel, found, *late)
    if receipt.provider_id:
        nameless = update(Outgoing).where(where, Outgoing.provider_id.is_(None))
        db.execute(nameless.values(provider_id=receipt.provider_id))
    rows = db.scalars(select(Outgoing).where(where).order_by(Outgoing.id).with_for_update()).all()
    return [failed for row in rows for failed in _take_word(db, row, receipt, now)]


def _take_word(db: Session, row: Outgoing, receipt: Receipt, now: datetime) -> list[Ready]:
    state = _of_all_parts(row, receipt)
    if row.state == "sending" and receipt.part and state == "sent":
        return []  # its other parts may not have been handed over yet
    if state == "failed" and receipt.again and _may_go_anew(row):
        values: dict[str, object] = {"state": "waiting", "due_at": now + SENT_ANEW[row.anew], "anew": row.anew + 1}
        values |= {"provider_id": None, "lease_until": None, "error": f"code {receipt.error}"[:200]}
        db.execute(update(Outgoing).where(Outgoing.id == row.id).values(**values, kind=max(row.kind, NOTICE)))
        return []
    moved = advance(db, Outgoing.id == row.id, state, now, receipt.error or None)
    return [Ready(*(getattr(row, name) for name in Ready._fields))] if moved and state == "failed" else []


def _may_go_anew(row: Outgoing) -> bool:
    """The phone was off: later, inside the hours when one may write. A reply is stale by then; she will ask again."""
    return row.purpose != "reply" and row.anew < len(SENT_ANEW) and row.state in ("sent", "unknown", "sending")


def _of_all_parts(row: Outgoing, receipt: Receipt) -> str:
    """What a receipt for one part says of the whole: delivered with the last part, failed with any."""
    if not receipt.part or row.parts < 2:
        return receipt.state
    known = {**(row.receipts or {})}
    rank = {"sent": 0, "failed": 1, "delivered": 1}
    if rank[receipt.state] >= rank.get(known.get(str(receipt.part), "sent"), 0):
        known[str(receipt.part)] = receipt.state
    row.receipts = known
    if "failed" in known.values():
        return "failed"
    return "delivered" if list(known.values()).count("delivered") == row.parts else "sent"


def advance(db: Session, where: object, state: str, now: datetime, error: str | None) -> bool:
    """Brings rows to a state, never back from a higher one."""
    lower = [name for name, rank in RANK.items() if rank < RANK[state]]
    values: dict[str, object] = {"state": state, "settled_at": now, "lease_until": None}
    if error:
        values["error"] = f"code {error}"[:200]
    done = update(Outgoing).where(where, Outgoing.state.in_(lower)).values(**values)  # type: ignore[arg-type]
    return bool(changed(db, done))
