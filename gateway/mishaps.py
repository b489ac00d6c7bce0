"""What a page, a carrier or a probe gets when something goes wrong: a sentence, and for our own mistakes a mark that
the log has too.

A page is told in the reader's language; what is read by machines gets a line of plain text. What a citizen hears when
her conversation fails is `webhooks.py`.
"""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from .web import render

INCIDENT_LETTERS = "bcdfghjkmnpqrstvwxz"
log = structlog.get_logger()


def set_up_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)
    app.register_error_handler(CSRFError, _csrf_error)


def incident(what: str) -> str:
    """Logs the exception being handled under a mark that people can tell us: letters, easily told apart."""
    number = "".join(secrets.choice(INCIDENT_LETTERS) for _ in range(8))
    log.exception("incident", number=number, what=what)
    return number


def _wants_text() -> bool:
    return request.path.startswith("/in/") or request.path in ("/metrics", "/healthz", "/readyz")


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    if _wants_text() or error.response is not None:
        body = {404: "There is nothing at this address.\n", 413: "The request is too long.\n"}.get(
            code, f"{error.name}.\n"
        )
        return Response(body, code, content_type="text/plain")
    return render("error.html", code, code=404 if code == 405 else code)


def _csrf_error(_error: CSRFError) -> Response:
    return render("error.html", 400, code=400)


def _crash(error: Exception) -> Response:
    number = incident(request.endpoint or "page")
    if _wants_text():
        return Response(f"Something went wrong here ({number}).\n", 500, content_type="text/plain")
    return render("error.html", 500, code=500, number=number)
