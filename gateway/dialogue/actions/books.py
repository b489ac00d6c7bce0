"""Books are kept with the conversations that name them: each ends on the flows and texts it began with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...db import insert_new
from ..book import Book, from_bytes, to_bytes
from ..records import BookRow


def keep_book(db: Session, book: Book, now: datetime) -> None:
    """Stores a book, unless it is there."""
    if db.scalar(select(BookRow.print).where(BookRow.print == book.print)):
        return
    db.execute(insert_new(db, BookRow, print=book.print, body=to_bytes(book), kept_at=now))


_books: dict[str, Book] = {}


def find_book(db: Session, served: Book, fingerprint: str) -> Book:
    """The book a conversation began with; from memory, or from where it was kept."""
    if fingerprint == served.print:
        return served
    if fingerprint not in _books:
        _books[fingerprint] = replace(from_bytes(db.get_one(BookRow, fingerprint).body), print=fingerprint)
    return _books[fingerprint]
