"""Encryption at rest, and keyed hashes for looking up what is encrypted.

AES-256-GCM; each sealed value carries the number of the key that sealed it, so that keys can be
rotated: new values take the newest key, old ones stay readable while their key is in the ring.
The label (which column it is) is bound in, so that a value moved to another column does not open.
A keyed hash carries its key's number too; a look-up tries the hash under every key of the ring.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class KeyRefused(Exception):
    """SALA_KEYS is not readable, or a value was sealed with a key that is not in the ring."""


@dataclass(frozen=True)
class Keyring:
    """Keys by number (1 to 255); the highest number seals."""

    keys: dict[int, bytes]

    @property
    def newest(self) -> int:
        return max(self.keys)

    def seal(self, clear: bytes, label: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = AESGCM(self._key(self.newest, b"seal")).encrypt(nonce, clear, label.encode())
        return bytes([self.newest]) + nonce + box

    def unseal(self, sealed: bytes, label: str) -> bytes:
        """Raises KeyRefused when the key is gone or the value was altered."""
        if sealed[0] not in self.keys:
            raise KeyRefused(f"a value needs key {sealed[0]}, which is not in SALA_KEYS")
        cipher = AESGCM(self._key(sealed[0], b"seal"))
        nonce, box = sealed[1 : NONCE_BYTES + 1], sealed[NONCE_BYTES + 1 :]
        try:
            return cipher.decrypt(nonce, box, label.encode())
        except InvalidTag:
            raise KeyRefused(f"a value of {label} does not open with key {sealed[0]}: wrong key, or altered") from None

    def hash(self, value: str, label: str) -> str:
        """The keyed hash under the newest key: what to store."""
        return self._hash(self.newest, value, label)

    def hashes(self, value: str, label: str) -> list[str]:
        """The keyed hash under every key: what to look for."""
        return [self._hash(number, value, label) for number in sorted(self.keys, reverse=True)]

    def fingerprints(self) -> dict[int, str]:
        """A short mark of each key, to prove later that a backup's keys are these; it opens nothing."""
        return {n: hashlib.sha256(self._key(n, b"fingerprint")).hexdigest()[:16] for n in sorted(self.keys)}

    def _hash(self, number: int, value: str, label: str) -> str:
        digest = hmac.new(self._key(number, b"hash"), f"{label}\0{value}".encode(), hashlib.sha256)
        return f"{number}:{digest.hexdigest()}"

    def _key(self, number: int, use: bytes) -> bytes:
        return hmac.new(self.keys[number], b"sala " + use, hashlib.sha256).digest()


def read_keys(text: str) -> Keyring:
    """A ring from `SALA_KEYS`: `1=<base64 of 32 bytes>`, more separated by commas. Raises KeyRefused."""
    keys: dict[int, bytes] = {}
    for part in filter(None, text.split(",")):
        number, _, body = part.strip().partition("=")
        try:
            key = base64.urlsafe_b64decode(body)
        except ValueError:
            key = b""
        if not number.isdigit() or not 1 <= int(number) <= 255 or len(key) != 32:
            raise KeyRefused(
                "SALA_KEYS must read 1=KEY or 1=KEY,2=KEY, each KEY the base64 of 32 bytes (sala keys new)"
            )
        keys[int(number)] = key
    if not keys:
        raise KeyRefused("SALA_KEYS is empty; `sala keys new` prints a key")
    return Keyring(keys)


def new_key() -> str:
    """32 random bytes as `SALA_KEYS` wants them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


_ring: Keyring | None = None


def use(ring: Keyring) -> None:
    """Make `ring` the one that this process seals and opens with."""
    global _ring
    _ring = ring


def ring() -> Keyring:
    if _ring is None:
        raise KeyRefused("no keys were loaded in this process")
    return _ring


ROAD = "pin.road"
"""By which a PIN is marked wherever it is typed: the PIN itself is kept nowhere."""


def road_of(pin: str) -> str:
    """What a conversation carries of a PIN."""
    return ring().hash(pin, ROAD)
