"""Where operators work: the queue, a task, a call with its live script, what is known, the shift, the figures."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("hotline", __name__)

from . import articles, call, figures, queue, shift, task  # noqa: E402, F401 (each adds its routes to `bp`)
