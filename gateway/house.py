"""Everything that is read once when a process starts: settings, keys, packs, texts, the database.

Made by whoever starts a process (web, worker, tick, command) and handed to what needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from . import seal
from .country import Pack
from .country.read import read_pack
from .db import Database, Mark, Waker
from .language.catalogue import Locale, Texts, read_locale
from .language.locales import Traits, read_traits
from .language.tags import SOURCE
from .language.understanding import Understanding
from .language.words import Words, read_words
from .settings import ROOT, Settings, SettingsError

KEYS = "keys"


@dataclass(frozen=True, eq=False)
class House:
    """One process's view of the world. `texts`: every sentence that may be served, per locale."""

    settings: Settings
    database: Database
    packs: Mapping[str, Pack]
    locales: Mapping[str, Locale]
    texts: Texts
    traits: Mapping[str, Traits]

    def understanding(self, pack: Pack) -> Understanding:
        """What sentences mean in the languages served here; STOP and START hold in every one there is."""
        served = set(self.languages(pack))
        return _understanding(tuple(self.traits), tuple(tag for tag in self.traits if tag in served))

    def pack_of_channel(self, channel: str) -> Pack:
        return next(pack for pack in self.packs.values() if channel in pack.channels)

    def languages(self, pack: Pack) -> tuple[str, ...]:
        """The locales of the pack that may be served: with drafts all, else those with reviewed texts."""
        return tuple(tag for tag in pack.languages if tag == SOURCE or tag in self.texts.by_tag)


@lru_cache(maxsize=8)
def _understanding(tags: tuple[str, ...], served: tuple[str, ...]) -> Understanding:
    known = (read_words(ROOT / "locales", tag)[0] for tag in tags)
    return Understanding(
        words if words.tag in served else Words(words.tag, stop=words.stop, start=words.start) for words in known
    )


def open_house(settings: Settings, wake: Waker | None = None) -> House:
    """Reads everything. Raises SettingsError, KeyRefused, Faulty."""
    seal.use(seal.read_keys(settings.keys))
    packs = {code: read_pack(ROOT, code) for code in settings.countries}
    if not settings.demo:
        packs = {code: pack.for_real(datetime.now(UTC).date()) for code, pack in packs.items()}
    tags = sorted({tag for pack in packs.values() for tag in pack.languages} - {SOURCE})
    locales = {tag: read_locale(ROOT / "locales", tag) for tag in tags}
    faults = [fault for locale in locales.values() for fault in locale.faults]
    if faults:
        raise SettingsError("; ".join(faults))
    database = Database(settings.database_url, wake)
    check_keys(database)
    return House(settings, database, packs, locales, served(locales, settings.drafts), read_traits(ROOT / "locales"))


def check_keys(database: Database) -> None:
    """Raises SettingsError where these are not the keys that the data was sealed with. A database that has
    not been migrated yet knows none."""
    if not inspect(database.engine).has_table(Mark.__tablename__):
        return
    with database.reading() as db:
        known = db.get(Mark, KEYS)
    have = {f"{number}:{mark}" for number, mark in seal.ring().fingerprints().items()}
    if known and not have & set(known.value.split(",")):
        raise SettingsError("SALA_KEYS are not the keys this database was sealed with; nothing in it could be read.")


def mark_keys(db: Session, now: datetime) -> None:
    """Notes which keys this database is sealed with."""
    prints = ",".join(f"{number}:{mark}" for number, mark in seal.ring().fingerprints().items())
    db.merge(Mark(name=KEYS, value=prints, at=now))


def served(locales: Mapping[str, Locale], drafts: bool) -> Texts:
    """The sentences that may be shown. Without drafts a locale is served only when it has no draft left."""
    ready = {tag: locale for tag, locale in locales.items() if drafts or (locale.reviewed and not locale.drafts)}
    return Texts({tag: locale.served(drafts) for tag, locale in ready.items()})
