"""What happens to registers when something goes wrong: workers that stall, files that are cut, old, damaged or too large;
and guesses, however they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.entitlements import actions
from gateway.entitlements.intake import SHORTEST_NUMBER
from gateway.entitlements.records import Household, Member, Payment, Snapshot, current
from gateway.entitlements.report import Person, amount_of, day_of
from gateway.entitlements.sources import TRIES_PER_NUMBER, pause_after
from gateway.registering import Registering

from .register_files import CARD, CHAN, CHILD, DUES, HEAD, SOK, again, proven, send, take_in, told


def want(sala, row: Snapshot) -> None:
    with sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))


def test_a_worker_that_stalled_changes_nothing_any_more(sala, staff) -> None:
    """One has it, and stalls; another takes it up and finishes: what the first still does is in vain."""
    row = send(sala, HEAD + SOK + CHILD)
    want(sala, row)
    with sala.house.database.transaction() as db:
        first = actions.take_up(db, row.id, datetime.now(UTC))
    sala.hands.register(row.id, datetime.now(UTC) + timedelta(minutes=6))
    assert again(sala, row.id).state == "current"
    stalled = Registering(sala.house)
    with pytest.raises(actions.Lost):
        stalled._clear(first)
    with pytest.raises(actions.Lost), sala.house.database.transaction() as db:
        actions.make_current(db, row.id, first.hold, datetime.now(UTC))
    assert len(sala.all_of(Member)) == 2


def test_half_a_register_never_counts_though_the_first_worker_wakes(sala, staff) -> None:
    row = send(sala, HEAD + SOK + CHILD)
    want(sala, row)
    with sala.house.database.transaction() as db:
        first = actions.take_up(db, row.id, datetime.now(UTC))
    with sala.house.database.transaction() as db:
        second = actions.take_up(db, row.id, datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(actions.Lost), sala.house.database.transaction() as db:
        actions.load(
            db, row.id, first.hold, [Person(2, "H1", "P1", "x", "1990", {}, {}, "", None, "")], {}, datetime.now(UTC)
        )
    with sala.house.database.transaction() as db:
        assert actions.still_mine(db, row.id, second.hold, datetime.now(UTC)).id == row.id


def test_what_fails_again_and_again_is_given_up_and_says_so(sala, staff, monkeypatch) -> None:
    take_in(sala, HEAD + CHAN)
    row = send(sala, HEAD + SOK)
    want(sala, row)

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(actions, "load", broken)
    for turn in range(1, actions.MOST_HOLDS):
        at = datetime.now(UTC) + timedelta(minutes=6 * turn)
        if turn < actions.MOST_HOLDS - 1:
            with pytest.raises(RuntimeError):
                sala.hands.register(row.id, at)
        else:
            sala.hands.register(row.id, at)
    found = again(sala, row.id)
    assert found.state == "refused"
    assert told(found)[0][1].startswith("It could not be taken in. Send it again")
    assert [h.key for h in sala.all_of(Household)] == ["H2"]


def test_there_is_a_way_back_to_an_earlier_file(sala, staff) -> None:
    good = HEAD + SOK + CHILD + CHAN
    take_in(sala, good)
    take_in(sala, HEAD + CHAN, as_of=date(2026, 11, 21))
    row = take_in(sala, good)
    assert row.state == "current"
    assert told(row, "remarks")[-1][1] == "The register that counts is newer: it is as of 2026-11-21."
    assert {h.key for h in sala.all_of(Household)} == {"H1", "H2"}


def test_the_same_register_of_a_newer_day_moves_the_day(sala, staff) -> None:
    row = take_in(sala, HEAD + SOK, as_of=date(2026, 11, 20))
    with pytest.raises(actions.Refusal, match="taken in already"):
        send(sala, HEAD + SOK, as_of=date(2026, 11, 20))
    send(sala, HEAD + SOK, as_of=date(2026, 11, 26), by_night=True)
    assert again(sala, row.id).as_of == date(2026, 11, 26)
    assert len(sala.all_of(Snapshot)) == 1


def test_no_register_is_of_a_day_to_come_and_by_night_none_is_older(sala, staff) -> None:
    with pytest.raises(actions.Refusal, match="has not come"):
        send(sala, HEAD + SOK, as_of=date(2999, 1, 1))
    take_in(sala, HEAD + SOK, as_of=date(2026, 11, 20))
    with pytest.raises(actions.Refusal, match="taken in already"):
        send(sala, HEAD + CHAN, as_of=date(2026, 11, 1), by_night=True)


def test_a_register_that_shrank_by_night_waits_for_somebody(sala, staff) -> None:
    take_in(sala, HEAD + SOK + CHILD + CHAN)
    row = send(sala, HEAD + SOK + CHILD, as_of=date(2026, 11, 21), by_night=True)
    assert row.state == "read"
    assert (
        told(row, "remarks")[-1][1] == "It has 1 households; the register that counts has 2. Somebody must look at it."
    )


def test_of_two_nights_the_newer_counts_in_whichever_order_workers_take_them_in(sala, staff) -> None:
    older = send(sala, HEAD + SOK, as_of=date(2026, 11, 25), by_night=True)
    newer = send(sala, HEAD + SOK + CHILD, as_of=date(2026, 11, 26), by_night=True)
    assert (older.state, newer.state) == ("wanted", "wanted")
    for row in (newer, older):
        sala.hands.register(row.id, datetime.now(UTC))
    assert (again(sala, older.id).state, again(sala, newer.id).state) == ("refused", "current")
    assert len(sala.all_of(Member)) == 2


def test_what_was_seen_and_not_wanted_is_thrown_away_by_hand_or_by_what_comes_after_it(sala, staff) -> None:
    first, second = send(sala, HEAD + SOK), send(sala, HEAD + CHAN)
    with sala.house.database.transaction() as db:
        actions.discard(db, "kh", first.id, 1, datetime.now(UTC))
    third = take_in(sala, HEAD + SOK + CHILD)
    assert [again(sala, row.id).state for row in (first, second, third)] == ["refused", "refused", "current"]


def test_a_damaged_file_in_the_folder_holds_up_no_other(sala, staff, tmp_path: Path) -> None:
    from openpyxl import Workbook

    (tmp_path / "kh" / "a.csv").mkdir(parents=True)
    book = tmp_path / "kh" / "b.xlsx"
    Workbook().save(book)
    book.write_bytes(book.read_bytes()[:-800] + b"x" * 400)
    (tmp_path / "kh" / "people-2026-11-25.csv").write_text(HEAD + SOK, encoding="utf8")
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert Registering(sala.house).from_folder(tmp_path, later) == 1


def test_a_pack_that_changed_meanwhile_takes_nothing_in_by_halves(sala, staff, monkeypatch) -> None:
    row = send(sala, HEAD + SOK + CHAN)
    want(sala, row)
    pack = sala.house.packs["kh"]
    fewer = {code: one for code, one in pack.programmes.items() if code != "older"}
    monkeypatch.setitem(pack.__dict__, "programmes", fewer)
    sala.hands.register(row.id, datetime.now(UTC))
    found = again(sala, row.id)
    assert found.state == "refused"
    assert told(found)[0][1].startswith("In the column enrolled may stand:")
    assert sala.all_of(Household) == []


def test_a_large_payment_is_taken_in(sala, register) -> None:
    """More than 32 bits hold: PostgreSQL must take it too."""
    take_in(sala, DUES + "H1,pregnancy,2026-11-01,3000000000,sent,x\n", name="payments.csv")
    assert [row.amount for row in sala.all_of(Payment)] == [3_000_000_000]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("80000", 80000), ("80,000", 80000), ("80 000", 80000), ("80.000", 80000), ("80000.00", 80000),
        ("80,000.0", 80000), ("៨០០០០", 80000), ("80.5", None), ("-80000", None), ("80,00,0", None), ("8e4", None),
        ("", None), ("80,000.50", None), ("1234567890123", None),
    ],
)  # fmt: skip
def test_an_amount_is_whole_or_none(written: str, amount: int | None) -> None:
    assert amount_of(written) == amount


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("20/11/2026", date(2026, 11, 20)),
        ("2026-11-201", None),
        ("2026-W01-1", None),
    ],
)
def test_a_day_is_whole_or_none(written: str, day: date | None) -> None:
    assert day_of(written) == day


# Guesses


def test_guesses_at_a_household_are_counted_however_its_number_is_written(sala, register) -> None:
    """Its card, its identity card, its telephone with and without what may stand before and behind it."""
    forms = ("099000001", "+85599000001", "85599000001", "991111111", "9900 0001 0001", CARD)
    for turn, form in enumerate(forms):
        proven(sala, "Year of birth", str(1900 + turn), number=f"+8559900020{turn}", card=form)
    caller = proven(sala, "Year of birth", "1988", number="+85599000299")
    assert caller.screen.startswith("Ask your office, or call 0000 (demo).")


def test_a_number_with_an_extension_is_no_number(sala) -> None:
    assert sala.house.packs["kh"].e164("099000001") == "+85599000001"
    assert sala.house.packs["kh"].e164("099000001x1") is None


def test_many_wrong_guesses_elsewhere_lock_nobody_s_own_telephone(sala, register) -> None:
    from gateway.people.actions import count_try

    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        for _ in range(401):
            count_try(db, "register.country", "kh", now)
    assert proven(sala, "Year of birth", "1988").screen.startswith("Ask your office")
    mine = proven(sala, "Year of birth", "1988", number="+85599000001")
    assert mine.screen.startswith("Found in the register")
    with sala.house.database.transaction() as db:
        for _ in range(200):
            count_try(db, "register.right", "kh", now)
    other = proven(sala, "Year of birth", "1988", number="+85599000007")
    assert other.screen.startswith("Found in the register"), "people use it: wrong guesses are theirs"


def test_the_pauses_between_wrong_guesses_grow() -> None:
    assert [pause_after(n).total_seconds() / 60 for n in range(7)] == [0, 0, 1, 5, 15, 15, 15]
    assert (TRIES_PER_NUMBER, SHORTEST_NUMBER) == (6, 5)


def test_two_households_of_one_telephone_are_found_by_neither(sala, staff) -> None:
    take_in(sala, HEAD + SOK + CHAN.replace(",,2,", ",099000001,2,"))
    assert proven(sala, "Year of birth", "1988", card="099000001").screen.startswith("We did not find it.")


def test_only_the_register_that_counts_is_asked(sala, register) -> None:
    row = send(sala, HEAD + SOK.replace("1988", "1977"))
    with sala.reading() as db:
        assert current(db, "kh", "people").id != row.id
        assert db.scalar(select(Snapshot.state).where(Snapshot.id == row.id)) == "read"
    assert proven(sala, "Year of birth", "1977").screen.startswith("We did not find it.")
