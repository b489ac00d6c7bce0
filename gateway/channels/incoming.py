"""A web request as a channel sees it: the public address that the provider signed, path and query as they came."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from . import Request


def request_of(event: str = "") -> Request:
    """The request being answered. Behind a proxy the address is not rebuilt from headers, which anybody can write, but
    from PUBLIC_BASE_URL and the raw path and query."""
    base = current_app.config["HOUSE"].settings.public_base_url
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    path = raw if raw.startswith("/") else "/" + raw.split("://", 1)[-1].partition("/")[2]
    body = request.get_data(cache=True) if not request.form else b""
    headers: dict[str, Any] = dict(request.headers)
    return Request(base + path, request.args, request.form, headers, body, event)
