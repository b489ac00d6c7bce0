"""Whether a request that failed had reached anybody: if not, trying again is safe; else nobody knows what became of it.

Told by the classes of the exceptions underneath, whichever library wraps them.
"""

from __future__ import annotations

import httpx
import requests
import urllib3

NEVER = (
    requests.exceptions.ConnectTimeout, urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError,
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout,
)  # fmt: skip


def never_connected(error: BaseException) -> bool:
    """Whether the failure came before anything was handed over: no such host, nobody listens, no answer to the call."""
    seen: list[object] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, NEVER):
            return True
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return False
