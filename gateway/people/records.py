"""Tables of people: the addresses citizens speak from, the staff, the offices and queues they work in.

An address is not a person: phones are shared. It is kept encrypted with a keyed hash for look-up, and
with the month of its last use instead of a time, so that nothing can be matched to it by the minute or day.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, and_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ..db import Base, Moment, Sealed, SealedJson

GOES = "goes_with_address"
"""In a column's `info`: its rows are deleted with the address that they name; any other foreign key keeps it."""


class Address(Base):
    """Where a citizen can be heard and answered: a phone number (E.164), or a chat (`telegram:123`). `stopped_at`:
    since when she wants no messages. `closed_at`: since when nothing reaches her here (she blocked us). `person_id`:
    whose it is, where she herself has proved that two addresses are hers. `text_only`: nobody calls it.
    `language`: in which she is written to. `spoken`: which she chose on the telephone, where nobody asked what her
    phone can show."""

    __tablename__ = "addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    number: Mapped[str] = mapped_column(Sealed("addresses.number"))
    number_hash: Mapped[str] = mapped_column(String(80), unique=True)
    language: Mapped[str | None] = mapped_column(String(12))
    spoken: Mapped[str | None] = mapped_column(String(12))
    last_month: Mapped[date]
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    text_only: Mapped[bool] = mapped_column(default=False)

    def speaks(self) -> str:
        """The language in which she is called; empty where none is known."""
        return self.spoken or self.language or ""

    def is_phone(self) -> bool:
        return ":" not in self.number


class Person(Base):
    """Somebody with more than one address, by her own act. Nothing else is known of her here."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(primary_key=True)


class Proof(Base):
    """A code sent to one address, to be typed on another. The code is kept as a keyed hash, the try bounded."""

    __tablename__ = "proofs"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("addresses.id"), unique=True, info={GOES: True})
    sent_to: Mapped[int] = mapped_column(ForeignKey("addresses.id"), info={GOES: True})
    code_hash: Mapped[str] = mapped_column(String(80))
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime] = mapped_column(Moment, index=True)


class OfficeRow(Base):
    """An office of a country pack, copied here so that staff and cases can refer to it. Never deleted."""

    __tablename__ = "offices"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    level: Mapped[str] = mapped_column(String(20))
    parent: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, Any]] = mapped_column(JSON)
    retired: Mapped[bool] = mapped_column(default=False)


class OfficeName(Base):
    """What an office is called in a locale, with the ICU key (`language/sorting.py`) by which lists of it are
    ordered: the same on every database, whatever collations it was built with."""

    __tablename__ = "office_names"

    office: Mapped[str] = mapped_column(ForeignKey("offices.code"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)


def offices_by_name(db: Session, country: str, tag: str) -> list[str]:
    """The codes of a country's offices in the order of their names in `tag`; in English where that has none."""
    of = select(OfficeRow.code).where(OfficeRow.country == country, OfficeRow.retired.is_(False))
    for named in (tag, "en"):
        mine = of.join(OfficeName, and_(OfficeName.office == OfficeRow.code, OfficeName.tag == named))
        if found := list(db.scalars(mine.order_by(OfficeName.sort_key, OfficeRow.code))):
            return found
    return []


class QueueRow(Base):
    """A queue of an office."""

    __tablename__ = "queues"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    kind: Mapped[str] = mapped_column(String(10))
    names: Mapped[dict[str, Any]] = mapped_column(JSON)
    retired: Mapped[bool] = mapped_column(default=False)


class Staff(Base):
    """A person who works with Sala. `role` is one of `rules.ROLES`; `offices` bound what she sees.
    `away`: she is absent today, from the one day until the other, both of them too."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password: Mapped[str] = mapped_column(String(200))
    totp: Mapped[str | None] = mapped_column(Sealed("staff.totp"))
    language: Mapped[str] = mapped_column(String(12), default="en")
    country: Mapped[str] = mapped_column(String(2))
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime] = mapped_column(Moment)
    away: Mapped[bool] = mapped_column(default=False)
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    offices: Mapped[list[StaffOffice]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    def office_codes(self) -> frozenset[str]:
        return frozenset(row.office for row in self.offices)


class StaffOffice(Base):
    """Which offices a member of staff works for."""

    __tablename__ = "staff_offices"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"), primary_key=True)


class Presence(Base):
    """A staff session, kept here so that it can be revoked. The cookie's token is stored hashed."""

    __tablename__ = "presences"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(80), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    revoked: Mapped[bool] = mapped_column(default=False)


class StaffChat(Base):
    """The chat in which a member of staff is told of cases and answers them, until she signs out. `doing`: the case she
    named, and what she was asked of it."""

    __tablename__ = "staff_chats"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), unique=True)
    linked_at: Mapped[datetime] = mapped_column(Moment)
    doing: Mapped[dict[str, Any]] = mapped_column(SealedJson("staff_chats.doing"))


class StaffCode(Base):
    """A code by which a chat is linked, shown on the page of whose it is. Kept as a keyed hash; good once."""

    __tablename__ = "staff_codes"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(80), unique=True)
    until: Mapped[datetime] = mapped_column(Moment)


class Try(Base):
    """A wrong guess (a PIN, a reference, a password), for bounds that hold without Redis. Purged daily.
    Ids are random, and the times of PINs whole hours, so that two rows of one guess do not stand side by side."""

    __tablename__ = "tries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_tries_kind_key_hash_at", "kind", "key_hash", "at"),)


class TotpUsed(Base):
    """A one-time code that was used: it opens nothing a second time."""

    __tablename__ = "totp_used"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
