"""How much a household would get: exact whole money, worked out from what is known of it. Pure.

What is known of a number is a span, so is what comes of it: `(1520000, None)` is 1,520,000 or more. Nothing is rounded
but what a taper takes off, and that down (in her favour).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..country.conditions import Facts, Span
from ..country.programmes import Amount, Piece, Taper

UNKNOWN: Span = (0, None)


@dataclass(frozen=True)
class Line:
    """A term worked out: `each` so many `times` for `count` of them."""

    piece: Piece
    count: Span
    total: Span


@dataclass(frozen=True)
class Worked:
    """An amount worked out: its terms, what a taper takes off, and what comes of it."""

    amount: Amount
    lines: tuple[Line, ...]
    off: Span
    total: Span


def work_out(amount: Amount, facts: Facts) -> Worked:
    """What a household of which this is known would get."""
    lines = tuple(line for piece in amount.pieces if (line := _line(piece, facts)) is not None)
    gross: Span = (sum(line.total[0] for line in lines), _added([line.total[1] for line in lines]))
    off = _off(amount.less, facts) if amount.less else (0, 0)
    low = 0 if off[1] is None else gross[0] - off[1]
    high = None if gross[1] is None else gross[1] - off[0]
    top = amount.most or None
    sure, perhaps = amount.least if gross[0] > 0 else 0, amount.least if gross[1] != 0 else 0
    most = None if high is None and top is None else _within(high if high is not None else top or 0, perhaps, top)
    return Worked(amount, lines, off, (_within(low, sure, top), most))


def _line(piece: Piece, facts: Facts) -> Line | None:
    """A term; None where it does not concern this household."""
    holds = piece.when.holds(facts) if piece.when else True
    counts = [_number(facts, name) for name in piece.per] or [(1, 1)]
    count: Span = (sum(low for low, _ in counts), _added([high for _, high in counts]))
    if holds is False or count[1] == 0:
        return None
    one = piece.each * piece.times
    sure = holds is True and not piece.at_most
    return Line(piece, count, (one * count[0] if sure else 0, None if count[1] is None else one * count[1]))


def _number(facts: Facts, name: str) -> Span:
    known = facts.get(name)
    return known if isinstance(known, tuple) else UNKNOWN


def _added(highs: list[int | None]) -> int | None:
    return None if None in highs else sum(high for high in highs if high is not None)


def _off(taper: Taper, facts: Facts) -> Span:
    """What is taken off: a share of what lies above the bound. Of an income that is not known, nothing is known."""
    low, high = _number(facts, taper.fact)
    return _share(taper, low), None if high is None else _share(taper, high)


def _share(taper: Taper, income: int) -> int:
    return max(0, income - taper.above) * taper.percent // 100


def _within(value: int, least: int, most: int | None) -> int:
    return max(least, min(value, most) if most is not None else value)


def counted_in(amount: Amount) -> list[str]:
    """The facts by which an amount counts people."""
    return list(dict.fromkeys(name for piece in amount.pieces for name in piece.per))


def assumed(amount: Amount, facts: Facts) -> Facts:
    """What an amount is worked out for: where she has one of whom it counts, nobody whom she did not name; where she
    named nobody, what is not known stays so."""
    return {**dict.fromkeys(counted_in(amount), (0, 0)), **facts} if _named(amount, facts) else facts


def comes_to_nothing(amount: Amount, facts: Facts) -> bool:
    """Whether nobody counts whom she named: what is told then is what one would get."""
    return work_out(amount, assumed(amount, facts)).total == (0, 0)


def for_some(amount: Amount, facts: Facts) -> bool:
    """Whether an amount is worked out for those whom she named, and others may count whom she did not."""
    return _named(amount, facts) and any(name not in facts for name in counted_in(amount))


def _named(amount: Amount, facts: Facts) -> bool:
    return any(isinstance(span := facts.get(name), tuple) and span[0] > 0 for name in counted_in(amount))


def for_one(amount: Amount) -> Span:
    """What somebody gets of whom nothing is known: at least the least that is given for one of those who are counted;
    where for one it may be nothing, up to the most."""
    counted = counted_in(amount)
    ones = [work_out(amount, {**dict.fromkeys(counted, (0, 0)), name: (1, 1)}).total for name in counted]
    least = min(low for low, _ in ones)
    return (least, None) if least else (0, max(high or 0 for _, high in ones))
