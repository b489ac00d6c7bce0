"""What a worker does with a question to a register of elsewhere: asks it outside any transaction, keeps the answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from .country import Pack
from .entitlements import actions as entitlements
from .entitlements.elsewhere import register_of
from .entitlements.records.lookups import Lookup, to_ask
from .entitlements.sources import NotAnswering, Sight
from .house import House

log = structlog.get_logger()


class Enquiring:
    """A worker's hands for questions."""

    def __init__(self, house: House) -> None:
        self.house = house

    def do(self, lookup_id: int, now: datetime) -> None:
        """Asks one, if its time has come."""
        with self.house.database.transaction() as db:
            row = entitlements.take_question(db, lookup_id, now)
        if row is None:
            return
        pack = self.house.packs[row.country]
        try:
            found = self._ask(pack, row)
        except Exception as error:  # whatever it is: she is not left waiting, and it is asked again
            reason = str(error) if isinstance(error, NotAnswering) else type(error).__name__
            log.warning("register.not_answering", lookup=row.id, reason=reason)
            with self.house.database.transaction() as db:
                entitlements.not_answered(db, self.house, pack, row.id, datetime.now(UTC))
            return
        with self.house.database.transaction() as db:
            entitlements.keep_answer(db, self.house, pack, row.id, found, datetime.now(UTC))

    def _ask(self, pack: Pack, row: Lookup) -> Sight | None:
        register = register_of(self.house, pack)
        if register is None:
            raise NotAnswering("no register of elsewhere is set up any more")
        today = datetime.now(UTC).astimezone(ZoneInfo(pack.zone)).date()
        return register.find(entitlements.numbers_of(pack, row.asked["number"]), today)

    def due(self, now: datetime, skip: Collection[int] = ()) -> list[int]:
        """Questions whose time has come and that no worker has taken."""
        with self.house.database.reading() as db:
            return to_ask(db, now, skip)
