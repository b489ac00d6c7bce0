"""JSON bodies as gateways send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import Malformed


def json_object(body: bytes) -> Mapping[str, Any]:
    """The object in a body, its texts whole: half an emoji, as broken phones send it, becomes a replacement letter.
    Raises Malformed."""
    try:
        found = _whole(json.loads(body))
    except (ValueError, RecursionError):  # also what is no UTF-8, and numbers of thousands of digits
        raise Malformed("the body is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("the body is not a JSON object")
    return found


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_whole(key): _whole(one) for key, one in value.items()}
        case list():
            return [_whole(one) for one in value]
    return value
