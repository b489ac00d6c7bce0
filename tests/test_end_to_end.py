"""The real processes, started as `make run` starts them, used by the outside contract alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis
import requests

from gateway.settings import ROOT, read_env_file

from .conftest import free_port, wait_for

ROAD = ("2", "2", "1", "4", "9", "1", "1")


class Running:
    """A started Sala. Knows what an operator of a phone network and a person with a browser know."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        self.calls = 0
        self.start()

    def start(self) -> None:
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SALA_", "TWILIO", "DATABASE", "REDIS"))
        }
        words = [sys.executable, "-u", "-m", "gateway.cli", "run"]
        env |= {"PORT": str(self.port), "SALA_VAR": str(self.var)}
        self.out = (self.var.parent / "out.txt").open("w")
        self.process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=self.out, stderr=subprocess.STDOUT)
        wait_for(lambda: "Sala is running" in self.said() or self.process.poll() is not None, 90)
        assert self.process.poll() is None, self.said()
        self.secret = read_env_file(self.var / "demo.env")["USSD_SECRET"]

    def said(self) -> str:
        return (self.var.parent / "out.txt").read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lodge(self, number: str) -> str:
        """Dials *123#, presses the shortest road; the reference."""
        self.calls += 1
        typed = ""
        for key in ("", *ROAD):
            typed = f"{typed}*{key}" if typed else key
            form = {"sessionId": f"call-{self.calls}", "serviceCode": "*123#", "phoneNumber": number, "text": typed}
            answer = requests.post(f"{self.url}/in/kh-ussd", params={"key": self.secret}, data=form, timeout=10)
            assert answer.status_code == 200
        return re.fullmatch(r"END Your number is ([\d ]+)\. Answer within 10 working days\.", answer.text)[1]

    def messages(self, number: str) -> list[str]:
        inbox = requests.get(f"{self.url}/phone/inbox.json", params={"number": number}, timeout=5).json()
        return [text["body"] for text in inbox]

    def browser(self, role: str) -> requests.Session:
        logins = dict(line.split() for line in (self.var / "demo-logins.txt").read_text().splitlines())
        browser = requests.Session()
        page = browser.get(f"{self.url}/console/sign-in", timeout=10).text
        form = {"name": role, "password": logins[role], "csrf_token": hidden(page, "csrf_token")}
        assert browser.post(f"{self.url}/console/sign-in", data=form, timeout=10).url.endswith(("/queue", "/calls"))
        return browser

    def command(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """`sala` in another terminal."""
        env = {**os.environ, "SALA_VAR": str(self.var), "PORT": str(self.port), **env}
        given = [sys.executable, "-m", "gateway.cli", *words]
        return subprocess.run(given, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)

    def supervisor(self, *words: str) -> str:
        config = str(self.var / "run" / "supervisord.conf")
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisorctl", "-c", config, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    def pid(self, name: str) -> int:
        return int(self.supervisor("pid", name))

    def processes(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def stop(self, sign: int) -> None:
        """Sends the sign, and proves that no process is left."""
        everyone = self.processes()
        assert len(everyone) >= 7
        self.process.send_signal(sign)
        _, left = psutil.wait_procs(everyone, timeout=40)
        assert left == [], [process.cmdline() for process in left]
        self.out.close()


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("end") / "var")
    yield made
    if made.process.poll() is None:
        made.process.send_signal(signal.SIGKILL)


def test_1_from_the_dialled_code_to_the_official_s_answer_on_the_phone(running: Running) -> None:
    number = "+85599100001"
    reference = running.lodge(number)
    lodged = time.monotonic()
    first = wait_for(lambda: running.messages(number), 20)
    print(f"routed and acknowledged {time.monotonic() - lodged:.2f} s after the reference")
    assert first[0].startswith(f"Your number is {reference}. We will answer by ")
    officer = running.browser("officer")
    queue = officer.get(f"{running.url}/console/queue", timeout=10).text
    path = re.search(rf'<a href="(/console/case/\d+)">\s*<span class="reference">{reference}', queue)[1]
    page = officer.get(running.url + path, timeout=10).text
    form = {name: hidden(page, name) for name in ("csrf_token", "once", "version")}
    form |= {"done": "We paid on Monday. សូមអរគុណ", "decision": "upheld", "cause": "implementation"}
    assert officer.post(f"{running.url}{path}/decide", data=form, timeout=10).status_code == 200
    wait_for(lambda: len(running.messages(number)) == 2, 20)
    assert running.messages(number)[1].startswith(
        f"{reference}: the office decided: We paid on Monday. សូមអរគុណ Not right?"
    )
    wait_for(lambda: officer.get(running.url + path, timeout=10).text.count("delivered</strong>") == 2, 20)
    assert 'sala_cases{state="resolved"} 1.0' in requests.get(f"{running.url}/metrics", timeout=10).text


def test_2_a_worker_killed_in_the_middle_loses_nothing(running: Running) -> None:
    """Both workers hold still (so that the job is in a dead hand), then are killed outright."""
    workers = [running.pid("router"), running.pid("worker")]
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    running.lodge("+85599100002")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: running.messages("+85599100002"), 30)
    wait_for(lambda: running.pid("router") not in (0, *workers), 30)
    assert len(running.messages("+85599100002")) == 1


def test_3_redis_emptied_between_commit_and_routing(running: Running) -> None:
    workers = [running.pid("router"), running.pid("worker")]
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    running.lodge("+85599100003")
    redis.Redis.from_url(f"unix://{running.var / 'run' / 'valkey.sock'}").flushall()
    for pid in workers:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: running.messages("+85599100003"), 30)


def test_4_without_redis_hops_are_answered_and_cases_routed(running: Running) -> None:
    running.supervisor("stop", "valkey")
    running.lodge("+85599100004")
    wait_for(lambda: running.messages("+85599100004"), 30)
    running.supervisor("start", "valkey")
    wait_for(lambda: "RUNNING" in running.supervisor("status", "valkey"), 30)
    running.lodge("+85599100005")
    wait_for(lambda: running.messages("+85599100005"), 30)


def test_5_a_second_start_with_the_same_folder_is_one_sentence(running: Running) -> None:
    done = running.command("run", PORT=str(free_port()))
    assert done.returncode == 1
    assert done.stderr.startswith(f"sala: Sala already runs with the folder {running.var}")


def test_6_a_text_to_the_short_code_is_answered_by_a_text(running: Running) -> None:
    browser, number = requests.Session(), "+85599100008"
    page = browser.get(f"{running.url}/phone", params={"number": number}, timeout=10).text
    form = {"csrf_token": hidden(page, "csrf_token"), "number": number, "to": "kh-kannel", "text": "hello"}
    assert browser.post(f"{running.url}/phone/write", data=form, timeout=10).status_code == 200
    wait_for(lambda: running.messages(number), 30)
    assert "Choose a language" in running.messages(number)[0]
    assert browser.post(f"{running.url}/phone/write", data={**form, "to": "kh-ussd"}, timeout=10).status_code == 404
    long = browser.post(f"{running.url}/phone/write", data={**form, "text": "ប្រាក់" * 500}, timeout=10).text
    assert "too large" not in long, "a long text in Khmer is nine octets a letter in Kannel's address"
    wait_for(lambda: len(running.messages(number)) == 2, 30)


def test_7_the_terminal_s_phone_speaks_to_it(running: Running) -> None:
    done = running.command("phone", "--number", "+85599100006", "--keys", "1,1,2,1,4,9,1,1", "--wait", "20")
    assert "លេខរបស់អ្នក" in done.stdout
    assert "SMS from Sala" in done.stdout


def test_8_ctrl_c_stops_everything_and_a_second_run_keeps_the_data(running: Running) -> None:
    running.stop(signal.SIGINT)
    log = (running.var / "log" / "supervisord.log").read_text()
    stops = re.findall(r"stopped: (\w+) ", log.split("received SIGTERM")[-1])
    assert [name for i, name in enumerate(stops) if name not in stops[:i]] == [
        "web",
        "carrier",
        "tick",
        "worker",
        "router",
        "valkey",
    ]
    running.start()
    assert len(running.messages("+85599100001")) == 2
    queue = running.browser("officer").get(f"{running.url}/console/queue", timeout=10).text
    assert queue.count('class="reference"') >= 5


def test_8_killed_outright_it_leaves_no_process_either(running: Running) -> None:
    running.stop(signal.SIGKILL)
