"""Who is signed in: sessions kept in the database, so that they can be revoked and end when idle.

The cookie holds a random token; the row holds its keyed hash. Before each request `find` sets `g.staff`
and `g.permissions`.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from flask import g, request, session
from sqlalchemy import select

from .. import seal
from ..web import house
from . import actions
from .actions import PRESENCE
from .records import Presence, Staff
from .rules import PERMISSIONS

SEEN_EVERY = timedelta(minutes=1)


def begin(staff_id: int, now: datetime) -> None:
    """Signs a member of staff in."""
    token = secrets.token_urlsafe(32)
    with house().database.transaction() as db:
        actions.begin_presence(db, staff_id, token, now)
    session.clear()
    session[PRESENCE] = token


def end() -> None:
    """Signs out: the token opens nothing any more, wherever it was copied."""
    with house().database.transaction() as db:
        actions.end_presence(db, session.get(PRESENCE, ""), datetime.now(UTC))
    session.clear()


def find() -> None:
    """Before each request: who this is, if anyone."""
    g.staff, g.permissions = None, frozenset()
    token = session.get(PRESENCE)
    if not token or request.endpoint == "static":
        return
    now = datetime.now(UTC)
    mine = Presence.token_hash.in_(seal.ring().hashes(token, PRESENCE))
    alive = select(Presence, Staff).join(Staff, Staff.id == Presence.staff_id).where(mine, *actions.is_here(now))
    with house().database.reading() as db:
        found = db.execute(alive).first()
    if found is None:
        return
    presence, g.staff = found
    g.permissions = PERMISSIONS.get(g.staff.role, frozenset())
    polled = request.method == "GET" and "HX-Request" in request.headers  # the page asks by itself, not she
    if now - presence.seen_at > SEEN_EVERY and not polled:
        with house().database.transaction() as db:
            actions.see_presence(db, presence.id, now)
