"""The hotline in figures: they count what they say."""

from __future__ import annotations

from datetime import timedelta

from gateway.console.hotline.figures import repeats, row_of
from gateway.hotline.records import Call

from .hotline_desk import NOW, NUMBER, call, task


def test_figures_count_what_they_say() -> None:
    def one(number: int, address: int, minutes: int, waited: int | None, talked: int = 60, outcome: str = "") -> Call:
        began = NOW + timedelta(minutes=minutes)
        answered = began + timedelta(seconds=waited) if waited is not None else None
        ended = answered + timedelta(seconds=talked) if answered else None
        return Call(
            id=number, address_id=address, language="km", began_at=began, answered_at=answered, ended_at=ended,
            outcome=outcome,
        )  # fmt: skip

    calls = [
        one(1, 7, 0, 10),
        one(2, 8, 5, 30, talked=120),
        one(3, 7, 600, 20),
        one(4, 9, 700, None, outcome="abandoned"),
    ]
    again, final = repeats(calls)
    assert (again, final) == ({3}, {2, 3, 4})
    row = row_of("km", calls, again, final)
    assert (row.offered, row.answered, row.abandoned, row.wait, row.handling, row.again, row.first) == (
        4,
        3,
        1,
        20,
        60,
        1,
        2,
    )


def test_the_figures_page_holds_no_number_and_is_not_for_operators(staff, operator, sala) -> None:
    call(operator)
    assert NUMBER not in staff["supervisor"].get("/console/hotline/figures")
    assert "Hotline figures" in staff["coordinator"].get("/console/hotline/figures")
    operator.get("/console/hotline/figures", 403)


def test_our_own_calls_are_no_calls_of_hers(sala, operator, staff) -> None:
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="reached")
    assert sala.all_of(Call)[0].outgoing
    assert "No call yet." in staff["supervisor"].get("/console/hotline/figures")
