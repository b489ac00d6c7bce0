"""What a road costs on a phone: how often she presses, and how long it takes. Pure.

The shortest road from the menu to each result of a flow (each last word, each act) is counted with the screens as
they are drawn. A network keeps a session open for a few minutes only: what takes longer is cut off in the middle.

The seconds are assumptions, on the slow side: a screen is read at 12 letters a second, a key is found and sent in
3 seconds, the network answers in 3, a letter is typed in 1.5; a name has 10 letters, a story 20. Measured on real
phones they may change; they are here, in one place.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..reading import Fault
from .asking import MEDIA, NUMBERS
from .flow import OTHER, Flow, Flows, Step
from .prove import Door, Drawn
from .roads import OUT, Edge, Vocabulary, edges

LETTERS_A_SECOND = 12
KEY_SECONDS = 3.0
NETWORK_SECONDS = 3.0
TYPING_SECONDS = 1.5
TYPED_LETTERS = {"text": 20, "place": 10, "card": 12, "reference": 13, "pin": 4, "year": 4, "phone": 9, "date": 10}


@dataclass(frozen=True, order=True)
class Cost:
    """Seconds and presses of a road; a typed word counts as one press for each letter."""

    seconds: float = 0.0
    presses: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.presses + other.presses)


@dataclass(frozen=True)
class Road:
    """The shortest road to one result behind one door."""

    flow: str
    step: str
    line: int
    door: Door
    cost: Cost


class Pressing:
    """Costs behind one door. `drawn`: every step of every flow behind it, by (flow, step)."""

    def __init__(self, flows: Flows, words: Vocabulary, door: Door, drawn: Mapping[tuple[str, str], Drawn]) -> None:
        self.flows, self.words, self.door, self.drawn = flows, words, door, drawn
        self.graphs = {name: edges(flow, flows, words) for name, flow in flows.items()}
        self._through: dict[str, Cost] = {}

    def roads(self, menu: str) -> Iterator[Road]:
        """The shortest road from the menu to each last word of each flow that the menu leads to."""
        at_menu = self.costs(self.flows[menu])
        for step in self.flows[menu].steps.values():
            if not step.sub or step.name not in at_menu:
                continue
            flow = self.flows[step.sub]
            for name, cost in self.costs(flow).items():
                last = flow.steps[name]
                if last.verb == "say" and any(edge.to == OUT for edge in self.graphs[flow.name][name]):
                    whole = at_menu[step.name] + cost + Cost(self.reading(flow.name, name, 1))
                    yield Road(flow.name, name, last.line, self.door, whole)

    def costs(self, flow: Flow) -> dict[str, Cost]:
        """The least cost of coming to each step of a page, from its beginning."""
        best: dict[str, Cost] = {}
        waiting = [(Cost(), flow.first())]
        while waiting:
            cost, name = heapq.heappop(waiting)
            if name in best:
                continue
            best[name] = cost
            for edge in self.graphs[flow.name][name]:
                if edge.to in flow.steps:
                    heapq.heappush(waiting, (cost + self.leaving(flow, flow.steps[name], edge), edge.to))
        return best

    def leaving(self, flow: Flow, step: Step, edge: Edge) -> Cost:
        """What it costs to come out of a step in this way."""
        if step.sub:
            return self.through(step.sub)
        if step.verb in ("do", "say"):
            return Cost()
        if step.answer in MEDIA:
            return Cost()
        if step.answer and not step.optional:
            letters = TYPED_LETTERS.get(step.answer, 4)
            return Cost(self.reading(flow.name, step.name, 1) + NETWORK_SECONDS + letters * TYPING_SECONDS, letters)
        page = self.page_of(flow, step, edge.outcome)
        presses = page + len(self.number(step, edge.outcome)) - 1
        return Cost(self.reading(flow.name, step.name, page) + page * (KEY_SECONDS + NETWORK_SECONDS), presses)

    def through(self, name: str) -> Cost:
        """The least cost of passing through a sub-flow."""
        if name not in self._through:
            flow = self.flows[name]
            costs = self.costs(flow)
            self._through[name] = min(
                costs[step] + self.leaving(flow, flow.steps[step], edge)
                for step in costs
                for edge in self.graphs[name][step]
                if edge.to == OUT or edge.to.startswith(OTHER)
            )
        return self._through[name]

    def number(self, step: Step, outcome: str) -> str:
        """The key of an answer: its place among fixed choices; the first row of a list."""
        codes = ["chosen"] * bool(step.rows) + [c.code for c in (*step.choices, *step.also)]
        return NUMBERS[codes.index(outcome)] if outcome in codes else "1"

    def page_of(self, flow: Flow, step: Step, outcome: str) -> int:
        """On which screen the line of an answer stands."""
        number = self.number(step, outcome)
        pages = self.drawn[flow.name, step.name].pages
        return next((n for n, page in enumerate(pages, 1) if f"\n{number} " in f"\n{page}"), 1)

    def reading(self, flow: str, step: str, pages: int) -> float:
        return sum(map(len, self.drawn[flow, step].pages[:pages])) / LETTERS_A_SECOND


def shortest_roads(flows: Flows, words: Vocabulary, drawn: Iterable[Drawn], menu: str) -> Iterator[Road]:
    """The shortest road to every result, behind every USSD door."""
    behind: dict[Door, dict[tuple[str, str], Drawn]] = {}
    for one in drawn:
        if one.door.mode == "ussd":
            behind.setdefault(one.door, {})[one.flow, one.step] = one
    for door, steps in behind.items():
        yield from Pressing(flows, words, door, steps).roads(menu)


def too_long(roads: Iterable[Road]) -> Iterator[Fault]:
    """A fault for each result that the network would cut off."""
    for road in roads:
        if road.door.seconds and road.cost.seconds > road.door.seconds:
            took = f"{road.cost.presses} presses, about {road.cost.seconds:.0f} s"
            what = f"{road.door.tag}: the shortest road to '{road.flow}.{road.step}' is {took}"
            yield Fault(
                f"flows/{road.flow}.yaml", road.line, f"{what}; {road.door.channel} allows {road.door.seconds} s"
            )
