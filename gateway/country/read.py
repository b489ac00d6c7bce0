"""Reads and checks `countries/<code>/`. A pack with a mistake is refused: file, line, sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from ..language.formats import Style
from ..language.locales import read_traits
from ..language.tags import is_tag
from ..reading import Faulty, Lined, did_you_mean
from . import DECIDERS, LEVELS, LOWEST, Category, Office, Pack, Programme, Queue, Referral, Right, Rule
from .files import FILES, Files
from .places import GAZETTEERS, Places

_SPAN = re.compile(r"(\d+) (minute|hour|day)s?")


def read_pack(root: Path, code: str) -> Pack:
    """The pack of country `code` under `root/countries`. Raises Faulty."""
    reader = _Reader(root, code)
    pack = reader.pack()
    if reader.faults:
        raise Faulty(reader.faults)
    return pack


def read_span(text: str) -> timedelta | None:
    """`30 minutes`, `2 hours`, `7 days`; None where it is none of these."""
    found = _SPAN.fullmatch(text)
    return timedelta(**{f"{found[2]}s": int(found[1])}) if found else None


class _Reader(Files):
    """Reads one pack, keeping faults instead of stopping at the first."""

    def pack(self) -> Pack:
        country = self.files["country"]
        known = (
            *("name", "zone", "phone", "languages", "formats", "services", "planned", "areas", "triage", "hotline"),
            *("opening", "resume", "quiet", "campaigns"),
        )
        self.words("country", country, known, "the country")
        places = GAZETTEERS[self.code]() if self.code in GAZETTEERS else Places({}, {})
        areas = tuple(country.get("areas", ()))
        for area in areas:
            if places.get(area) is None:
                self.fault("country", "areas", f"'{area}' is not a province of the gazetteer")
        categories = self.categories()
        rights = self.rights(categories)
        offices, queues = self.offices(places, areas)
        calendar, triage = self.calendar(), self.need("country", "triage")
        if triage not in queues:
            self.fault("country", "triage", f"'{triage}' is not a queue{did_you_mean(triage, queues)}")
        return Pack(
            code=self.code,
            name=self.need("country", "name"),
            zone=self.zone(),
            phone_region=self.need("country", "phone"),
            languages=self.languages(),
            language_names={tag: traits.name for tag, traits in read_traits(self.root / "locales").items()},
            styles=self.styles(),
            services=tuple(country.get("services", ())),
            planned=tuple(country.get("planned", ())),
            areas=areas,
            triage=triage,
            hotline=(country.get("hotline") or {}).get("number", ""),
            opening=country.get("opening", ""),
            resume=self.span("resume"),
            quiet=self.quiet(),
            campaigns={code.upper(): str(what) for code, what in country.get("campaigns", Lined()).items()},
            referrals=self.referrals(),
            programmes=self.programmes(),
            categories=categories,
            rights=rights,
            rules=self.rules(categories, rights, places),
            offices=offices,
            queues=queues,
            calendar=calendar,
            calendars=self.office_calendars(calendar, offices),
            channels=self.channels(),
            places=places,
            version=self.version(),
        )

    def version(self) -> str:
        digest = hashlib.sha256()
        for name in FILES:
            digest.update((self.folder / f"{name}.yaml").read_bytes())
        return digest.hexdigest()[:12]

    def languages(self) -> tuple[str, ...]:
        tags = tuple(self.files["country"].get("languages", ()))
        for tag in tags:
            if not is_tag(tag):
                self.fault("country", "languages", f"'{tag}' is not a locale; write one such as km or km-Latn")
        if not tags:
            self.fault("country", "languages", "'languages' is missing")
        return tags

    def span(self, key: str) -> timedelta:
        text = self.need("country", key)
        span = read_span(text)
        if span is None:
            self.fault("country", key, f"'{text}' is not a length of time; write one such as 30 minutes")
        return span or timedelta()

    def categories(self) -> dict[str, Category]:
        found = {}
        for code, row in self.files["categories"].items():
            if not isinstance(row, Lined):
                self.fault("categories", code, f"category '{code}' needs a name and days")
                continue
            self.words("categories", row, ("name", "days", "referral"), f"category '{code}'")
            days = self.need("categories", "days", row)
            if not days.isdigit() or not 1 <= int(days) <= 90:
                self.fault("categories", "days", f"category '{code}' promises '{days}' days; write 1 to 90", row)
                days = "1"
            found[code] = Category(code, self.need("categories", "name", row), int(days), row.get("referral", ""))
        return found

    def referrals(self) -> dict[str, Referral]:
        found = {}
        for code, row in self.files["referrals"].items():
            self.words("referrals", row, ("name", "number", "source", "verified_on"), f"referral '{code}'")
            found[code] = Referral(
                code, row.get("name", code), row.get("number", ""), row.get("source", ""), self.day("referrals", row)
            )
        return found

    def programmes(self) -> dict[str, Programme]:
        found = {}
        for code, row in self.files["programmes"].items():
            self.words("programmes", row, ("names", "asks", "source"), f"programme '{code}'")
            self.need("programmes", "source", row)
            names, line = row.get("names", {"en": code}), self.files["programmes"].line_of(code)
            found[code] = Programme(code, dict(names), tuple(row.get("asks", ())), row.get("source", ""), line)
        return found

    def styles(self) -> dict[str, Style]:
        """`formats: {km: {digits: native, era: buddhist}}`."""
        found, written = {}, self.files["country"].get("formats", Lined())
        for tag, row in written.items():
            self.words("country", row, ("digits", "era"), f"the formats of '{tag}'")
            found[tag] = Style(row.get("digits") == "native", row.get("era") == "buddhist")
        return found

    def rights(self, categories: dict[str, Category]) -> dict[str, Right]:
        """Who may decide each category."""
        found: dict[str, Right] = {}
        for row in self.rows("rights", "rights"):
            self.words("rights", row, ("category", "decide", "roles", "source", "reviewed_on"), "a right")
            level, roles = self.need("rights", "decide", row), self.several("rights", row, "roles")
            if self.is_level("rights", "decide", level, LEVELS, row) and "supervisor" not in roles:
                self.fault("rights", "roles", "a supervisor may decide what others may; name supervisor", row)
            for role in roles:
                if role not in DECIDERS:
                    self.fault("rights", "roles", f"'{role}' may decide nothing{did_you_mean(role, DECIDERS)}", row)
            right = Right(level, roles, self.need("rights", "source", row), self.day("rights", row, "reviewed_on"))
            for code in self.named("rights", row, "category", categories, "a category"):
                if code in found:
                    self.fault("rights", "category", f"who may decide '{code}' is said twice", row)
                found[code] = right
        for code in categories:
            if code not in found:
                self.fault("rights", "rights", f"nobody may decide category '{code}'; say which level may")
        return found

    def is_level(self, file: str, key: str, level: str, known: tuple[str, ...], row: Lined) -> bool:
        """Whether it is a level, and one at which this pack has offices."""
        if level not in known:
            words = f"a level, nor '{LOWEST}'" if LOWEST in known else "a level"
            self.fault(file, key, f"'{level}' is not {words}{did_you_mean(level, known)}", row)
        elif level != LOWEST and level not in self.files["offices"].get("levels", ()):
            self.fault(file, key, f"offices.yaml names no offices of the level '{level}'", row)
        return level in known

    def rules(self, categories: dict[str, Category], rights: dict[str, Right], places: Places) -> tuple[Rule, ...]:
        rules = []
        for row in self.rows("routing", "rules"):
            self.words("routing", row, ("category", "channel", "area", "to"), "a rule")
            codes = self.named("routing", row, "category", categories, "a category")
            channels = self.named("routing", row, "channel", self.files["channels"], "a channel")
            areas = self.named("routing", row, "area", places.by_code, "a place of the gazetteer")
            to = self.need("routing", "to", row)
            level = self.is_level("routing", "to", to, (LOWEST, *LEVELS), row) and to != LOWEST
            for code in (codes or categories) if level else ():
                if code in rights and not rights[code].reaches(to):
                    what = f"the {to} may not decide '{code}'; the lowest that may is the {rights[code].level}"
                    self.fault("routing", "to", what, row)
            rules.append(Rule(to, row.line, codes, channels, areas))
        return tuple(rules)

    def rows(self, file: str, key: str) -> list[Lined]:
        """The rows of a list; whatever is no row is a fault."""
        self.words(file, self.files[file], (key,), f"the file {file}.yaml")
        found = self.files[file].get(key, [])
        rows = found if isinstance(found, list) else [found]
        if not all(isinstance(row, Lined) for row in rows):
            self.fault(file, key, f"'{key}' is a list of rows, each with its words and their values")
        return [row for row in rows if isinstance(row, Lined)]

    def several(self, file: str, row: Lined, key: str) -> tuple[str, ...]:
        """One word, or a list of them."""
        found = row.get(key, [])
        words = [found] if isinstance(found, str) else found
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            self.fault(file, key, f"'{key}' is a word, or a list of words", row)
            return ()
        return tuple(words)

    def named(self, file: str, row: Lined, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        codes = self.several(file, row, key)
        for code in codes:
            if code not in known:
                self.fault(file, key, f"'{code}' is not {what}{did_you_mean(code, known)}", row)
        return codes

    def offices(self, places: Places, areas: tuple[str, ...]) -> tuple[dict[str, Office], dict[str, Queue]]:
        levels, triage = self.files["offices"].get("levels", Lined()), self.files["offices"].get("triage", Lined())
        offices: dict[str, Office] = {}
        queues: dict[str, Queue] = {}
        for level in levels:
            if level not in LEVELS:
                self.fault("offices", level, f"'{level}' is not a level{did_you_mean(level, LEVELS)}", levels)
        for place in places.by_code.values():
            if place.code[:2] not in areas or place.level not in levels:
                continue
            code, pattern = f"{self.code}-{place.code}", levels[place.level]
            names = {t: str(p).replace("{place}", places.name(place.code, t)) for t, p in pattern.items() if is_tag(t)}
            offices[code] = Office(
                code, place.level, place.code, f"{self.code}-{place.parent}" if place.parent else "", names
            )
            queues[code] = Queue(code, code, "cases", names)
            if self.yes("offices", pattern, "triage"):
                sorting = {t: str(triage.get(t, "{office}")).replace("{office}", names[t]) for t in names}
                queues[f"{code}-triage"] = Queue(f"{code}-triage", code, "triage", sorting)
        return offices, queues
