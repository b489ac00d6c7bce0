"""Reads the YAML that people write: flows and country packs. Pure but for `read_file`.

Every scalar stays the word that was written (`yes`, `01` and `no` are words). A key given twice is
refused. What is wrong is a `Fault`: file, line, one sentence that says what to change.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_QUICK: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The parser in C, where the package has it: ten times faster, the same nodes."""


@dataclass(frozen=True, order=True)
class Fault:
    """A mistake in a file that a person wrote, told to that person."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.sentence}"


class Faulty(Exception):
    """A file or pack cannot be used; `faults` says why, in the order of the lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


class Lined(dict[str, Any]):
    """A mapping that knows on which line it and each of its keys stand."""

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


def read_text(text: str, file: str) -> tuple[Lined, list[Fault]]:
    """The mapping that `text` holds, and what is wrong with it as YAML."""
    faults: list[Fault] = []
    try:
        node = yaml.compose(text, Loader=_QUICK)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        written = (text.splitlines() or [""])[min(line, len(text.splitlines() or [""])) - 1].strip()
        advice = (
            "put quotes around a text that holds a comma, a brace, a colon or a question mark"
            if any(sign in written for sign in "{}[]:?&*!%@`")
            else f"this is not readable as YAML ({error.problem})"
        )
        return Lined(), [Fault(file, line, f"{advice}: {written[:60]}")]
    if not isinstance(node, yaml.MappingNode):
        return Lined(), [Fault(file, 1, "a file of `name: value` lines is expected here")]
    return _plain(node, file, faults), faults


def read_file(path: Path, root: Path) -> tuple[Lined, list[Fault]]:
    """Like read_text, for a file; named in faults by its path under `root`."""
    name = path.relative_to(root).as_posix()
    try:
        return read_text(path.read_text(encoding="utf8"), name)
    except FileNotFoundError:
        return Lined(), [Fault(name, 1, "this file is missing")]
    except UnicodeDecodeError:
        return Lined(), [Fault(name, 1, "this file is not UTF-8")]


def _plain(node: yaml.Node, file: str, faults: list[Fault]) -> Any:
    if isinstance(node, yaml.MappingNode):
        found = Lined(node.start_mark.line + 1)
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                faults.append(Fault(file, line, f"'{key}' is given twice (first on line {found.lines[key]})"))
                continue
            found[key] = _plain(value_node, file, faults)
            found.lines[key] = line
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file, faults) for item in node.value]
    return node.value


def said_yes(row: Lined, word: str, file: str, faults: list[Fault], otherwise: bool = False) -> bool:
    """What a `yes` or `no` says; anything else there (true, Yes) is a fault, never the opposite of what was meant."""
    said = row.get(word, "yes" if otherwise else "no")
    if said not in ("yes", "no"):
        faults.append(Fault(file, row.line_of(word), f"'{word}: {said}' is neither yes nor no"))
    return bool(said == "yes")


def list_of(row: Lined, word: str, file: str, faults: list[Fault]) -> tuple[str, ...]:
    """The words of a list; a single word without brackets is a fault."""
    said = row.get(word, [])
    if not isinstance(said, list) or any(not isinstance(one, str) for one in said):
        faults.append(Fault(file, row.line_of(word), f"'{word}' wants a list of words; write [{said}]"))
        return ()
    return tuple(said)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'optional'?`, or nothing where no known word is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def unknown_words(found: Lined, known: Iterable[str], file: str, owner: str) -> list[Fault]:
    """A fault for each key of `found` that is not one of `known`."""
    words = list(known)
    return [
        Fault(file, found.line_of(word), f"{owner} says '{word}', which is not a word here{did_you_mean(word, words)}")
        for word in found
        if word not in words
    ]
