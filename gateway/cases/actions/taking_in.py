"""A register of elsewhere is taken in: shown first, then all of it or nothing, and no file twice.

What the book says to be closed stays in the book. Nobody asked these people how they want to be answered: only the
hotline may know their numbers, until they say otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack
from ...people import actions as people
from ..books import Row
from ..records.paper import Book
from ..rules import Refusal
from .opening import Complaint, open_case

PAPER = "paper"
KEPT_FOR = timedelta(days=2)


def keep_book(db: Session, body: bytes, rows: Sequence[Row], staff_id: int, now: datetime) -> Book:
    """Keeps what was read, to be shown and then taken in. Raises Refusal."""
    digest = hashlib.sha256(body).hexdigest()
    if db.scalar(select(Book.id).where(Book.digest == digest, Book.done_at.is_not(None))):
        raise Refusal("This file has been taken in already. Nothing was changed.")
    book = Book(staff_id=staff_id, digest=digest, put_at=now, lines={"rows": [row.raw() for row in rows]})
    db.add(book)
    db.flush()
    return book


def drop_books(db: Session, now: datetime) -> None:
    """What was read and not taken in is kept no longer."""
    db.execute(delete(Book).where(Book.done_at.is_(None), Book.put_at < now - KEPT_FOR))


def take_in(db: Session, pack: Pack, book_id: int, staff_id: int, language: str, now: datetime) -> int:
    """Opens a case for each open line of it; how many. Raises Refusal."""
    book = db.get(Book, book_id)
    if book is None or book.staff_id != staff_id:
        raise Refusal("This file is not there any more. Send it again.")
    # All that are of this file take turns, in one order: it may have been sent twice.
    same = select(Book).where(Book.digest == book.digest).order_by(Book.id)
    if any(row.done_at for row in db.scalars(same.with_for_update().execution_options(populate_existing=True)).all()):
        raise Refusal("This file has been taken in already. Nothing was changed.")
    rows = [Row(**row) for row in book.lines["rows"]]
    zone, count = ZoneInfo(pack.zone), 0
    for row in rows:
        if row.closed:
            continue
        told = datetime.combine(date.fromisoformat(row.day), time(12), zone).astimezone(UTC)
        address = people.make_known(db, pack.code, row.phone, now).id if row.phone else None
        # As one who has her number: nobody is written to unasked, for what she told long ago.
        complaint = Complaint(
            category=row.category, place=row.place, village="", story=row.story, against="",
            answer_by="call" if address and pack.is_confidential(row.category) else "hotline",
            safe_hours="", pin="", language=language, channel=f"{pack.code}-{PAPER}", flow="", alone=True,
            reads=True,
        )  # fmt: skip
        once = f"book:{book.id}:{row.line}"
        open_case(db, pack, complaint, address, min(told, now), noted_at=now, staff_id=staff_id, once=once)
        count += 1
    book.done_at, book.lines = now, {"rows": []}
    audit.write(db, actor=f"staff:{staff_id}", act="book.taken_in", thing=f"book:{book.id}", why=str(count), now=now)
    return count
