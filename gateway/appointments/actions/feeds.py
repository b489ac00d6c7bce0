"""The calendar that an office subscribes to, behind an address that nobody can guess."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit, seal
from ..records.around import Feed

LABEL = "feeds.token"
BYTES = 24


def new_feed(db: Session, country: str, place: str, staff_id: int, now: datetime) -> Feed:
    """An address for the calendar of a window; one before it opens nothing any more."""
    token = secrets.token_urlsafe(BYTES)
    row = db.get(Feed, place) or Feed(place=place, country=country)
    row.token, row.token_hash, row.made_at = token, seal.ring().hash(token, LABEL), now
    db.add(row)
    db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act="feed.made", thing=place, now=now)
    return row


def feed_of(db: Session, token: str) -> Feed | None:
    return db.scalar(select(Feed).where(Feed.token_hash.in_(seal.ring().hashes(token, LABEL))))
