"""`sala <word>`: reads the words and calls what does the work. Mistakes of the caller are one sentence."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module

from ..reading import Faulty
from ..seal import KeyRefused
from ..settings import SettingsError

Command = Callable[[argparse.Namespace], int]


def later(where: str) -> Command:
    """A command's function, imported only when it is called: a worker need not wait for what a check reads."""
    module, _, name = where.partition(".")

    def call(given: argparse.Namespace) -> int:
        found: Command = getattr(import_module(f"gateway.cli.{module}"), name)
        return found(given)

    return call


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sala", description="Sala: the open hall where anyone may be heard.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, where: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(do=later(where))
        return made

    add("run", "run.run", "set up and start the whole demo; Ctrl-C stops it")
    proof = add("check", "check.check", "prove flows, texts, words and country packs")
    proof.add_argument("--table", action="store_true", help="print screens, parts, presses and seconds")
    proof.add_argument("--recordings", action="store_true", help="list the recordings that voice-only locales lack")
    meant = add("understand", "understand.understand", "measure how sentences are understood; or try one")
    meant.add_argument("sentence", nargs="?", default="")
    meant.add_argument("--language", default="en", help="the locale she reads, such as km")
    for name, text in (("graph", "draw a flow as SVG"), ("script", "print a flow as the operator's page")):
        shown = add(name, f"pictures.{name}", text)
        shown.add_argument("flow")
        shown.add_argument("--language", default="en", help="a locale, such as km")
    road = add("route", "routing.route_command", "say which queue gets a case, and why")
    road.add_argument("category", help="a category of the pack, such as unpaid")
    road.add_argument("place", nargs="?", default="", help="a code of the gazetteer, such as 171001; none: not known")
    road.add_argument("--country", default="kh")
    road.add_argument("--programme", default="", help="a programme of the pack, such as older")
    road.add_argument("--channel", default="", help="where it was told, such as kh-ussd")
    road.add_argument("--against", default="", help="the office that is complained of, such as kh-1710")
    road.add_argument("--explain", action="store_true", help="rule by rule, with who may decide")
    rule = add("rules", "entitled.rules", "say what a household may ask for by the rules of a country, and why")
    rule.add_argument("programme", nargs="?", default="", help="a programme of the pack; none: all of them")
    rule.add_argument("--country", default="kh")
    rule.add_argument("--say", action="append", default=[], metavar="QUESTION=ANSWER", help="such as card=yes")
    rule.add_argument("--language", default="en", help="in which words it is told")
    rule.add_argument("--day", default="", help="the day that counts, such as 2026-11-26")
    rule.add_argument("--explain", action="store_true", help="part by part, with what is told of it")
    stand = add("facts", "entitled.facts", "list the facts of programmes with their sources, and those left empty")
    stand.add_argument("--country", default="kh")
    stand.add_argument("--empty", action="store_true", help="only those left empty")
    add("texts", "texts.texts", "collect the sentences and update the translations")
    dial = add("phone", "phone.phone", "a basic phone in this terminal, on the running demo")
    dial.add_argument("--number", default="+85599000001", help="the phone's own number")
    dial.add_argument("--channel", default="kh-ussd")
    dial.add_argument("--keys", help="press these keys, separated by commas, and print the call")
    dial.add_argument(
        "--wait", type=float, default=4, metavar="SECONDS", help="after the call, wait this long for messages"
    )
    add("web", "processes.web", "the web process (gunicorn)")
    add("worker", "processes.worker", "one RQ worker").add_argument(
        "queue",
        nargs="*",
        choices=["route", "deliver", "fetch", "ring_back", "escalate", "survey", "export", "digest", "register", []],
    )
    add("tick", "processes.tick", "the tick: asks every second what is due")
    add("valkey", "processes.valkey", "the demo's Valkey").add_argument("config")
    add("carrier", "processes.carrier", "the demo's mobile network").add_argument("port", type=int)
    chat = add("telegram", "telegram.telegram", "ask Telegram for updates, or tell it the address of the webhook")
    chat.add_argument("act", choices=["poll", "webhook"])
    chat.add_argument("--channel", default="kh-telegram")
    link = add("kannel", "kannel.kannel", "print Kannel's configuration for a direct link to an operator")
    link.add_argument("--channel", default="kh-kannel")
    link.add_argument("--folder", default="/var/lib/kannel", help="where Kannel keeps its store and its logs")
    link.add_argument("--smsc", default="smsc-smpp.conf", help="the file with the operator's link")
    link.add_argument("--redis", default="127.0.0.1:6379", help="where receipts are remembered")
    link.add_argument("--port", type=int, default=13000, help="the first of its ports")
    life = add("states", "life.states", "print the life of a case: a picture (SVG), or with --table a table")
    life.add_argument("--table", action="store_true")
    anew = add("promises", "promises.recompute", "count open promises anew after a calendar has changed")
    anew.add_argument("act", choices=["recompute"])
    anew.add_argument("--country", default="kh")
    anew.add_argument("--why", default="", help="the reason, for the audit")
    add("migrate", "keep.migrate_command", "bring the database up to date and copy the packs' offices into it")
    staff = add("staff", "keep.staff", "add a member of staff, give a new password, or switch somebody off")
    staff.add_argument("act", choices=["add", "password", "off"])
    staff.add_argument("name")
    staff.add_argument("role", nargs="?", default="")
    staff.add_argument("--country", default="kh")
    staff.add_argument("--office", action="append", default=[], help="an office code; may be given more than once")
    staff.add_argument("--language", default="en")
    keys = add("keys", "keep.keys", "new: print a key; rotate: seal everything anew with the newest key")
    keys.add_argument("act", choices=["new", "rotate"])
    audit = add("audit", "keep.audit_command", "prove that the audit was not altered")
    audit.add_argument("act", choices=["verify"])
    backup = add("backup", "keep.backup", "copy the database, with the fingerprints of its keys")
    backup.add_argument("target", help="a new folder")

    given = parser.parse_args(words)
    try:
        ended = int(given.do(given))
        sys.stdout.flush()
        return ended
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (SettingsError, KeyRefused) as error:
        print(f"sala: {error}", file=sys.stderr)
    except Faulty as faulty:
        print(faulty, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
