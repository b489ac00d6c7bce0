"""What a flow's words do with cases: open one, tell how it stands, add to it, keep an opinion of it."""

from __future__ import annotations

from collections.abc import Mapping

from ...cases import actions as cases
from ...cases import attachments
from ...cases.records import Case, by_reference, of_addresses
from ...cases.references import TRIES_IN_ALL, TRIES_PER_ADDRESS, TRIES_PER_CASE, TRIES_WINDOW
from ...cases.rules import OPEN
from ...channels import outbox
from ...country import Pack
from ...language import formats
from ...language.catalogue import Texts
from ...people import actions as people
from ..asking import is_enclosed, name_of
from ..roads import EffectWords
from ..state import Done
from .apart import topic_of
from .places import place_of, village_of
from .stand import Rowing, Stand, Word


def open_case(stand: Stand, answers: Mapping[str, str]) -> Done:
    """Opens the case from whatever was answered; what was not, is asked by the office."""
    how, hours, pin = (answers.get(step, "") for step in ("how", "hours", "pin"))
    if how == "call" and not hours:
        how = ""  # she left before she said when it is safe: nobody calls her unasked
    story, sent = answers.get("story", ""), names_of(stand, answers)
    if how == "write":
        outbox.go_on(stand.db, stand.address_id, stand.now)
        people.start(stand.db, stand.address_id)  # asking to be written to lifts an earlier STOP
    told = cases.Complaint(
        category=topic_of(stand.pack, answers),
        place=place_of(stand, answers),
        village=village_of(answers),
        against=answers.get("about", ""),
        story="" if is_enclosed(story) else story,
        answer_by=how,
        safe_hours=hours,
        pin=pin.partition(",")[0],
        language=stand.language,
        channel=stand.channel,
        flow=stand.flow,
        sent=sent,
        reads=stand.reads,
        alone=stand.alone,
        risk=answers.get("risk", ""),
        programme=stand.facts.get("programme", ""),
        household=stand.facts.get("household", "") if story and story == stand.facts.get("missed") else "",
    )
    case = cases.open_case(stand.db, stand.pack, told, stand.address_id, stand.now)
    return Done("opened", {"case": case.reference, "promise": promise_of(stand, case)}, act=True)


def names_of(stand: Stand, answers: Mapping[str, str]) -> tuple[int, ...]:
    """The attachments of a telling: those given as an answer, and those that came beside it."""
    given = [answers.get("proof", ""), *stand.facts.get("sent", "").split(",")]
    given += [name_of(answer) for answer in answers.values() if is_enclosed(answer)]
    return tuple(int(name) for name in given if name.isdecimal())


def my_cases(stand: Stand, answers: Mapping[str, str]) -> Done:
    return Done("some" if my_numbers(stand, answers) else "none")


def look_up(stand: Stand, answers: Mapping[str, str]) -> Done:
    """A case lodged from this very number."""
    return Done("found" if _mine(stand, answers) else "none")


def look_up_with_pin(stand: Stand, answers: Mapping[str, str]) -> Done:
    """A reference and a PIN, from any phone. The same outcome whether or not such a case exists."""
    since = stand.now - TRIES_WINDOW
    reference = answers["number"]
    mine = people.tries(stand.db, "pin.address", stand.number_key, since) >= TRIES_PER_ADDRESS
    its = people.tries(stand.db, "pin.case", reference, since) >= TRIES_PER_CASE
    if is_desk(stand) and (case := by_reference(stand.db, reference)) and case.confidential:
        return Done("locked")  # no operator hears of it, and her tries are not used up
    if mine or its or people.tries_of_all(stand.db, "pin.address", since) >= TRIES_IN_ALL:
        return Done("locked")
    if _opened(stand, answers) is None:
        people.count_try(stand.db, "pin.address", stand.number_key, stand.now)
        people.count_try(stand.db, "pin.case", reference, stand.now)
        return Done("wrong")
    return Done("found")


def news(stand: Stand, answers: Mapping[str, str]) -> Done:
    """How the case stands, told as she chose to be answered. Looks again whether she may hear it."""
    case = hers_or_opened(stand, answers)
    if case is None:
        return Done("none")
    if is_helper(case, answers):
        told = _news(stand, case)
        return Done("lies" if case.state in OPEN and case.queue and told["due"] else "hotline", told)
    if case.state == "withdrawn":
        return Done("withdrawn")
    if case.answer_by in ("call", "hotline"):
        return Done(case.answer_by, _news(stand, case))
    if words := cases.words_now(stand.db, case):
        cases.heard(stand.db, case, stand.now)
        return Done(_said(stand.pack, case), {**_news(stand, case), "answer": words.body or ""})
    if case.state == "received":
        return Done("received", _news(stand, case))
    promise = cases.promised(stand.db, case)
    late = promise is not None and promise.due_at is not None and stand.now > promise.due_at
    asks = stand.pack.is_request(case.category) and case.queue
    return Done("late" if late else "lies" if asks else "waiting", _news(stand, case))


def is_helper(case: Case, answers: Mapping[str, str]) -> bool:
    """Whether whoever asks did so for somebody else: she opens it with the PIN that she chose then."""
    return bool(case.behalf) and "number" in answers


def _said(pack: Pack, case: Case) -> str:
    """What kind of words the office's last are: of a request, what was decided; of it nothing is "solved"."""
    if case.state in OPEN:
        return "asked" if case.state == "waiting" else "answered"
    if pack.is_request(case.category) and case.decision != "referred":
        return "refused"
    return {"referred": "referred", "not_upheld": "refused", "rejected": "refused"}.get(case.decision or "", "resolved")


def _mine(stand: Stand, answers: Mapping[str, str]) -> Case | None:
    case = _lodged_here(stand, answers)
    main = cases.main_of(stand.db, case) if case and _may_be_named(stand, case) else None
    return main if main and _may_be_named(stand, main) else None


def _lodged_here(stand: Stand, answers: Mapping[str, str]) -> Case | None:
    """The case of this number, or of another that she proved to be hers, whether or not it may be spoken of here."""
    case = by_reference(stand.db, answers.get("which", ""))
    return case if case and case.address_id in _hers(stand) else None


def _opened(stand: Stand, answers: Mapping[str, str]) -> Case | None:
    case = by_reference(stand.db, answers.get("number", ""))
    if case and case.confidential and is_desk(stand):
        return None
    return case if case and cases.pin_fits(case, answers.get("pin", "").split(",")) else None


def hers_or_opened(stand: Stand, answers: Mapping[str, str]) -> Case | None:
    """The case that she has named: one of this number, or one that her PIN opens."""
    return _opened(stand, answers) if "number" in answers else _mine(stand, answers)


def _news(stand: Stand, case: Case) -> dict[str, str]:
    promise = cases.promised(stand.db, case)
    due = promise.due_at.isoformat() if promise and promise.due_at else ""
    return {"case": case.reference, "due": due, "promise": promise_of(stand, case), "office": case.queue or "",
            "service": stand.pack.service_of(category=case.category)}  # fmt: skip


def promise_of(stand: Stand, case: Case) -> str:
    promise = cases.promised(stand.db, case)
    return promise.term().raw() if promise else ""


def add_words(stand: Stand, answers: Mapping[str, str]) -> Done:
    """Words for an open case that she may hear of; looked at again. What she was writing while it became confidential
    is kept, and nothing is said of it."""
    return add_here(stand, answers, "words")


def add_here(stand: Stand, answers: Mapping[str, str], step: str) -> Done:
    """Adds what was answered at a step to the case that this conversation is about."""
    case = hers_or_opened(stand, answers)
    if case is None and (hidden := _lodged_here(stand, answers)):
        cases.keep_words(stand.db, hidden, answers[step], stand.channel, stand.now)
    if case and is_helper(case, answers):  # no answer of hers: kept, and said to be of whoever asked for her
        cases.keep_words(stand.db, case, answers[step], HELPER, stand.now)
        return Done("closed", act=True)
    return add(stand, case, answers, step)


def add(stand: Stand, case: Case | None, answers: Mapping[str, str], step: str, *, late: bool = False) -> Done:
    """Adds words to a case. What comes `late`, or to a case that is over, is kept and changes nothing."""
    if case is None:
        return Done("closed")
    words = "" if is_enclosed(answers[step]) else answers[step]
    attachments.belong(stand.db, names_of(stand, answers), case, stand.now)
    if late or case.state not in OPEN:
        cases.keep_words(stand.db, case, words, stand.channel, stand.now)
        return Done("closed", act=True)
    cases.add_words(stand.db, stand.house, case, words, stand.channel, stand.now)
    return Done("added", act=True)


def my_numbers(stand: Stand, answers: Mapping[str, str]) -> list[str]:
    named = (case for case in of_addresses(stand.db, _hers(stand), limit=100) if _may_be_named(stand, case))
    return [case.reference for case in named][:MOST_NAMED]


def _may_be_named(stand: Stand, case: Case) -> bool:
    """Whether a case may be spoken of here: a confidential one never to an operator, and on her phone only where she
    chose that we write to it."""
    if not case.confidential:
        return True
    return case.answer_by == "write" and not is_desk(stand)


def is_desk(stand: Stand) -> bool:
    """Whether an operator speaks for her."""
    row = stand.pack.channels.get(stand.channel)
    return row is not None and row.kind == "desk"


def _hers(stand: Stand) -> list[int]:
    """This address, and those that she has proved to be hers too."""
    return [address.id for address in people.of_person(stand.db, stand.address_id)]


def _grouped(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return formats.grouped(code)


HELPER = "helper"
MOST_NAMED = 5
NEWS = ("case", "due", "promise", "answer", "office", "service")
COMPLAINT = (
    "topic",
    "what",
    "care",
    "person",
    "risk",
    "place",
    "where",
    "about",
    "story",
    "proof",
    "how",
    "hours",
    "pin",
)
NAMED = ("which", "number", "pin")
HEARD = (
    *("waiting", "lies", "received", "late", "answered", "asked", "resolved", "refused", "referred", "withdrawn"),
    *("call", "hotline", "none"),
)

EFFECTS: Mapping[str, Word] = {
    "open_case": Word(EffectWords("act", ("opened",), ("case", "promise"), reads=COMPLAINT), open_case),
    "my_cases": Word(EffectWords("look", ("some", "none")), my_cases),
    "look_up": Word(EffectWords("look", ("found", "none"), reads=("which",)), look_up),
    "look_up_with_pin": Word(
        EffectWords("look", ("found", "wrong", "locked"), reads=("number", "pin")), look_up_with_pin
    ),
    "news": Word(EffectWords("look", HEARD, NEWS, reads=NAMED, bare=("withdrawn", "none")), news),
    "add_words": Word(EffectWords("act", ("added", "closed"), reads=(*NAMED, "words"), harmless=True), add_words),
}

LISTS: Mapping[str, Rowing] = {"my_numbers": Rowing(my_numbers, _grouped, may_be_empty=True)}
