"""Photos and voice notes: noted when they are heard, fetched by a worker, kept sealed in the database.

A thing is noted inside the hop, with where the provider keeps it; the bytes come later, bounded and looked into: only
pictures and sounds are kept, whatever the provider called them, and of a picture not the place where it was taken. It
belongs to a case as soon as one is opened; what belongs to none after a month is deleted. What is spoken is written
down by an operator.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, delete, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..db import Base, Moment, Sealed, SealedBytes, wake_later
from ..hotline import actions as hotline
from ..hotline.records import Task
from . import pictures
from .records import Case

LARGEST = 20_000_000
"""Bytes: what Telegram's bots may fetch."""

ALONE_FOR = timedelta(days=30)
TRIED_FOR = timedelta(hours=12)
PAUSE = timedelta(minutes=2)
SIGNATURES: Sequence[tuple[bytes, int, str, str]] = (
    (b"\xff\xd8\xff", 0, "photo", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "photo", "image/png"),
    (b"WEBP", 8, "photo", "image/webp"),
    (b"OggS", 0, "voice", "audio/ogg"),
    (b"WAVE", 8, "voice", "audio/wav"),
    (b"ID3", 0, "voice", "audio/mpeg"),
    (b"\xff\xfb", 0, "voice", "audio/mpeg"),
    (b"\xff\xf3", 0, "voice", "audio/mpeg"),
    (b"#!AMR", 0, "voice", "audio/amr"),
    (b"ftypM4A", 4, "voice", "audio/mp4"),
)


class Kept(NamedTuple):
    """What may be kept of something she sent."""

    kind: str
    content_type: str
    body: bytes


class Attachment(Base):
    """`state`: waiting (to be fetched), kept, failed. `source`: where the provider has it, until we keep it."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str | None] = mapped_column(Sealed("attachments.source"))
    caption: Mapped[str | None] = mapped_column(Sealed("attachments.caption"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    content_type: Mapped[str] = mapped_column(String(40), default="")
    size: Mapped[int] = mapped_column(default=0)
    body: Mapped[bytes | None] = mapped_column(SealedBytes("attachments.body"), deferred=True)
    transcript: Mapped[str | None] = mapped_column(Sealed("attachments.transcript"))
    written_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    put_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_attachments_state_due_at", "state", "due_at"),)


def note(db: Session, channel: str, kind: str, source: str, caption: str, now: datetime) -> int:
    """Notes that something came; a worker fetches it. Its id."""
    row = Attachment(channel=channel, kind=kind, source=source, caption=caption or None, put_at=now, due_at=now)
    db.add(row)
    db.flush()
    wake_later(db, "fetch", row.id)
    return row.id


def belong(db: Session, ids: Collection[int], case: Case, now: datetime) -> None:
    """These were told with a case. What is spoken is to be written down, for whoever reads the case."""
    mine = select(Attachment).where(Attachment.id.in_(ids), Attachment.case_id.is_(None))
    for row in db.scalars(mine):
        row.case_id = case.id
        if row.kind == "voice" and not case.confidential:
            once = f"write_down:{case.id}:{row.id}"
            hotline.put_task(
                db, case.country, "write_down", about=f"case:{case.id}", address_id=None, language=case.language,
                attachment_id=row.id, due_at=now + hotline.CALL_BACK_WITHIN, once=once, now=now,
            )  # fmt: skip
    db.flush()


def of_case(db: Session, case_id: int) -> list[Attachment]:
    return list(db.scalars(select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id)))


def look_into(body: bytes) -> tuple[str, str] | None:
    """Kind and content type of what these bytes are; None for what is neither a picture nor a sound."""
    for mark, at, kind, content_type in SIGNATURES:
        if body[at : at + len(mark)] == mark:
            return kind, content_type
    return None


def ready(body: bytes) -> Kept | None:
    """What is kept of fetched bytes: a sound as it came, a picture without what the phone wrote into it. To be made
    ready outside any transaction: it takes a while."""
    found = look_into(body) if len(body) <= LARGEST else None
    if found is None or found[0] != "photo":
        return Kept(*found, body) if found else None
    made = pictures.bare(body)
    return Kept("photo", made[1], made[0]) if made and len(made[0]) <= LARGEST else None


def keep(db: Session, row: Attachment, found: Kept | None) -> None:
    """Keeps what was fetched, if it is a picture or a sound; its source is forgotten."""
    row.source = None
    if found is None:
        row.state = "failed"
    else:
        row.kind, row.content_type, row.body = found.kind, found.content_type, found.body
        row.state, row.size = "kept", len(found.body)
    db.flush()


def not_fetched(db: Session, row: Attachment, permanent: bool, now: datetime) -> None:
    """Tried again in a while, for half a day."""
    if permanent or now - row.put_at > TRIED_FOR:
        row.state, row.source = "failed", None
    else:
        row.due_at = now + PAUSE
    db.flush()


def write_down(db: Session, row: Attachment, words: str, staff_id: int) -> None:
    """An operator has heard it, and wrote down what was said."""
    row.transcript, row.written_by = words, staff_id
    db.flush()


def waiting(db: Session, before: datetime, limit: int = 20) -> list[int]:
    due = select(Attachment.id).where(Attachment.state == "waiting", Attachment.due_at < before)
    return list(db.scalars(due.order_by(Attachment.due_at).limit(limit)))


def purge(db: Session, now: datetime) -> None:
    """What belongs to no case, and waits for nobody to hear it, is deleted after a month."""
    unheard = exists().where(Task.attachment_id == Attachment.id, Task.state.in_(("waiting", "taken")))
    alone = delete(Attachment).where(Attachment.case_id.is_(None), Attachment.put_at < now - ALONE_FOR)
    db.execute(alone.where(~unheard))
