"""`sala states`: the life of a case as a picture or as a table, made of the one table of `cases/rules.py`.

In the picture every state is a column and every act a line: a ring where it may be done, an arrow into the state that
comes of it. `docs/cases.svg` and `docs/cases.md` are made by this, and a test keeps them so.
"""

from __future__ import annotations

import argparse
from html import escape

from ..cases.rules import ACTS, DECIDED, OPEN, OVER, STATES

LEFT, COLUMN, TOP, ROW = 240, 76, 130, 30
FILLS = {**dict.fromkeys(OPEN, "#eef5f4"), **dict.fromkeys(DECIDED, "#fff4d6"), **dict.fromkeys(OVER, "#ececec")}
INK, SOFT, ACCENT = "#1c2321", "#55605c", "#0b5d5e"
WHO = {
    "gateway": "by itself",
    "she": "she",
    "office": "the office",
    "decider": "who may decide",
    "operator": "hotline",
    "other_office": "the office that was asked",
}
TELLS = {
    "received": "her number and the day", "taken": "somebody looks into it", "written": "the words, the way she chose",
    "decided": "the decision and how to contest it, the way she chose",
    "asked": "the question, the way she chose", "withdrawn": "that it is closed", "again": "the new day",
    "merged": "the other number",
}  # fmt: skip


def states(given: argparse.Namespace) -> int:
    """Prints the SVG, or with `--table` the table."""
    print(table() if given.table else picture())
    return 0


def table() -> str:
    """Every act, in Markdown."""
    head = "| act | from | to | who | takes | keeps | she is told |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(_row(name) for name in ACTS)])


def _row(name: str) -> str:
    act = ACTS[name]
    who = ", ".join(WHO[one] for one in act.who)
    cells = (name, ", ".join(act.before), act.after or "the same", who, ", ".join(act.takes), ", ".join(act.keeps),
             TELLS.get(act.tells, ""))  # fmt: skip
    return f"| {' | '.join(cells)} |"


def picture() -> str:
    """The states as columns, the acts as lines."""
    width, height = LEFT + COLUMN * len(STATES) + 10, TOP + ROW * len(ACTS) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        ' font-size="13"><title>The life of a case</title>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<defs><marker id="into" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{ACCENT}"/></marker></defs>',
    ]
    for state in STATES:
        x, words = _x(state), escape(state.replace("_", " "))
        parts.append(
            f'<rect x="{x - COLUMN // 2 + 2}" y="20" width="{COLUMN - 4}" height="{height - 30}" rx="6"'
            f' fill="{FILLS[state]}"/>'
            f'<text transform="translate({x + 4} {TOP - 15}) rotate(-90)" fill="{INK}">{words}</text>'
        )
    for row, name in enumerate(ACTS):
        parts += _line(name, TOP + ROW * row + 12)
    return "\n".join([*parts, "</svg>"])


def _x(state: str) -> int:
    return LEFT + COLUMN * STATES.index(state) + COLUMN // 2


def _line(name: str, y: int) -> list[str]:
    act = ACTS[name]
    who = escape(", ".join(WHO[one] for one in act.who))
    parts = [
        f'<text x="10" y="{y + 4}" fill="{INK}" font-weight="700">{escape(name.replace("_", " "))}</text>'
        f'<text x="90" y="{y + 4}" fill="{SOFT}" font-size="11">{who}</text>'
    ]
    for state in act.before:
        parts.append(f'<circle cx="{_x(state)}" cy="{y}" r="5" fill="#fff" stroke="{ACCENT}" stroke-width="2"/>')
        if act.after and act.after != state:
            back = _x(act.after) < _x(state)
            begin, end = _x(state) + (-6 if back else 6), _x(act.after) + (9 if back else -9)
            parts.append(f'<path d="M{begin} {y}H{end}" stroke="{ACCENT}" fill="none" marker-end="url(#into)"/>')
    if act.after:
        parts.append(f'<circle cx="{_x(act.after)}" cy="{y}" r="7" fill="{ACCENT}"/>')
    return parts
