"""Addresses: heard from, stopped, closed, forgotten, and proved to belong to one person by her own act."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ... import seal
from ...db import insert_new
from ..records import Address, Person, Proof

NUMBER = "address.number"
CODE = "proof.code"
CODE_LASTS = timedelta(minutes=30)
FIRST_CODE, CODE_TRIES = 10**5, 5
"""Six digits, the first of them not a zero: a keypad's zero goes back."""

CODES_A_DAY = 3


def hear_from(db: Session, country: str, number: str, now: datetime) -> Address:
    """The address of this number, made if it is new, and locked: one message of it at a time."""
    hashes, month = seal.ring().hashes(number, NUMBER), now.date().replace(day=1)
    mine = select(Address).where(Address.number_hash.in_(hashes)).with_for_update(key_share=True)
    address = db.scalar(mine)
    if address is None:
        values = {"country": country, "number": number, "number_hash": hashes[0], "last_month": month}
        db.execute(insert_new(db, Address, **values))
        address = db.scalars(mine).one()
    if address.last_month != month:
        address.last_month = month
    return address


def make_known(db: Session, country: str, number: str, now: datetime) -> Address:
    """The address of this number, made if it is new; not locked: nobody has spoken from it, and two people may name
    each other's at once."""
    hashes, month = seal.ring().hashes(number, NUMBER), now.date().replace(day=1)
    mine = select(Address).where(Address.number_hash.in_(hashes))
    if (known := db.scalar(mine)) is None:
        values = {"country": country, "number": number, "number_hash": hashes[0], "last_month": month}
        db.execute(insert_new(db, Address, **values))
        known = db.scalars(mine).one()
    return known


def language_of(db: Session, number: str) -> str | None:
    return db.scalar(select(Address.language).where(Address.number_hash.in_(seal.ring().hashes(number, NUMBER))))


def spoken_to(db: Session, number: str) -> int | None:
    """The address of a number (E.164), if we know it."""
    return db.scalar(select(Address.id).where(Address.number_hash.in_(seal.ring().hashes(number, NUMBER))))


def lock_address(db: Session, address_id: int) -> Address | None:
    """An address, locked as a hop locks it."""
    return db.scalar(_LOCKED, {"address": address_id})


_LOCKED = select(Address).where(Address.id == bindparam("address")).with_for_update(key_share=True)


def keep_language(db: Session, address_id: int, tag: str) -> None:
    db.execute(update(Address).where(Address.id == address_id).values(language=tag))


def begin_language(db: Session, address_id: int, tag: str) -> None:
    """The language of a number of which none is known yet; another that its owner chose herself stays."""
    db.execute(update(Address).where(Address.id == address_id, Address.language.is_(None)).values(language=tag))


def keep_spoken(db: Session, address_id: int, tag: str) -> None:
    db.execute(update(Address).where(Address.id == address_id).values(spoken=tag))


def spoken_by(db: Session, number: str) -> str:
    """The language in which this number is spoken to; empty where none is known."""
    mine = Address.number_hash.in_(seal.ring().hashes(number, NUMBER))
    return db.scalar(select(func.coalesce(Address.spoken, Address.language)).where(mine)) or ""


def stop(db: Session, address_id: int, now: datetime) -> None:
    """She wants no more messages from us."""
    db.execute(update(Address).where(Address.id == address_id, Address.stopped_at.is_(None)).values(stopped_at=now))


def start(db: Session, address_id: int) -> None:
    db.execute(update(Address).where(Address.id == address_id).values(stopped_at=None))


def is_kept(db: Session, address_id: int) -> bool:
    return db.scalar(select(Address.id).where(Address.id == address_id)) is not None


def number_of(db: Session, address_id: int) -> str:
    return db.get_one(Address, address_id).number


def start_again(db: Session, address_id: int) -> None:
    """What she reads or asks for here is proof that this address reaches her."""
    db.execute(update(Address).where(Address.id == address_id, Address.closed_at.is_not(None)).values(closed_at=None))


def close(db: Session, address_id: int, now: datetime) -> None:
    """Nothing reaches her here any more."""
    db.execute(update(Address).where(Address.id == address_id, Address.closed_at.is_(None)).values(closed_at=now))


def of_person(db: Session, address_id: int) -> list[Address]:
    """Every address of the person whose address this is; only this one, where she has shown no other."""
    mine = select(Address.person_id).where(Address.id == address_id).scalar_subquery()
    same = or_(Address.id == address_id, Address.person_id == mine)
    return list(db.scalars(select(Address).where(same).order_by(Address.id)))


def phone_of(db: Session, address_id: int) -> Address | None:
    """A phone by which the person of this address can be reached."""
    found = (address for address in of_person(db, address_id) if address.is_phone())
    return next((address for address in found if not address.closed_at and not address.stopped_at), None)


def phone_to_call(db: Session, address_id: int) -> Address | None:
    """A phone on which the person of this address can be called: her own wish for no texts does not matter here."""
    return next((address for address in of_person(db, address_id) if address.is_phone()), None)


def new_code(db: Session, asked_by: int, sent_to: int, now: datetime) -> str:
    """Six digits to be sent to one address and typed on the other; one before it holds no more."""
    code = str(FIRST_CODE + secrets.randbelow(9 * FIRST_CODE))
    db.execute(delete(Proof).where(or_(Proof.asked_by == asked_by, Proof.until < now)))
    mark = seal.ring().hash(f"{asked_by}:{code}", CODE)
    db.add(Proof(asked_by=asked_by, sent_to=sent_to, code_hash=mark, until=now + CODE_LASTS))
    db.flush()
    return code


def prove(db: Session, address_id: int, code: str, now: datetime) -> bool:
    """Whether this is the code that was sent for this address; then both belong to one person."""
    waiting = select(Proof).where(Proof.asked_by == address_id, Proof.until > now).with_for_update()
    proof = db.scalar(waiting)
    if proof is None or proof.tries >= CODE_TRIES:
        return False
    if proof.code_hash not in seal.ring().hashes(f"{address_id}:{code}", CODE):
        proof.tries += 1
        db.flush()
        return False
    _join(db, address_id, proof.sent_to)
    db.delete(proof)
    db.flush()
    return True


def _join(db: Session, one_id: int, other_id: int) -> None:
    one, other = db.get_one(Address, one_id), db.get_one(Address, other_id)
    person = one.person_id or other.person_id
    if person is None:
        made = Person()
        db.add(made)
        db.flush()
        person = made.id
    both = [address.person_id for address in (one, other) if address.person_id]
    theirs = or_(Address.id.in_((one_id, other_id)), Address.person_id.in_(both))
    db.execute(update(Address).where(theirs).values(person_id=person))
