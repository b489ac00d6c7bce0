"""What a room wants to be asked of somebody: a flow, put to her when she is next in conversation with us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Ask:
    """A flow that is to be put to her. `until`: how long it waits; `facts`: what it needs."""

    address_id: int
    flow: str
    until: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
