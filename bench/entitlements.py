"""Speeds of what is due: households screened against every rule of a pack, and a look-up among millions of members."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import text

from bench.databases import databases
from gateway.cli.keep import prepare
from gateway.country.read import read_pack
from gateway.db import Database
from gateway.entitlements import actions
from gateway.entitlements.households import facts_of
from gateway.entitlements.records import Snapshot
from gateway.entitlements.report import Person
from gateway.entitlements.rules import asked_now, judge
from gateway.house import House
from gateway.settings import ROOT, read_settings

HOUSEHOLDS, MEMBERS, LOOKS = 50_000, int(os.environ.get("BENCH_MEMBERS", "5000000")), 300
TODAY = date(2026, 12, 1)
CARD = "990000010001"
FILL = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) ",
        "hex(randomblob(32))",
        "randomblob(90)",
    ),
    "postgresql": (
        "WITH n(i) AS (SELECT generate_series(2, {count})) ",
        "md5(random()::text) || md5(random()::text)",
        "decode(repeat(md5(random()::text), 5), 'hex')",
    ),
}


def _members(dice: random.Random) -> list[Mapping[str, object]]:
    def one() -> dict[str, object]:
        return {
            "born": str(dice.randint(1930, 2026)), "expecting": dice.choice(("yes", "no", "")),
            "disability": dice.choice(("yes", "no", "", "no")), "school": dice.choice(("no", "low", "high", "")),
            "work": dice.choice(("none", "company", "state", "own", "")),
        }  # fmt: skip

    return [one() for _ in range(dice.randint(1, 7))]


def screening() -> None:
    """What is known of each household is made of its members, and every rule is asked."""
    dice = random.Random(1)
    homes = [(_members(dice), dice.random() < 0.7) for _ in range(HOUSEHOLDS)]
    for code in ("kh", "la"):
        programmes = asked_now(read_pack(ROOT, code).programmes.values(), TODAY)
        began = time.perf_counter()
        yes = 0
        for members, card in homes:
            facts = facts_of(members, card, None, "171001", TODAY, TODAY)
            yes += sum(verdict is True for verdict in judge(programmes, facts).values())
        took = time.perf_counter() - began
        print(
            f"{HOUSEHOLDS:,} households, {len(programmes)} rules of {code}: {took:.1f} s on one core ({yes:,} times yes)"
        )


def look_up(house: House, database: Database, where: str) -> None:
    """One household by its card, among millions of members; and the plainest statement there is, in between."""
    with database.transaction() as db:
        row = Snapshot(
            country="kh", kind="people", state="wanted", as_of=TODAY, name="bench", digest="x", put_at=datetime.now(UTC)
        )
        db.add(row)
        db.flush()
        snapshot = row.id
    people = [
        Person(n, "H1", f"P{n}", f"Name {n}", str(1980 + n), {"card": CARD}, {}, "1", date(2027, 12, 31), "171001")
        for n in range(4)
    ]
    with database.transaction() as db:
        actions.load(db, snapshot, 0, people, {}, datetime.now(UTC))
        actions.make_current(db, snapshot, 0, datetime.now(UTC))
    began = time.perf_counter()
    _fill(database, snapshot)
    print(f"{where}: {MEMBERS:,} members written in {time.perf_counter() - began:.0f} s (bare statements)")
    ours, floor = [], []
    for n in range(LOOKS):
        with database.transaction() as db:
            began = time.perf_counter()
            found = actions.look_up(db, house, house.packs["kh"], f"+855990{n:05}", CARD, "1981", [], datetime.now(UTC))
            ours.append(time.perf_counter() - began)
            assert found.outcome == "found"
            began = time.perf_counter()
            db.execute(text("SELECT 1"))
            floor.append(time.perf_counter() - began)
    here, nothing = statistics.median(ours) * 1000, statistics.median(floor) * 1000
    worst = sorted(ours)[int(LOOKS * 0.99)] * 1000
    print(f"{where}: a look-up takes {here:.2f} ms (99 of 100 within {worst:.1f}), {here / nothing:.0f} times SELECT 1")


def _fill(database: Database, snapshot: int) -> None:
    rows, mark, sealed = FILL[database.engine.dialect.name]
    homes = MEMBERS // 4
    with database.transaction() as db:
        db.execute(text(
            f"INSERT INTO households (id, snapshot_id, key, level, place, enrolled) "
            f"{rows.format(count=homes)} SELECT i, {snapshot}, 'B' || i, '1', '171001', '' FROM n"
        ))  # fmt: skip
        db.execute(text(
            f"INSERT INTO members (id, household_id, key, about) "
            f"{rows.format(count=MEMBERS)} SELECT i + 10, 2 + i % {homes - 1}, 'M' || i, {sealed} FROM n"
        ))  # fmt: skip
        db.execute(text(
            f"INSERT INTO register_numbers (id, household_id, mark) "
            f"{rows.format(count=MEMBERS)} SELECT i + 10, 2 + i % {homes - 1}, '1:' || {mark} FROM n"
        ))  # fmt: skip
        db.execute(text("ANALYZE"))  # as a database does by itself some time after so many rows


def looking_up() -> None:
    """On both databases, each made anew and thrown away."""
    for where, env in databases():
        house = prepare(read_settings(env))
        look_up(house, house.database, where)
        house.database.engine.dispose()
