"""A process that must not outlive the one that started it: no process is left behind, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal

SUPERVISED = "SALA_SUPERVISED"
_PR_SET_PDEATHSIG = 1


def die_with_parent(sign: int = signal.SIGTERM) -> None:
    """Asks Linux to send this process `sign` when its parent dies."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)


def die_with_supervisor() -> None:
    """The same, only where Sala's own supervisor is the parent."""
    if os.environ.get(SUPERVISED) == "1":
        die_with_parent()
