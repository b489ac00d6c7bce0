"""`make texts`: collects every sentence into locales/messages.pot and brings the catalogues up to date.

No fuzzy guessing: a changed sentence loses its translation (it is kept as a comment for the translator)
instead of getting its neighbour's. Flows, Python (`mark`) and pages (`t`) are read.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import polib
from babel.messages.extract import extract

from ..country.conditions import needs
from ..country.read import read_pack
from ..country.replies import read_replies
from ..dialogue.flow import sentences
from ..dialogue.flow_read import read_flows
from ..language.catalogue import Key, Locale
from ..language.locales import Traits, read_traits
from ..language.tags import SOURCE
from ..reading import Fault
from ..settings import ROOT

FOLDERS = ("gateway", "app.py")


def collect() -> dict[Key, str]:
    """Every sentence by context and English, with where it stands first."""
    found: dict[Key, str] = {}
    for place, key in (*_of_flows(), *_of_code(), *_of_pages(), *_of_packs()):
        found.setdefault(key, place)
    return found


def _of_flows() -> Iterator[tuple[str, Key]]:
    for flow in read_flows(ROOT).values():
        for line, key in sentences(flow):
            yield f"flows/{flow.name}.yaml:{line}", key


def _of_code() -> Iterator[tuple[str, Key]]:
    """Sentences named with `mark(context, sentence)`, and the refusals that pages show."""
    for path in sorted((ROOT / "gateway").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if node.func.id == "mark" and len(words) == 2:
                yield f"{name}:{node.lineno}", (words[0], words[1])
            elif node.func.id in ("Refusal", "Refused", "NotHers") and words:
                yield f"{name}:{node.lineno}", ("console", words[0])
            elif node.func.id in ("_page", "page", "queue_page", "_household", "_registers"):
                said = [
                    k.value.value for k in node.keywords if k.arg == "refusal" and isinstance(k.value, ast.Constant)
                ]
                yield from ((f"{name}:{node.lineno}", ("console", str(sentence))) for sentence in said if sentence)


def _of_pages() -> Iterator[tuple[str, Key]]:
    for path in sorted((ROOT / "gateway" / "console" / "templates").glob("*.html")):
        with path.open("rb") as page:
            for line, sentence, _, _ in extract("jinja2.ext:babel_extract", page, keywords={"t": (1,)}):
                yield f"{path.relative_to(ROOT).as_posix()}:{line}", ("console", str(sentence))


def _of_packs() -> Iterator[tuple[str, Key]]:
    for folder in sorted((ROOT / "countries").iterdir()):
        if (folder / "country.yaml").exists():
            pack = read_pack(ROOT, folder.name)
            needed = frozenset[str]().union(*(needs(p.rule) for p in pack.programmes.values() if p.rule))
            for category in pack.categories.values():
                yield f"countries/{folder.name}/categories.yaml", ("console", category.name)
            yield from (("countries/questions.yaml", q.key()) for q in pack.questions.values() if needed & q.settles())
            yield from ((f"countries/{folder.name}/papers.yaml", ("paper", name)) for name in pack.papers.values())
            for service in pack.at_window.values():
                yield f"countries/{folder.name}/windows.yaml", service.key()
            for code, programme in pack.programmes.items():
                yield from ((f"countries/{folder.name}/programmes/{code}.yaml", key) for key in programme.all_keys())
            for reply in read_replies(ROOT, folder.name).values():
                yield f"countries/{folder.name}/replies.yaml", reply.key()


def texts(_: argparse.Namespace) -> int:
    found = collect()
    template = _file(found, {})
    template.save(str(ROOT / "locales" / "messages.pot"))
    for tag, traits in read_traits(ROOT / "locales").items():
        if tag == SOURCE or traits.voice_only:
            continue
        path = ROOT / "locales" / tag / "messages.po"
        old, wanted = _known(path), {key: place for key, place in found.items() if wants(tag, traits, key)}
        _file(wanted, old).save(str(path))
        print(f"{tag}: {sum(key in old for key in wanted)} of {len(wanted)} sentences")
    return 0


@lru_cache
def speak(country: str) -> frozenset[str]:
    """The locales of a country."""
    return frozenset(read_pack(ROOT, country).languages)


def wants(tag: str, traits: Traits, key: Key) -> bool:
    """Whether a sentence is to be translated here: what a country's programmes say, in its own languages alone."""
    kind, _, rest = key[0].partition(".")
    return traits.wants(key) and (kind not in ("programme", "window") or tag in speak(rest.partition(".")[0]))


def _known(path: Path) -> dict[Key, str]:
    if not path.exists():
        return {}
    return {
        (e.msgctxt or "", e.msgid): e.msgstr
        for e in polib.pofile(str(path))
        if e.msgstr and not e.obsolete and not e.fuzzy
    }


def _file(found: Mapping[Key, str], translated: Mapping[Key, str]) -> polib.POFile:
    made = polib.POFile(wrapwidth=110)
    made.metadata = {"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    for key, place in sorted(found.items()):
        file, _, line = place.partition(":")
        entry = polib.POEntry(msgctxt=key[0], msgid=key[1], msgstr=translated.get(key, ""), occurrences=[(file, line)])
        made.append(entry)
    return made


def catalogue_faults(locales: Mapping[str, Locale]) -> list[Fault]:
    """A fault for each sentence of code or pages that a locale does not have."""
    return [
        Fault(place.partition(":")[0], int(place.partition(":")[2] or 1), f"{tag}: '{key[1]}' is missing")
        for key, place in collect().items()
        if not place.startswith("flows/")
        for tag, locale in locales.items()
        if wants(tag, locale.traits, key) and key not in locale.drafts and key not in locale.reviewed
    ]
