"""The pages of appointments: a window's day, its paper, closings, visits, figures, and what everybody may see."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("appointments", __name__)

from . import closings, day, figures, paper, public, visits  # noqa: E402, F401 (each adds its routes to `bp`)
