"""Tables that are taken away: nobody's words, no formulas, and nothing of what she who asked may not see."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from random import Random

from openpyxl import load_workbook
from sqlalchemy import select

from gateway.cases import actions
from gateway.cases.defined import DEFINED
from gateway.cases.records.kept import Export, ExportPiece
from gateway.people.records import Staff
from gateway.sheets import as_csv, as_xlsx

from .desk import month_of
from .test_confidential import accuse
from .test_who_decides import lodged


def test_tables_are_taken_away(sala, staff) -> None:
    case = lodged(sala, staff)
    accuse(sala)
    desk = staff["supervisor"]
    rows = list(csv.reader(StringIO(desk.get("/console/figures.csv?by=category").removeprefix("﻿"))))
    assert rows[0] == ["category", *DEFINED]
    assert [row[:2] for row in rows[1:]] == [["unpaid", "1"], ["all", "1"]]
    rows = list(csv.reader(StringIO(desk.get("/console/figures/cases.csv").removeprefix("﻿"))))
    assert [row[0] for row in rows] == ["reference", case.reference]
    desk.get("/console/figures")
    desk.post("/console/figures/workbook", begin=month_of(datetime.now(UTC)), end=month_of(datetime.now(UTC)))
    assert "is being made" in desk.page
    sala.work()
    [row] = sala.all_of(Export)
    answer = desk.client.get(f"/console/figures/workbook/{row.id}")
    book = load_workbook(BytesIO(answer.data), read_only=True)
    assert [line[0] for line in book.active.iter_rows(values_only=True)] == ["reference", case.reference]
    staff["inspector"].get(f"/console/figures/workbook/{row.id}", 403)


def test_a_workbook_that_no_worker_made_is_made_by_the_tick_and_once(sala, staff) -> None:
    lodged(sala, staff)
    now = datetime.now(UTC)
    month = month_of(now)
    with sala.house.database.transaction() as db:
        row = actions.ask_export(db, 3, month, month, now - timedelta(minutes=1))
    sala.tick.once(now)
    sala.tick.once(now + timedelta(seconds=5))
    assert sala.all_of(Export)[0].state == "done"
    made = sala.all_of(Export)[0].done_at
    sala.hands.export(row.id, now + timedelta(hours=1))
    assert sala.all_of(Export)[0].done_at == made
    with sala.house.database.transaction() as db:
        actions.drop_exports(db, now + timedelta(days=4))
    assert sala.all_of(Export) == []


def test_a_workbook_is_kept_in_pieces_and_told_whole(sala, staff) -> None:
    desk, now, body = staff["supervisor"], datetime.now(UTC), Random(7).randbytes(600_000)
    with sala.house.database.transaction() as db:
        staff_id = db.scalar(select(Staff.id).where(Staff.name == "supervisor"))
        row = actions.ask_export(db, staff_id, month_of(now), month_of(now), now)
        actions.keep_export(db, row.id, BytesIO(body), 9, now)
        actions.keep_export(db, row.id, BytesIO(b"again"), 1, now)
    with sala.reading() as db:
        pieces = db.scalars(select(ExportPiece).order_by(ExportPiece.number))
        assert [len(piece.body) for piece in pieces] == [262_144, 262_144, 75_712]
    assert desk.client.get(f"/console/figures/workbook/{row.id}").data == body


def test_no_cell_is_a_formula() -> None:
    line = ["=1+1", "-2", "@x", "ភូមិ", 3, None]
    written = "".join(as_csv([line]))
    assert next(csv.reader(StringIO(written.removeprefix("﻿")))) == ["'=1+1", "'-2", "'@x", "ភូមិ", "3", ""]
    held = BytesIO()
    assert as_xlsx([line], held) == 1
    cells = next(load_workbook(held).active.iter_rows())
    assert [cell.data_type for cell in cells[:4]] == ["s"] * 4
    assert [cell.value for cell in cells] == line[:5], "an empty cell at the end is none"
