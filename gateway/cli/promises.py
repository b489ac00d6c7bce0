"""`sala promises`: counts what is promised in open cases anew, after a calendar has changed. Never by itself."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime

from ..cases import actions as cases
from ..house import open_house
from ..settings import SettingsError, read_settings


def recompute(given: argparse.Namespace) -> int:
    """Moves what the calendar moves; the reason is in the audit, case by case."""
    why = given.why.strip()
    if not why:
        raise SettingsError('say why, for the audit: --why "a royal holiday was declared on Friday".')
    house = open_house(read_settings(os.environ))
    pack = house.packs.get(given.country)
    if pack is None:
        raise SettingsError(f"'{given.country}' is not a country that is served; served are {', '.join(house.packs)}.")
    with house.database.transaction() as db:
        moved = cases.recompute(db, pack, "system", why, datetime.now(UTC))
    print(f"{moved} promises of open cases in {pack.name} were counted anew.")
    return 0
