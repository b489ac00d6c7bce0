"""Workbooks of cases: asked for by somebody, made by a worker of what she may see then, dropped after some days. Who
took what away is in the audit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import IO

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from ... import audit
from ...db import wake_later
from ...house import House
from ...people.records import Staff
from ...sheets import as_xlsx
from ..periods import months
from ..reach import seen_by
from ..records import CaseEvent
from ..records.kept import Export, ExportPiece
from ..records.listed import lines_of
from ..rules import Refusal

KEPT_FOR = timedelta(days=3)
PIECE = 256 * 1024
"""Bytes of a workbook in one row."""

AT_ONCE = 3
"""How many somebody may have waiting: each is a table of every case in her reach."""


def ask_export(db: Session, staff_id: int, begin: str, end: str, now: datetime) -> Export:
    """Puts down that a workbook is wanted; a worker makes it. Raises Refusal."""
    waiting = select(Export.id).where(Export.staff_id == staff_id, Export.state == "waiting")
    if len(list(db.scalars(waiting))) >= AT_ONCE:
        raise Refusal("Three workbooks are being made for you. Fetch them first.")
    row = Export(staff_id=staff_id, begin=begin, end=end, asked_at=now)
    db.add(row)
    db.flush()
    audit.write(
        db, actor=f"staff:{staff_id}", act="export.asked", thing=f"export:{row.id}", why=f"{begin} {end}", now=now
    )
    wake_later(db, "export", row.id)
    return row


def write_export(db: Session, house: House, export_id: int, into: IO[bytes]) -> int | None:
    """Writes the workbook of what she who asked may see now into a file; how many cases are in it, None where it is
    made already. It only reads: nobody waits for it."""
    row = db.get(Export, export_id)
    if row is None or row.state != "waiting":
        return None
    staff = db.get_one(Staff, row.staff_id)
    pack = house.packs[staff.country]
    begin, end = months(row.begin, row.end, pack.zone)
    lines = lines_of(db, pack, seen_by(db, staff), begin, end) if staff.active else iter(())
    return max(0, as_xlsx(lines, into) - 1)


def keep_export(db: Session, export_id: int, body: IO[bytes], lines: int, now: datetime) -> None:
    """Keeps a workbook that was made, from the beginning of its file on, in pieces. Safe to run twice."""
    row = db.scalar(select(Export).where(Export.id == export_id, Export.state == "waiting").with_for_update())
    if row is None:
        return
    body.seek(0)
    for number, piece in enumerate(iter(lambda: body.read(PIECE), b"")):
        db.execute(insert(ExportPiece).values(export_id=export_id, number=number, body=piece))
    row.lines, row.state, row.done_at = lines, "done", now


def fail_export(db: Session, export_id: int) -> None:
    """It could not be made; whoever asked for it is told so, and asks again."""
    row = db.scalar(select(Export).where(Export.id == export_id, Export.state == "waiting").with_for_update())
    if row is not None:
        row.state = "failed"


def make_anew(db: Session, row: Export) -> bool:
    """Whether a workbook is made again before it is given: since then a case became confidential, or somebody was kept
    from one, which may stand in it."""
    changed = select(CaseEvent.id).where(CaseEvent.kind.in_(("seclude", "access")), CaseEvent.at >= row.done_at)
    if row.done_at is None or db.scalar(changed.limit(1)) is None:
        return False
    db.execute(delete(ExportPiece).where(ExportPiece.export_id == row.id))
    row.state, row.done_at = "waiting", None
    wake_later(db, "export", row.id)
    return True


def drop_exports(db: Session, now: datetime) -> None:
    """What was made some days ago is gone; asked for again, it is made again."""
    old = select(Export.id).where(Export.asked_at < now - KEPT_FOR)
    db.execute(delete(ExportPiece).where(ExportPiece.export_id.in_(old)))
    db.execute(delete(Export).where(Export.id.in_(old)))
