"""The worker and the tick: the two kinds of process that do what comes later.

`python worker.py` works RQ's queues (or those named) in this process: an RQ work horse of its own would
outlive a killed worker. `python worker.py tick` asks every second what is due.
"""

from __future__ import annotations

import os
import signal
import sys

from rq import Queue, SimpleWorker

from gateway.dialogue.book import bind
from gateway.dialogue.flow_read import read_flows
from gateway.hands import open_hands
from gateway.jobs import hands
from gateway.logs import set_up_logs
from gateway.settings import ROOT, read_settings
from gateway.ticking import Tick
from gateway.waking import QUEUES, connect


def work(names: list[str]) -> None:
    settings = read_settings(os.environ)
    connection = connect(settings.redis_url)
    queues = [Queue(name, connection=connection, serializer="json") for name in names or QUEUES]
    worker = SimpleWorker(
        queues,
        connection=connection,
        serializer="json",
        worker_ttl=60,
        maintenance_interval=30,
        job_monitoring_interval=10,
        log_job_description=False,
    )
    hands()
    worker.work(logging_level="WARNING")


def tick() -> None:
    own = open_hands(read_settings(os.environ))
    ticking = Tick(own, bind(read_flows(ROOT), own.house.texts))
    signal.signal(signal.SIGTERM, lambda *_: ticking.stop.set())
    ticking.run()


if __name__ == "__main__":
    set_up_logs()
    tick() if sys.argv[1:] == ["tick"] else work(sys.argv[1:])
