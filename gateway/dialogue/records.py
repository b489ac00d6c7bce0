"""Tables of conversations: books, conversations, and what was heard (for answering a repeat the same).

A heard row holds no number, and its session only hashed; it is purged within 48 hours.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Moment, Sealed, SealedJson


class BookRow(Base):
    """All flows and texts as they were when a conversation began."""

    __tablename__ = "books"

    print: Mapped[str] = mapped_column(String(16), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class Conversation(Base):
    """An unfinished conversation of an address; one at a time, deleted when it ends. `consumed`: letters of
    the session's cumulative text that were answered. `lapses_at`: when it goes on by itself. `parked`: what others
    told on this phone, which lapses when this conversation closes (`actions/parked.py`)."""

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(40))
    book: Mapped[str] = mapped_column(ForeignKey("books.print"))
    state: Mapped[dict[str, Any]] = mapped_column(SealedJson("conversations.state"))
    parked: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("conversations.parked"))
    session_hash: Mapped[str] = mapped_column(String(80), index=True)
    consumed: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(120), default="")
    heard_at: Mapped[datetime] = mapped_column(Moment)
    lapses_at: Mapped[datetime] = mapped_column(Moment, index=True)


class Question(Base):
    """A question of ours that waits until its address next begins a conversation."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    flow: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(SealedJson("questions.facts"))
    put_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment, index=True)


class Left(Base):
    """Where a conversation ended, with nobody's name on it. `how`: ended, opened (by itself), left,
    stopped."""

    __tablename__ = "conversations_left"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    step: Mapped[str] = mapped_column(String(120))
    how: Mapped[str] = mapped_column(String(10))
    book: Mapped[str] = mapped_column(String(16))


class HeardRow(Base):
    """A hop that was answered, and the answer: the turn, and the outbox row that stands for it, as JSON."""

    __tablename__ = "heard"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    hop_hash: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(Sealed("heard.answer"))
    heard_at: Mapped[datetime] = mapped_column(Moment, index=True)

    __table_args__ = (UniqueConstraint("channel", "hop_hash"),)
