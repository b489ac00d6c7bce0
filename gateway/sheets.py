"""Tables as files, written and read: CSV line by line as it is made, and XLSX, in which a spreadsheet shows Khmer and
Lao at once. No cell is ever run as a formula, whoever wrote what is in it."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO, TextIOWrapper
from typing import IO
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

Cell = str | int | float | bool | None
Read = tuple[str, str]
"""What stands in a cell that is read, and the name of its font, where the file says so."""

MOST_COLUMNS = 40
UNREADABLE = (
    *(ValueError, KeyError, IndexError, AttributeError, TypeError, EOFError, SyntaxError, zlib.error),
    *(csv.Error, BadZipFile, InvalidFileException),
)
"""What a file that is no table, or a damaged one, makes its readers raise."""

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


class Unreadable(Exception):
    """Neither a CSV in UTF-8 nor a workbook."""


def rows_of(file: IO[bytes], most: int | None = None) -> Iterator[list[Read]]:
    """The rows of a CSV in UTF-8 or of the first sheet of an XLSX, one at a time. Raises Unreadable where it is
    neither."""
    begins = file.read(2)
    file.seek(0)
    try:
        yield from _of_xlsx(file, most) if begins == b"PK" else _of_csv(file)
    except UNREADABLE as error:
        raise Unreadable from error


def _of_csv(file: IO[bytes]) -> Iterator[list[Read]]:
    lines = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        head = lines.readline()
        lines.seek(0)
        between = ";" if head.count(";") > head.count(",") else ","
        for row in csv.reader(lines, delimiter=between, strict=True):
            yield [(cell, "") for cell in row]
    finally:
        lines.detach()  # whoever opened the file goes on with it


def _of_xlsx(file: IO[bytes], most: int | None) -> Iterator[list[Read]]:
    book = load_workbook(file, read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(max_row=most, max_col=MOST_COLUMNS):
        yield [(_text(cell.value), _font(cell)) for cell in row]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _font(cell: object) -> str:
    font = getattr(cell, "font", None)
    return str(getattr(font, "name", "") or "")
