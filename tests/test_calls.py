"""The operator tells the answer, and notes how the call came out."""

from __future__ import annotations

from gateway.cases.records import CaseEvent
from gateway.hotline.records import Task

from .desk import TO_HOW


def test_the_operator_tells_the_answer_and_notes_how_it_came_out(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].decide(case.id, "Your money comes on Monday.")
    operator = staff["operator"]
    operator.on_shift()
    assert "in the morning" in operator.page
    path = f"/console/calls/tell/{sala.all_of(Task)[0].id}"
    operator.get(path, 409)
    take = f"/console/hotline/task/{sala.all_of(Task)[0].id}/take"
    assert "Your money comes on Monday." in operator.post(take)
    assert "+85599000001" not in operator.page
    assert "+85599000001" in operator.post(f"{path}/number")
    operator.post(f"{path}/outcome", 400, outcome="maybe")
    once = operator.hidden("once")
    for _ in range(2):
        operator.post(f"{path}/outcome", outcome="no_answer", note="", once=once)
    assert "calls so far: 1" in operator.get("/console/hotline")
    operator.post(take)
    operator.post(f"{path}/outcome", outcome="told", note="She thanked us.", once=operator.hidden("once"))
    assert "Nobody waits for a call." in operator.get("/console/hotline")
    operator.post(f"{path}/number", 409)
    operator.post(f"{path}/outcome", 409, outcome="told", once="again")
    assert "This has already been done." in operator.page
    assert [event.data["outcome"] for event in sala.all_of(CaseEvent) if event.kind == "call"] == ["no_answer", "told"]
    operator.get(f"/console/case/{case.id}", 403)


def test_no_official_reaches_a_number_by_the_operator_s_door(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "3", "1")
    staff["officer"].answer(case.id, "There is an answer.")
    path = f"/console/calls/tell/{sala.all_of(Task)[0].id}"
    for role in ("officer", "supervisor", "far officer", "inspector"):
        desk = staff[role]
        desk.get("/console/queue")
        assert "+855" not in desk.post(f"{path}/number", 403)
        desk.get("/console/queue")
        desk.get(path, 403)
