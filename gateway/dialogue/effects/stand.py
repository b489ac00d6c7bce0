"""What an effect is given, and what it is declared as: the words the registry beside this file is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ...country import Pack
from ...house import House
from ...language.catalogue import Texts
from ..roads import EffectWords
from ..state import Done


@dataclass(frozen=True)
class Stand:
    """Where an effect is performed: the transaction, and whose conversation it is. `flow`: `name@fingerprint`."""

    db: Session
    house: House
    pack: Pack
    address_id: int
    number_key: str  # stands for the number where tries are counted
    channel: str
    language: str
    flow: str
    facts: Mapping[str, str]
    reads: bool  # what is said now stays on her phone: it need not be written to it again
    alone: bool  # she has left, and it goes on without her
    now: datetime

    @property
    def today(self) -> date:
        """The day where she is."""
        return self.now.astimezone(ZoneInfo(self.pack.zone)).date()


Answers = Mapping[str, str]
Perform = Callable[[Stand, Answers], Done]


@dataclass(frozen=True)
class Word:
    """An effect: what the checker may know of it, and what it does."""

    words: EffectWords
    perform: Perform


@dataclass(frozen=True)
class Rowing:
    """A list: how its codes are fetched, how one is called (in which texts, country and locale), and whether it may be
    empty. `by_name`: sorted as the reader's dictionary has it; else in the order it was fetched, unless it is too long
    to be read whole."""

    fetch: Callable[[Stand, Answers], list[str]]
    label: Callable[[Texts, Pack, str, str], str]
    may_be_empty: bool = False
    by_name: bool = False
