"""Speeds of appointments: the next free times where 200 offices are booked for 60 days, and bookings a second.

A booking is what a phone does: the time is looked for, held and booked, with its number, its audit and the text that
tells it, in a transaction that is durable. Three processes do it at once, as web processes would; each has done some before
the clock begins, for a server runs for months.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bench.databases import databases
from gateway.appointments import actions, windows
from gateway.appointments.records import Appointment
from gateway.appointments.rules import Refusal, Slot, bits, needs
from gateway.appointments.slots import Asking, open_units
from gateway.cli.keep import prepare
from gateway.country import Pack
from gateway.house import House, open_house
from gateway.people import actions as people
from gateway.settings import read_settings

OFFICES, DAYS, LOOKS = 200, 60, 300
BOOKINGS, PROCESSES, ROUNDS, WARM = 900, 3, 3, 50
NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
SERVICE = "benefit"


def wide(pack: Pack) -> Pack:
    """The pack with 200 windows like that of the district, open for 60 days ahead."""
    model = replace(pack.windows["kh-1710"], opens=DAYS)
    made = {f"kh-b{n}": replace(model, code=f"kh-b{n}") for n in range(OFFICES)}
    return replace(pack, windows=made)


def fill(house: House, pack: Pack) -> int:
    """Each office is booked out for some days, up to all of them, and half booked after that; how many seats."""
    dice, today, rows = random.Random(1), windows.today_of(pack, NOW), 0
    need = needs(pack.at_window[SERVICE].minutes)
    with house.database.transaction() as db:
        one = Appointment(
            country="kh", place="kh-b0", service=SERVICE, day=today, unit=0, minutes=5, counter=1, state="booked",
            language="km", channel="kh-ussd", made_at=NOW, changed_at=NOW,
        )  # fmt: skip
        db.add(one)
        db.flush()
        insert = text("INSERT INTO seats VALUES (:place, :day, :counter, :unit, :one, NULL)")
        for window in pack.windows.values():
            calendar, out = windows.calendar_of(pack, window), dice.randrange(DAYS - 5)
            found: list[Mapping[str, object]] = []
            for n in range(DAYS):
                day = today + timedelta(days=n)
                for counter in window.counters:
                    own = {"place": window.code, "day": day.isoformat(), "counter": counter.number, "one": one.id}
                    units = list(bits(open_units(window, counter, calendar, [], day)))
                    for at in range(0, len(units), need):
                        if n < out or dice.random() < 0.5:
                            found += [{**own, "unit": unit} for unit in units[at : at + need]]
            db.execute(insert, found)
            rows += len(found)
    return rows


def free_times() -> None:
    for where, env in databases():
        house = prepare(read_settings(env))
        pack = wide(house.packs["kh"])
        rows = fill(house, pack)
        asking = Asking(SERVICE, pack.at_window[SERVICE].minutes, False, NOW)
        dice, codes = random.Random(2), list(pack.windows)
        took: list[float] = []
        plain: list[float] = []
        with house.database.reading() as db:
            for n in range(LOOKS + 20):
                window = pack.windows[dice.choice(codes)]
                began = time.perf_counter()
                found = list(islice(windows.free_at(db, pack, window, asking), 3))
                if n >= 20:
                    took.append(1000 * (time.perf_counter() - began))
                began = time.perf_counter()
                db.execute(text("SELECT 1")).scalar()
                plain.append(1000 * (time.perf_counter() - began))
                assert len(found) == 3
            began = time.perf_counter()
            for window in pack.windows.values():
                next(windows.free_at(db, pack, window, asking), None)
            every = time.perf_counter() - began
        middle, rest = statistics.median(took), statistics.median(plain)
        worst = statistics.quantiles(took, n=100)[98]
        print(
            f"next three free times of an office, {rows:,} seats of {OFFICES} offices and {DAYS} days taken, {where}: "
            f"{middle:.1f} ms (99 of 100 within {worst:.1f} ms; {middle / rest:.0f} times SELECT 1); "
            f"the next one of all {OFFICES}: {1000 * every:.0f} ms"
        )
        house.database.engine.dispose()


def apart(slots: Iterable[Slot]) -> list[Slot]:
    """Times of which none touches another: whoever wants one finds it free."""
    found: list[Slot] = []
    for slot in slots:
        if not found or slot.day != found[-1].day or slot.unit >= found[-1].unit + 4:
            found.append(slot)
    return found


def _book(env: dict[str, str], phones: list[int], slots: list[tuple[str, Slot]], kind: str, pipe: Connection) -> None:
    """One process: books a time for each phone, or only inserts and commits a row, as a reference."""
    house = open_house(read_settings(env))
    house = replace(house, packs={**house.packs, "kh": wide(house.packs["kh"])})
    todo = list(zip(phones, slots, strict=True))
    wrong = sum(not _one(house, *one, kind) for one in todo[:WARM])
    pipe.send("ready")
    pipe.recv()
    wrong += sum(not _one(house, *one, kind) for one in todo[WARM:])
    house.database.engine.dispose()
    pipe.send(wrong)


def _one(house: House, who: int, where: tuple[str, Slot], kind: str) -> bool:
    """One booking, or one row; whether it was made."""
    pack, (place, slot) = house.packs["kh"], where
    try:
        with house.database.transaction() as db:
            if kind == "row":
                row = {"n": f"{who}", "at": "2026-11-30"}
                db.execute(text("INSERT INTO marks VALUES (:n, 'x', :at) ON CONFLICT DO NOTHING"), row)
                return True
            want, comer = actions.Want(place, SERVICE, slot), actions.Comer(who, "", pack.languages[0], "kh-ussd")
            actions.book_at_once(db, house, want, comer, "write", NOW)
    except (Refusal, SQLAlchemyError) as error:
        print(f"  {type(error).__name__}: {str(error)[:120]}", flush=True)
        return False
    return True


def _round(env: dict[str, str], jobs: list[tuple[list[int], list[tuple[str, Slot]]]], kind: str) -> tuple[float, int]:
    """How many a second, and how many went wrong."""
    context = get_context("spawn")
    pipes, crew = [], []
    for phones, slots in jobs:
        ours, theirs = context.Pipe()
        process = context.Process(target=_book, args=(env, phones, slots, kind, theirs))
        process.start()
        pipes.append(ours)
        crew.append(process)
    for pipe in pipes:
        pipe.recv()
    began = time.perf_counter()
    for pipe in pipes:
        pipe.send("go")
    wrong = sum(pipe.recv() for pipe in pipes)
    took = time.perf_counter() - began
    for process in crew:
        process.join()
    return sum(len(phones) - WARM for phones, _ in jobs) / took, wrong


def booking() -> None:
    for where, env in databases():
        house = prepare(read_settings(env))
        pack = wide(house.packs["kh"])
        asking = Asking(SERVICE, pack.at_window[SERVICE].minutes, False, NOW)
        with house.database.transaction() as db:
            phones = [people.make_known(db, "kh", f"+85599{n:06}", NOW).id for n in range(BOOKINGS * ROUNDS)]
            every = [
                (window.code, slot)
                for window in pack.windows.values()
                for slot in apart(islice(windows.free_at(db, pack, window, asking), 10 * BOOKINGS * ROUNDS // OFFICES))
            ]
        rates: list[float] = []
        rows: list[float] = []
        wrong = 0
        for n in range(ROUNDS):
            mine = phones[n * BOOKINGS : (n + 1) * BOOKINGS]
            times = every[n::ROUNDS][:BOOKINGS]
            jobs = [(mine[k::PROCESSES], times[k::PROCESSES]) for k in range(PROCESSES)]
            rate, failed = _round(env, jobs, "book")
            rates.append(rate)
            wrong += failed
            rows.append(_round(env, jobs, "row")[0])
        middle, plain = statistics.median(rates), statistics.median(rows)
        print(
            f"bookings a second, {PROCESSES} processes, {where}: {middle:.0f} ({plain / middle:.1f} times slower than "
            f"one row and its commit; {wrong} went wrong)"
        )
        house.database.engine.dispose()
