"""What is complained of, by heading; and the road of those who are not safe or accuse somebody."""

from __future__ import annotations

from collections.abc import Mapping

from ...cases import actions as cases
from ...country import Category, Pack
from ...language.catalogue import Texts
from ..roads import EffectWords
from ..state import Done
from .stand import Answers, Rowing, Stand, Word

PERSON = "person"
VIOLENCE = "violence"
WAYS = ("write", "call", "hotline", "pin")


def topic_of(pack: Pack, answers: Answers) -> str:
    """The category of a complaint, chosen at once or under a heading; left at the heading, it is something else."""
    heading = answers.get("topic") or answers.get("what", "other")
    chosen = answers.get(heading, heading)
    return "other" if chosen in {row.group for row in pack.categories.values()} else chosen


def topics(stand: Stand, answers: Answers) -> list[str]:
    """The categories without a heading, and the headings."""
    return list(dict.fromkeys(row.group or row.code for row in stand.pack.categories.values()))


def care_topics(stand: Stand, answers: Answers) -> list[str]:
    return [row.code for row in _under(stand.pack, "care")]


def person_topics(stand: Stand, answers: Answers) -> list[str]:
    return [row.code for row in _under(stand.pack, PERSON)]


def _under(pack: Pack, heading: str) -> list[Category]:
    return [row for row in pack.categories.values() if row.group == heading]


def ways(stand: Stand, answers: Answers) -> list[str]:
    """How we may answer. What is confidential no operator tells: whoever decides it calls herself."""
    apart = stand.pack.is_confidential(topic_of(stand.pack, answers))
    return [way for way in WAYS if way != "hotline" or not apart]


def open_safe_case(stand: Stand, answers: Answers) -> Done:
    """Somebody is not safe: no story is asked, nothing is written to her phone; who calls her, and when, is hers to
    say."""
    told = cases.Complaint(
        category=VIOLENCE, place="", village="", story="", against="", answer_by="call",
        safe_hours=answers.get("hours", ""), pin="", language=stand.language, channel=stand.channel, flow=stand.flow,
        reads=True, prefers=answers.get("who", ""),
    )  # fmt: skip
    cases.open_case(stand.db, stand.pack, told, stand.address_id, stand.now)
    return Done("opened", act=True)


def _code(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return code


EFFECTS: Mapping[str, Word] = {
    "open_safe_case": Word(EffectWords("act", ("opened",), reads=("what", "hours", "who")), open_safe_case),
}
LISTS: Mapping[str, Rowing] = {
    "topics": Rowing(topics, _code),
    "care_topics": Rowing(care_topics, _code),
    "person_topics": Rowing(person_topics, _code),
    "ways": Rowing(ways, _code),
}
