"""What each figure of cases is called, and what it counts: said beside the figures, and in `docs/figures.md`. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ..language.catalogue import Key, mark

DEFINED: Mapping[str, tuple[Key, Key]] = {
    "lodged": (
        mark("console", "lodged"),
        mark("console", "Cases lodged in the period. Confidential cases are in no figure."),
    ),
    "answered": (
        mark("console", "answered"),
        mark("console", "Those that have had a first answer."),
    ),
    "decided": (
        mark("console", "decided"),
        mark("console", "Those that have been decided at least once."),
    ),
    "waiting": (
        mark("console", "open"),
        mark("console", "Those that are open today."),
    ),
    "to_7": (
        mark("console", "open, to 7 days"),
        mark("console", "Open today, lodged up to 7 days ago."),
    ),
    "to_30": (
        mark("console", "open, to 30 days"),
        mark("console", "Open today, lodged 8 to 30 days ago."),
    ),
    "to_90": (
        mark("console", "open, to 90 days"),
        mark("console", "Open today, lodged 31 to 90 days ago."),
    ),
    "older": (
        mark("console", "open, over 90 days"),
        mark("console", "Open today, lodged more than 90 days ago."),
    ),
    "judged": (
        mark("console", "to be decided by now"),
        mark("console", "Those that were decided, or whose promised day to decide has passed."),
    ),
    "in_time": (
        mark("console", "decided in time"),
        mark("console", "Of these, those decided within the promise; time in which we waited for her does not count."),
    ),
    "reopened": (
        mark("console", "not solved, she said"),
        mark("console", "Those of which she said once that they were not solved."),
    ),
    "appealed": (
        mark("console", "appeals"),
        mark("console", "Those in which she appealed."),
    ),
    "upheld": (
        mark("console", "appeals upheld"),
        mark("console", "Of these, those in which the decision after the appeal was for her, wholly or in part."),
    ),
    "finished": (
        mark("console", "promises over"),
        mark("console", "Those of which every promise was met, or has run out."),
    ),
    "followed": (
        mark("console", "every promise kept"),
        mark("console", "Of these, those in which every promise was met in time: taken up, answered, decided."),
    ),
    "answer_median_h": (
        mark("console", "answer: half, hours"),
        mark("console", "Half of the answers took at most so many working hours of the office."),
    ),
    "answer_p90_h": (
        mark("console", "answer: nine of ten, hours"),
        mark("console", "Nine of ten answers took at most so many working hours."),
    ),
    "decide_median_h": (
        mark("console", "decision: half, hours"),
        mark("console", "Half of the decisions took at most so many working hours of the office."),
    ),
    "decide_p90_h": (
        mark("console", "decision: nine of ten, hours"),
        mark("console", "Nine of ten decisions took at most so many working hours."),
    ),
    "decide_median_d": (
        mark("console", "decision: half, days"),
        mark("console", "Half of the decisions took at most so many days of the calendar, nights and holidays too."),
    ),
    "decide_p90_d": (
        mark("console", "decision: nine of ten, days"),
        mark("console", "Nine of ten decisions took at most so many days of the calendar."),
    ),
}
"""By the name of its column: its heading, and its definition."""
