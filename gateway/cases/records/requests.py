"""What somebody who asks for a programme filled in, whether she agrees, what she had been told, and whether it came."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, SealedJson
from . import Case

RECEIVED = ("yes", "no", "no_service")
GRANTED, REFUSED = ("upheld", "partly"), ("not_upheld", "rejected")


class Request(Base):
    """One request for a programme. `answers`: the form by its questions, in her words or as codes; emptied when the
    case is forgotten. `agreed_at`: when she agreed that the office gets it; empty while somebody else filled it in and
    she has not been asked. `told`: what the rule had told her (`yes`, `unsure`, `no`, or nothing), and by which `rule`.
    `asked_at`: when she was asked whether it came; `received`: what she said (RECEIVED)."""

    __tablename__ = "requests"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    programme: Mapped[str] = mapped_column(String(40), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(SealedJson("requests.answers"))
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)
    told: Mapped[str] = mapped_column(String(8), default="")
    rule: Mapped[str] = mapped_column(String(12), default="")
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    received: Mapped[str] = mapped_column(String(12), default="")


def judged(db: Session, country: str) -> dict[tuple[str, str], tuple[int, int]]:
    """By programme and rule: of those whom the rule had told that they may ask, how many were decided, and how many of
    them were refused."""
    wanted = select(Request.programme, Request.rule, Case.decision, func.count()).join(Case, Case.id == Request.case_id)
    wanted = wanted.where(Case.country == country, Request.told == "yes", Case.decision.in_((*GRANTED, *REFUSED)))
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for programme, rule, decision, count in db.execute(wanted.group_by(Request.programme, Request.rule, Case.decision)):
        decided, refused = found.get((programme, rule), (0, 0))
        found[programme, rule] = (decided + count, refused + (count if decision in REFUSED else 0))
    return found


def outcomes(db: Session, country: str) -> dict[str, Counter[str]]:
    """By programme: how many asked for it, were granted or refused it, and what they said of whether it came."""
    wanted = select(Request.programme, Case.decision, Request.received, Request.asked_at.is_not(None), func.count())
    wanted = wanted.join(Case, Case.id == Request.case_id).where(Case.country == country, Case.state != "withdrawn")
    found: dict[str, Counter[str]] = {}
    by = (Request.programme, Case.decision, Request.received, Request.asked_at.is_not(None))
    for programme, decision, received, followed, count in db.execute(wanted.group_by(*by)):
        mine = found.setdefault(programme, Counter())
        mine["asked"] += count
        mine["granted"] += count if decision in GRANTED else 0
        mine["refused"] += count if decision in REFUSED else 0
        mine["followed"] += count if followed else 0
        mine[f"received {received}"] += count if received else 0
    return found
