"""create_app(): the only place where all parts meet."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask

from gateway import calling, webhooks
from gateway.appointments import pages as appointments
from gateway.cases import pages as cases
from gateway.cases.pages import calls
from gateway.channels.doors import open_channels
from gateway.console import flows, front, hotline, letters, outreach, phone, programmes
from gateway.dialogue.book import bind
from gateway.dialogue.flow_read import read_flows
from gateway.entitlements import pages as entitlements
from gateway.house import open_house
from gateway.logs import set_up_logs
from gateway.mishaps import set_up_errors
from gateway.people import pages as people
from gateway.people import presence
from gateway.settings import ROOT, read_settings
from gateway.waking import Wakes
from gateway.web import csrf, public, set_up_web


def create_app(env: Mapping[str, str] | None = None) -> Flask:
    """The web application, from an environment (the process's own where none is given)."""
    set_up_logs()
    settings = read_settings(os.environ if env is None else env)
    house = open_house(settings, Wakes(settings.redis_url))
    console = ROOT / "gateway" / "console"
    app = Flask("sala", template_folder=str(console / "templates"), static_folder=str(console / "static"))
    set_up_web(app, house)
    set_up_errors(app)
    for pack in house.packs.values():
        house.understanding(pack)  # made ready before the first phone waits for it
    app.config["CHANNELS"] = open_channels(house.packs.values(), settings)
    app.config["BOOK"] = bind(read_flows(ROOT), house.texts)
    for room in (
        calling,
        webhooks,
        people,
        appointments,
        cases,
        calls,
        entitlements,
        hotline,
        letters,
        outreach,
        flows,
        front,
        phone,
        programmes,
    ):
        app.register_blueprint(room.bp)
    app.before_request(presence.find)
    csrf.exempt(webhooks.bp)
    csrf.exempt(calling.bp)
    public(app.view_functions["static"])
    return app
