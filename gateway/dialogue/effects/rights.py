"""What a flow's words do with what is due to her: which question decides most, what she may ask for, and why.

Nothing of it is kept: no name, no number, no answer outlives the conversation. A fact of it is a programme and the
answers that were given, so that it is told anew in whatever language she changes to.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...cases.records.requests import judged as judged_by_office
from ...channels import outbox
from ...country import Pack
from ...country.conditions import Facts, Verdict
from ...country.programmes import known_from
from ...entitlements import rules
from ...entitlements.wording import Teller, from_raw, to_raw
from ...language.catalogue import Texts, mark
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .sections import DOUBTED
from .stand import Answers, Rowing, Stand, Word

QUESTIONS = (
    *("abroad", "card", "lives", "pregnant", "infant", "baby", "small", "school", "disability", "old", "work", "job"),
)
TOLD = ("why", "reason", "amount", "sum", "apply", "bring")
ABOUT = ("about", *TOLD[2:])
SMALL = ("ussd", "sms", "voice")
MOST_ROWS = 5
OTHERS, NOT_SURE, MORE_UNSURE, NOT_DUE, SURE, ABROAD = "others", "not_sure", "more_unsure", "not_due", "sure", "abroad"
WAYS_ON = {OTHERS: "others", NOT_SURE: "unsure", MORE_UNSURE: "more_unsure", NOT_DUE: "denied", SURE: "results"}
"""Rows of a list that are no programme: where each leads."""

CHOSEN = ("found", "rest", "unsure", "more_unsure", "denied")
LIST_OF = {"yes": "results", "unsure": "unsure", "no": "denied"}
"""From which list a programme was told, by what its rule says."""

LABELS = {
    OTHERS: mark("entitlement.others", "Other benefits"),
    NOT_SURE: mark("entitlement.not_sure", "What is not sure"),
    MORE_UNSURE: mark("entitlement.others", "Other benefits"),
    NOT_DUE: mark("entitlement.not_due", "What is not for you"),
    SURE: mark("entitlement.sure", "What is sure"),
}


def said(stand: Stand, answers: Answers) -> dict[str, str]:
    """Her answers; whoever calls from a number of this country is taken to be in it."""
    found = {name: answers[name] for name in stand.pack.questions if answers.get(name)}
    return {"abroad": "here", **found} if stand.pack.is_of_here(stand.number_key) else found


def suspended(stand: Stand) -> frozenset[str]:
    """Programmes whose rule said yes too often to those whom the office then refused."""
    return rules.suspended(stand.pack.programmes, stand.pack.doubt, judged_by_office(stand.db, stand.pack.code))


def next_question(stand: Stand, answers: Answers) -> Done:
    """The question that decides most of what is open; a small screen asks eight at most."""
    known = said(stand, answers)
    row = stand.pack.channels.get(stand.channel)
    if row and row.kind in SMALL and sum(name in answers for name in QUESTIONS) >= rules.MOST_QUESTIONS:
        return Done("results")
    if ABROAD not in known:
        return Done(ABROAD)  # she writes from elsewhere: what helps her first is near her, not here
    facts = known_from(stand.pack.questions, known)
    asked = rules.asked_now(stand.pack.programmes.values(), stand.today, suspended(stand))
    return Done(rules.next_question(stand.pack.questions, asked, facts, known) or "results")


def judged(stand: Stand, answers: Answers) -> tuple[dict[str, Verdict], Facts]:
    """What is told of each rule, the most urgent first."""
    known = said(stand, answers)
    facts = known_from(stand.pack.questions, known)
    sure = known_from(stand.pack.questions, {name: known[name] for name in known if name in answers})
    return rules.verdicts(stand.pack.programmes.values(), facts, sure, stand.today, suspended(stand)), facts


def _parted(stand: Stand, answers: Answers) -> dict[Verdict, list[str]]:
    """The programmes of the screening by what is told of them."""
    found: dict[Verdict, list[str]] = {True: [], None: [], False: []}
    for code, verdict in judged(stand, answers)[0].items():
        found[verdict].append(code)
    return found


def judge(stand: Stand, answers: Answers) -> Done:
    verdicts, _ = judged(stand, answers)
    count = sum(verdict is True for verdict in verdicts.values())
    if count:
        return Done("some", {"count": str(count)})
    return Done("unsure" if None in verdicts.values() else "nothing")


def programmes(stand: Stand, answers: Answers) -> list[str]:
    """What she may ask for; what does not fit stands behind one more row, so does what is not sure, and what is not for
    her."""
    found = _parted(stand, answers)
    ways = {NOT_SURE: found[None], NOT_DUE: found[False]}
    return [*_first(found[True], OTHERS), *(row for row, some in ways.items() if some)] if found[True] else []


def other_programmes(stand: Stand, answers: Answers) -> list[str]:
    """What stood behind the last row."""
    return _parted(stand, answers)[True][MOST_ROWS - 1 :]


def not_known(stand: Stand, answers: Answers) -> list[str]:
    """What she did not say enough for; and the ways to what is sure and to what is not for her, if anything is."""
    found = _parted(stand, answers)
    ways = {SURE: found[True], NOT_DUE: found[False]}
    return [*_first(found[None], MORE_UNSURE), *(row for row, some in ways.items() if some)]


def others_not_known(stand: Stand, answers: Answers) -> list[str]:
    """What stood behind the last row of these."""
    return _parted(stand, answers)[None][MOST_ROWS - 1 :]


def not_due(stand: Stand, answers: Answers) -> list[str]:
    """What is not for her, by what she said."""
    return _parted(stand, answers)[False]


def _first(found: list[str], more: str) -> list[str]:
    """As many as a list shows; the rest stands behind one more row."""
    return found if len(found) <= MOST_ROWS else [*found[: MOST_ROWS - 1], more]


def explain(stand: Stand, answers: Answers) -> Done:
    """One programme: whichever she chose last."""
    code = next((answers[step] for step in reversed(tuple(answers)) if step in CHOSEN), NOT_SURE)
    if code in WAYS_ON:
        return Done(WAYS_ON[code])
    verdict = judged(stand, answers)[0].get(code)
    given = {**said(stand, answers), **({DOUBTED: "yes"} if code in suspended(stand) else {})}
    told = {True: "yes", None: "unsure", False: "no"}[verdict]
    facts = {"programme": code, "told": told, "service": stand.pack.service_of(programme=code)}
    return Done("told", {**dict.fromkeys(TOLD, to_raw(code, given)), **facts})


def which_list(stand: Stand, answers: Answers) -> Done:
    """The list from which the programme was told."""
    return Done(LIST_OF[stand.facts.get("told") or "unsure"])


def told_of(stand: Stand, answers: Answers) -> list[str]:
    """What can be heard of the programme that was told: how much, which papers, and how to ask for what cannot be asked
    for here, only where that is known."""
    code, _ = from_raw(stand.facts.get("apply", ""))
    programme, today = stand.pack.programmes.get(code), stand.today
    if programme is None:
        return ["others"]
    asks = "request" in stand.pack.services and programme.office in stand.pack.queues and programme.runs(today)
    found = {
        "amount": programme.amount(today) or programme.fact("pay", today),
        "apply": not asks or any(programme.fact(what, today) for what in ("apply", "open", "call")),
        "bring": programme.fact("bring", today),
        "request": asks,
        "seat": "appointment" in stand.pack.services and stand.pack.service_of(programme=code),
    }
    return [*(row for row, is_known in found.items() if is_known), "others", "wrong"]


def send_results(stand: Stand, answers: Answers) -> Done:
    """All that she may ask for, as a message to this phone or into this chat; asking for it lifts an earlier STOP."""
    people.start(stand.db, stand.address_id)
    outbox.go_on(stand.db, stand.address_id, stand.now)
    verdicts, facts = judged(stand, answers)
    found = [stand.pack.programmes[code] for code, verdict in verdicts.items() if verdict]
    unsure = [stand.pack.programmes[code] for code, verdict in verdicts.items() if verdict is None]
    teller = Teller(stand.pack, stand.house.texts, stand.language, stand.today)
    row = stand.pack.channels.get(stand.channel)
    way = stand.channel if row and row.kind == "chat" else stand.pack.writes_to(stand.number_key)
    once = f"rights:{stand.address_id}:{stand.now.timestamp()}"
    body = teller.all_of_them(found, unsure, facts)
    outbox.put(stand.db, way, stand.address_id, body, purpose="rights", about="", once=once, now=stand.now)
    return Done("sent", act=True)


def named_benefit(stand: Stand, answers: Answers) -> Done:
    """The benefit that she named in her sentence."""
    code = stand.facts.get("benefit", "")
    return _about(stand, code) if code in stand.pack.programmes else Done("none")


def about_benefit(stand: Stand, answers: Answers) -> Done:
    return _about(stand, answers["which"])


def _about(stand: Stand, code: str) -> Done:
    return Done("told", dict.fromkeys(ABOUT, to_raw(code, {})))


def benefits(stand: Stand, answers: Answers) -> list[str]:
    """Everything that is given now."""
    found = stand.pack.programmes.values()
    return [p.code for p in sorted(found, key=lambda p: (p.urgency, p.code)) if p.runs(stand.today)]


def named(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    if code in LABELS:
        return texts.say(tag, LABELS[code])
    return texts.say(tag, pack.programmes[code].key("name")) if code in pack.programmes else code


def _place(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return pack.places.name(code, tag)


def lives_in(stand: Stand, answers: Answers) -> list[str]:
    """The places that programmes name."""
    return [code for code in stand.pack.questions["lives"].means if stand.pack.places.get(code)]


EFFECTS: Mapping[str, Word] = {
    "next_question": Word(EffectWords("look", (*QUESTIONS, "results"), reads=QUESTIONS), next_question),
    "judge": Word(EffectWords("look", ("some", "unsure", "nothing"), ("count",), reads=QUESTIONS), judge),
    "explain": Word(
        EffectWords(
            "look", ("told", *WAYS_ON.values()), (*TOLD, "programme", "told", "service"), reads=(*QUESTIONS, *CHOSEN)
        ),
        explain,
    ),
    "which_list": Word(EffectWords("look", tuple(LIST_OF.values())), which_list),
    "send_results": Word(EffectWords("act", ("sent",), reads=QUESTIONS, harmless=True), send_results),
    "named_benefit": Word(EffectWords("look", ("told", "none"), ABOUT), named_benefit),
    "about_benefit": Word(EffectWords("look", ("told",), ABOUT, reads=("which",)), about_benefit),
}

LISTS: Mapping[str, Rowing] = {
    "programmes": Rowing(programmes, named, may_be_empty=True),
    "other_programmes": Rowing(other_programmes, named, may_be_empty=True),
    "not_known": Rowing(not_known, named, may_be_empty=True),
    "others_not_known": Rowing(others_not_known, named, may_be_empty=True),
    "not_due": Rowing(not_due, named, may_be_empty=True),
    "benefits": Rowing(benefits, named, may_be_empty=True, by_name=True),
    "lives_in": Rowing(lives_in, _place, may_be_empty=True),
    "told_of": Rowing(told_of, lambda texts, pack, code, tag: code),
}
