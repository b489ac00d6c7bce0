"""Runs the migrations on the database that the caller names; no other settings are read."""

from alembic import context

from gateway.cli.tables import METADATA
from gateway.db import open_engine

engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
