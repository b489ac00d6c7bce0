"""What is known, to be read aloud: found by a few words, with "this is wrong" and "this is missing" for whoever keeps
it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import select

from ... import audit
from ...country.articles import find, read_articles
from ...hotline.records import ArticleFlag
from ...language import fold
from ...settings import ROOT
from ...web import actor, house, page_language, render, staff_page
from . import bp


@staff_page(bp, "/console/articles", needs="articles")
def articles() -> Any:
    return _page()


def _page(status: int = 200, **more: Any) -> Any:
    pack, sought = house().packs[g.staff.country], request.args.get("q", "")[:100]
    known = read_articles(ROOT, pack.code)
    with house().database.reading() as db:
        mine = select(ArticleFlag).where(ArticleFlag.country == pack.code, ArticleFlag.settled_at.is_(None))
        flags = list(db.scalars(mine.order_by(ArticleFlag.id)))
    tag = request.args.get("read", page_language())
    values = {
        "found": find(known, sought), "sought": sought, "flags": flags, "today": datetime.now(UTC).date(), "read": tag,
        "languages": house().languages(pack), "refusal": None, "note": "",
    }  # fmt: skip
    return render("articles.html", status, **{**values, **more})


@staff_page(bp, "/console/articles/flag", needs="articles", methods=("POST",))
def flag() -> Any:
    """Something is wrong with an article, or one is missing."""
    kind, code = request.form.get("kind", ""), request.form.get("article", "")
    known = {article.code for article in read_articles(ROOT, g.staff.country)}
    note = fold.clean(request.form.get("note", ""))[:1000]
    if kind not in ("wrong", "missing") or not note:
        return _page(400, refusal="Write what is wrong, or what is missing.", note=note)
    with house().database.transaction() as db:
        row = ArticleFlag(
            country=g.staff.country,
            article=code if code in known else "",
            kind=kind,
            note=note,
            staff_id=g.staff.id,
            put_at=datetime.now(UTC),
        )
        db.add(row)
        db.flush()
        audit.write(
            db, actor=actor(), act="article.flagged", thing=f"article:{row.article or 'none'}", now=datetime.now(UTC)
        )
    return redirect(url_for("hotline.articles"))


@staff_page(bp, "/console/articles/flag/<int(max=2147483647):flag_id>/settled", needs="counts", methods=("POST",))
def settled(flag_id: int) -> Any:
    """Whoever keeps the articles has mended it."""
    with house().database.transaction() as db:
        row = db.get(ArticleFlag, flag_id)
        if row and row.country == g.staff.country:
            row.settled_at = datetime.now(UTC)
    return redirect(url_for("hotline.articles"))
