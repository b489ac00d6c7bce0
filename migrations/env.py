"""Runs the migrations on the database that the caller names; no other settings are read."""

from alembic import context
from sqlalchemy import Connection

from gateway.cli.tables import METADATA
from gateway.db import open_engine


def keys_aside(connection: Connection) -> None:
    """SQLite makes a table anew to change it, and would refuse while others refer to it: its foreign keys are looked
    at when all is done."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")


engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        keys_aside(connection)
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise SystemExit(f"rows that refer to nothing: {broken[:5]}")
engine.dispose()
