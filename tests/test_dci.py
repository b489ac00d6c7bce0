"""What goes over the wire to a register of another system (DCI, G2P Connect): signatures both ways, and answers read liberally."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from gateway.entitlements.dci import read
from gateway.entitlements.elsewhere import Dci, algorithm_of
from gateway.entitlements.sources import NotAnswering
from gateway.settings import SettingsError, read_settings

from .far_register import CARD, FAMILY, TODAY, Register, answered, listening


def test_its_signature_must_be_good_where_its_key_is_known(
    env: dict[str, str], far: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find() -> Any:
        told = {"URL": url, "KEY": str(tmp_path / "key.pem"), "PEER": str(tmp_path / "peer.pem")}
        return Dci(told, {}, lambda: datetime.now(UTC)).find([("card", CARD)], TODAY)

    def fitting(body: dict[str, Any]) -> dict[str, Any]:
        said = answered(FAMILY)
        said["message"]["transaction_id"] = body["message"]["transaction_id"]
        return far.signed(said)

    with listening(far) as url:
        far.answer = lambda body: (200, fitting(body))
        assert find().key == "HH-1"
        old = far.signed(answered(FAMILY))
        far.answer = lambda _: (200, old)
        with pytest.raises(NotAnswering, match="another question"):
            find()
        for bad in ("", "unsigned-stub", far.signed(answered())["signature"]):
            far.answer = lambda body, bad=bad: (200, {**fitting(body), "signature": bad})
            with pytest.raises(NotAnswering):
                find()


@pytest.mark.parametrize(
    "answer",
    [
        answered(FAMILY),
        {"message": {"search_response": {"status": "succ", "data": {"reg_records": FAMILY}}}},
        {"message": {"search_response": [{"data": [{"reg_records": [FAMILY]}]}]}},
        {"search_response": [{"status": "succ", "data": {"records": [{"group": FAMILY}]}}]},
        answered({**FAMILY, "members": FAMILY["member_list"], "member_list": FAMILY["member_list"][:1]}),
        answered(FAMILY, FAMILY),
    ],
)
def test_answers_are_read_liberally(answer: Any) -> None:
    found = read(answer, TODAY)
    assert found is not None
    assert found.key == "HH-1"
    assert (found.members[0].name, found.members[0].born) == ("Dara Sok", "1988-03-02")
    assert (found.level, found.valid_until) == ("1", date(2027, 12, 31))


def test_a_person_by_herself_is_a_household_and_what_is_not_understood_is_left_out() -> None:
    found = read(answered({"identifier": [{"identifier_value": "P9"}], "name": "Chan Thy", "dob": "sometime"}), TODAY)
    assert found is not None
    assert (found.key, found.members[0].name, found.members[0].born) == ("P9", "Chan Thy", "")
    assert (found.level, found.valid_until, found.enrolled) == ("", None, ())
    assert found.facts["older"] == (0, 1), "an age that is not known is never a no"


def test_two_households_of_one_number_are_none() -> None:
    other = {**FAMILY, "group_identifier": "HH-2"}
    assert read(answered(FAMILY, other), TODAY) is None
    assert read(answered(), TODAY) is None


@pytest.mark.parametrize("answer", [[], "x", None, {}, {"message": 3}, {"message": {}}, answered(status="rjct")])
def test_what_is_no_answer_is_asked_again(answer: Any) -> None:
    with pytest.raises(NotAnswering):
        read(answer, TODAY)


@pytest.mark.parametrize("found", [4, [], {}, [{"status": "succ", "data": None}]])
def test_an_answer_without_records_finds_nobody(found: Any) -> None:
    assert read({"message": {"search_response": found}}, TODAY) is None


def test_a_register_needs_a_key_to_sign_with(env: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="KH_REGISTER_URL needs KH_REGISTER_KEY"):
        read_settings({**env, "KH_REGISTER_URL": "http://127.0.0.1:9"})


def test_each_kind_of_key_signs() -> None:
    keys = (
        ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    )  # fmt: skip
    for key, name in zip(keys, ("EdDSA", "ES256", "RS256"), strict=True):
        assert algorithm_of(key) == name
        made = jwt.PyJWS().encode(b"{}", key, algorithm=name)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        assert jwt.PyJWS().decode(made, load_pem_public_key(public), algorithms=[name]) == b"{}"
