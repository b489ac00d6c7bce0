"""SMS over direct links, through Debian's Kannel: with its own fake operator, and with an SMPP server that misbehaves."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from sqlalchemy import select

from gateway.cases.records import Case
from gateway.channels.kannel import header_of, parts_of
from gateway.channels.outbox.records import Outgoing

from .conftest import Sala, free_port, served, wait_for
from .kannel_peer import FAKE_SMSC, FOLDER, kannel, needs_kannel, received
from .operator_smsc import Operator

pytestmark = [needs_kannel(), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
KHMER = "មិនទាន់បានប្រាក់ទេ នៅស្វាយដង្គំ"
LAO = "ຂ້ອຍຍັງບໍ່ໄດ້ຮັບເງິນ"


class Far:
    """Sala, Kannel and the phones behind it. fakesmsc writes one text each time it is started (typed to it, it crashes),
    and prints what comes until the next."""

    def __init__(self, sala: Sala, folder: Path, port: int) -> None:
        self.sala, self.printed, self.port = sala, folder / "fakesmsc.out", port
        self.phone: subprocess.Popen[bytes] | None = None

    def write(self, number: str, text: str) -> None:
        self.hang_up()
        octets = quote_from_bytes(text.encode("utf-16-be"), safe="")
        words = [str(FAKE_SMSC), "-H", "127.0.0.1", "-r", str(self.port), "-i", "1", "-m", "1"]
        with self.printed.open("ab") as out:
            said = f"{number} 1289 ucs2 {octets}"
            self.phone = subprocess.Popen([*words, said], stdout=out, stderr=subprocess.STDOUT)

    def hang_up(self) -> None:
        if self.phone:
            self.phone.kill()
            self.phone.wait()

    def reply(self, about: str = "") -> Outgoing | None:
        """The last reply that Sala put out, once it is sent or more."""
        self.deliver()
        with self.sala.reading() as db:
            row = db.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(1)).first()
        return row if row and row.state in ("sent", "delivered", "failed") and about in row.body else None

    def deliver(self) -> None:
        self.sala.work()
        self.sala.tick.deliver(datetime.now(UTC) + timedelta(seconds=10))

    def row(self, row_id: int) -> Outgoing:
        with self.sala.reading() as db:
            return db.get_one(Outgoing, row_id)

    def texts(self, number: str) -> list[tuple[bytes, bytes]]:
        """What the phone got: header and octets."""
        printed = self.printed.read_text(encoding="latin-1")
        return [(header, octets) for to, header, octets in received(printed) if to == number]


def settled(env, url: str, monkeypatch) -> None:
    env["KANNEL_URL"] = url
    monkeypatch.setenv("KANNEL_URL", url)


@pytest.fixture
def far(env, tmp_path, monkeypatch) -> Iterator[Far]:
    port = free_port()
    smsc = (FOLDER / "smsc-fake.conf").read_text(encoding="utf8").replace("@KANNEL_SMSC_PORT@", str(port))
    with kannel(env, tmp_path, smsc) as box:
        settled(env, box.sendsms, monkeypatch)
        sala = Sala(env)
        with served(sala.app, int(env["PORT"])):
            made = Far(sala, tmp_path, port)
            yield made
            made.hang_up()
        sala.close()


@pytest.mark.parametrize(
    ("number", "said", "language", "begins"),
    [("+85599000001", KHMER, "km", "ប្រាប់បញ្ហា៖ មិនបានប្រាក់"), ("+85699000001", LAO, "", "ເລືອກ")],
)
def test_a_text_in_her_letters_comes_in_and_the_reply_goes_out_octet_by_octet(
    far, number, said, language, begins
) -> None:
    """The Lao phone writes to the Cambodian code: its language is not served there, and it is asked for one."""
    far.write(number, said)
    reply = wait_for(far.reply)
    assert not language or reply.body.startswith(begins)
    parts = parts_of(reply.body)
    got = wait_for(lambda: found if len(found := far.texts(number)) == len(parts) else None)
    joined = "".join(octets.decode("utf-16-be") for _, octets in got)
    assert joined == reply.body
    headers = [header.hex() for header, _ in got]
    assert headers == ([header_of(reply.id, len(parts), n + 1) for n in range(len(parts))] if len(parts) > 1 else [""])
    assert not any(octets.decode("utf-16-be").startswith("\u17d2") for _, octets in got)
    wait_for(lambda: far.row(reply.id).state == "delivered")


def test_a_whole_complaint_in_khmer_by_sms(far, tmp_path) -> None:
    number = "+85599000001"
    for text in (KHMER, "១", "9", "1", "1"):
        before = len(far.sala.all_of(Outgoing))
        far.write(number, text)
        wait_for(lambda before=before: len(far.sala.all_of(Outgoing)) > before)
    reply = wait_for(lambda: far.reply("លេខអ្នក") or far.reply("លេខរបស់អ្នក"))
    case = far.sala.all_of(Case)[0]
    assert re.sub(r"\D", "", reply.body).startswith(case.reference)
    assert (case.language, case.channel, case.answer_by) == ("km", "kh-kannel", "write")
    with far.sala.reading() as db:
        assert db.scalars(select(Outgoing).where(Outgoing.purpose == "received")).all() == []


@pytest.fixture
def telco(env, tmp_path, monkeypatch) -> Iterator[tuple[Far, Operator]]:
    port = free_port()
    operator = Operator(port)
    smsc = (FOLDER / "smsc-smpp.conf").read_text(encoding="utf8")
    smsc = smsc.replace("smsc.operator.example", "127.0.0.1").replace("2775", str(port))
    with kannel(env, tmp_path, smsc) as box:
        settled(env, box.sendsms, monkeypatch)
        sala = Sala(env)
        with served(sala.app, int(env["PORT"])):
            wait_for(lambda: operator.bound)
            yield Far(sala, tmp_path, port), operator
        sala.close()
    operator.close()


def test_parts_of_a_phone_in_wrong_order_are_one_text(telco) -> None:
    far, operator = telco
    operator.phone_writes("85599000001", KHMER * 3, backwards=True)
    reply = wait_for(far.reply)
    assert reply.body.startswith("ប្រាប់បញ្ហា")


@pytest.mark.parametrize(
    ("said", "state"),
    [(("DELIVRD", "DELIVRD"), "delivered"), (("DELIVRD", "UNDELIV"), "failed"), (("UNDELIV", "DELIVRD"), "failed")],
)
def test_receipts_of_parts_in_wrong_order(telco, said, state) -> None:
    """Delivered only when every part is; the last part's receipt comes first."""
    far, operator = telco
    operator.phone_writes("85599000001", KHMER, backwards=False)
    reply = wait_for(far.reply)
    count = len(parts_of(reply.body))
    assert count > 1
    parts = wait_for(lambda: operator.parts if len(operator.parts) == count else None)
    assert all(wanted for *_, wanted in parts)
    for (number, *_), word in zip(reversed(parts), [said[0]] * (count - 1) + [said[1]], strict=True):
        assert far.row(reply.id).state in ("sent", "failed")
        operator.receipt(number, word)
    wait_for(lambda: far.row(reply.id).state == state)


def test_a_part_that_the_operator_refuses_is_a_failed_text(telco) -> None:
    far, operator = telco
    operator.refuses = lambda octets: octets[5:6] == b"\x01"
    operator.phone_writes("85599000001", KHMER, backwards=False)
    reply = wait_for(far.reply)
    wait_for(lambda: far.row(reply.id).state == "failed")
