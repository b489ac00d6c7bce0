"""The database: the engine, column types, and the only place that commits.

`transaction()` opens a write transaction, commits it, and afterwards wakes the workers with what
was noted by `wake_later`. On SQLite every write begins with BEGIN IMMEDIATE behind a lock of this
process (waiting for a lock is cheaper than polling one); readers use `reading()`, which takes none.
Anything that must happen survives without the wake: the tick finds every row not yet served.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import (
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    String,
    TextClause,
    UpdateBase,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from . import seal

Wake = tuple[str, str]
Waker = Callable[[list[Wake]], None]


class Base(DeclarativeBase):
    """All tables. Constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An instant. Aware UTC in Python; SQLite keeps it without a zone, PostgreSQL with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """A text encrypted at rest. `label` names the column and is bound into the seal."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal.ring().seal(value.encode(), self.label)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else seal.ring().unseal(bytes(value), self.label).decode()


class SealedBytes(TypeDecorator[bytes]):
    """Bytes encrypted at rest."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal.ring().seal(value, self.label)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal.ring().unseal(bytes(value), self.label)


class SealedJson(TypeDecorator[dict[str, Any]]):
    """A small JSON value, sealed. Change it by assigning anew: changes inside it are not seen."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return seal.ring().seal(text.encode(), self.label)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:
        if value is None:
            return None
        opened: dict[str, Any] = json.loads(seal.ring().unseal(bytes(value), self.label))
        return opened


class Mark(Base):
    """A word and its value: heartbeats, fingerprints of keys, the version of the loaded pack."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(Moment)


class Database:
    """One engine and its two doors: `transaction()` to change, `reading()` to look."""

    _writers: ClassVar[dict[str, threading.Lock]] = {}

    def __init__(self, url: str, wake: Waker | None = None) -> None:
        self.engine = open_engine(url)
        self.wake = wake
        lock = self._writers.setdefault(url, threading.Lock())
        self._writer = lock if self.engine.dialect.name == "sqlite" else nullcontext()
        self._readers = self.engine.execution_options(sala_reads=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: all of it is committed, or none. Wakes are sent after the commit."""
        with self._writer, Session(self.engine, expire_on_commit=False) as db, db.begin():
            yield db
        wakes: list[Wake] = db.info.get("wakes", [])
        if wakes and self.wake:
            self.wake(wakes)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look that changes nothing and waits for nobody."""
        with Session(self._readers, expire_on_commit=False) as db:
            yield db


DEADLOCK = ("40P01", "40001")
"""What PostgreSQL says to one of two transactions that wait for each other: it was undone as a whole."""

TRIES = 3
T = TypeVar("T")


def settled(work: Callable[[], T]) -> T:
    """Does some work that has a transaction of its own; again, where it was undone because another one waited for it
    and it for the other."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") not in DEADLOCK:
                raise
    return work()


def leave_mark(db: Session, name: str, value: str, now: datetime) -> None:
    """Writes a mark, or writes it anew."""
    db.merge(Mark(name=name, value=value, at=now))


def insert_new(db: Session, table: type[Base], **values: object) -> sqlite.Insert | postgresql.Insert:
    """The statement that inserts a row unless one like it is there already: then it inserts none."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table).values(**values).on_conflict_do_nothing()


def changed(db: Session, statement: UpdateBase | TextClause, values: Mapping[str, Any] | None = None) -> int:
    """Executes an INSERT, UPDATE or DELETE; how many rows it met."""
    return cast("CursorResult[Any]", db.execute(statement, values)).rowcount


def wake_later(db: Session, job: str, row_id: object) -> None:
    """After the commit, tell a worker to look at this row. A hint only: losing it loses nothing."""
    db.info.setdefault("wakes", []).append((job, str(row_id)))


def open_engine(url: str) -> Engine:
    """An engine with the settings on which Sala's promises rest: durable commits, foreign keys, nobody's words in the
    sentence of an error."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
    arguments = {"timeout": 30, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, pool_size=20, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "secure_delete=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("sala_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
