"""`sala graph` and `sala script`: a flow as a picture and as the operator's page, in a chosen language."""

from __future__ import annotations

import argparse

from ..dialogue.drawing import draw
from ..dialogue.effects import vocabulary
from ..dialogue.flow import Flow, Flows
from ..dialogue.flow_read import read_flows
from ..dialogue.script import page
from ..house import served
from ..language.catalogue import Texts, read_locale
from ..language.locales import read_traits
from ..language.tags import SOURCE
from ..reading import did_you_mean
from ..settings import ROOT, SettingsError


def graph(given: argparse.Namespace) -> int:
    """Prints the SVG."""
    flow, flows, texts = _chosen(given)
    print(draw(flow, flows, texts, given.language, vocabulary()))
    return 0


def script(given: argparse.Namespace) -> int:
    """Prints the page."""
    flow, flows, texts = _chosen(given)
    print(page(flow, flows, texts, given.language))
    return 0


def _chosen(given: argparse.Namespace) -> tuple[Flow, Flows, Texts]:
    flows, traits = read_flows(ROOT), read_traits(ROOT / "locales")
    if given.flow not in flows:
        raise SettingsError(f"'{given.flow}' is not a flow{did_you_mean(given.flow, flows)}.")
    if given.language not in traits or traits[given.language].voice_only:
        raise SettingsError(f"'{given.language}' is not a written locale; write one such as km.")
    tags = [given.language] if given.language != SOURCE else []
    locales = {tag: read_locale(ROOT / "locales", tag) for tag in tags}
    return flows[given.flow], flows, served(locales, drafts=True)
