"""The far side of a register of another system: answers over HTTP as such registers do, or does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

CARD = "990000010001"

TODAY = date(2026, 11, 27)

FAMILY = {
    "group_identifier": [{"identifier_type": "HOUSEHOLD_ID", "identifier_value": "HH-1"}],
    "poverty_level": "1",
    "valid_until": "2027-12-31",
    "phone_number": "099000001",
    "member_list": [
        {"member": {"member_identifier": [{"identifier_type": "NATIONAL_ID", "identifier_value": "991111111"}],
                    "name": {"given_name": "Dara", "surname": "Sok"}, "birth_date": "1988-03-02"}},
        {"member": {"member_identifier": "P2", "name": "Sok Rithy", "birth_date": "2019-01-01T00:00:00Z"}},
    ],
}  # fmt: skip


def answered(*records: Any, status: str = "succ") -> dict[str, Any]:
    data = {"version": "1.0.0", "reg_type": "ns:org:RegistryType:Social", "reg_records": list(records)}
    reply = {"reference_id": "1", "timestamp": "2026-11-27T00:00:00Z", "status": status, "data": data}
    header = {"version": "1.0.0", "action": "on-search", "status": "succ"}
    return {"signature": "", "header": header, "message": {"transaction_id": "1", "search_response": [reply]}}


class Register:
    """The far side: a register that answers over HTTP, or does not."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, Any]] = lambda _: (200, answered(FAMILY))
        self.key, self.peer = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
        (folder / "key.pem").write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = self.peer.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "peer.pem").write_bytes(public)

    def signed(self, said: dict[str, Any]) -> dict[str, Any]:
        body = {"header": said["header"], "message": said["message"]}
        return {**said, "signature": jwt.PyJWS().encode(json.dumps(body).encode(), self.peer, algorithm="EdDSA")}


@contextmanager
def listening(register: Register) -> Iterator[str]:
    class Far(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            register.asked.append({"path": self.path, **body})
            register.tokens.append(self.headers.get("Authorization"))
            status, said = register.answer(body)
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Far)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/dci/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def far(tmp_path: Path) -> Register:
    return Register(tmp_path)
