"""Reads what a pack says of offices and what they decide: categories and their promises, rights, routing, levels.

A part of the reader of packs (`read.py`): it keeps faults, and stops at none.
"""

from __future__ import annotations

from collections.abc import Collection

from ..language.tags import is_tag
from ..reading import Lined, did_you_mean
from . import DECIDERS, KINDS, LEVELS, LOWEST, PROGRAMME, STEPS, Category, Office, Queue, Right, Rule, Term
from .files import Files
from .places import Places

TAKEN_UP_WITHIN = 2
"""Working days within which a case is taken up, where its category says nothing else."""

TOLD_AT = (50, 100, 150, 200)
"""Percent of a promise at which each step of the ladder is told, where the pack says nothing else."""


class Deciding(Files):
    """Who decides what, how soon, and where they are."""

    def categories(self) -> dict[str, Category]:
        found = {}
        for code, row in self.files["categories"].items():
            if not isinstance(row, Lined):
                self.fault("categories", code, f"category '{code}' needs a name and days")
                continue
            known = (
                *("name", "kind", "days", "hours", "acknowledge", "resolve", "referral", "group"),
                *("confidential", "accuses"),
            )
            self.words("categories", row, known, f"category '{code}'")
            hidden = self.yes("categories", row, "confidential")
            if hidden and not self.independent():
                what = f"category '{code}' is confidential; offices.yaml names no independent office to which it goes"
                self.fault("categories", "confidential", what, row)
            kind = row.get("kind", KINDS[0])
            if kind not in KINDS:
                what = f"category '{code}' is a '{kind}', which is no kind of case{did_you_mean(kind, KINDS)}"
                self.fault("categories", "kind", what, row)
            found[code] = Category(
                code, self.need("categories", "name", row), self.terms(code, row), row.get("referral", ""),
                row.get("group", ""), hidden, self.yes("categories", row, "accuses"), kind,
            )  # fmt: skip
        return found

    def independent(self) -> list[str]:
        """The codes of the named offices that no other office is above."""
        named = self.files["offices"].get("named", Lined())
        return [code for code, row in named.items() if isinstance(row, Lined) and row.get("independent") == "yes"]

    def terms(self, code: str, row: Lined) -> dict[str, Term]:
        """What a category promises: `days` to an answer, or `hours` of the clock to be reached by whoever can help."""
        if "hours" in row:
            hours = self.count("categories", "hours", row, f"category '{code}'", 168)
            soon = Term(hours=hours)
            return {"acknowledge": soon, "answer": soon, "resolve": Term(self.count_or(code, row, "resolve", 10))}
        days = self.count("categories", "days", row, f"category '{code}'", 90)
        taken = self.count_or(code, row, "acknowledge", min(TAKEN_UP_WITHIN, days))
        decided = self.count_or(code, row, "resolve", 2 * days)
        for key, wrong in (("acknowledge", taken > days), ("resolve", decided < days)):
            if wrong:
                what = f"category '{code}' is taken up, answered and decided in this order; its days say otherwise"
                self.fault("categories", key, what, row)
        return {"acknowledge": Term(taken), "answer": Term(days), "resolve": Term(decided)}

    def count_or(self, code: str, row: Lined, key: str, otherwise: int) -> int:
        return self.count("categories", key, row, f"category '{code}'", 180) if key in row else otherwise

    def count(self, file: str, key: str, row: Lined, what: str, most: int) -> int:
        """A whole number from 1 to `most`."""
        text = self.need(file, key, row)
        if not text.isdigit() or not 1 <= int(text) <= most:
            self.fault(file, key, f"{what} promises '{text}' {key}; write 1 to {most}", row)
            return 1
        return int(text)

    def ladder(self) -> dict[str, int]:
        """At which share of a promise each step of the ladder is told: `{holder: 50, supervisor: 100, ...}`."""
        row = self.files["country"].get("ladder")
        if row is None:
            return dict(zip(STEPS, TOLD_AT, strict=True))
        if not isinstance(row, Lined):
            self.fault("country", "ladder", "the ladder says for each of its steps at which percent it is told")
            return {}
        self.words("country", row, STEPS, "the ladder")
        shares = {step: self.count("country", step, row, "the ladder", 1000) for step in STEPS if step in row}
        if list(shares.values()) != sorted(set(shares.values())):
            self.fault("country", "ladder", "each step of the ladder is told later than the one below it")
        return shares

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
        elif level != LOWEST and level not in self.levels():
            self.fault(file, key, f"offices.yaml names no offices of the level '{level}'", row)
        return level in known

    def levels(self) -> set[str]:
        """The levels at which this pack has offices."""
        file = self.files["offices"]
        named = (row.get("level", "") for row in file.get("named", Lined()).values() if isinstance(row, Lined))
        return {*file.get("levels", ()), *named}

    def rules(self, categories: dict[str, Category], rights: dict[str, Right], places: Places) -> tuple[Rule, ...]:
        rules = []
        for row in self.rows("routing", "rules"):
            self.words("routing", row, ("category", "programme", "channel", "area", "to"), "a rule")
            codes = self.named("routing", row, "category", categories, "a category")
            channels = self.named("routing", row, "channel", self.files["channels"], "a channel")
            areas = self.named("routing", row, "area", places.by_code, "a place of the gazetteer")
            programmes = self.named("routing", row, "programme", self.programme_files, "a programme")
            to = self.need("routing", "to", row)
            named = self.files["offices"].get("named", Lined())
            apart = {code for code, category in categories.items() if category.confidential}
            if to in self.independent() and not (codes and apart.issuperset(codes)):
                what = f"only what is confidential goes to the independent office '{to}'; name those categories"
                self.fault("routing", "to", what, row)
            if to in named or to == PROGRAMME:
                rules.append(Rule(to, row.line, codes, channels, areas, programmes))
                continue
            level = self.is_level("routing", "to", to, (LOWEST, *LEVELS), row) and to != LOWEST
            for code in (codes or categories) if level else ():
                if code in rights and not rights[code].reaches(to):
                    what = f"the {to} may not decide '{code}'; the lowest that may is the {rights[code].level}"
                    self.fault("routing", "to", what, row)
            rules.append(Rule(to, row.line, codes, channels, areas, programmes))
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
        """The named offices, and one for each area of each level, made from the gazetteer."""
        file = self.files["offices"]
        self.words("offices", file, ("levels", "triage", "named", "above"), "the file offices.yaml")
        levels, triage = file.get("levels", Lined()), file.get("triage", Lined())
        offices = self.named_offices(file)
        queues = {
            code: Queue(code, code, "apart" if office.independent else "cases", office.names)
            for code, office in offices.items()
        }
        above = file.get("above", "")
        if above and above not in offices:
            self.fault("offices", "above", f"'{above}' is not a named office{did_you_mean(above, offices)}")
        for level in levels:
            if level not in LEVELS:
                self.fault("offices", level, f"'{level}' is not a level{did_you_mean(level, LEVELS)}", levels)
        for place in places.by_code.values():
            if place.code[:2] not in areas or place.level not in levels:
                continue
            code, pattern = f"{self.code}-{place.code}", levels[place.level]
            names = {t: str(p).replace("{place}", places.name(place.code, t)) for t, p in pattern.items() if is_tag(t)}
            parent = f"{self.code}-{place.parent}" if place.parent else above
            offices[code] = Office(code, place.level, place.code, parent, names)
            queues[code] = Queue(code, code, "cases", names)
            if self.yes("offices", pattern, "triage"):
                sorting = {t: str(triage.get(t, "{office}")).replace("{office}", names[t]) for t in names}
                queues[f"{code}-triage"] = Queue(f"{code}-triage", code, "triage", sorting)
        return offices, queues

    def named_offices(self, file: Lined) -> dict[str, Office]:
        """`named: {kh-national: {level: national, en: ..., km: ...}}`: offices that serve no area of the gazetteer."""
        found: dict[str, Office] = {}
        for code, row in file.get("named", Lined()).items():
            if not isinstance(row, Lined) or not row.get("en"):
                self.fault("offices", code, f"office '{code}' needs a level and its name in English")
                continue
            level = self.need("offices", "level", row)
            if level not in LEVELS:
                self.fault("offices", "level", f"'{level}' is not a level{did_you_mean(level, LEVELS)}", row)
            names = {tag: str(name) for tag, name in row.items() if is_tag(tag)}
            apart = self.yes("offices", row, "independent")
            if apart and row.get("above"):
                self.fault("offices", "above", f"office '{code}' is independent: no office is above it", row)
            found[code] = Office(code, level, "", row.get("above", ""), names, apart)
        return found
