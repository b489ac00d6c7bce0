"""How a programme is told: why, how much, how to ask, what to bring. Sentences from the pack and this page. Pure.

A fact that no source supports, or that is past its review, is not told: she is sent to the office instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from ..country import Pack
from ..country.conditions import Facts, Span
from ..country.programmes import TEXTS, Amount, Programme, first_day
from ..language import formats
from ..language.catalogue import Texts, mark
from ..language.tags import babel_name
from .amounts import UNKNOWN, Line, Worked, assumed, comes_to_nothing, counted_in, for_one, for_some, work_out
from .rules import missing
from .sources import Paid

DECIDES = mark("entitlement.decides", "The office decides.")
ASK = mark("entitlement.ask", "No sure fact is known here. Ask your office.")
ASK_CALL = mark("entitlement.ask_call", "No sure fact is known here. Ask your office, or call {number}.")
CALL = mark("entitlement.call", "You may call {number}.")
BRING = mark("entitlement.bring", "Bring: {papers}.")
LACKS = mark("entitlement.lacks", "Not known yet: {what}.")
ENDED = mark("entitlement.ended", "This is no longer given. Ask about: {other}.")
ENDED_ON = mark("entitlement.ended_on", "This ended in {when}. Ask about: {other}.")
ENDED_ALONE = mark("entitlement.ended_alone", "This is no longer given.")
NOT_YET = mark("entitlement.not_yet", "This begins in {when}.")
TOGETHER = mark("entitlement.together", "Together: {sum}.")
LESS = mark("entitlement.less", "Less, because of what you earn: {sum}.")
A_MONTH = mark("entitlement.a_month", "{sum} a month")
A_YEAR = mark("entitlement.a_year", "{sum} a year")
OR_MORE = mark("entitlement.or_more", "{sum} or more")
UP_TO = mark("entitlement.up_to", "up to {sum}")
BETWEEN = mark("entitlement.between", "{least} to {most}")
TERM = mark("entitlement.term", "{sum}: {what}")
FOR_NAMED = mark("entitlement.for_named", "{sum} for those you named")
FOR_ONE = mark("entitlement.for_one", "{sum} for one")
UNSURE = mark("entitlement.ask_about", "Not sure, ask your office: {names}.")
CONTEST = mark("entitlement.contest", "If you do not agree, call {hotline}.")
MAY_ASK = mark("entitlement.may_ask", "You may ask for:")
NEXT = mark("payment.next", "Next: {payment}.")
NO_NEXT = mark("payment.no_next", "No next payment is written yet.")
COLLECT = mark("payment.collect", "Collect it: {place}.")
LAST = {
    "planned": mark("payment.last_planned", "Last: {payment}. The register does not say that it was sent."),
    "sent": mark("payment.last_sent", "Last: {payment}. It was sent."),
    "collected": mark("payment.last_collected", "Last: {payment}. It was collected."),
    "returned": mark("payment.last_returned", "Last: {payment}. It was not collected, and went back."),
}
EVERY = {"once": None, "month": A_MONTH, "year": A_YEAR}


@dataclass(frozen=True)
class Teller:
    """Who tells: the pack, in whose words, and the day that counts."""

    pack: Pack
    texts: Texts
    tag: str
    today: date

    def name(self, programme: Programme) -> str:
        return self.texts.say(self.tag, programme.key("name"))

    def why(self, programme: Programme, facts: Facts, suspended: bool = False, brief: bool = False) -> str:
        """Why she may ask for it, may not, or what is not known; `brief`: without naming each thing that is not."""
        said = programme.rule.holds(facts) if programme.rule else None
        if not programme.runs(self.today):
            return self.ended(programme)
        if programme.rule is None or suspended or (programme.ruled and programme.ruled.is_stale(self.today)):
            return self.ask(programme)
        verdict = {True: "yes", False: "no", None: "missing"}[said]
        words = [self.texts.say(self.tag, programme.key(verdict))]
        if brief:
            return words[0]
        lacking = missing(programme, self.pack.questions, facts)
        if lacking:
            asked = ", ".join(self.texts.say(self.tag, question.key()) for question in lacking)
            words.append(self.texts.say(self.tag, LACKS, what=asked))
        return " ".join(words)

    def about_it(self, programme: Programme) -> str:
        """What it is and for whom, for somebody who asked by its name."""
        words = self.who(programme) if programme.runs(self.today) else self.ended(programme)
        return f"{self.name(programme)}\n{words}"

    def ended(self, programme: Programme) -> str:
        """That it has ended, or has not begun, and what to ask about instead."""
        if not programme.has_ended(self.today):
            return self.texts.say(self.tag, NOT_YET, when=self.about(programme.since))
        other = self.pack.programmes.get(programme.instead)
        if other is None:
            return self.texts.say(self.tag, ENDED_ALONE)
        name = self.name(other)
        if programme.until:
            return self.texts.say(self.tag, ENDED_ON, when=self.about(programme.until), other=name)
        return self.texts.say(self.tag, ENDED, other=name)

    def about(self, written: str) -> str:
        """A year, a month or a day, as far as it is known."""
        pattern = {0: "y", 1: "MMMM y", 2: "d MMMM y"}[written.count("-")]
        return str(format_date(first_day(written), pattern, locale=babel_name(self.tag)))

    def who(self, programme: Programme) -> str:
        return self.fact(programme, "who") or self.ask(programme)

    def apply(self, programme: Programme) -> str:
        """How to ask for it, whether it can be asked for now, and whom to call."""
        said = [said for what in ("apply", "open") if (said := self.fact(programme, what))]
        call = programme.fact("call", self.today)
        if said and call:
            said.append(self.texts.say(self.tag, CALL, number=call.said))
        return " ".join(said) or self.ask(programme)

    def bring(self, programme: Programme) -> str:
        """The papers that the office wants to see."""
        found = programme.fact("bring", self.today)
        if found is None:
            return self.ask(programme)
        if not found.papers:
            return found.said
        return self.texts.say(self.tag, BRING, papers=", ".join(self.papers(found.papers)))

    def papers(self, codes: Iterable[str]) -> list[str]:
        return [self.paper(code) for code in codes]

    def paper(self, code: str) -> str:
        return self.texts.say(self.tag, ("paper", self.pack.papers[code])) if code in self.pack.papers else code

    def payment(self, paid: Paid | None) -> str:
        """`Mother and baby, 80,000 riel, Tuesday 1 December`."""
        if paid is None:
            return ""
        programme = self.pack.programmes.get(paid.programme)
        name = self.name(programme) if programme else paid.programme
        return ", ".join([name, self.money(paid.amount), formats.day(self.tag, paid.due_on, self.pack.style(self.tag))])

    def next_payment(self, paid: Paid | None) -> str:
        """The next payment, with where it is collected."""
        if paid is None:
            return self.texts.say(self.tag, NO_NEXT)
        said = self.texts.say(self.tag, NEXT, payment=self.payment(paid))
        return f"{said} {self.texts.say(self.tag, COLLECT, place=paid.at)}" if paid.at else said

    def last_payment(self, paid: Paid | None) -> str:
        """The last payment, and how far it came."""
        return self.texts.say(self.tag, LAST[paid.state], payment=self.payment(paid)) if paid else ""

    def amount(self, programme: Programme, facts: Facts) -> str:
        """How much, worked out for what is known, and when it is paid."""
        amount, pay = programme.amount(self.today), self.fact(programme, "pay")
        if amount is None:
            return pay or self.ask(programme)
        facts = {} if comes_to_nothing(amount, facts) else facts
        worked = work_out(amount, assumed(amount, facts))
        return "\n".join(filter(None, (*self.worked(worked, for_some(amount, facts)), pay)))

    def sum(self, programme: Programme, facts: Facts) -> str:
        """How much, in one line: for a small screen."""
        amount = programme.amount(self.today)
        if amount is None:
            return self.ask(programme)
        counted = counted_in(amount)
        if comes_to_nothing(amount, facts) or (counted and not any(name in facts for name in counted)):
            return self.texts.say(self.tag, FOR_ONE, sum=self.every(amount.every, self.span(for_one(amount))))
        total = work_out(amount, assumed(amount, facts)).total
        return self.ask(programme) if total == UNKNOWN else self.whole(amount, facts, total)

    def example(self, amount: Amount) -> list[str]:
        """The terms of an amount, for one of each of whom it counts: a worked example."""
        return self.worked(work_out(amount, dict.fromkeys(counted_in(amount), (1, 1))))

    def whole(self, amount: Amount, facts: Facts, total: Span) -> str:
        """What comes of a sum; where more people may count than she named, for whom it is."""
        written = self.every(amount.every, self.span(total))
        return self.texts.say(self.tag, FOR_NAMED, sum=written) if for_some(amount, facts) else written

    def worked(self, worked: Worked, some: bool = False) -> list[str]:
        """The terms of a sum, each on a line, and what comes of them. `some`: more people may count than she named."""
        every = worked.amount.every
        lines = [self.texts.say(self.tag, TERM, sum=self.every(every, self.term(line)), what=self.what(worked, line))
                 for line in worked.lines]  # fmt: skip
        if worked.off != (0, 0) and worked.off != UNKNOWN:
            lines.append(self.texts.say(self.tag, LESS, sum=self.span(worked.off)))
        unsure = any(line.total[0] != line.total[1] for line in worked.lines)
        counted = len(worked.lines) > 1 or worked.off != (0, 0) or unsure
        if (counted or some) and worked.total != UNKNOWN:
            whole = self.every(every, self.span(worked.total))
            whole = self.texts.say(self.tag, FOR_NAMED, sum=whole) if some else whole
            lines.append(self.texts.say(self.tag, TOGETHER, sum=whole))
        return lines

    def what(self, worked: Worked, line: Line) -> str:
        code = next(p for p in self.pack.programmes.values() if worked.amount in p.amounts).code
        return self.texts.say(self.tag, (f"programme.{self.pack.code}.{code}.amount", line.piece.what))

    def term(self, line: Line) -> str:
        """`4 x 80,000 riel`; where several are counted, `2 x 10 x 80,000 riel`."""
        counted = [str(n) for n in (line.count[0], line.piece.times) if n > 1]
        return " x ".join([*counted, self.money(line.piece.each)])

    def every(self, every: str, written: str) -> str:
        key = EVERY[every]
        return self.texts.say(self.tag, key, sum=written) if key else written

    def span(self, span: Span) -> str:
        """A sum of which this much is known."""
        low, high = span
        if high is None:
            return self.texts.say(self.tag, OR_MORE, sum=self.money(low))
        if low == high:
            return self.money(low)
        if low == 0:
            return self.texts.say(self.tag, UP_TO, sum=self.money(high))
        return self.texts.say(self.tag, BETWEEN, least=self.money(low), most=self.money(high))

    def money(self, amount: int) -> str:
        return formats.money(self.tag, amount, self.pack.currency, self.pack.style(self.tag))

    def fact(self, programme: Programme, what: str) -> str:
        """A sentence of the pack, if it may be told."""
        assert what in TEXTS
        found = programme.fact(what, self.today)
        return self.texts.say(self.tag, programme.key(what)) if found else ""

    def ask(self, programme: Programme) -> str:
        """That the office knows."""
        call = programme.fact("call", self.today)
        return self.texts.say(self.tag, ASK_CALL, number=call.said) if call else self.texts.say(self.tag, ASK)

    def all_of_them(self, programmes: Iterable[Programme], unsure: Iterable[Programme], facts: Facts) -> str:
        """What she may ask for, as one message: each with its sum and how to ask, then the papers of all, whom to call,
        what is not sure, who decides, and what to do if she does not agree."""
        found = list(programmes)
        lines = [self.texts.say(self.tag, MAY_ASK)]
        for number, programme in enumerate(found, 1):
            lines.append(f"{number} {self.name(programme)}{self._sum(programme, facts)}")
            lines += filter(None, [self.fact(programme, "apply")])
        wanted = {paper: None for p in found if (bring := p.fact("bring", self.today)) for paper in bring.papers}
        if wanted:
            lines.append(self.texts.say(self.tag, BRING, papers=", ".join(self.papers(wanted))))
        calls = {call.said: None for p in found if (call := p.fact("call", self.today))}
        lines += [self.texts.say(self.tag, CALL, number=number) for number in calls]
        if names := ", ".join(self.name(programme) for programme in unsure):
            lines.append(self.texts.say(self.tag, UNSURE, names=names))
        lines.append(self.texts.say(self.tag, DECIDES))
        if self.pack.hotline:
            lines.append(self.texts.say(self.tag, CONTEST, hotline=self.pack.hotline))
        return "\n".join(lines)

    def _sum(self, programme: Programme, facts: Facts) -> str:
        amount = programme.amount(self.today)
        total = work_out(amount, assumed(amount, facts)).total if amount else UNKNOWN
        return f": {self.whole(amount, facts, total)}" if amount and total != UNKNOWN else ""


def to_raw(code: str, answers: Mapping[str, str]) -> str:
    """A programme and the answers to which it is told, as a fact of a conversation keeps them."""
    return "|".join([code, *(f"{question}:{answer}" for question, answer in answers.items())])


def from_raw(raw: str) -> tuple[str, dict[str, str]]:
    code, *answers = raw.split("|")
    return code, dict(answer.split(":", 1) for answer in answers)
