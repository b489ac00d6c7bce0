"""JSON bodies as gateways send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import Malformed


def json_object(body: bytes) -> Mapping[str, Any]:
    """The object in a body. Raises Malformed."""
    try:
        found = json.loads(body)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("the body is not a JSON object")
    return found
