"""What the command says when something is missing or wrong: one sentence; and a first administrator."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gateway import seal
from gateway.cli import __main__ as command
from gateway.settings import ROOT, SettingsError, read_settings


def test_production_refuses_to_start_without_secrets_or_with_drafts() -> None:
    with pytest.raises(SettingsError, match=r"SALA_KEYS .encrypts what citizens tell us"):
        read_settings({"SECRET_KEY": "x"})
    complete = dict.fromkeys(("SECRET_KEY", "SALA_KEYS", "USSD_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), "x")
    assert not read_settings(complete).demo
    with pytest.raises(SettingsError, match="SALA_DRAFTS=1"):
        read_settings({**complete, "SALA_DRAFTS": "1"})
    assert read_settings({**complete, "TWILIO_API_URL": "http://evil.example"}).twilio_api_url == ""


def sala_says(*words: str, given: str = "", **env: str) -> tuple[int, str]:
    """Runs the command as a person would; its code and what it said on standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SALA_", "TWILIO", "PORT"))}
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *words], cwd=ROOT, env={**clean, **env}, input=given, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.strip()


def test_a_port_in_use_is_one_sentence(tmp_path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = sala_says("run", SALA_VAR=str(tmp_path), PORT=str(port))
    assert (code, said) == (1, f"sala: port {port} is in use; stop what uses it, or run: PORT={port + 1} make run")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    code, said = sala_says("run", SALA_VAR=str(tmp_path / "file" / "var"))
    assert code == 1
    assert said.startswith("sala: the folder")
    assert said.endswith("set SALA_VAR to one that can.")
    assert "\n" not in said


def test_a_port_that_is_no_number_is_one_sentence(tmp_path) -> None:
    code, said = sala_says("run", SALA_VAR=str(tmp_path), PORT="eight")
    assert (code, said) == (1, "sala: PORT=eight is not a port; write a number from 1 to 65535.")


def test_a_wrong_python_is_one_sentence(tmp_path) -> None:
    fake = tmp_path / "python3.9"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    done = subprocess.run(
        ["sh", "deploy/environment", "requirements.txt", str(tmp_path / "venv")], cwd=ROOT, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(fake)}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == f"sala: PYTHON={fake} is not Python 3.11 or newer; point PYTHON at one that is, or leave it unset."
    )


def test_a_first_administrator_outside_the_demo(tmp_path) -> None:
    env = dict.fromkeys(("SECRET_KEY", "USSD_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), "x")
    env |= {"SALA_KEYS": "1=" + seal.new_key(), "DATABASE_URL": f"sqlite:///{tmp_path}/s.sqlite3"}
    assert sala_says("migrate", **env) == (0, "")
    assert (
        sala_says("staff", "add", "root", "admin", given="too short\n", **env)[1]
        == "sala: the password needs at least 10 letters."
    )
    assert sala_says("staff", "add", "root", "admin", given="long enough it is\n", **env) == (0, "")
    assert (
        "there is a member of staff named root already"
        in sala_says("staff", "add", "root", "admin", given="long enough it is\n", **env)[1]
    )
    assert "'boss' is not a role" in sala_says("staff", "add", "xx", "boss", **env)[1]
    assert "'kh-9' is not an office" in sala_says("staff", "add", "xx", "officer", "--office", "kh-9", **env)[1]


def test_whoever_reads_only_the_beginning_sees_no_traceback() -> None:
    """`sala route … | head -1`: the pipe is closed before the rest is written."""
    words = [sys.executable, "-m", "gateway.cli", "route", "unpaid", "171001", "--explain"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(words, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["unpaid", "171001"], "kh-1710: Siem Reab district office"),
        (["list", "170101", "--country", "la"], "is not a place of the gazetteer"),
        (["unpayed"], "'unpayed' is not a category; did you mean 'unpaid'?"),
        (["unpaid", "--channel", "kh-usd"], "'kh-usd' is not a channel; did you mean 'kh-ussd'?"),
        (["unpaid", "--country", "xx"], "there is no pack 'xx'."),
        (["charged", "--explain"], "  the place is not known yet\n"),
    ],
)
def test_route_says_where_a_case_goes_or_what_is_wrong_with_the_question(words, told, capsys) -> None:
    ended = command.main(["route", *words])
    said = capsys.readouterr()
    assert told in said.out + said.err
    assert ended == (1 if said.err else 0)


def test_promises_are_counted_anew_only_with_a_reason(sala, capsys) -> None:
    sala.lodge("2", "2", "1", "4", "9", "1", "1")
    for words, told in (
        (["promises", "recompute"], "say why, for the audit"),
        (["promises", "recompute", "--country", "th", "--why", "x"], "'th' is not a country that is served"),
    ):
        assert command.main(words) == 1
        assert told in capsys.readouterr().err
    assert command.main(["promises", "recompute", "--why", "a royal holiday"]) == 0
    assert capsys.readouterr().out == "0 promises of open cases in Cambodia were counted anew.\n"


@pytest.mark.parametrize(("words", "begins"), [(["states"], "<svg "), (["states", "--table"], "| act | from | to |")])
def test_the_life_of_a_case_is_printed(words, begins, capsys) -> None:
    assert command.main(words) == 0
    assert capsys.readouterr().out.startswith(begins)
