"""Real parts for every test: SQLite and PostgreSQL, Valkey, RQ workers, provider libraries over loopback.

Only the far side of a provider is simulated, at the wire (`simulator.carrier`).
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from jinja2.bccache import Bucket, BytecodeCache
from rq import Queue, SimpleWorker
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

import app as app_file
from app import create_app
from gateway import house, jobs, seal, waking
from gateway.cases.records import Case
from gateway.cli.keep import prepare
from gateway.dialogue.book import Book
from gateway.hands import Hands
from gateway.house import House
from gateway.people.actions import add_staff
from gateway.people.rules import ROLES
from gateway.settings import read_settings
from gateway.ticking import Tick
from simulator.bot_api import Chats
from simulator.carrier import create_carrier

from .at_the_window import caller as caller
from .at_the_window import open_now as open_now
from .caller import Caller, LastInputCaller
from .desk import HASH, Desk
from .far_register import far as far
from .register_files import register as register
from .servers import database_url as database_url
from .servers import migrated_sqlite as migrated_sqlite
from .servers import postgres as postgres
from .servers import valkey as valkey
from .servers import valkey_server as valkey_server
from .servers import wait_for as wait_for

ACCOUNT, TOKEN, SECRET = "AC" + "0" * 32, "the carrier's token", "the gateway's secret"
KEYS = "1=" + seal.new_key()
BOT = "1:the-bot-of-the-tests"
PORTS = range(12_000, 32_000)


@pytest.fixture
def env(database_url: str, valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a small Sala, also for RQ jobs, which read the process's own."""
    port = free_port()
    values = {
        "SALA_DEMO": "1",
        "SALA_VAR": str(tmp_path),
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey,
        "SECRET_KEY": "a secret for tests",
        "SALA_KEYS": KEYS,
        "USSD_SECRET": SECRET,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "KANNEL_USER": "sala",
        "KANNEL_PASSWORD": "a password",
        "KANNEL_SECRET": "kannel-secret",
        "TELEGRAM_BOT_TOKEN": BOT,
        "TELEGRAM_WEBHOOK_SECRET": "telegram-secret",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    jobs.hands.cache_clear()
    return values


house.read_pack = functools.lru_cache(house.read_pack)
app_file.read_flows = functools.lru_cache(app_file.read_flows)
"""What never changes in a process is read once in it, and not once for each test; what they give is frozen."""


class Compiled(BytecodeCache):
    """Templates compiled once for this test process: each Sala would compile them anew."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Sala:
    """A whole Sala in this process, with its callers, workers, tick and network."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        settings = read_settings(env)
        prepare(settings).database.engine.dispose()
        self.app = create_app(env)
        self.app.jinja_env.bytecode_cache = COMPILED
        self.house: House = self.app.config["HOUSE"]
        self.book: Book = self.app.config["BOOK"]
        self.client = self.app.test_client()
        self.hands = Hands(self.house)
        self.tick = Tick(self.hands, self.book)

    def caller(self, number: str = "+85599000001", channel: str = "kh-ussd") -> Caller:
        kind = LastInputCaller if channel == "kh-ussd-2" else Caller
        return kind(self.client, SECRET, number, channel)

    def lodge(self, *keys: str, number: str = "+85599000001") -> Case:
        """Somebody dials, presses these keys, and reads her number; a worker routes the case."""
        caller = self.caller(number)
        caller.dial()
        caller.press(*keys)
        assert caller.screen.startswith("Your number is"), caller.screen
        self.work()
        with self.reading() as db:
            return db.scalars(select(Case).order_by(Case.id.desc())).first()

    def all_of(self, table):
        """Every row of a table, oldest first."""
        with self.reading() as db:
            return list(db.scalars(select(table).order_by(table.id)))

    def work(self) -> None:
        """Lets a real RQ worker do what waits in Valkey, and stops it when nothing does."""
        connection = redis.Redis.from_url(self.env["REDIS_URL"])
        queues = [Queue(name, connection=connection, serializer="json") for name in waking.QUEUES]
        SimpleWorker(queues, connection=connection, serializer="json").work(burst=True, logging_level="ERROR")

    def route_without_workers(self) -> None:
        """What the tick does for cases that no worker took."""
        later = datetime.now(UTC) + timedelta(seconds=5)
        for case_id in self.hands.late_cases(later):
            self.hands.route(case_id, datetime.now(UTC))

    def reading(self):
        return self.house.database.reading()

    def close(self) -> None:
        self.house.database.engine.dispose()
        if jobs.hands.cache_info().currsize:
            jobs.hands().house.database.engine.dispose()
            jobs.hands.cache_clear()


@pytest.fixture
def sala(env: dict[str, str]) -> Iterator[Sala]:
    made = Sala(env)
    yield made
    made.close()


@pytest.fixture
def network(env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chats: Chats) -> Iterator[str]:
    """The simulated mobile network over loopback HTTP; ask for it before `sala`."""
    carrier = create_carrier(ACCOUNT, TOKEN, tmp_path / "phones.jsonl", chats)
    with served(carrier) as url:
        urls = {"TWILIO_API_URL": url, "SALA_CARRIER_URL": url, "TELEGRAM_API_URL": url}
        urls["KANNEL_URL"] = f"{url}/cgi-bin/sendsms"
        for name, value in urls.items():
            env[name] = value
            monkeypatch.setenv(name, value)
        yield url


@pytest.fixture
def chats() -> Chats:
    """What the simulated Telegram holds."""
    return Chats(BOT)


class KeepsAlive(WSGIRequestHandler):
    """Keeps connections open, as real providers do: some faults of clients show only then."""

    protocol_version = "HTTP/1.1"


@contextmanager
def served(app, port: int = 0) -> Iterator[str]:
    """A WSGI application on a loopback port for as long as the block lasts."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=KeepsAlive)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def free_port() -> int:
    """A port that nobody has, below those that the kernel gives to whoever asks for any: it is still free when it is
    used a moment later."""
    while True:
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", secrets.choice(PORTS)))
            return trial.getsockname()[1]


@pytest.fixture
def staff(sala) -> dict[str, Desk]:
    offices = {"officer": ("kh-17", "kh-1710"), "supervisor": ("kh-17",)}
    with sala.house.database.transaction() as db:
        for role in ROLES:
            add_staff(
                db, name=role, role=role, password=HASH, country="kh", offices=offices.get(role, ()), language="en",
                totp=None, actor="system", now=datetime.now(UTC),
            )  # fmt: skip
        add_staff(
            db, name="far officer", role="officer", password=HASH, country="kh", offices=["kh-01"], language="en",
            totp=None, actor="system", now=datetime.now(UTC),
        )  # fmt: skip
    desks = {name: Desk(sala, name) for name in (*ROLES, "far officer")}
    for desk in desks.values():
        desk.sign_in()
    return desks


@pytest.fixture
def operator(staff):
    staff["operator"].on_shift()
    return staff["operator"]


@pytest.fixture
def other(sala, staff):
    """A second operator."""
    with sala.house.database.transaction() as db:
        add_staff(
            db, name="other", role="operator", password=HASH, country="kh", offices=(), language="en", totp=None,
            actor="system", now=datetime.now(UTC),
        )  # fmt: skip
    desk = Desk(sala, "other")
    desk.sign_in()
    desk.on_shift()
    return desk
