"""Texts that did not arrive, and channels that stand still: seen by staff, sent again, set going."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for

from .. import audit
from ..cases.records.access import are_confidential
from ..channels import outbox, spending
from ..channels.outbox.records import Outgoing
from ..db import Mark
from ..delivering import HELD, held_channels, release
from ..web import actor, house, render, staff_page

bp = Blueprint("letters", __name__)
SHOWN = 200


@staff_page(bp, "/console/letters", needs="letters")
def dead_letters() -> Any:
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    with house().database.reading() as db:
        dead = outbox.dead_letters(db, list(pack.channels), SHOWN)
        hidden = are_confidential(db, [row.about for row in dead])
        rows = [row for row in dead if row.about not in hidden]
        held = [(name, db.get_one(Mark, f"{HELD}{name}")) for name in held_channels(db, now) if name in pack.channels]
        alarms = spending.alarms(db, now.date(), pack.channels)
    return render("letters.html", rows=rows, held=held, alarms=alarms)


@staff_page(bp, "/console/letters/<int(max=2147483647):row_id>/again", needs="letters", methods=("POST",))
def again(row_id: int) -> Any:
    """Sends once more what failed, or what may not have arrived."""
    now = datetime.now(UTC)
    with house().database.transaction() as db:
        row = db.get(Outgoing, row_id)
        if row is None or row.channel not in house().packs[g.staff.country].channels:
            abort(404)
        if are_confidential(db, [row.about]):
            abort(404)
        outbox.send_again(db, row_id, now)
        audit.write(db, actor=actor(), act="send.again", thing=f"outbox:{row_id}", now=now)
    return redirect(url_for("letters.dead_letters"))


@staff_page(bp, "/console/letters/release", needs="letters", methods=("POST",))
def go_on() -> Any:
    """The account was mended: the channel goes on at once."""
    name, now = request.form.get("channel", ""), datetime.now(UTC)
    if name not in house().packs[g.staff.country].channels:
        abort(404)
    with house().database.transaction() as db:
        release(db, name)
        audit.write(db, actor=actor(), act="channel.released", thing=f"channel:{name}", now=now)
    return redirect(url_for("letters.dead_letters"))
