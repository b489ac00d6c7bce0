"""Logs: one JSON line an event, with nothing in it that could be a person's.

Events name rows by id. Should a phone number, a secret in a query or a long digit string slip into a
value all the same, it is blotted out here.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_DIGITS = re.compile(r"\+?\d(?:[ -]?\d){7,}")
_SECRET = re.compile(r"(?i)\b(key|token|password|pin|text|body)=[^&\s\"']*")
KEPT = frozenset({"timestamp", "level"})


def redact(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in KEPT else _blot(value) for name, value in event.items()}


def _blot(value: Any) -> Any:
    if isinstance(value, str):
        return _DIGITS.sub("[digits]", _SECRET.sub(r"\1=[hidden]", value))
    return value


class _StandardError:
    """Standard error as it is when a line is written, not as it was when logging was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def set_up_logs() -> None:
    """Sends our events, and other libraries' warnings, to standard error through the blotter."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=structlog.processors.JSONRenderer(ensure_ascii=False),
        foreign_pre_chain=shared,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
