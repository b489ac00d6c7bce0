"""Keeping Sala: migrations, offices, staff, keys, the audit, backups."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
from alembic import command
from alembic.config import Config
from argon2 import PasswordHasher
from sqlalchemy import Column, LargeBinary, func, select, type_coerce, update
from sqlalchemy.orm import Session

from .. import audit, seal
from ..cases.records import Case
from ..db import Database, Mark, Sealed, SealedBytes, SealedJson, changed
from ..house import House, mark_keys, open_house
from ..people import actions as people
from ..people.records import Address, Presence, Staff
from ..people.rules import NEEDS_OFFICE, NEEDS_TOTP, PASSWORD_LETTERS, ROLES
from ..settings import ROOT, Settings, SettingsError, read_settings
from .tables import METADATA

STAFF_NAME = re.compile(r"[\w.-]{2,60}")


def migrate(url: str) -> None:
    """Brings the database to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def prepare(settings: Settings) -> House:
    """Migrates, notes the keys, and copies the packs' offices. Keys that are not the data's are refused."""
    house = open_house(settings)
    migrate(settings.database_url)
    with house.database.transaction() as db:
        now = datetime.now(UTC)
        mark_keys(db, now)
        for pack in house.packs.values():
            people.copy_offices(db, pack)
            db.merge(Mark(name=f"pack.{pack.code}", value=pack.version, at=now))
    return house


def migrate_command(_: argparse.Namespace) -> int:
    prepare(read_settings(os.environ))
    print("The database is up to date, and the offices of the packs are in it.")
    return 0


def staff(given: argparse.Namespace) -> int:
    """Adds a member of staff, gives her a new password, or switches her off. A password comes from the
    terminal or standard input, never from the words."""
    settings = read_settings(os.environ)
    house = open_house(settings)
    with house.database.reading() as db:
        there = db.scalar(select(Staff).where(Staff.name == given.name))
    if given.act == "add":
        return _add(settings, house, given, there)
    if there is None:
        raise SettingsError(f"there is no member of staff named {given.name}.")
    if given.act == "off":
        _change(house, there.id, {"active": False}, "staff.off")
        print(f"{given.name} may not sign in any more; what she did stays on record.")
        return 0
    totp = pyotp.random_base32() if there.role in NEEDS_TOTP else None
    _change(house, there.id, {"password": _new_password(), "totp": totp, "active": True}, "staff.password")
    print(f"{given.name} has a new password, and every session of hers has ended.")
    _show_totp(given.name, totp)
    return 0


def _add(settings: Settings, house: House, given: argparse.Namespace, there: Staff | None) -> int:
    _check_new_staff(house, given, there)
    totp = pyotp.random_base32() if given.role in NEEDS_TOTP else None
    password = _new_password()
    with house.database.transaction() as db:
        people.add_staff(
            db, name=given.name, role=given.role, password=password, country=given.country, offices=given.office,
            language=given.language, totp=totp, actor="system", now=datetime.now(UTC),
        )  # fmt: skip
    print(f"{given.name} may sign in at {settings.public_base_url}/console as {given.role}.")
    _show_totp(given.name, totp)
    return 0


def _check_new_staff(house: House, given: argparse.Namespace, there: Staff | None) -> None:
    """Raises SettingsError with one sentence for what is wrong."""
    if there:
        raise SettingsError(f"there is a member of staff named {given.name} already.")
    if not STAFF_NAME.fullmatch(given.name):
        raise SettingsError("a name is 2 to 60 letters, digits, dots or dashes, such as officer.1710.")
    if given.role not in ROLES:
        raise SettingsError(f"'{given.role}' is not a role; the roles are {', '.join(ROLES)}.")
    pack = house.packs.get(given.country)
    if pack is None:
        raise SettingsError(f"'{given.country}' is not a country that is served; served are {', '.join(house.packs)}.")
    if given.language not in pack.languages:
        raise SettingsError(f"'{given.language}' is not a language of the pack; it has {', '.join(pack.languages)}.")
    for code in given.office:
        if code not in pack.offices:
            raise SettingsError(f"'{code}' is not an office of the pack; write one such as kh-1710.")
    if given.role in NEEDS_OFFICE and not given.office:
        raise SettingsError(f"a member of staff with the role {given.role} needs an office: --office kh-1710.")


def _new_password() -> str:
    """Asks for a password; its hash."""
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < PASSWORD_LETTERS:
        raise SettingsError(f"the password needs at least {PASSWORD_LETTERS} letters.")
    return PasswordHasher().hash(password)


def _change(house: House, staff_id: int, values: dict[str, Any], act: str) -> None:
    now = datetime.now(UTC)
    with house.database.transaction() as db:
        db.execute(update(Staff).where(Staff.id == staff_id).values(**values))
        db.execute(update(Presence).where(Presence.staff_id == staff_id).values(revoked=True))
        people.unlink_chat(db, staff_id, now)
        audit.write(db, actor="system", act=act, thing=f"staff:{staff_id}", now=now)


def _show_totp(name: str, totp: str | None) -> None:
    if totp:
        uri = pyotp.TOTP(totp, name=name, issuer="Sala").provisioning_uri()
        print(f"One-time codes: put this into an authenticator now; it is not shown again.\n{uri}")


def keys(given: argparse.Namespace) -> int:
    if given.act == "new":
        print(seal.new_key())
        return 0
    house = open_house(read_settings(os.environ))
    count = rotate(house.database)
    newest = seal.ring().newest
    print(f"{count} values were sealed anew with key {newest}.")
    with house.database.reading() as db:
        held = db.scalar(
            select(func.count()).where(Case.pin_hash.is_not(None), ~Case.pin_hash.startswith(f"{newest}:"))
        )
    if held:
        print(f"{held} cases are opened by a PIN that an older key marks: keep the older keys in SALA_KEYS for them.")
    else:
        print("Older keys may leave SALA_KEYS in 48 hours, when the last hop they marked is purged.")
    return 0


def rotate(database: Database) -> int:
    """Seals every sealed value anew with the newest key, and hashes every number anew; how many values.
    PIN marks cannot be made again: they stay under the key that made them."""
    count = 0
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, (Sealed, SealedBytes, SealedJson)):
                with database.transaction() as db:
                    count += _reseal(db, column)
    with database.transaction() as db:
        for address in db.scalars(select(Address)):
            address.number_hash = seal.ring().hash(address.number, people.NUMBER)
        mark_keys(db, datetime.now(UTC))
    return count


def _reseal(db: Session, column: Column[Any]) -> int:
    """Seals one column anew; a value that somebody changed meanwhile is newer, and left as it is."""
    key = next(iter(column.table.primary_key.columns))
    raw = type_coerce(column, LargeBinary)
    rows = db.execute(select(key, raw, column).where(column.is_not(None))).all()
    count = 0
    for row_id, sealed, value in rows:
        if bytes(sealed)[0] != seal.ring().newest:
            same = update(column.table).where(key == row_id, raw == sealed)
            count += changed(db, same.values({column.name: value}))
    return count


def audit_command(_: argparse.Namespace) -> int:
    house = open_house(read_settings(os.environ))
    with house.database.reading() as db:
        count, unproved, head, wrong = audit.verify(db)
        waiting = audit.unsealed(db)
    print(f"{count} rows hold{f'; {wrong}' if wrong else ''}; {waiting} wait for the sealer.")
    if unproved:
        print(f"{unproved} rows were sealed with a key that is not in SALA_KEYS any more: they cannot be proved.")
    print(f"The head is {head[-16:]}: written down elsewhere, it shows later whether the end was cut off.")
    return 1 if wrong else 0


def backup(given: argparse.Namespace) -> int:
    """Copies the database into a new folder, with the fingerprints of the keys it needs (not the keys)."""
    settings = read_settings(os.environ)
    open_house(settings)
    target = Path(given.target)
    try:
        target.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise SettingsError(
            f"{target} cannot be made ({error.strerror}); name a folder that is not there yet."
        ) from None
    made = copy_database(settings.database_url, target)
    prints = "".join(f"key {number} {mark}\n" for number, mark in seal.ring().fingerprints().items())
    (target / "keys.fingerprints").write_text(prints, encoding="utf8")
    print(f"{made} and the fingerprints of its keys are in {target}.")
    print("THE KEYS ARE NOT IN IT. Keep SALA_KEYS somewhere else: without them this copy can never be read,")
    print("and with them beside it, whoever takes the copy can read every complaint.")
    if (settings.var / "demo.env").exists():
        print(
            f"WARNING: {settings.var / 'demo.env'} holds the keys beside the data. That is for the demo alone.",
            file=sys.stderr,
        )
    return 0


def copy_database(url: str, target: Path) -> str:
    if url.startswith("sqlite"):
        source, copy = sqlite3.connect(url.removeprefix("sqlite:///")), sqlite3.connect(target / "sala.sqlite3")
        with source, copy:
            source.backup(copy)
        return "sala.sqlite3"
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    try:
        subprocess.run(["pg_dump", "--format=custom", f"--file={target / 'sala.dump'}", plain], check=True)
    except (OSError, subprocess.CalledProcessError):
        raise SettingsError(
            "pg_dump could not copy the database; install PostgreSQL's client of the server's version."
        ) from None
    return "sala.dump"
