"""Reads `windows.yaml`: what is done at the single window, and which offices have one.

A part of the reader of packs (`read.py`): it keeps faults, and stops at none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from ..reading import Lined, did_you_mean, list_of, read_file
from . import LEVELS, Office
from .benefits import Benefits
from .windows import GRAIN, Counter, Fee, Service, Window

WINDOWS = "windows"
_SERVICE = ("name", "minutes", "papers", "programmes", "categories", "fee")
_WINDOW = ("slot", "counters", "week", "days", "walk_in", "opens", "cut_off", "hold", "late", "landmark")
_COUNTER = ("services", "priority", "week")
_LONGEST = 240
_MOST = {"walk_in": 90, "opens": 180, "cut_off": 72, "hold": 30, "late": 120}
_USUAL = {"walk_in": "30", "opens": "30", "cut_off": "2", "hold": "4", "late": "15"}


class Windows(Benefits):
    """When to come, and for what."""

    def window_file(self) -> Lined:
        path = self.folder / f"{WINDOWS}.yaml"
        found, faults = read_file(path, self.root) if path.exists() else (Lined(), [])
        self.faults += faults
        self.files[WINDOWS] = found
        self.words(WINDOWS, found, ("services", "levels", "offices"), "the file")
        return found

    def window_services(
        self, papers: Collection[str], programmes: Collection[str], categories: Collection[str]
    ) -> dict[str, Service]:
        known = {"papers": papers, "programmes": programmes, "categories": categories}
        rows = self.mapping(self.files[WINDOWS], "services", WINDOWS)
        return {code: self._service(code, row, known) for code, row in rows.items() if self._is_rows(code, row)}

    def _service(self, code: str, row: Lined, known: Mapping[str, Collection[str]]) -> Service:
        self.words(WINDOWS, row, _SERVICE, f"service '{code}'")
        lists = {word: self._codes(word, row, codes, f"service '{code}'") for word, codes in known.items()}
        minutes = self._raster("minutes", row, f"service '{code}'")
        return Service(self.code, code, self.need(WINDOWS, "name", row), minutes, fee=self._fee(row), **lists)

    def _fee(self, row: Lined) -> Fee | None:
        if "fee" not in row:
            return None
        said = self.mapping(row, "fee", WINDOWS)
        self.words(WINDOWS, said, ("amount", "source", "reviewed_on"), "the fee")
        day, amount, source = self.day(WINDOWS, said, "reviewed_on"), said.get("amount", ""), said.get("source", "")
        if not str(amount).isdecimal() or not source or day is None:
            self.fault(WINDOWS, "fee", "a fee needs an amount, a source and the day of its review", row)
            return None
        return Fee(int(amount), source, day)

    def windows(self, offices: Mapping[str, Office], services: Collection[str]) -> dict[str, Window]:
        """One for each office of a level that has one, and for those named; what an office says goes before what its
        level does."""
        found = self.files[WINDOWS]
        levels, named = self.mapping(found, "levels", WINDOWS), self.mapping(found, "offices", WINDOWS)
        for level in levels:
            if level not in LEVELS:
                self.fault(WINDOWS, level, f"'{level}' is not a level{did_you_mean(level, LEVELS)}", levels)
        for code in named:
            if code not in offices:
                self.fault(WINDOWS, code, f"'{code}' is not an office{did_you_mean(code, offices)}", named)
        for name, row in (*levels.items(), *named.items()):
            if self._is_rows(name, row):
                self.words(WINDOWS, row, _WINDOW, f"the window of '{name}'")
        read: dict[tuple[str, str], dict[str, Any]] = {}
        made = {}
        for office in offices.values():
            of_level, own = levels.get(office.level), named.get(office.code)
            if office.independent or not (isinstance(of_level, Lined) or isinstance(own, Lined)):
                continue
            key = (office.level if isinstance(of_level, Lined) else "", office.code if isinstance(own, Lined) else "")
            if key not in read:
                read[key] = self._window([row for row in (own, of_level) if isinstance(row, Lined)], services)
            made[office.code] = Window(office.code, office.code, office.place, **read[key])
        return made

    def _window(self, rows: list[Lined], services: Collection[str]) -> dict[str, Any]:
        """What the rows say of a window, the first that says it."""

        def row_of(word: str) -> Lined:
            return next((row for row in rows if word in row), rows[-1])

        numbers = {word: self._number(word, row_of(word)) for word in _USUAL}
        return {
            "slot": self._raster("slot", row_of("slot"), "the window"),
            "counters": tuple(self._counters(row_of("counters"), services)),
            "week": self.hours(WINDOWS, self.mapping(row_of("week"), "week", WINDOWS)),
            "days": self.other_days(row_of("days"), WINDOWS),
            "walk_in": numbers["walk_in"],
            "opens": numbers["opens"],
            "cut_off": timedelta(hours=numbers["cut_off"]),
            "hold": timedelta(minutes=numbers["hold"]),
            "late": timedelta(minutes=numbers["late"]),
            "landmark": dict(self.mapping(row_of("landmark"), "landmark", WINDOWS)),
        }

    def _counters(self, row: Lined, services: Collection[str]) -> Iterator[Counter]:
        said = row.get("counters")
        if not isinstance(said, list) or not said or not all(isinstance(one, Lined) for one in said):
            self.fault(WINDOWS, "counters", "a window needs counters; write [{}] for one that does everything", row)
            return
        for number, one in enumerate(said, 1):
            self.words(WINDOWS, one, _COUNTER, f"counter {number}")
            week = self.hours(WINDOWS, self.mapping(one, "week", WINDOWS)) if "week" in one else None
            does = self._codes("services", one, services, f"counter {number}")
            yield Counter(number, does, self.yes(WINDOWS, one, "priority"), week)

    def _number(self, word: str, row: Lined) -> int:
        text = str(row.get(word, _USUAL[word])).split(" ")[0]
        if not text.isdecimal() or int(text) > _MOST[word]:
            self.fault(WINDOWS, word, f"'{word}: {text}' is not read; write a whole number up to {_MOST[word]}", row)
            return int(_USUAL[word])
        return int(text)

    def _raster(self, word: str, row: Lined, what: str) -> int:
        text = self.need(WINDOWS, word, row)
        if not text.isdecimal() or int(text) % GRAIN or not GRAIN <= int(text) <= _LONGEST:
            self.fault(WINDOWS, word, f"{what} needs {word} in steps of {GRAIN}, up to {_LONGEST}", row)
            return GRAIN
        return int(text)

    def _codes(self, word: str, row: Lined, known: Collection[str], what: str) -> tuple[str, ...]:
        codes = list_of(row, word, f"countries/{self.code}/{WINDOWS}.yaml", self.faults)
        for code in codes:
            if code not in known:
                self.fault(WINDOWS, word, f"{what} names '{code}', which is not one of its {word}"
                           f"{did_you_mean(code, known)}", row)  # fmt: skip
        return tuple(code for code in codes if code in known)

    def _is_rows(self, name: str, row: object) -> bool:
        if not isinstance(row, Lined):
            self.fault(WINDOWS, name, f"'{name}' needs words below it, with their values")
        return isinstance(row, Lined)
