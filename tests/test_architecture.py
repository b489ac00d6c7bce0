"""The layout is the design; this test keeps it so, and is itself tried on planted faults."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = [
    ("settings", "seal", "parent", "logs"), ("reading", "clock", "language", "sheets"), ("country",), ("db",), ("audit",), ("house",),
    ("web", "mishaps"), ("channels",), ("people",), ("hotline", "outreach"), ("cases", "appointments", "entitlements"), ("dialogue",), ("falling",), ("delivering", "ringing", "registering", "enquiring", "seating"), ("waking",), ("hands",), ("jobs",), ("ticking",),
    ("line",), ("calling_out",), ("calling",), ("console", "webhooks"), ("cli",),
]  # fmt: skip
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
SIBLINGS = {"cases", "appointments", "entitlements"}
PURE_FILES = {
    "rules",
    "amounts",
    "dci",
    "explaining",
    "intake",
    "report",
    "sources",
    "answers",
    "asking",
    "counting",
    "logged",
    "periods",
    "defined",
    "drawing",
    "grouping",
    "leaving",
    "opened",
    "pressing",
    "road_check",
    "roads",
    "script",
    "speaking",
    "posting",
    "references",
    "wording",
    "world_check",
    "book",
    "flow",
    "flow_check",
    "flow_read",
    "prove",
    "screens",
    "state",
    "slots",
    "talk",
    "turns",
    "unfinished",
    "walk",
}
PURE_ROOMS = {"language", "country", "clock", "reading"}
ACTS = {
    "hotline.actions",
    "outreach.actions",
    "appointments.actions",
    "cases.actions",
    "entitlements.actions",
    "people.actions",
    "dialogue.actions",
    "channels.outbox",
}
HEAVY = {"flask", "sqlalchemy", "rq", "redis", "twilio", "telegram", "requests", "flask_limiter", "flask_wtf"}
BANNED = {
    "pure": HEAVY,
    "records": {"flask", "rq", "redis", "twilio", "telegram", "requests"},
    "actions": {"flask", "rq", "redis", "twilio", "telegram", "requests", "urllib", "http", "socket"},
}


def shelf(module: str) -> str:
    """What kind of file a module is: pure, records, actions, or anything."""
    parts = module.split(".")
    if parts[0] in PURE_ROOMS or parts[-1] in PURE_FILES:
        return "pure"
    if ".".join(parts[:2]) in ACTS:
        return "actions"
    return "records" if "records" in parts else "any"


def imports(module: str, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module that is imported, relative ones resolved from the gateway down."""
    package = ["gateway", *module.split(".")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - node.level]
                base += [node.module] if node.module else []
                yield from ((".".join([*base, alias.name]), node.lineno) for alias in node.names)
            elif node.module == "gateway":
                yield from ((f"gateway.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module or "", node.lineno


def complaints(module: str, source: str) -> Iterator[str]:
    """What is wrong with one module of the gateway."""
    tree, kind, room = ast.parse(source), shelf(module), module.split(".")[0]
    is_package = module.endswith(".__init__")
    for name, line in imports(module, tree):
        top = name.split(".")[0]
        if top in BANNED.get(kind, ()):
            yield f"{module}:{line} {kind} must not import {top}"
        if top != "gateway":
            continue
        other = name.split(".")[1] if "." in name else ""
        if other not in RANK or room not in RANK:
            yield f"{module}:{line} '{other or room}' has no place in the order"
        elif RANK[other] > RANK[room]:
            yield f"{module}:{line} {room} must not know {other}"
        elif room in SIBLINGS and other in SIBLINGS and room != other:
            yield f"{module}:{line} {room} and {other} refer to each other by id"
        if kind == "pure" and other in ("db", "audit", "house", "settings", "seal"):
            yield f"{module}:{line} pure must not import {other}"
        if kind == "pure" and shelf(name.removeprefix("gateway.")) in ("records", "actions"):
            yield f"{module}:{line} pure must not import {name}"
    yield from calls(module, kind, tree)
    if not is_package and not ast.get_docstring(tree):
        yield f"{module}:1 opens without saying what it is for"


def calls(module: str, kind: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        if kind == "actions" and name in ("commit", "rollback", "transaction"):
            yield f"{module}:{node.lineno} an action never ends the transaction ({name})"
        if kind in ("actions", "pure") and name in ("now", "utcnow", "today", "time"):
            yield f"{module}:{node.lineno} time is an argument, not the clock on the wall ({name})"
        if name == "commit" and module != "db":
            yield f"{module}:{node.lineno} only db commits"


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "gateway").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT / "gateway").with_suffix("").parts)
        if path.stem != "__init__" or path.read_text().count("\n") > 12:
            yield module, path.read_text(encoding="utf8")


def test_the_house_is_built_as_designed() -> None:
    assert [what for module, source in modules() for what in complaints(module, source)] == []


@pytest.mark.parametrize(
    ("module", "source", "what"),
    [
        ("cases.rules", "import sqlalchemy", "pure must not import sqlalchemy"),
        ("cases.rules", "from flask import request", "pure must not import flask"),
        ("dialogue.talk", "from ..cases import records", "pure must not import"),
        ("dialogue.talk", "from ..cases.actions import open_case", "pure must not import"),
        ("cases.records", "from rq import Queue", "records must not import rq"),
        ("cases.actions", "import requests", "actions must not import requests"),
        ("dialogue.actions.sitting", "import redis", "actions must not import redis"),
        ("cases.actions", "db.commit()", "never ends the transaction"),
        ("channels.outbox", "db.rollback()", "never ends the transaction"),
        ("cases.actions", "now = datetime.now(UTC)", "time is an argument"),
        ("people.rules", "time.time()", "time is an argument"),
        ("channels.ussd", "from ..cases import rules", "channels must not know cases"),
        ("channels.ussd", "from ..dialogue.state import State", "channels must not know dialogue"),
        ("people.actions", "import gateway.dialogue", "people must not know dialogue"),
        ("people.actions", "from gateway import console", "people must not know console"),
        ("cases.actions", "from ..appointments import actions", "refer to each other by id"),
        ("language.tags", "from ..db import Base", "pure must not import db"),
        ("people.pages", "db.commit()", "only db commits"),
        ("cases.helpers", "x = 1", "opens without saying"),
        ("utils.things", "from ..db import Base", "has no place in the order"),
    ],
)
def test_a_planted_fault_is_found(module: str, source: str, what: str) -> None:
    if "opens without" not in what:
        source = f'"""For a test."""\n{source}'
    assert any(what in said for said in complaints(module, source)), list(complaints(module, source))


def test_no_file_is_a_monster_and_none_has_a_forbidden_name() -> None:
    for path in [*(ROOT / "gateway").rglob("*.py"), ROOT / "app.py", ROOT / "worker.py"]:
        assert len(path.read_text(encoding="utf8").splitlines()) <= 270, path
        assert path.stem not in {"utils", "helpers", "common", "base", "manager", "models"}, path


def test_every_setting_stands_in_the_example() -> None:
    import re

    read = set(re.findall(r'env\.get\("(\w+)"', (ROOT / "gateway" / "settings.py").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in read if name not in example} == set()


def test_every_effect_list_and_make_target_is_in_the_documents() -> None:
    import re

    from gateway.dialogue.effects import EFFECTS, LISTS

    flows = (ROOT / "flows" / "README.md").read_text(encoding="utf8")
    assert [word for word in (*EFFECTS, *LISTS) if f"`{word}`" not in flows] == []
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.M)
    assert [target for target in targets if target != "help" and f"make {target}" not in readme] == []
