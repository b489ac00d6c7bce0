"""What every page needs: permission, CSRF, rate limits, headers, rendering.

A route without a declared permission cannot exist: `public` and `staff_page` are the only two ways,
and a test walks the route table. Who is signed in is found by `people.presence` before each request:
it sets `g.staff` and `g.permissions`. What is shown when something goes wrong is `mishaps.py`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from .country import Pack
from .house import House
from .language import formats
from .language.catalogue import fill
from .language.tags import babel_name

LONGEST_BODY = 256 * 1024
REGISTERS, LONGEST_FILE = "/console/registers", 20 * 1024 * 1024
CONSOLE = "console"
OWN_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_-]*(?:\?[A-Za-z0-9=&%_.,:+~-]*)?")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True, swallow_errors=True, strategy="fixed-window")

View = Callable[..., Any]


def house() -> House:
    here: House = current_app.config["HOUSE"]
    return here


def public(view: View) -> View:
    """Marks a route that anyone may call."""
    view.needs = "public"  # type: ignore[attr-defined]
    return view


def staff_page(bp: Blueprint, rule: str, *, needs: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """A route for staff who hold the permission `needs`."""

    def declare(view: View) -> View:
        @functools.wraps(view)
        def checked(**values: Any) -> Any:
            if g.get("staff") is None:
                return redirect(url_for("people.sign_in", next=request.path if request.method == "GET" else None))
            if needs != "signed_in" and needs not in g.permissions:
                abort(403)
            return view(**values)

        checked.needs = needs  # type: ignore[attr-defined]
        bp.add_url_rule(rule, view_func=checked, methods=list(methods))
        return checked

    return declare


def own_path(path: str, otherwise: str) -> str:
    """A path of this house to go to next; anything else, such as another site's address, is not followed."""
    return path if OWN_PATH.fullmatch(path) else otherwise


def in_language(tag: str, template: str, **values: Any) -> Markup:
    """A part of a page in another language than the page's, where the staff's sentences are in it."""
    g.speaks = tag if tag in _page_languages() else None
    try:
        return Markup(render_template(template, tag=page_language(), **values))  # noqa: S704 (our own template)
    finally:
        g.pop("speaks", None)


def actor() -> str:
    return f"staff:{g.staff.id}"


def page_language() -> str:
    """The language of the page: the member of staff's own, or what a visitor chose; of a part of it that somebody else
    is to read, hers (`in_language`)."""
    tag = g.staff.language if g.get("staff") else request.args.get("lang") or request.cookies.get("lang", "en")
    tag = g.get("speaks") or tag
    return tag if tag in _page_languages() else "en"


def _page_languages() -> list[str]:
    here = house()
    served = {tag for pack in here.packs.values() for tag in here.languages(pack)}
    return sorted(tag for tag in served if here.traits[tag].staff)


def language_name(tag: str) -> str:
    """What a locale calls itself."""
    traits = house().traits.get(tag)
    return traits.name if traits else tag


def t(sentence: str, **facts: Any) -> Markup | str:
    """A sentence of the pages in the reader's language."""
    words = house().texts.find(page_language(), (CONSOLE, sentence))
    return fill(words, {name: str(fact) for name, fact in facts.items()})


def programme_name(pack: Pack, code: str) -> str:
    """What a programme is called, in the reader's language; the code of one that left the pack."""
    programme = pack.programmes.get(code)
    return house().texts.say(page_language(), programme.key("name")) if programme else code


def when(moment: datetime | None, with_time: bool = True) -> str:
    """A moment as staff read it: weekday, day, and the local time."""
    if moment is None:
        return ""
    zone = next(iter(house().packs.values())).zone
    day = formats.day_of(page_language(), moment, zone)
    return f"{day}, {formats.clock_time(moment, zone)}" if with_time else day


def render(template: str, status: int = 200, **values: Any) -> Response:
    return Response(render_template(template, **values), status, content_type="text/html; charset=utf-8")


def set_up_web(app: Flask, here: House) -> None:
    """Gives the app all of the above."""
    app.config.update(
        HOUSE=here,
        SECRET_KEY=here.settings.secret_key,
        SESSION_COOKIE_NAME="sala",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=here.settings.public_base_url.startswith("https:"),
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=_limits_url(here.settings.redis_url),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 0.5, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    if here.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=here.settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.before_request(_longer)  # before anything reads what was sent
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_no_nul)
    app.after_request(_headers)
    marks = _content_marks(Path(app.static_folder or ""))
    app.context_processor(
        lambda: {
            "t": t,
            "says": lambda context, sentence: house().texts.find(page_language(), (context, sentence)),
            "when": when,
            "programme_name": programme_name,
            "asset": lambda name: url_for("static", filename=name, v=marks[name]),
            "lang": page_language(),
            "html_lang": babel_name(page_language()),
            "page_languages": [(tag, language_name(tag)) for tag in _page_languages()],
            "may": lambda permission: permission in g.get("permissions", ()),
            "demo": here.settings.demo,
            "drafts": here.settings.drafts and page_language() != "en",
        }
    )
    app.jinja_env.filters.update(
        grouped=formats.grouped,
        language_name=language_name,
        dated=lambda day: formats.day_and_year(page_language(), day),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _longer() -> None:
    """A file of a register may be long."""
    if request.path == REGISTERS:
        request.max_content_length = LONGEST_FILE


def _no_nul() -> None:
    """No form or address of ours holds a NUL, and PostgreSQL takes none; what carriers send is looked at where it is
    heard."""
    if not request.path.startswith("/in/") and any("\0" in value for value in request.values.values()):
        abort(400)


def _content_marks(folder: Path) -> dict[str, str]:
    """A mark of what each static file holds: a browser keeps a file for a year, and asks anew when it changed."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()[:10] for path in files}


def _limits_url(url: str) -> str:
    """The rate limiter's spelling of a Redis address on a Unix socket."""
    return f"redis+{url}" if url.startswith("unix://") else url


def _headers(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000"
    elif response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
