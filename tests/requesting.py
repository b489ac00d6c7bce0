"""How somebody asks for a benefit, and how the office grants it, for the tests of requests."""

from __future__ import annotations

from sqlalchemy import select

from gateway.cases.records import Case
from gateway.cases.records.requests import Request
from gateway.people.records import Staff, StaffOffice

from .test_coming_back import arrive


def asks(sala, number: str = "+85599000001", benefit: str = "Mother and baby"):
    """Dials and fills the form in down to for whom it is."""
    caller = sala.caller(number)
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "Ask for it")
    while benefit not in caller.screen:
        pick(caller, benefit)
    caller.choose(benefit)
    return caller


def pick(caller, name: str) -> None:
    """Opens the part of a long list in which a name stands."""
    for line in caller.screen.splitlines():
        number, _, letters = line.partition(" ")
        if number.isdigit() and number != "0":
            firsts = letters.split(" - ") if " - " in letters else letters.split()
            if firsts[0] <= name[0] <= firsts[-1]:
                caller.press(number)
                return
    caller.press("9")


def filled(caller, whom: str = "For us") -> None:
    caller.choose(whom)
    caller.press("Sok Dara", "1988")
    in_sla_kram(caller)
    caller.press("990000010001")
    caller.choose("That is right")


def in_sla_kram(caller) -> None:
    caller.choose("Type the name")
    caller.press("Sla Kram", "2")


def mine(sala) -> Case:
    return sala.all_of(Case)[-1]


def form(sala) -> Request:
    with sala.reading() as db:
        return db.scalars(select(Request).order_by(Request.case_id.desc())).first()


def national(sala) -> None:
    """The supervisor works at the national office too, which decides who gets a benefit."""
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Staff).where(Staff.name == "supervisor")).one()
        db.add(StaffOffice(staff_id=row.id, office="kh-national"))


def granted(sala, staff, decision: str = "upheld") -> Case:
    national(sala)
    caller = asks(sala)
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    sala.work()
    cause = "implementation" if decision == "upheld" else "no_fault"
    staff["supervisor"].decide(mine(sala).id, "Decided.", decision=decision, cause=cause)
    arrive(sala)
    return mine(sala)
