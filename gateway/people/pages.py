"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import select

from ..language import fold
from ..web import house, limiter, own_path, public, render, staff_page
from . import presence
from .actions import count_try, keep_page_language, tries, use_code
from .records import Staff
from .rules import NEEDS_TOTP

bp = Blueprint("people", __name__)
passwords = PasswordHasher()
WRONG_PASSWORDS = 10  # from one address: nobody can lock somebody else out from afar with ten
WRONG_PASSWORDS_ANYWHERE = 100
WRONG_WINDOW = timedelta(minutes=15)
_NOBODY = passwords.hash("nobody has this password")
HOME_OF = {
    "queue": "cases.queue",
    "calls": "hotline.queue",
    "lodge": "cases.lodging",
    "team": "cases.team",
    "counts": "cases.figures",
}


@bp.route("/console/sign-in", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"], deduct_when=lambda response: response.status_code == 403)
@public
def sign_in() -> Any:
    if request.method == "GET":
        return render("sign_in.html", name="", wrong=False)
    name, now = fold.clean(request.form.get("name", ""))[:60], datetime.now(UTC)
    staff = _verified(name, request.form.get("password", ""), request.form.get("code", ""), now)
    if staff is None:
        return render("sign_in.html", 403, name=name, wrong=True)
    presence.begin(staff.id, now)
    return redirect(own_path(request.args.get("next", ""), url_for("people.home")))


def _verified(name: str, password: str, code: str, now: datetime) -> Staff | None:
    """The member of staff, or nobody; the password is checked outside any transaction, and always."""
    database, demo = house().database, house().settings.demo
    here = f"{name}\0{request.remote_addr}"
    bounds = {("password.here", here): WRONG_PASSWORDS, ("password.name", name): WRONG_PASSWORDS_ANYWHERE}
    with database.reading() as db:
        staff = db.scalar(select(Staff).where(Staff.name == name, Staff.active))
        blocked = any(tries(db, *key, since=now - WRONG_WINDOW) >= most for key, most in bounds.items())
    if blocked:
        return None
    try:
        passwords.verify(staff.password if staff else _NOBODY, password)
    except VerificationError:
        staff = None
    if staff and staff.role in NEEDS_TOTP and not demo and not _code_fits(staff, code, now):
        staff = None
    if staff is None:
        with database.transaction() as db:
            for key in bounds:
                count_try(db, *key, now=now)
        return None
    return staff


def _code_fits(staff: Staff, code: str, now: datetime) -> bool:
    """A one-time code of now or 30 seconds ago; each opens once."""
    if not staff.totp or not code.isdigit():
        return False
    totp = pyotp.TOTP(staff.totp)
    for ago in (0, 30):
        moment = now - timedelta(seconds=ago)
        if pyotp.utils.strings_equal(totp.at(moment), code):
            with house().database.transaction() as db:
                return use_code(db, staff.id, totp.timecode(moment))
    return False


@bp.post("/console/sign-out")
@public
def sign_out() -> Any:
    presence.end()
    return redirect(url_for("people.sign_in"))


@bp.post("/console/language")
@public
def language() -> Any:
    """Keeps the language of the pages: on the member of staff, or in a visitor's cookie."""
    tag = request.form.get("lang", "en")
    answer = redirect(own_path(request.form.get("back", "/"), "/"))
    if g.get("staff"):
        with house().database.transaction() as db:
            keep_page_language(db, g.staff.id, tag)
    else:
        answer.set_cookie("lang", tag[:12], max_age=31536000, httponly=True, samesite="Lax")
    return answer


@staff_page(bp, "/console", needs="signed_in")
def home() -> Any:
    """Where this role works; a role without pages yet is told so."""
    for permission, page in HOME_OF.items():
        if permission in g.permissions:
            return redirect(url_for(page))
    return render("nothing_here.html")
