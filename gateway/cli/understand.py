"""`sala understand`: how well freely written sentences are understood, per language, on sentences kept out of tuning;
or what one sentence would open.
"""

from __future__ import annotations

import argparse

from ..language.locales import read_traits
from ..language.understanding import Understanding
from ..language.words import read_words
from ..reading import read_file
from ..settings import ROOT


def understand(given: argparse.Namespace) -> int:
    folder = ROOT / "locales"
    tags = [tag for tag, traits in read_traits(folder).items() if not traits.voice_only]
    known = {tag: read_words(folder, tag)[0] for tag in tags}
    everything = Understanding(known.values())
    if given.sentence:
        found = everything.find(given.sentence, given.language)
        print(f"{found.target or 'nothing'} ({100 * found.share:.0f} %, {'sure' if found.sure else 'the menu comes'})")
        return 0
    for tag in tags:
        held = held_out(tag)
        if not held:
            print(f"{tag}: no held-out sentences yet")
            continue
        met = [(target, everything.find(sentence, tag)) for target, sentence in held]
        right = sum(everything.nearest(sentence, tag) == target for target, sentence in held)
        opened = [one.target in (target, target.partition(".")[0]) for target, one in met if one.sure]
        share = f"{right} of {len(held)} right ({100 * right / len(held):.0f} %)"
        print(f"{tag}: {share}; sure enough to open {len(opened)}, {sum(opened)} of them what was meant or its flow")
    return 0


def held_out(tag: str) -> list[tuple[str, str]]:
    """(heading, sentence) pairs of `locales/<tag>/held_out.yaml`; none where it is not there."""
    path = ROOT / "locales" / tag / "held_out.yaml"
    found = read_file(path, ROOT)[0] if path.exists() else {}
    return [(heading, sentence) for heading, sentences in found.items() for sentence in sentences]
