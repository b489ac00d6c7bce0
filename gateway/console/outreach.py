"""Messages to many: written with what they reach and cost, approved by a second person, watched, stopped; and their
polls."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, g, redirect, request, url_for
from sqlalchemy import func, select

from ..channels import outbox, spending
from ..country import Pack
from ..outreach import actions
from ..outreach.records import Broadcast, CampaignCount, Wish, audience, of_country, poll_counts
from ..outreach.rules import KINDS, Preview, Refused, preview
from ..people.records import Address, Staff
from ..web import house, page_language, render, staff_page

bp = Blueprint("outreach", __name__)
CODES_OF = timedelta(days=30)


@staff_page(bp, "/console/outreach", needs="outreach")
def all_messages() -> Any:
    return _page()


def _page(status: int = 200, **more: Any) -> Any:
    pack, today = house().packs[g.staff.country], datetime.now(UTC).date()
    with house().database.reading() as db:
        rows = of_country(db, pack.code)
        looked = {row.id: look(db, pack, row) for row in rows if row.state in ("draft", "sending")}
        going = {row.id for row in rows if row.state == "sending" or outbox.still_to_go(db, f"broadcast:{row.id}")}
        polls = {row.id: poll_counts(db, row.id) for row in rows if row.kind == "poll"}
        names = {row.id: row.name for row in db.scalars(select(Staff).where(Staff.country == pack.code))}
        wishes = db.scalar(select(func.count()).select_from(Wish).join(Address).where(Address.country == pack.code))
        spent, alarms = spending.of_month(db, today, pack.channels), spending.alarms(db, today, pack.channels)
        codes = _codes(db, pack.code, today)
    values = {
        "rows": rows, "looked": looked, "polls": polls, "names": names, "kinds": KINDS, "pack": pack, "refusal": None,
        "places": _places(pack), "languages": house().languages(pack), "wishes": wishes or 0, "spent": spent,
        "codes": codes, "alarms": alarms, "going": going, "form": {}, "main": (pack.languages[0], "en"),
    }  # fmt: skip
    return render("outreach.html", status, **{**values, **more})


def _codes(db: Any, country: str, today: date) -> list[tuple[str, int]]:
    counted = select(CampaignCount.code, func.sum(CampaignCount.count)).where(
        CampaignCount.country == country, CampaignCount.day > today - CODES_OF
    )
    return [(code, int(count)) for code, count in db.execute(counted.group_by(CampaignCount.code))]


def _places(pack: Pack) -> list[tuple[str, str]]:
    """The pilot's provinces and their districts."""
    tag = page_language()
    found = []
    for area in pack.areas:
        found.append((area, pack.places.name(area, tag)))
        found += [(code, pack.places.full_name(code, tag)) for code in pack.places.under(area)]
    return found


def look(db: Any, pack: Pack, row: Broadcast) -> Preview:
    """Whom a message reaches now, and what it costs."""
    channels = current_app.config["CHANNELS"]
    people = audience(db, row.country, actions.areas(pack, row.place), row.cursor, row.answers_of)
    reached = [(one.number, one.language or "en") for one in people if pack.writes_to(one.number)]
    way = next(channel for channel in pack.channels.values() if channel.kind == "sms")
    tags = {tag for _, tag in reached}
    parts = {tag: channels[way.name].parts(actions.body_of(row, house(), tag)) for tag in tags}
    return preview(reached, parts, way.prices)


@staff_page(bp, "/console/outreach/write", needs="outreach", methods=("POST",))
def write() -> Any:
    """A draft, for somebody else to approve."""
    pack, form = house().packs[g.staff.country], request.form
    texts = {tag: form.get(f"text-{tag}", "") for tag in house().languages(pack)}
    try:
        with house().database.transaction() as db:
            actions.write(db, pack, form.get("kind", ""), form.get("place", ""), texts, g.staff.id, datetime.now(UTC))
    except Refused as refused:
        return _page(400, refusal=refused.sentence, form=form)
    return redirect(url_for("outreach.all_messages"))


@staff_page(bp, "/console/outreach/<int(max=2147483647):broadcast_id>", needs="outreach", methods=("POST",))
def act(broadcast_id: int) -> Any:
    """Approves, drops or stops."""
    word = request.form.get("act", "")
    if word not in ("approve", "drop", "stop"):
        return _page(400, refusal="Choose what to do with it.")
    try:
        with house().database.transaction() as db:
            actions.act(db, broadcast_id, g.staff.country, word, g.staff.id, datetime.now(UTC))
    except Refused as refused:
        return _page(409, refusal=refused.sentence)
    return redirect(url_for("outreach.all_messages"))


@staff_page(bp, "/console/outreach/<int(max=2147483647):broadcast_id>/result", needs="outreach", methods=("POST",))
def result(broadcast_id: int) -> Any:
    """The result of a poll as a draft, for those who answered; the words may be changed before it is approved."""
    pack, form = house().packs[g.staff.country], request.form
    texts = {tag: form.get(f"text-{tag}", "") for tag in house().languages(pack)}
    try:
        with house().database.transaction() as db:
            poll = db.get(Broadcast, broadcast_id)
            if poll is None or poll.country != pack.code or poll.kind != "poll":
                raise Refused("There is no such message.")
            actions.write(db, pack, "other", poll.place, texts, g.staff.id, datetime.now(UTC), answers_of=poll.id)
    except Refused as refused:
        return _page(400, refusal=refused.sentence, form=form)
    return redirect(url_for("outreach.all_messages"))
