"""What a worker does with a file of a register: reads it and says what is in it, or takes it in, a part at a time.

A file waits in the database in pieces; it is never held whole. Each part is written in a transaction of its own, so
that nobody waits for a large register; what counts is changed at the end, in one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import structlog
from sqlalchemy import select

from .country import Pack
from .entitlements import actions as entitlements
from .entitlements.intake import Dues, People
from .entitlements.records import Household, Snapshot, SnapshotPiece, current
from .entitlements.report import EMPTY, UNREADABLE, Due, Person, Report, Told, columns_of, kind_of
from .entitlements.rules import Refusal
from .house import House
from .sheets import Unreadable, rows_of

RENEWED_EVERY = 5000
SPOOLED = 4 * 1024 * 1024
KINDS_OF_FILES = (".csv", ".xlsx")
AT_REST_SECONDS = 60
"""A file that was written to a moment ago may not be whole yet."""

log = structlog.get_logger()


class Registering:
    """A worker's hands for registers."""

    def __init__(self, house: House) -> None:
        self.house = house

    def do(self, snapshot_id: int, now: datetime) -> None:
        """Reads a file that was sent, or takes in one that is wanted. One that fails again and again is given up."""
        with self.house.database.transaction() as db:
            row = entitlements.take_up(db, snapshot_id, now)
        if row is None:
            return
        try:
            with SpooledTemporaryFile(max_size=SPOOLED) as file:
                self._fetch(snapshot_id, file)
                if row.state == "sent":
                    self._read(row, file)
                else:
                    self._take_in(row, file)
        except entitlements.Lost:
            log.warning("register.lost", snapshot=snapshot_id)
        except Exception:
            if row.hold < entitlements.MOST_HOLDS:
                raise
            log.exception("register.given_up", snapshot=snapshot_id)
            self._give_up(row, None)

    def _give_up(self, row: Snapshot, report: Report | None) -> None:
        with self.house.database.transaction() as db:
            entitlements.give_up(db, row.id, row.hold, report, datetime.now(UTC))
        self.sweep(datetime.now(UTC))

    def _fetch(self, snapshot_id: int, file: IO[bytes]) -> None:
        number = 0
        with self.house.database.reading() as db:
            while (piece := db.get(SnapshotPiece, (snapshot_id, number))) is not None:
                file.write(piece.body)
                db.expunge(piece)
                number += 1
        file.seek(0)

    def _read(self, row: Snapshot, file: IO[bytes]) -> None:
        report = Report()
        levels: dict[str, set[str]] = {}
        for number, one in enumerate(self.rows(row, file, report), 1):
            if isinstance(one, Person):
                levels.setdefault(one.level or "-", set()).add(one.household)
            if number % RENEWED_EVERY == 0:
                with self.house.database.transaction() as db:
                    entitlements.still_mine(db, row.id, row.hold, datetime.now(UTC))
        if not report.counts["lines"] and not report.faults:
            report.fault(Told(0, EMPTY))
        report.counts.update({f"level {level}": len(households) for level, households in levels.items()})
        with self.house.database.transaction() as db:
            entitlements.keep_report(db, row.id, row.hold, report, datetime.now(UTC))

    def rows(self, row: Snapshot, file: IO[bytes], report: Report, anew: bool = True) -> Iterator[Person | Due]:
        """The lines that can be used; what is wrong goes into the report. `anew`: they are compared with each other."""
        pack, lines = self.house.packs[row.country], rows_of(file)
        try:
            head = next(lines, [])
            columns = columns_of(head, row.kind, report)
            if report.faults:
                return
            if row.kind == "people":
                yield from People(pack, row.as_of, report, anew).read(lines, columns)
            else:
                yield from Dues(pack, self._known(pack), row.as_of, report).read(lines, columns)
        except Unreadable:
            log.warning("register.unreadable", snapshot=row.id)
            report.fault(Told(0, UNREADABLE))

    def _known(self, pack: Pack) -> frozenset[str]:
        with self.house.database.reading() as db:
            people = current(db, pack.code, "people")
            mine = select(Household.key).where(Household.snapshot_id == people.id) if people else None
            return frozenset(db.scalars(mine)) if mine is not None else frozenset()

    def _take_in(self, row: Snapshot, file: IO[bytes]) -> None:
        """All of it, or nothing: where the second reading finds less than the first, none of it counts."""
        self._clear(row)
        households: dict[str, int] = {}
        report = Report()
        rows = self.rows(row, file, report, anew=False)
        while part := list(islice(rows, entitlements.A_PART)):
            with self.house.database.transaction() as db:
                entitlements.load(db, row.id, row.hold, part, households, datetime.now(UTC))
        seen, told = report.counts, row.report.get("counts", {})
        if report.faults or any(seen[name] != told.get(name, 0) for name in ("members", "payments")):
            log.warning("register.changed", snapshot=row.id)
            self._clear(row)
            self._give_up(row, report if report.faults else None)
            return
        with self.house.database.transaction() as db:
            entitlements.make_current(db, row.id, row.hold, datetime.now(UTC))
        self.sweep(datetime.now(UTC))

    def _clear(self, row: Snapshot) -> None:
        """What a killed worker had written of it goes first."""
        more = True
        while more:
            with self.house.database.transaction() as db:
                more = entitlements.unload_mine(db, row.id, row.hold, datetime.now(UTC))

    def sweep(self, now: datetime) -> None:
        """What a snapshot that was replaced holds goes, a part at a time."""
        more = True
        while more:
            with self.house.database.transaction() as db:
                more = entitlements.drop_old(db, now)

    def from_folder(self, folder: Path, now: datetime) -> int:
        """Takes up what was laid into `folder/<country>/` since: the nightly register; how many files. The day for
        which it holds is in its name (`people-2026-11-26.csv`), or is that of the file."""
        count = 0
        for pack in self.house.packs.values():
            for path in sorted(p for p in (folder / pack.code).glob("*") if p.is_file()):
                at_rest = now.timestamp() - path.stat().st_mtime > AT_REST_SECONDS
                if at_rest and path.suffix.casefold() in KINDS_OF_FILES:
                    count += self._from_file(pack, path, now)
        return count

    def _from_file(self, pack: Pack, path: Path, now: datetime) -> bool:
        """Whether it is new. What is no table is left lying there."""
        try:
            with path.open("rb") as file:
                kind = kind_of(next(rows_of(file), []))
            with path.open("rb") as file, self.house.database.transaction() as db:
                entitlements.send(db, pack.code, kind, file, path.name, day_of_file(path), None, now, by_night=True)
        except Refusal:
            return False
        except (Unreadable, OSError):
            log.warning("register.unreadable", file=path.name)
            return False
        return True


def day_of_file(path: Path) -> date:
    """The day in a file's name; else the day on which it was written."""
    try:
        return date.fromisoformat(path.stem[-10:])
    except ValueError:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
