"""The migrations make the tables of the code, go up and down, and keep what is in them."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from gateway.cases.records import Case
from gateway.cli.tables import METADATA
from gateway.db import open_engine
from gateway.hotline import actions as hotline
from gateway.hotline.records import Task
from gateway.settings import ROOT


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url) -> None:
    engine = open_engine(database_url)
    with engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), METADATA) == []
    engine.dispose()


def test_every_revision_goes_up_and_down_again(database_url) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = database_url
    command.downgrade(config, "base")
    engine = open_engine(database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    command.upgrade(config, "head")
    assert set(METADATA.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_a_database_with_people_in_it_goes_down_and_up_again(sala, staff) -> None:
    """What waits to be told by voice waits still, in whichever table; cases, numbers and what refers to them stay."""
    from alembic import command
    from alembic.config import Config

    for number in ("1", "2"):
        case = sala.lodge("2", "2", "1", "4", "9", "3", "1", number=f"+8559900000{number}")
        staff["officer"].answer(case.id, "Come on Monday.")
    with sala.house.database.transaction() as db:
        hotline.done(db, db.get_one(Task, 1), datetime.now(UTC))
    before = [(row.reference, row.story, row.address_id) for row in sala.all_of(Case)]
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = sala.env["DATABASE_URL"]
    command.downgrade(config, "0002")
    with sala.reading() as db:
        told = db.execute(text("SELECT state FROM tellings ORDER BY event_id")).scalars().all()
    assert told == ["told", "waiting"]
    command.upgrade(config, "head")
    assert [(row.kind, row.state) for row in sala.all_of(Task)] == [("tell", "done"), ("tell", "waiting")]
    assert [(row.reference, row.story, row.address_id) for row in sala.all_of(Case)] == before
    staff["operator"].on_shift()
    assert "Come on Monday." in staff["operator"].post(f"/console/hotline/task/{sala.all_of(Task)[1].id}/take")
