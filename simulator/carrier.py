"""A mobile network with Twilio's REST API in front: it takes texts, delivers them to phones, signs receipts.

POST /2010-04-01/Accounts/<sid>/Messages.json (form, basic auth) answers 201 as Twilio does; the text
lands in the phone's inbox; `sent` and `delivered` receipts follow to StatusCallback, signed like
Twilio's. GET /inbox?number= is the phone's screen. `+...0000` is a number that cannot be reached.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, jsonify, request
from twilio.request_validator import RequestValidator

from .bot_api import Chats, bot_api

RECEIPT_PAUSE_SECONDS = 0.3


class Phones:
    """Every phone's inbox, kept in one file of JSON lines so that a restart forgets nothing."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf8").splitlines() if path.exists() else []
        self._texts: list[dict[str, str]] = [json.loads(line) for line in lines]
        self._parts: dict[tuple[str, int], dict[int, str]] = {}

    def join(self, number: str, header: str, piece: str) -> str:
        """A text of parts, once its last part is there; `header`: 05 00 03 reference, parts, number."""
        if not header:
            return piece
        _, _, _, reference, parts, part = bytes.fromhex(header)
        with self._lock:
            pieces = self._parts.setdefault((number, reference), {})
            pieces[part] = piece
            if len(pieces) < parts:
                return ""
            del self._parts[number, reference]
        return "".join(pieces[one] for one in sorted(pieces))

    def deliver(self, text: dict[str, str]) -> None:
        with self._lock, self._path.open("a", encoding="utf8") as lines:
            lines.write(json.dumps(text, ensure_ascii=False) + "\n")
            self._texts.append(text)

    def inbox(self, number: str) -> list[dict[str, str]]:
        with self._lock:
            return [text for text in self._texts if text["to"] == number]


def create_carrier(account: str, token: str, path: Path, chats: Chats | None = None) -> Flask:
    """The network as a web application."""
    app, phones, asked = Flask("carrier"), Phones(path), list[dict[str, str]]()

    @app.post("/2010-04-01/Accounts/<sid>/Messages.json")
    def messages(sid: str) -> Any:
        given = request.authorization
        if sid != account or given is None or given.username != account or given.password != token:
            return jsonify({"code": 20003, "message": "Authenticate", "status": 401}), 401
        to, body = request.form["To"], request.form["Body"]
        if to.endswith("0000"):
            return jsonify({"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}), 400
        message = {"sid": f"SM{secrets.token_hex(16)}", "to": to, "from": request.form["From"], "body": body}
        phones.deliver({**message, "at": datetime.now(UTC).isoformat(timespec="seconds")})
        callback = request.form.get("StatusCallback", "")
        if callback:
            threading.Thread(target=_receipts, args=(message, callback, account, token), daemon=True).start()
        return jsonify({**message, "status": "queued", "error_code": None, "error_message": None}), 201

    @app.post("/2010-04-01/Accounts/<sid>/Calls.json")
    def calls(sid: str) -> Any:
        """A call that is asked for. Nobody picks up by itself; what was asked for stands at /calls."""
        given = request.authorization
        if sid != account or given is None or given.password != token:
            return jsonify({"code": 20003, "message": "Authenticate", "status": 401}), 401
        made = {**request.form.to_dict(), "sid": f"CA{secrets.token_hex(16)}", "status": "queued"}
        asked.append(made)
        return jsonify({**made, "to": made["To"], "from": made["From"]}), 201

    @app.get("/calls")
    def all_calls() -> Any:
        return jsonify(asked)

    @app.post("/cgi-bin/sendsms")
    def sendsms() -> Any:
        """Kannel's door for texts, as far as a text and its receipt go; the real one is used in the tests."""
        head = request.headers
        body = request.get_data().decode()
        message = {"sid": secrets.token_hex(8), "to": head["X-Kannel-To"], "from": head["X-Kannel-From"]}
        whole = phones.join(head["X-Kannel-To"], head.get("X-Kannel-UDH", ""), body)
        if whole:
            phones.deliver({**message, "body": whole, "at": datetime.now(UTC).isoformat(timespec="seconds")})
        told = head.get("X-Kannel-DLR-Url", "").replace("%d", "1")
        if told:
            threading.Thread(target=_dlr, args=(told,), daemon=True).start()
        return Response("0: Accepted for delivery", 202)

    app.register_blueprint(bot_api(chats or Chats("")))

    @app.get("/inbox")
    def inbox() -> Any:
        return jsonify(phones.inbox(request.args.get("number", "")))

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("well\n")

    return app


def _receipts(message: dict[str, str], callback: str, account: str, token: str) -> None:
    for status in ("sent", "delivered"):
        time.sleep(RECEIPT_PAUSE_SECONDS)
        form = {"MessageSid": message["sid"], "MessageStatus": status, "AccountSid": account, "To": message["to"]}
        signature = RequestValidator(token).compute_signature(callback, form)
        try:
            requests.post(callback, data=form, headers={"X-Twilio-Signature": signature}, timeout=10)
        except requests.RequestException:
            return


def _dlr(url: str) -> None:
    time.sleep(RECEIPT_PAUSE_SECONDS)
    try:
        requests.get(url, timeout=10)
    except requests.RequestException:
        return


def create_demo_carrier() -> Flask:
    """The network of the demo, from the demo's settings."""
    from gateway.settings import read_settings

    settings = read_settings(os.environ)
    return create_carrier(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.var / "phones.jsonl",
        Chats(settings.telegram_bot_token),
    )
