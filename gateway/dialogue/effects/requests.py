"""What a flow's words do with requests: ask for a programme, for oneself or another; weeks later, whether it came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ...cases import actions as cases
from ...cases.records import Case, by_reference
from ...country import APPLY
from ...country.route import route
from ...language import fold
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .cases import COMPLAINT, promise_of
from .places import place_of, village_of
from .rights import named
from .stand import Answers, Rowing, Stand, Word

FORM = ("which", "whom", "name", "born", "place", "card")
"""What the office gets, by the questions of the form."""

UNPAID = "unpaid"
CONSENT, MOST_ASKED, A_DAY = "consent", 3, timedelta(days=1)
"""How often in a day somebody may have others asked, and somebody be asked, whether they agree."""


def may_be_asked(stand: Stand, answers: Answers) -> list[str]:
    """The programmes of today that an office of this country decides, the most urgent first."""
    found = (p for p in stand.pack.programmes.values() if p.office in stand.pack.queues and p.runs(stand.today))
    return [programme.code for programme in sorted(found, key=lambda p: (p.urgency, p.code))]


def changes(stand: Stand, answers: Answers) -> list[str]:
    """What she may tell that has changed."""
    return [row.code for row in stand.pack.categories.values() if row.kind == "request" and row.code != APPLY]


def for_whom(stand: Stand, answers: Answers) -> Done:
    return Done("other" if answers["whom"] == "other" else "me")


def open_request(stand: Stand, answers: Answers) -> Done:
    """Opens the request; for somebody else, who is asked herself before anybody decides. Without a telephone of her own
    an official asks her."""
    other = answers["whom"] == "other"
    asked = _hers(stand, answers) if other else None
    case = cases.open_case(
        stand.db, stand.pack, _told(stand, answers, other), asked if other else stand.address_id, stand.now
    )
    programme = stand.pack.programmes[answers["which"]]
    told = stand.facts.get("told", "") if stand.facts.get("programme") == programme.code else ""
    form = {name: answers[name] for name in FORM if answers.get(name)} | {"place": case.place}
    cases.keep_request(stand.db, case, form, told, programme.rule_mark, None if other else stand.now)
    if answers.get("how") == "write" and not other:
        cases.start_writing(stand.db, stand.address_id, stand.now)
    near = route(stand.pack, APPLY, case.place, stand.channel).queue
    facts = {"case": case.reference, "promise": promise_of(stand, case), "office": near}
    return Done("opened" if not other else "asked" if asked else "nobody", facts, act=True)


def _hers(stand: Stand, answers: Answers) -> int | None:
    """Her own telephone; that of whoever asks for her is not hers."""
    number = stand.pack.e164(fold.digits(answers.get("her", "")))
    if number is None or number == stand.number_key:
        return None
    since = stand.now - A_DAY
    asked = people.tries(stand.db, CONSENT, number, since), people.tries(stand.db, CONSENT, stand.number_key, since)
    if asked[0] >= MOST_ASKED or asked[1] >= MOST_ASKED:
        return None  # nobody is written to again and again: an official asks her
    people.count_try(stand.db, CONSENT, number, stand.now)
    people.count_try(stand.db, CONSENT, stand.number_key, stand.now)
    address = people.make_known(stand.db, stand.pack.code, number, stand.now)
    people.begin_language(stand.db, address.id, stand.language)
    return address.id if address.id != stand.address_id else None


def _told(stand: Stand, answers: Mapping[str, str], other: bool) -> cases.Complaint:
    how = answers.get("how", "")
    return cases.Complaint(
        category=APPLY,
        place=place_of(stand, answers),
        village=village_of(answers),
        story="",
        against="",
        answer_by="hotline" if other else how,
        safe_hours=answers.get("hours", ""),
        pin=answers.get("pin", "").partition(",")[0],
        language=stand.language,
        channel=stand.channel,
        flow=stand.flow,
        reads=stand.reads and not other,
        behalf=answers.get("you", "other") if other else "",
        wants="write" if other else "",
        programme=answers["which"],
    )


def keep_received(stand: Stand, answers: Answers) -> Done:
    """Whether what was granted has come."""
    case, said = _granted(stand), answers.get("came", "")
    if case:
        cases.keep_received(stand.db, case, said, stand.now)
    return Done({"no": "late", "no_service": "absent"}.get(said, "kept"), act=True)


def ask_where(stand: Stand, answers: Answers) -> Done:
    """It has not come: the office is asked where it is, as a complaint of its own, answered as she chose before."""
    case = _granted(stand)
    if case is None or UNPAID not in stand.pack.categories:
        return Done("gone")
    told = cases.Complaint(
        category=UNPAID, place=case.place, village=case.village or "", story="", against="", answer_by=case.answer_by,
        safe_hours=case.safe_hours, pin="", language=stand.language, channel=stand.channel, flow=stand.flow,
        reads=stand.reads, programme=case.programme,
    )  # fmt: skip
    opened = cases.open_case(stand.db, stand.pack, told, stand.address_id, stand.now)
    return Done("asked", {"case": opened.reference, "promise": promise_of(stand, opened)}, act=True)


def _granted(stand: Stand) -> Case | None:
    case = by_reference(stand.db, stand.facts.get("case", ""))
    return case if case and case.address_id == stand.address_id else None


EFFECTS: Mapping[str, Word] = {
    "for_whom": Word(EffectWords("look", ("me", "other"), reads=("whom",)), for_whom),
    "open_request": Word(
        EffectWords(
            "act",
            ("opened", "asked", "nobody"),
            ("case", "promise", "office"),
            reads=(*FORM, "you", "her", *(step for step in COMPLAINT if step in ("how", "hours", "pin"))),
            bare=(),
        ),
        open_request,
    ),
    "keep_received": Word(
        EffectWords("act", ("kept", "late", "absent"), reads=("came",), harmless=True), keep_received
    ),
    "ask_where": Word(
        EffectWords("act", ("asked", "gone"), ("case", "promise"), reads=("shall",), harmless=True), ask_where
    ),
}

LISTS: Mapping[str, Rowing] = {
    "may_be_asked": Rowing(may_be_asked, named, may_be_empty=True, by_name=True),
    "changes": Rowing(changes, lambda texts, pack, code, tag: code),
}
