"""`make run`: the whole demo under one supervisor, from nothing; stopped in order by Ctrl-C.

Order of stopping: web, carrier, tick, workers, Valkey. This process starts supervisord in a session of
its own, waits until everything is ready, and passes every wish to stop on to it. Should this process
be killed outright, Linux tells supervisord; should supervisord be killed, Linux tells its children.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import requests

from .. import seal
from ..parent import SUPERVISED, die_with_parent
from ..settings import ROOT, Settings, SettingsError, read_env_file, read_settings
from . import keep
from .demo import add_demo_staff

READY_SECONDS = 90
LONGEST_SOCKET_PATH = 100
PROGRAMS = (  # name, words of `sala`, priority: started from the lowest, stopped from the highest
    ("valkey", "valkey {config}", 10),
    ("router", "worker route", 20),
    ("worker", "worker", 21),
    ("tick", "tick", 30),
    ("carrier", "carrier {carrier_port}", 35),
    ("web", "web", 40),
)


def run(_: argparse.Namespace) -> int:
    """Starts everything, and returns when everything has stopped."""
    os.environ["SALA_DEMO"] = "1"
    var = prepare_folder(Path(os.environ.get("SALA_VAR") or "var").absolute())
    lock = (var / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SettingsError(
            f"Sala already runs with the folder {var}; stop it first, or set SALA_VAR to another."
        ) from None
    write_demo_env(var / "demo.env")
    settings = read_settings(os.environ)
    check_port(settings.port)
    keep.prepare(settings)
    add_demo_staff(settings, var / "demo-logins.txt")
    return supervise(settings, var)


def prepare_folder(var: Path) -> Path:
    try:
        for folder in (var, var / "log", var / "run", var / "valkey"):
            folder.mkdir(parents=True, exist_ok=True)
        var.chmod(0o700)
        (var / "run" / "try").write_text("")
    except OSError as error:
        raise SettingsError(
            f"the folder {var} cannot be written ({error.strerror}); set SALA_VAR to one that can."
        ) from None
    return var


def write_demo_env(path: Path) -> None:
    """Secrets of the demo, each made once. Keys beside the data protect nobody: this is for the demo alone."""
    known = read_env_file(path)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SALA_KEYS": f"1={seal.new_key()}",
        "USSD_SECRET": secrets.token_urlsafe(16),
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "KANNEL_USER": "demo",
        "KANNEL_PASSWORD": secrets.token_urlsafe(16),
        "KANNEL_SECRET": secrets.token_urlsafe(16),
        "TELEGRAM_BOT_TOKEN": f"1:{secrets.token_urlsafe(16)}",
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(16),
    }
    lines = [f"{name}={value}" for name, value in made.items() if name not in known]
    if not known:
        lines.insert(0, "# Secrets of this demo, made at the first start. Never use them for real people.")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf8") as file:
        file.writelines(f"{line}\n" for line in lines)


def check_port(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            other = port + 1 if port < 65535 else 8001
            raise SettingsError(f"port {port} is in use; stop what uses it, or run: PORT={other} make run") from None


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def supervise(settings: Settings, var: Path) -> int:
    sockets = Path(tempfile.mkdtemp(prefix="sala-")) if len(str(var)) > LONGEST_SOCKET_PATH - 20 else var / "run"
    carrier_port = free_port()
    config = write_configs(settings, var, sockets, carrier_port)
    env = {
        **os.environ,
        SUPERVISED: "1",
        "SALA_VAR": str(var),
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": os.environ.get("REDIS_URL") or f"unix://{sockets / 'valkey.sock'}",
        "TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}",
        "SALA_CARRIER_URL": f"http://127.0.0.1:{carrier_port}",
        "KANNEL_URL": os.environ.get("KANNEL_URL") or f"http://127.0.0.1:{carrier_port}/cgi-bin/sendsms",
        "TELEGRAM_API_URL": os.environ.get("TELEGRAM_API_URL") or f"http://127.0.0.1:{carrier_port}",
    }
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)]
    with (var / "log" / "supervisord.out").open("w") as out:
        child = subprocess.Popen(
            command, env=env, cwd=ROOT, stdout=out, stderr=out, start_new_session=True, preexec_fn=die_with_parent
        )

    def stop(_number: int, _frame: types.FrameType | None) -> None:
        print("\nSala is stopping.", flush=True)
        child.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    announce(settings, var, child)
    code = child.wait()
    print("Sala has stopped.", flush=True)
    return code


def announce(settings: Settings, var: Path, child: subprocess.Popen[bytes]) -> None:
    """Says where everything is once everything is ready; or what to read when it does not get there."""
    here = f"http://127.0.0.1:{settings.port}"
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            if requests.get(f"{here}/readyz", timeout=2).status_code == 200:
                break
        except requests.RequestException:
            pass
        time.sleep(0.2)
    else:
        if child.poll() is None:
            print(f"sala: not everything is ready yet; the logs are in {var / 'log'}", file=sys.stderr, flush=True)
        return
    print(
        f"""Sala is running: a demo, for invented complaints only (its keys lie beside its data).

  what this is   {here}/
  a phone        {here}/phone      (or in another terminal: ./sala phone)
  for staff      {here}/console    names and passwords: {var / "demo-logins.txt"}
  logs           {var / "log"}

Ctrl-C stops it; the data stays in {var}.""",
        flush=True,
    )


def write_configs(settings: Settings, var: Path, sockets: Path, carrier_port: int) -> Path:
    valkey = var / "run" / "valkey.conf"
    valkey.write_text(
        f'port 0\nunixsocket "{sockets / "valkey.sock"}"\nunixsocketperm 700\ndir "{var / "valkey"}"\n'
        'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\ndaemonize no\n',
        encoding="utf8",
    )
    python, log = shlex.quote(sys.executable), var / "log"
    parts = [
        "[supervisord]\nnodaemon=true\n"
        f"pidfile={_plain(var / 'run' / 'supervisord.pid')}\nlogfile={_plain(log / 'supervisord.log')}\nloglevel=info\n"
        f"childlogdir={_plain(log)}\nidentifier=sala\n",
        f"[unix_http_server]\nfile={_plain(sockets / 'supervisor.sock')}\nchmod=0700\n",
        "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
        f"[supervisorctl]\nserverurl=unix://{_plain(sockets / 'supervisor.sock')}\n",
    ]
    for name, words, priority in PROGRAMS:
        filled = words.format(config=shlex.quote(str(valkey)), carrier_port=carrier_port)
        parts.append(
            f"[program:{name}]\ncommand={_plain(f'{python} -m gateway.cli {filled}')}\ndirectory={_plain(ROOT)}\n"
            f"priority={priority}\n"
            "autorestart=true\nstartsecs=1\nstartretries=100\nstopsignal=TERM\nstopwaitsecs=15\nstopasgroup=false\n"
            f"killasgroup=true\nredirect_stderr=true\nstdout_logfile={_plain(log / name)}.log\n"
            "stdout_logfile_maxbytes=5MB\nstdout_logfile_backups=2\n"
        )
    config = var / "run" / "supervisord.conf"
    config.write_text("\n".join(parts), encoding="utf8")
    return config


def _plain(value: object) -> str:
    """A value as supervisord reads it: a per cent sign is its own."""
    return str(value).replace("%", "%%")
