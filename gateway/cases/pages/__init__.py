"""The pages of cases: the official's desk (queue, case, what is done to it, notices), and the operator's calls."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("cases", __name__)

from . import acting, books, desk, figures, linked, notices, paper, plans, team  # noqa: E402, F401 (each adds its routes to `bp`)
