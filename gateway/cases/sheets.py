"""Tables as files: CSV line by line as it is made, and XLSX, in which a spreadsheet shows Khmer and Lao at once. No
cell is ever run as a formula, whoever wrote what is in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

Cell = str | int | float | bool | None
MARK = "﻿"
"""At the beginning of a CSV, so that spreadsheets read it as UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(lines: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines as CSV, a piece at a time: a long table is never held whole."""
    yield MARK
    for line in lines:
        piece = StringIO()
        csv.writer(piece).writerow([_plain(cell) for cell in line])
        yield piece.getvalue()


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_xlsx(lines: Iterable[Sequence[Cell]], into: IO[bytes]) -> int:
    """The lines as a workbook of one sheet, written into a file that can be read again; how many there are. Texts are
    texts, never formulas. A long table is never held whole: its rows wait in a file until the book is closed."""
    count = 0
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sala")
    for line in lines:
        count += 1
        sheet.append([_typed(sheet, cell) for cell in line])
    book.save(into)
    return count


def _typed(sheet: object, cell: Cell) -> object:
    if not isinstance(cell, str):
        return cell
    made = WriteOnlyCell(sheet, value=cell)  # type: ignore[arg-type]
    made.data_type = "s"
    return made
