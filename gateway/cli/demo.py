"""The demo's staff: one for each role, and a few in the second country, with passwords made at the first start."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import select, update

from ..house import open_house
from ..people import actions as people
from ..people.records import Staff
from ..people.rules import ROLES
from ..settings import Settings

DEMO_OFFICES = {
    "officer": ("kh-17", "kh-1710", "kh-171001"),
    "supervisor": ("kh-17", "kh-01"),
    "national": ("kh-national", "kh-labour"),
    "independent": ("kh-independent",),
    "appeals": ("kh-national",),
    "appeals-la": ("la-national",),
    "national-la": ("la-national", "la-labour"),
    "independent-la": ("la-independent",),
    "officer-la": ("la-17", "la-1703", "la-1705"),
    "supervisor-la": ("la-17", "la-13"),
}
ABOVE = ("national", "appeals", "independent")
"""Supervisors whom a demo needs so that a case can climb, somebody else decides an appeal, and a case that accuses
somebody has somewhere to go."""

IN_THE_SECOND = ("operator", "officer", "supervisor")
"""Roles that the demo's second country has somebody for, too."""


def add_demo_staff(settings: Settings, logins: Path) -> None:
    """One member of staff for each role, with passwords made here and written beside the data."""
    house = open_house(settings)
    with house.database.reading() as db:
        there = set(db.scalars(select(Staff.name)))
    staff = {role: (role, settings.countries[0]) for role in ROLES}
    staff |= dict.fromkeys(ABOVE, ("supervisor", settings.countries[0]))
    staff |= {f"{role}-{country}": (role, country) for country in settings.countries[1:] for role in IN_THE_SECOND}
    staff |= {f"{name}-{country}": ("supervisor", country) for country in settings.countries[1:] for name in ABOVE}
    if logins.exists() and set(staff) <= there:
        return
    passwords = {name: secrets.token_urlsafe(9) for name in staff}
    hashed = {name: PasswordHasher(time_cost=2, memory_cost=19456).hash(word) for name, word in passwords.items()}
    with house.database.transaction() as db:
        for name, (role, country) in staff.items():
            if name in there:
                db.execute(update(Staff).where(Staff.name == name).values(password=hashed[name]))
                continue
            people.add_staff(
                db, name=name, role=role, password=hashed[name], country=country,
                offices=DEMO_OFFICES.get(name, ()), language="en", totp=None, actor="system", now=datetime.now(UTC),
            )  # fmt: skip
    with os.fdopen(os.open(logins, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf8") as file:
        file.writelines(f"{name} {word}\n" for name, word in passwords.items())
