"""Telegram's Bot API as a bot sees it: enough of it to write, to show buttons, to fetch files, to refuse.

POST /bot<token>/<method> (form, nested things as JSON inside it) answers `{"ok": true, "result": ...}`; a photo or a
voice note is at /file/bot<token>/<path>. What a bot wrote is kept by chat. `faults` holds, by chat, what is answered
instead: a status with a body, once each, in order.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, jsonify, request


@dataclass
class Chats:
    """What stands in each chat, oldest first; the files people sent; the faults to come; updates for `getUpdates`."""

    token: str
    said: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[int, list[tuple[int, Any]]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))


def bot_api(chats: Chats) -> Blueprint:
    bp = Blueprint("bot_api", __name__)

    @bp.post("/bot<token>/<method>")
    def call(token: str, method: str) -> Any:
        if token != chats.token:
            return jsonify(ok=False, error_code=401, description="Unauthorized"), 401
        chats.asked.append((method, request.form.to_dict()))
        return _METHODS.get(method, _nothing)(chats)

    @bp.get("/file/bot<token>/<path:name>")
    def file(token: str, name: str) -> Any:
        found = chats.files.get(name) if token == chats.token else None
        return Response(found) if found is not None else Response(status=404)

    return bp


def _send_message(chats: Chats) -> Any:
    chat = int(request.form["chat_id"])
    if chats.faults.get(chat):
        status, body = chats.faults[chat].pop(0)
        return Response(body if isinstance(body, str) else json.dumps(body), status, content_type="application/json")
    number = next(chats.numbers)
    markup = json.loads(request.form.get("reply_markup", "{}"))
    chats.said.setdefault(chat, []).append({"text": request.form["text"], "buttons": _buttons(markup)})
    result = {"message_id": number, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}
    return jsonify(ok=True, result={**result, "text": request.form["text"]})


def _buttons(markup: dict[str, Any]) -> list[tuple[str, str]]:
    return [(b["text"], b.get("callback_data", "")) for row in markup.get("inline_keyboard", []) for b in row]


def _get_file(chats: Chats) -> Any:
    name = request.form["file_id"]
    if name not in chats.files:
        return jsonify(ok=False, error_code=400, description="Bad Request: invalid file_id"), 400
    size = len(chats.files[name])
    return jsonify(ok=True, result={"file_id": name, "file_unique_id": name, "file_size": size, "file_path": name})


def _get_updates(chats: Chats) -> Any:
    offset = int(request.form.get("offset", "0"))
    waiting = [update for update in chats.updates if update["update_id"] >= offset]
    return jsonify(ok=True, result=waiting[:10])


def _get_me(chats: Chats) -> Any:
    return jsonify(ok=True, result={"id": 1, "is_bot": True, "first_name": "Sala", "username": "sala_demo_bot"})


def _nothing(chats: Chats) -> Any:
    return jsonify(ok=True, result=True)


_METHODS = {"sendMessage": _send_message, "getFile": _get_file, "getUpdates": _get_updates, "getMe": _get_me}
