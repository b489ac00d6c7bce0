"""Asks a register of another system: one signed question over HTTP, within seconds; what it says is read in `dci.py`.

Set up by the environment: `KH_REGISTER_URL` (where its `/reg/sync/search` is), `KH_REGISTER_KEY` (the file of our
private key, PEM; Ed25519, EC or RSA), and where it asks for them `KH_REGISTER_TOKEN` (a bearer), `KH_REGISTER_SENDER`,
`KH_REGISTER_RECEIVER`, and `KH_REGISTER_PEER` (the file of its public key: then its signature must be good).
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jwt
import requests
import structlog
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from urllib3.exceptions import HTTPError

from ..country import Pack
from ..house import House
from .dci import envelope, read
from .sources import NotAnswering, Sight

PATH = "/reg/sync/search"
TIMEOUT_SECONDS = (3, 8)
WHOLE_SECONDS = 10
LARGEST = 1024 * 1024
ALGORITHMS = (
    ((ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey), "EdDSA"),
    ((ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey), "ES256"),
    ((rsa.RSAPrivateKey, rsa.RSAPublicKey), "RS256"),
)
log = structlog.get_logger()


def register_of(house: House, pack: Pack) -> Dci | None:
    """The register of elsewhere that a country has; None where it has the built-in one."""
    told = house.settings.register_of(pack.code)
    return Dci(told, pack.id_types, lambda: datetime.now(UTC)) if told else None


class Dci:
    """A register that speaks DCI. `told`: the settings of the environment, without the country before them."""

    def __init__(self, told: Mapping[str, str], id_types: Mapping[str, str], now: Callable[[], datetime]) -> None:
        self._told, self._id_types, self._now = told, id_types, now

    def find(self, numbers: Sequence[tuple[str, str]], today: date) -> Sight | None:
        if not numbers:
            return None
        mark = str(uuid.uuid4())
        sender, receiver = self._told.get("SENDER", "sala"), self._told.get("RECEIVER", "register")
        question = envelope(numbers, self._id_types, sender, receiver, mark, self._now())
        body = {"signature": self._sign(question), **question}
        return read(self._post(body), today)

    def _sign(self, question: dict[str, Any]) -> str:
        key: Any = load_pem_private_key(Path(self._told["KEY"]).read_bytes(), None)
        return jwt.PyJWS().encode(canonical(question), key, algorithm=algorithm_of(key))

    def _post(self, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self._told['TOKEN']}"} if self._told.get("TOKEN") else {}
        url = self._told["URL"].rstrip("/") + PATH
        try:
            with requests.post(
                url, json=body, headers=headers, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False
            ) as answer:
                raw = _within(answer)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise NotAnswering(type(error).__name__) from None
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            raise NotAnswering("its answer is no JSON") from None
        self._verify(found, body["message"]["transaction_id"])
        return found

    def _verify(self, answer: Any, mark: str) -> None:
        """Raises NotAnswering where its signature must be good and is not, or is that of an answer to another question:
        somebody else may have answered."""
        if not self._told.get("PEER"):
            return
        key: Any = load_pem_public_key(Path(self._told["PEER"]).read_bytes())
        try:
            signed = jwt.PyJWS().decode(str(answer["signature"]), key, algorithms=[algorithm_of(key)])
            said = {"header": answer["header"], "message": answer["message"]}
            if json.loads(signed) != said:
                raise NotAnswering("its signature is of something else")
            if answer["message"].get("transaction_id") != mark:
                raise NotAnswering("it answers another question")
        except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("register.signature", error=type(error).__name__)
            raise NotAnswering("its signature is not good") from None


def _within(answer: requests.Response) -> bytes:
    """The body, read within a bound of bytes and of time. Raises NotAnswering."""
    until, raw = time.monotonic() + WHOLE_SECONDS, b""
    for piece in answer.iter_content(16 * 1024):
        raw += piece
        if len(raw) > LARGEST or time.monotonic() > until:
            raise NotAnswering(f"it goes on after {len(raw)} bytes")
    if answer.status_code != 200:
        raise NotAnswering(f"HTTP {answer.status_code}")
    return raw


def canonical(question: dict[str, Any]) -> bytes:
    """The JSON of header and message that is signed."""
    return json.dumps(question, ensure_ascii=False, separators=(",", ":")).encode()


def algorithm_of(key: object) -> str:
    return next(name for kinds, name in ALGORITHMS if isinstance(key, kinds))
