"""Reads and checks `countries/<code>/`. A pack with a mistake is refused: file, line, sentence."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

from ..language.formats import Style
from ..language.locales import read_traits
from ..language.tags import is_tag
from ..reading import Faulty, Lined, did_you_mean
from . import Pack, Referral
from .files import FILES, PROGRAMMES
from .places import GAZETTEERS, Places
from .window_read import WINDOWS, Windows

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


class _Reader(Windows):
    """Reads one pack, keeping faults instead of stopping at the first."""

    def pack(self) -> Pack:
        country = self.files["country"]
        known = (
            *("name", "zone", "phone", "languages", "formats", "services", "areas", "triage", "hotline"),
            *("opening", "resume", "quiet", "ladder", "keep", "campaigns", "currency", "doubt", "id_types"),
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
        papers = self.papers()
        programmes = self.programmes(places, papers, offices)
        self.window_file()
        at_window = self.window_services(papers, programmes, categories)
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
            areas=areas,
            triage=triage,
            hotline=(country.get("hotline") or {}).get("number", ""),
            opening=country.get("opening", ""),
            resume=self.span("resume"),
            quiet=self.quiet(),
            ladder=self.ladder(),
            doubt=self.doubt(),
            keep=self.span("keep"),
            campaigns={code.upper(): str(what) for code, what in country.get("campaigns", Lined()).items()},
            referrals=self.referrals(),
            programmes=programmes,
            questions=self.questions(programmes),
            papers=papers,
            id_types=self.id_types(),
            currency=self.currency(),
            categories=categories,
            rights=rights,
            rules=self.rules(categories, rights, places),
            offices=offices,
            queues=queues,
            calendar=calendar,
            calendars=self.office_calendars(calendar, offices),
            channels=self.channels(),
            places=places,
            at_window=at_window,
            windows=self.windows(offices, at_window),
            version=self.version(),
        )

    def version(self) -> str:
        digest = hashlib.sha256()
        for name in FILES:
            digest.update((self.folder / f"{name}.yaml").read_bytes())
        more = [path for path in (self.folder / f"{WINDOWS}.yaml",) if path.exists()]
        for path in [*more, *sorted((self.folder / PROGRAMMES).glob("*.yaml"))]:
            digest.update(path.read_bytes())
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

    def referrals(self) -> dict[str, Referral]:
        found = {}
        for code, row in self.files["referrals"].items():
            self.words("referrals", row, ("name", "number", "source", "verified_on", "demo"), f"referral '{code}'")
            found[code] = Referral(
                code, row.get("name", code), row.get("number", ""), row.get("source", ""), self.day("referrals", row),
                self.yes("referrals", row, "demo"),
            )  # fmt: skip
        return found

    def styles(self) -> dict[str, Style]:
        """`formats: {km: {digits: native, era: buddhist}}`."""
        found, written = {}, self.files["country"].get("formats", Lined())
        for tag, row in written.items():
            self.words("country", row, ("digits", "era"), f"the formats of '{tag}'")
            found[tag] = Style(row.get("digits") == "native", row.get("era") == "buddhist")
        return found
