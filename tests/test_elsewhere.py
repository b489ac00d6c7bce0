"""A register of another system, asked as DCI (G2P Connect) has it: a signed question over HTTP to a far side that answers
as such registers do; what it says is read liberally; where it is down or slow, she is sent a message, and it comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from gateway.channels.outbox.records import Outgoing
from gateway.entitlements import actions
from gateway.entitlements.dci import read
from gateway.entitlements.elsewhere import PATH, algorithm_of
from gateway.entitlements.records.lookups import Lookup
from gateway.entitlements.sources import NotAnswering
from gateway.settings import SettingsError, read_settings

from .conftest import Sala

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


@pytest.fixture
def sala(env: dict[str, str], far: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sala]:
    """A Sala of which the register of Cambodia is that of another system."""
    with listening(far) as url:
        settings = {"URL": url, "KEY": str(tmp_path / "key.pem"), "TOKEN": "a token", "SENDER": "sala-kh"}
        for name, value in settings.items():
            env[f"KH_REGISTER_{name}"] = value
            monkeypatch.setenv(f"KH_REGISTER_{name}", value)
        made = Sala(env)
        yield made
        made.house.database.engine.dispose()


def ask(sala: Sala, year: str = "1988", number: str = "+85599000009"):
    """Dials, gives a card and a year; the register is being asked."""
    caller = sala.caller(number)
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "My card")
    caller.press(CARD)
    caller.choose("Year of birth")
    caller.press(year)
    assert caller.screen.startswith("We are asking the register."), caller.screen
    return caller


def texts(sala: Sala) -> list[str]:
    return [row.body for row in sala.all_of(Outgoing) if row.purpose == "rights"]


def later(sala: Sala, seconds: float) -> None:
    """Time passes for the question that waits."""
    with sala.house.database.transaction() as db:
        for row in db.query(Lookup):
            row.put_at -= timedelta(seconds=seconds)


def test_a_worker_asks_and_she_hears_it_a_moment_later(sala: Sala, far: Register) -> None:
    caller = ask(sala)
    assert caller.choose("Hear it").startswith("We are asking the register."), "not yet"
    sala.work()
    assert caller.choose("Hear it").startswith("Found in the register of ")
    assert "What do you want to hear?" in caller.screen
    assert caller.choose("My card").startswith("Your card: level 1. Valid until Friday 31 December 2027.")
    (question,) = far.asked
    assert question["path"] == "/dci" + PATH
    assert far.tokens == ["Bearer a token"]
    assert (question["header"]["action"], question["header"]["sender_id"]) == ("search", "sala-kh")
    queries = [one["search_criteria"] for one in question["message"]["search_request"]]
    assert {"query_type": "idtype-value", "query": {"type": "EQUITY_CARD", "value": CARD}} in queries


def test_what_is_asked_is_signed(sala: Sala, far: Register) -> None:
    ask(sala)
    sala.work()
    (question,) = far.asked
    signed = jwt.PyJWS().decode(question["signature"], far.key.public_key(), algorithms=["EdDSA"])
    assert json.loads(signed) == {"header": question["header"], "message": question["message"]}


def test_the_second_fact_is_proved_here_and_guesses_are_bounded_here_too(sala: Sala, far: Register) -> None:
    for guess in range(6):
        caller = ask(sala, str(1900 + guess), number=f"+8559900030{guess}")
        sala.work()
        assert caller.choose("Hear it").startswith("We did not find it. Check what you typed.")
    caller = ask(sala, "1988", number="+85599000399")
    sala.work()
    assert not caller.choose("Hear it").startswith("Found")


def test_with_the_secret_number_family_and_payments_open_though_the_register_is_elsewhere(sala: Sala) -> None:
    from gateway.entitlements.elsewhere import register_of

    pack, now = sala.house.packs["kh"], datetime.now(UTC)
    found = register_of(sala.house, pack).find(actions.numbers_of(pack, CARD), now.date())
    with sala.house.database.transaction() as db:
        pin = actions.give_pin(db, sala.house, pack, found, "She is here", 1, now)
    caller = sala.caller("+85599000009")
    caller.dial()
    caller.choose("English", "My rights", "My card")
    caller.press(CARD)
    caller.choose("Secret number")
    caller.press(pin)
    sala.work()
    caller.choose("Hear it")
    assert caller.choose("Family").startswith("In your family: Dara Sok 1988, Sok Rithy 2019.")


DOWN = [
    (500, b"oops"), (200, b"no json"), (200, {"message": {"ack_status": "ERR", "error": {"code": "err.request.bad"}}}),
    (200, answered(status="rjct")), (302, b""), (200, b"[1, 2]"), (200, b"x" * 2_000_000), (200, b"[" * 200_000),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said"), DOWN)
def test_where_it_is_down_she_is_told_so_and_is_sent_it_when_it_answers(
    sala: Sala, far: Register, status, said
) -> None:
    far.answer = lambda _: (status, said)
    caller = ask(sala)
    sala.work()
    later(sala, 30)
    assert "The register does not answer now. We send it to you by message." in caller.choose("Hear it")
    assert texts(sala) == []
    far.answer = lambda _: (200, answered(FAMILY))
    (row,) = sala.all_of(Lookup)
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    assert texts(sala) == ["Your card: level 1. Valid until Friday 31 December 2027."]
    assert [row.asked for row in sala.all_of(Lookup)] == [{}], "what she typed is kept no longer"


def test_a_message_says_too_that_it_was_not_found_and_after_a_day_that_it_never_answered(
    sala: Sala, far: Register
) -> None:
    far.answer = lambda _: (503, b"")
    caller = ask(sala)
    sala.work()
    later(sala, 30)
    caller.choose("Hear it")
    (row,) = sala.all_of(Lookup)
    far.answer = lambda _: (200, answered())
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    assert texts(sala) == ["We did not find your card. Check the number and the year, or call 0000 (demo)."]
    other = ask(sala, number="+85599000008")
    far.answer = lambda _: (503, b"")
    later(sala, 30)
    other.choose("Hear it")
    later(sala, 90_000)
    sala.work()
    for row in sala.all_of(Lookup):
        sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(days=1))
    assert texts(sala)[-1] == "The register did not answer. Ask your office, or call 0000 (demo)."


def test_what_breaks_off_in_the_middle_is_asked_again_and_not_for_ever(sala: Sala, far: Register, monkeypatch) -> None:
    from gateway.entitlements.elsewhere import Dci

    def torn(*_: object) -> None:
        raise RuntimeError("whatever it is")

    caller = ask(sala)
    monkeypatch.setattr(Dci, "find", torn)
    sala.work()
    (row,) = sala.all_of(Lookup)
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    later(sala, 90_000)
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(days=1))
    (row,) = sala.all_of(Lookup)
    assert (row.state, row.asked) == ("given_up", {})
    assert "Ask your office, or call" in caller.choose("Hear it")


def test_one_phone_asks_one_question_at_a_time(sala: Sala, far: Register) -> None:
    ask(sala)
    other = sala.caller("+85599000009")
    other.dial()
    other.choose("My rights", "My card")
    other.press(CARD)
    other.choose("Year of birth")
    assert "Please wait a few minutes before you try again." in other.press("1987")
    assert len(sala.all_of(Lookup)) == 1


def test_a_stop_after_the_question_holds(sala: Sala, far: Register) -> None:
    from gateway.people.actions import stop

    far.answer = lambda _: (503, b"")
    caller = ask(sala)
    sala.work()
    later(sala, 30)
    caller.choose("Hear it")
    (row,) = sala.all_of(Lookup)
    with sala.house.database.transaction() as db:
        stop(db, row.address_id, datetime.now(UTC))
    far.answer = lambda _: (200, answered(FAMILY))
    sala.hands.lookup(row.id, datetime.now(UTC) + timedelta(minutes=2))
    assert texts(sala) == []


def test_what_a_year_opened_opens_no_family(sala: Sala, far: Register) -> None:
    ask(sala)
    sala.work()
    (row,) = sala.all_of(Lookup)
    with sala.house.database.transaction() as db:
        assert actions.sight_elsewhere(db, row.id, row.address_id, "all", datetime.now(UTC)) is None


def test_the_tick_asks_where_no_worker_is(sala: Sala, far: Register) -> None:
    caller = ask(sala)
    sala.tick.registers(datetime.now(UTC) + timedelta(seconds=8))
    assert caller.choose("Hear it").startswith("Found in the register")


def test_a_phone_shows_what_was_found_only_for_a_while_and_to_nobody_else(sala: Sala, far: Register) -> None:
    ask(sala)
    sala.work()
    (row,) = sala.all_of(Lookup)
    with sala.house.database.transaction() as db:
        now = datetime.now(UTC)
        assert actions.sight_elsewhere(db, row.id, row.address_id, "level", now) is not None
        assert actions.sight_elsewhere(db, row.id, row.address_id + 1, "level", now) is None
        assert actions.sight_elsewhere(db, row.id, row.address_id, "level", now + timedelta(minutes=31)) is None
        actions.drop_lookups(db, now + timedelta(minutes=31))
    assert sala.all_of(Lookup) == []


def test_its_signature_must_be_good_where_its_key_is_known(
    env: dict[str, str], far: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.entitlements.elsewhere import Dci

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


SAME = {"key": "HH-1", "names": ["Dara Sok"], "born": ["1988-03-02"]}


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


@pytest.mark.parametrize(
    "answer", [[], "x", None, {}, {"message": 3}, {"message": {"search_response": 4}}, {"message": {}}]
)
def test_what_is_no_answer_is_asked_again_or_finds_nobody(answer: Any) -> None:
    with suppress(NotAnswering):
        assert read(answer, TODAY) is None


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


def test_staff_look_there_too_and_are_told_when_it_does_not_answer(sala: Sala, far: Register, staff) -> None:
    page = staff["officer"].post("/console/household", 409, number=CARD, why="She is here")
    assert "or nobody knows where" in page
    page = staff["officer"].post("/console/household", number=CARD, why="She is here", near="yes")
    assert "Dara Sok" in page
    page = staff["officer"].post("/console/household/pin", number=CARD, why="She is here", near="yes", seen="yes")
    assert "shown once" in page
    far.answer = lambda _: (503, b"")
    page = staff["officer"].post("/console/household", 503, number=CARD, why="She is here")
    assert "The register does not answer now. Try again in a few minutes." in page
