"""The words of the DCI registry interface (G2P Connect): what a register of elsewhere is asked, and its answer. Pure.

Asked is `POST /reg/sync/search`: an envelope of `signature`, `header` and `message`, with one search by identifier
(`idtype-value`) for each kind of number. The standard fixes no way of signing; as other implementations do, the
signature is a compact JWS over the JSON of header and message (`elsewhere.py`). Answers differ from one register to
the next: records stand in a list or alone, as a group with members or as a person; names are one string or parts. What
is understood is taken, and what is not is left out: nothing of it means no.

https://standards.spdci.org (registry core interface 1.0), read in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .households import facts_of
from .sources import NotAnswering, Sight, Somebody

ID_TYPES: Mapping[str, str] = {"card": "EQUITY_CARD", "id": "NATIONAL_ID", "nssf": "NSSF", "phone": "PHONE_NUMBER"}
"""What a register calls each kind of number, where the pack says nothing else (`id_types`)."""

GROUP_KEYS = ("group_identifier", "household_id", "household_identifier", "group_id", "identifier", "id")
MEMBER_KEYS = ("member_identifier", "individual_id", "person_id", "identifier", "id")
MEMBERS = ("member_list", "members", "member", "memberships", "group_members")
BORN = ("birth_date", "birthdate", "date_of_birth", "dob", "year_of_birth")
LEVELS = ("poverty_level", "level", "poverty_status", "vulnerability_level", "poverty_score")
UNTIL = ("valid_until", "expiry_date", "valid_to", "card_valid_until")
PROGRAMMES = ("enrolled", "programmes", "programs", "enrollments", "benefits")
PHONES = ("phone_number", "phone", "mobile", "phone_no")
PLACES = ("place_code", "village_code", "commune_code", "admin_code", "place")
LONGEST_KEY = 40
REFUSED = ("rjct", "err", "error", "fail")


def envelope(
    numbers: Sequence[tuple[str, str]], id_types: Mapping[str, str], sender: str, receiver: str, mark: str,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Header and message of one question: whose household has any of these numbers. `mark`: makes its ids its own."""
    stamp = now.isoformat()
    return {
        "header": {
            "version": "1.0.0",
            "message_id": mark,
            "message_ts": stamp,
            "action": "search",
            "sender_id": sender,
            "receiver_id": receiver,
            "total_count": len(numbers),
        },
        "message": {
            "transaction_id": mark,
            "search_request": [
                {
                    "reference_id": f"{mark}-{place}",
                    "timestamp": stamp,
                    "search_criteria": {
                        "query_type": "idtype-value",
                        "query": {"type": id_types.get(kind, ID_TYPES[kind]), "value": number},
                    },
                    "locale": "eng",
                }
                for place, (kind, number) in enumerate(numbers, 1)
            ],
        },
    }


def read(answer: Any, today: date) -> Sight | None:
    """The household in an answer; None where there is none, or more than one. Raises NotAnswering where the register
    refuses, or what it says is no answer to this question."""
    found = {sight.key: sight for record in _records(answer) if (sight := _sight(record, today))}
    return next(iter(found.values())) if len(found) == 1 else None


def _records(answer: Any) -> Iterator[Mapping[str, Any]]:
    message = answer.get("message", answer) if isinstance(answer, dict) else None
    if not isinstance(message, dict) or str(message.get("ack_status", "")).upper() in ("ERR", "NACK"):
        raise NotAnswering("it refuses the question")
    replies = [reply for reply in _several(message.get("search_response")) if isinstance(reply, dict)]
    if not replies and "search_response" not in message:
        raise NotAnswering("there is no answer in what it says")
    if replies and all(str(reply.get("status", "succ")).lower() in REFUSED for reply in replies):
        raise NotAnswering("it refuses the question")
    for reply in replies:
        for data in _several(reply.get("data")):
            if isinstance(data, dict):
                records = data.get("reg_records", data.get("records", data.get("reg_record")))
                yield from (record for record in _several(records) if isinstance(record, dict))


def _sight(record: Mapping[str, Any], today: date) -> Sight | None:
    inner = record.get("group") if isinstance(record.get("group"), dict) else None
    record = {**record, **inner} if inner else record
    key = _identifier(record, GROUP_KEYS)
    if not key:
        return None
    listed = next((record[name] for name in MEMBERS if name in record), None)
    people = [_person(one) for one in _several(listed) if isinstance(one, dict)] if listed else [_person(record)]
    until = _day(_first(record, UNTIL))
    level = _text(_first(record, LEVELS))[:12]
    abouts = [about for _, about in people]
    return Sight(
        key=key[:LONGEST_KEY],
        level=level,
        valid_until=until,
        as_of=today,
        members=tuple(Somebody(code, str(about.get("name", "")), str(about.get("born", ""))) for code, about in people),
        enrolled=tuple(_text(_code(one)) for one in _several(_first(record, PROGRAMMES)) if _text(_code(one))),
        facts=facts_of(abouts, bool(level or until), until, "", today, today),
        phone=_text(_first(record, PHONES)),
        place=_text(_first(record, PLACES)),
    )


def _person(one: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    """A member's key, and what is known of her."""
    nested: Mapping[str, Any] = next(
        (one[name] for name in ("member", "individual", "person") if isinstance(one.get(name), dict)), {}
    )
    row = {**one, **nested}
    name = row.get("name", row.get("full_name", ""))
    if isinstance(name, dict):
        parts = ("first_name", "given_name", "second_name", "middle_name", "surname", "family_name", "last_name")
        name = " ".join(_text(name[part]) for part in parts if _text(name.get(part)))
    born = _text(_first(row, BORN))[:10]
    return _identifier(row, MEMBER_KEYS), {"name": _text(name), "born": born if _is_birth(born) else ""}


def _identifier(record: Mapping[str, Any], names: Sequence[str]) -> str:
    """A key, written as a string, as `{identifier_type, identifier_value}`, or as a list of these."""
    for name in names:
        for one in _several(record.get(name)):
            value = one.get("identifier_value", one.get("value")) if isinstance(one, dict) else one
            if _text(value):
                return _text(value)
    return ""


def _code(one: Any) -> Any:
    names = ("code", "programme", "program", "name", "id")
    return next((one[name] for name in names if name in one), "") if isinstance(one, dict) else one


def _first(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "")), None)


def _several(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [] if found is None else [found]


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None


def _is_birth(written: str) -> bool:
    return (len(written) == 4 and written.isdigit()) or _day(written) is not None
