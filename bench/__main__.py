"""`make bench`: how fast the parts are, on this machine, now.

Each figure is a median over rounds; what is compared is interleaved, so that a busy machine slows both.
Nothing here fails: a bound in a test would measure the machine, not the code.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import requests

from bench.appointments import booking, free_times
from bench.cases import counting, routing
from bench.entitlements import looking_up, screening
from gateway import seal
from gateway.cli.keep import prepare
from gateway.country import Pack
from gateway.country.read import read_pack
from gateway.dialogue import talk
from gateway.dialogue.effects import facts_in_words
from gateway.dialogue.effects.apart import WAYS
from gateway.dialogue.flow_read import read_flows
from gateway.dialogue.screens import screens
from gateway.dialogue.state import Done, Heard, Rows, from_bytes, to_bytes
from gateway.dialogue.wording import Voice
from gateway.house import served
from gateway.language.catalogue import read_locale
from gateway.language.locales import read_traits
from gateway.language.measure import USSD, Size, cut
from gateway.language.understanding import Understanding
from gateway.language.words import read_words
from gateway.settings import ROOT, read_settings

ROUNDS = 5
SECONDS = 4
CALLERS = 8
PART = Size(153, 67)
TEXT = "ប្រាក់ឧបត្ថម្ភសម្រាប់ស្ត្រីមានផ្ទៃពោះមិនទាន់មកដល់ទេ ខ្ញុំបានទៅសួរនៅឃុំពីរដងហើយ គេប្រាប់ឱ្យរង់ចាំ។ " * 3


def median(rounds: int, work: Callable[[], float]) -> float:
    return statistics.median(work() for _ in range(rounds))


def per_second(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - began)


def talking() -> None:
    """A whole complaint, step by step: each pure `advance`, with its Khmer screen whenever a person must speak, and
    the state through JSON; beside the JSON alone."""
    flows, pack = read_flows(ROOT), read_pack(ROOT, "kh")
    texts = served({"km": read_locale(ROOT / "locales", "km")}, drafts=True)
    voice = Voice(
        texts, "km", USSD, "ussd", lambda _w, code: pack.places.name(code, "km"),
        lambda facts: facts_in_words(texts, "km", pack, facts, date(2026, 11, 24)),
    )  # fmt: skip
    topics = list(dict.fromkeys(row.group or row.code for row in pack.categories.values()))
    district, commune = pack.places.under("17"), pack.places.under("1702")
    events = [
        Rows(["complaint", "status"]), Heard("1"), Rows(topics), Heard("1"), Done("none"),
        Rows(["17", "01"]), Heard("1"), Rows(list(district)), Heard("2"), Rows(list(commune)), Heard("1"),
        Heard("បងមិនបានទទួលប្រាក់ទេ"), Rows(list(WAYS)), Heard("2"), Heard("1"),
    ]  # fmt: skip

    drawn: list[int] = []

    def play() -> bytes:
        body = to_bytes(talk.advance(flows, talk.begin()).state)
        for event in events:
            step = talk.advance(flows, from_bytes(body), event)
            if step.want is None:
                drawn.append(len(screens(flows, step.state, voice).pages))
            body = to_bytes(step.state)
        return body

    body, steps = play(), len(events) + 1
    shown = len(drawn)

    def reference() -> None:
        for _ in range(steps):
            to_bytes(from_bytes(body))

    pairs = [(per_second(play, 200) * steps, per_second(reference, 200) * steps) for _ in range(ROUNDS)]
    ours, floor = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(
        f"steps of talk with Khmer screens ({shown} of {steps}) and JSON: {ours:,.0f}/s; the JSON alone {floor / ours:.0f} times"
    )
    print(f"the state after seven answers: {len(body)} bytes")
    for name, text in (
        ("with spaces", TEXT[:300]),
        ("without a space", TEXT.replace(" ", "").replace("។", "")[:150] * 2),
    ):
        cuts = median(ROUNDS, lambda text=text: 1e6 / per_second(lambda: cut(text, PART), 200))  # type: ignore[misc]
        print(f"cutting 300 letters of Khmer {name} into message parts: {cuts:,.0f} µs")
    finding(pack)
    understanding()


def understanding() -> None:
    """A freely written sentence among all examples of all languages."""
    folder = ROOT / "locales"
    known = [read_words(folder, tag)[0] for tag, traits in read_traits(folder).items() if not traits.voice_only]
    began = time.perf_counter()
    everything = Understanding(known)
    ready = time.perf_counter() - began
    said = TEXT[:60]
    took = median(ROUNDS, lambda: 1e3 / per_second(lambda: everything.find(said, "km"), 100))
    count = sum(len(meant.says) for words in known for meant in words.meant.values())
    print(f"a sentence among {count:,} examples: {took:.1f} ms; made ready in {ready:.1f} s")


def finding(pack: Pack) -> None:
    """A typed place among all of the pack's."""
    names = ["Svay Dangkum", "ស្វាយដង្គំ", "thmei, puok", "Poipet", "zzzz"]
    pack.places.find("warm", pack.areas, 4)
    took = median(
        ROUNDS, lambda: max(1e3 / per_second(lambda n=n: pack.places.find(n, pack.areas, 4), 20) for n in names)
    )  # type: ignore[misc]
    print(f"a typed place among {len(pack.places.by_code):,}: {took:.1f} ms for the slowest of {len(names)}")


class Web:
    """The web process as it runs, on a fresh database."""

    def __init__(self, processes: int, threads: int, port: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sala-bench-"))
        self.url = f"http://127.0.0.1:{port}"
        env = {
            **os.environ, "SALA_DEMO": "1", "SALA_VAR": str(self.folder), "PORT": str(port), "SECRET_KEY": "bench",
            "SALA_KEYS": f"1={seal.new_key()}", "USSD_SECRET": "bench", "TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t",
            "REDIS_URL": f"unix://{self.folder}/nobody.sock", "WEB_PROCESSES": str(processes), "WEB_THREADS": str(threads),
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        prepare(read_settings(env)).database.engine.dispose()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "web"], env=env, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                requests.get(f"{self.url}/healthz", timeout=1)
                break
            except requests.RequestException:
                time.sleep(0.1)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def hops(url: str, seconds: float, round_: int) -> tuple[float, list[float]]:
    """Complaints lodged by callers side by side: hops a second, and how long each took (ms)."""
    took: list[float] = []
    stop = time.monotonic() + seconds

    def call(caller: int) -> None:
        with requests.Session() as web:
            for number in range(10_000):
                typed = ""
                for key in ("", "2" if number == 0 else "1", "1", "1", "4", "9", "1", "1"):
                    if time.monotonic() > stop:
                        return
                    typed = f"{typed}*{key}" if typed else key
                    session = f"{round_}-{caller}-{number}"
                    form = {
                        "sessionId": session,
                        "phoneNumber": f"+855990{round_:02}{caller:02}{number % 100:02}",
                        "text": typed,
                    }
                    began = time.perf_counter()
                    web.post(f"{url}/in/kh-ussd", params={"key": "bench"}, data=form, timeout=30)
                    took.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / seconds, took


def answering() -> None:
    """Hops through HTTP on SQLite: one process with threads against two processes, interleaved."""
    shapes = {"one process, 16 threads": Web(1, 16, 8471), "two processes, 8 threads": Web(2, 8, 8472)}
    rates: dict[str, list[float]] = {name: [] for name in shapes}
    times: dict[str, list[float]] = {name: [] for name in shapes}
    for round_ in range(3):
        for name, web in shapes.items():
            rate, took = hops(web.url, SECONDS, round_)
            rates[name].append(rate)
            times[name] += took
    for name, web in shapes.items():
        ordered = sorted(times[name])
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(
            f"{name}: {statistics.median(rates[name]):,.0f} hops/s, p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {ordered[-1]:.0f} ms"
        )
        web.close()


if __name__ == "__main__":
    talking()
    answering()
    routing()
    counting()
    screening()
    looking_up()
    free_times()
    booking()
