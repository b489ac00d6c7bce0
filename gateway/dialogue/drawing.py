"""A flow as a picture: its page from the top down, in a chosen language, with every turning. Pure; makes SVG.

The steps stand in one column in the order in which they are written, because that is how a flow is read; the road
straight down is a line, a turning an arc on the right that says how the step came out. What leaves the page or
goes to another flow ends in its name. Text is wrapped at ICU's word edges: these scripts have no spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from ..language.catalogue import Texts
from ..language.measure import clusters, word_edges
from .flow import OTHER, UNSURE, Flow, Flows, Step, context
from .roads import OUT, Edge, Vocabulary, edges

BOX, LEFT, TOP = 430, 60, 70
LINE, PAD, GAP = 27, 14, 30
LANE = 20
WRAP = 34
"""Letters on a line of a box."""

COLOURS = {"ask": "#e8f1fb", "say": "#eef7ec", "check": "#fdf3dc", "do": "#f3eef8"}
FONT = "Sala Khmer, Sala Lao, Noto Sans Khmer, Noto Sans Lao, Noto Sans Thai, Noto Sans Myanmar, Noto Sans, sans-serif"
INK, SOFT, WAY, STROKE = "#1c2733", "#54616e", "#8a3b12", "#8a8f96"


@dataclass(frozen=True)
class Box:
    """A step in the picture. `y`: its upper edge."""

    step: Step
    lines: tuple[str, ...]
    y: int
    ways: int

    @property
    def height(self) -> int:
        return max(2 * PAD + LINE * len(self.lines) + 14, 34 + 17 * self.ways)


def draw(
    flow: Flow, flows: Flows, texts: Texts, tag: str, words: Vocabulary, counts: Mapping[str, str] | None = None
) -> str:
    """The SVG of one flow in locale `tag`. `counts`: what to write beside a step, such as how many left there."""

    def say(key: tuple[str, str]) -> str:
        return texts.find(tag, key)

    boxes, y, graph = [], TOP, edges(flow, flows, words)
    for step in flow.steps.values():
        ways = len({edge.to for edge in graph[step.name]})
        box = Box(step, tuple(_lines(flow, step, flows, say)), y, ways)
        boxes.append(box)
        y += box.height + GAP
    arcs, lanes = _arcs({box.step.name: box for box in boxes}, graph)
    width = LEFT + BOX + 190 + LANE * lanes
    title = say((f"{flow.name}.title", flow.title))
    body = [
        f'<text font-size="20" font-weight="700" x="{LEFT}" y="40">{escape(title)}</text>',
        *arcs,
        *(_box(box, (counts or {}).get(box.step.name, "")) for box in boxes),
    ]
    size = f'viewBox="0 0 {width} {y}" width="{width}" height="{y}"'
    kind = f'font-family="{FONT}" font-size="15" fill="{INK}" lang="{tag}" role="img"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {kind}><title>{escape(title)}</title>'
    arrow = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#8a8f96" stroke="none"/></marker></defs>'
    )
    ground = f'<rect width="{width}" height="{y}" fill="#fff"/>'
    return "\n".join([head, arrow, ground, *body, "</svg>"])


def _lines(flow: Flow, step: Step, flows: Flows, say: Callable[[tuple[str, str]], str]) -> list[str]:
    if step.sub:
        return [f"\u21b3 {say((f'{step.sub}.title', flows[step.sub].title))}" if step.sub in flows else step.sub]
    if step.effect:
        return [f"\u2699 {step.effect}"]
    found = _wrap(say((context(flow, step), step.text))) if step.text else []
    found += [f"\u2022 [{step.rows}]"] if step.rows else []
    for choice in (*step.choices, *step.also):
        found += _wrap(f"\u2022 {say((context(flow, step, choice.code), choice.long))}")
    found += [f"\u2022 {say(UNSURE)}"] if step.unsure else []
    found += [f"\u2013 {say((context(flow, step, line), label))}" for line, label in step.lines.items()]
    return found + ([f"[{step.answer}]"] if step.answer else [])


def _wrap(text: str) -> list[str]:
    lines, start, last = [], 0, 0
    for edge in word_edges(text):
        if len(clusters(text[start:edge])) > WRAP and last > start:
            lines.append(text[start:last].strip())
            start = last
        last = edge
    return [*lines, text[start:].strip()]


def _box(box: Box, count: str) -> str:
    x, colour = LEFT + PAD, COLOURS[box.step.verb]
    rows = [
        f'<text x="{x}" y="{box.y + PAD + LINE * (n + 1) + 6}">{escape(line)}</text>'
        for n, line in enumerate(box.lines)
    ]
    what, small = f"{escape(box.step.name)} \u00b7 {box.step.verb}", f'<text font-size="12" y="{box.y + 18}"'
    name = f'{small} fill="{SOFT}" x="{x}">{what}</text>'
    note = f'{small} fill="{WAY}" x="{LEFT + BOX - PAD}" text-anchor="end">{escape(count)}</text>'
    frame = f'<rect x="{LEFT}" y="{box.y}" width="{BOX}" height="{box.height}" rx="8" fill="{colour}"/>'
    return "".join([frame, name, *rows, note if count else ""])


def _arcs(boxes: Mapping[str, Box], graph: Mapping[str, list[Edge]]) -> tuple[list[str], int]:
    """The lines between the boxes, and how many lanes the arcs take beside them."""
    names, drawn, lanes = list(boxes), [], list[list[tuple[int, int]]]()
    for name, ways in graph.items():
        box = boxes[name]
        together: dict[str, list[str]] = {}
        for edge in ways:
            together.setdefault(edge.to, []).append(edge.outcome)
        for number, (to, outcomes) in enumerate(together.items()):
            said = ", ".join(filter(None, outcomes)) if len(together) > 1 else ""
            y = box.y + 26 + 17 * number
            if to == OUT or to.startswith(OTHER):
                ends = f"\u2192 {to.removeprefix(OTHER)}" if to else "\u25a0"
                drawn.append(_way(LEFT + BOX + 8, y + 4, f"{said} {ends}"))
            elif names.index(to) == names.index(name) + 1:
                foot, middle = box.y + box.height, LEFT + 24
                drawn.append(f'<path d="M{middle} {foot}V{boxes[to].y}" stroke="{STROKE}" marker-end="url(#tip)"/>')
                drawn.append(_way(middle + 8, foot + 20, said))
            else:
                lane = _lane(lanes, *sorted((names.index(name), names.index(to))))
                drawn.append(_arc(y, boxes[to].y + 12, lane))
                drawn.append(_way(LEFT + BOX + 8, y - 3, said))
    return drawn, len(lanes)


def _lane(lanes: list[list[tuple[int, int]]], first: int, last: int) -> int:
    """The nearest lane in which no other arc lies between these two boxes."""
    for number, lane in enumerate(lanes):
        if all(last < begin or first > end for begin, end in lane):
            lane.append((first, last))
            return number
    lanes.append([(first, last)])
    return len(lanes) - 1


def _arc(start: int, end: int, lane: int) -> str:
    side, out = LEFT + BOX, LEFT + BOX + 150 + LANE * lane
    way = f"M{side} {start}H{out}V{end}H{side + 3}"
    return f'<path d="{way}" fill="none" stroke="{STROKE}" stroke-width="1.6" marker-end="url(#tip)"/>'


def _way(x: int, y: int, text: str) -> str:
    return f'<text font-size="12" fill="{WAY}" x="{x}" y="{y}">{escape(text)}</text>' if text.strip() else ""
