"""A country pack: who answers, where, how soon, over which channels. Facts, as data; pure.

`read.py` makes a `Pack` from `countries/<code>/`, or says what is wrong with file and line.
`places.py` knows the areas. `route.py` says which queue gets a case. No pack writes to a database:
the offices and queues that staff work with are copied there by `people.actions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any

import phonenumbers

from ..clock import Calendar
from ..language.fold import fold
from ..language.formats import PLAIN, Style
from ..language.measure import Size
from ..language.words import stands
from .parts import APPLY as APPLY
from .parts import AREAS as AREAS
from .parts import DECIDERS as DECIDERS
from .parts import KINDS as KINDS
from .parts import LEVELS as LEVELS
from .parts import LOWEST as LOWEST
from .parts import PROGRAMME as PROGRAMME
from .parts import STEPS as STEPS
from .parts import VERIFIED_FOR as VERIFIED_FOR
from .parts import Category as Category
from .parts import Office as Office
from .parts import Queue as Queue
from .parts import Referral as Referral
from .parts import Right as Right
from .parts import Rule as Rule
from .parts import Term as Term
from .places import Places
from .programmes import Programme as Programme
from .programmes import Question as Question
from .windows import Service as Service
from .windows import Window as Window


@dataclass(frozen=True)
class ChannelRow:
    """A channel as the pack sets it up; the file `gateway/channels/<provider>.py` speaks it. `pace`: parts a second
    that the provider takes; 0 where it names no bound. `prices`: of one part, by the beginning of a number; `cap`: what
    a month may cost, 0 without one. `hours`: when people answer. `own`: what only the provider's file understands."""

    name: str
    kind: str
    size: Size
    can_reply: bool
    code: str
    sender: str
    provider: str = ""
    seconds: int = 0
    languages: tuple[str, ...] = ()
    line: int = 0
    pace: float = 0
    prices: Mapping[str, int] = field(default_factory=dict)
    cap: int = 0
    hours: Calendar | None = None
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """All that one country brings. `ladder`: at which share of a promise, in percent, each of `STEPS` is told.
    `doubt`: after how many decisions, and from how many percent of refusals on, a rule that said yes is suspended.
    `keep`: how long what people said is kept after a case is over. `id_types`: what a register of elsewhere calls each
    kind of number. `at_window`: what people come to the single window for; `windows`: the offices that have one."""

    code: str
    name: str
    zone: str
    phone_region: str
    languages: tuple[str, ...]
    language_names: Mapping[str, str]
    styles: Mapping[str, Style]
    services: tuple[str, ...]
    areas: tuple[str, ...]
    triage: str
    hotline: str
    opening: str
    resume: timedelta
    quiet: tuple[time, time] | None
    ladder: Mapping[str, int]
    doubt: Mapping[str, int]
    keep: timedelta
    campaigns: Mapping[str, str]
    referrals: Mapping[str, Referral]
    programmes: Mapping[str, Programme]
    questions: Mapping[str, Question]
    papers: Mapping[str, str]
    id_types: Mapping[str, str]
    currency: str
    categories: Mapping[str, Category]
    rights: Mapping[str, Right]
    rules: tuple[Rule, ...]
    offices: Mapping[str, Office]
    queues: Mapping[str, Queue]
    calendar: Calendar
    calendars: Mapping[str, Calendar]
    channels: Mapping[str, ChannelRow]
    places: Places
    at_window: Mapping[str, Service]
    windows: Mapping[str, Window]
    version: str

    def office_name(self, code: str, tag: str) -> str:
        office = self.offices.get(code)
        return _named(office.names, tag) if office else code

    def queue_name(self, code: str, tag: str) -> str:
        queue = self.queues.get(code)
        return _named(queue.names, tag) if queue else code

    def terms(self, category: str) -> Mapping[str, Term]:
        """What is promised, by clock; for a category that the pack no longer has, the longest of all."""
        known = self.categories.get(category) or max(
            self.categories.values(), key=lambda category: category.terms["answer"].days
        )
        return known.terms

    def calendar_of(self, office: str) -> Calendar:
        """When an office works: by its own calendar, that of the nearest office above it that has one, or the
        country's."""
        return next(
            (self.calendars[code] for code in lineage(office, self.offices) if code in self.calendars), self.calendar
        )

    def may_decide(self, category: str, office: str, role: str) -> bool:
        """Whether this role at this office may decide such a case; of a category that left the pack, anybody may."""
        right, level = self.rights.get(category), self.offices[office].level if office in self.offices else ""
        return right is None or right.holds(level, role)

    def is_request(self, category: str) -> bool:
        """Whether such a case asks for something, and complains of nothing."""
        return category in self.categories and self.categories[category].kind == "request"

    def is_confidential(self, category: str) -> bool:
        """Whether those alone may see such a case who are listed."""
        return category in self.categories and self.categories[category].confidential

    def for_real(self, today: date) -> Pack:
        """The pack as it may be served outside the demo: without referrals that only stand for somebody or that nobody
        has verified lately, and without the categories and flows that need them."""
        real = {code: row for code, row in self.referrals.items() if not row.demo and row.is_verified(today)}
        kept = {code: row for code, row in self.categories.items() if not row.referral or row.referral in real}
        lost = len(kept) < len(self.categories)
        services = tuple(service for service in self.services if not lost or service != "safety")
        return replace(self, referrals=real, categories=kept, services=services)

    def benefit_named(self, text: str) -> str:
        """The code of the programme whose name, former name or short name stands in a text, in any language; the
        longest of them where there are several; empty where there is none."""
        folded = fold(text)
        found = [(len(alias), p.code) for p in self.programmes.values() for alias in p.called if stands(alias, folded)]
        return max(found, default=(0, ""))[1]

    def benefit_called(self, text: str, names: Mapping[str, str]) -> str:
        """The code of the programme of which a text is a name and nothing else; `names`: its names in other languages,
        by code. Empty where it is none."""
        folded = fold(text)
        known = (p.code for p in self.programmes.values() if folded in p.called)
        return next(known, "") or next((code for name, code in names.items() if fold(name) == folded), "")

    def service_of(self, programme: str = "", category: str = "") -> str:
        """For what one comes to the window about a programme, or about a case of a category; empty for nothing."""
        rows = self.at_window.values()
        of = (row for row in rows if programme in row.programmes or category in row.categories)
        return next((row.code for row in of), "")

    def style(self, tag: str) -> Style:
        """How dates and numbers are written here in a locale."""
        return self.styles.get(tag, PLAIN)

    def dial(self) -> str:
        """The code that phones of this country dial."""
        return next((row.code for row in self.channels.values() if row.code), "")

    def facts(self, tag: str, today: date) -> dict[str, str]:
        """What every text may name. A referral that nobody has verified lately is not told."""
        safe = next((row.number for row in self.referrals.values() if row.is_verified(today)), "")
        return {"hotline": self.hotline, "opening": self.opening, "dial": self.dial(), "referral": safe}

    def is_own_phone(self, number: str) -> bool:
        """Whether a number (E.164) is a telephone of this country."""
        return phonenumbers.is_valid_number_for_region(phonenumbers.parse(number), self.phone_region)

    def is_of_here(self, number: str) -> bool:
        """Whether a number (E.164) begins as the telephones of this country do, whether or not it can be one."""
        return number.startswith(f"+{phonenumbers.country_code_for_region(self.phone_region)}")

    def e164(self, written: str) -> str | None:
        """A phone number as it is kept (E.164), from how it is dialled here; None where it can be none."""
        try:
            parsed = phonenumbers.parse(written, self.phone_region)
        except phonenumbers.NumberParseException:
            return None
        made = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        return str(made) if phonenumbers.is_possible_number(parsed) and not parsed.extension else None

    def writes_to(self, number: str) -> str:
        """The name of the channel by which this address is written to: a phone by the first SMS channel whose prices
        name its prefix, else by the first; a chat by its own."""
        kind, _, chat = number.partition(":")
        if chat:
            return next((row.name for row in self.channels.values() if row.provider == kind), "")
        ways = [row for row in self.channels.values() if row.kind == "sms"]
        priced = (row.name for row in ways if any(number.startswith(prefix) for prefix in row.prices))
        return next(priced, ways[0].name)


def lineage(office: str, offices: Mapping[str, Office]) -> Iterator[str]:
    """An office's code, and the codes of those above it, nearest first."""
    while office in offices:
        yield office
        office = offices[office].parent


def _named(names: Mapping[str, str], tag: str) -> str:
    return names.get(tag) or names["en"]
