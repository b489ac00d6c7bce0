"""Complaint forms to be filled by hand: PDF, two pages to a number, one for the office and one for her, with every
field at the same place, so that carbon paper between the two writes both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fpdf import FPDF

from ..country import Pack
from ..language import formats
from ..language.catalogue import Key, mark
from ..settings import ROOT

FONTS = ROOT / "gateway" / "console" / "static" / "fonts"
SCRIPTS = {"km": ("khmer", "Khmr"), "lo": ("lao", "Laoo")}
WIDTH, HEIGHT, EDGE = 148.0, 210.0, 10.0
"""A5 upright, in millimetres: two of them on one sheet of A4."""

TITLE = mark("console", "Complaint")
COPIES = (mark("console", "For the office"), mark("console", "For you. Keep it."))
FIELDS = (
    (mark("console", "Day"), 1),
    (mark("console", "Village, commune, district"), 1),
    (mark("console", "What is it about?"), 1),
    (mark("console", "What happened?"), 6),
    (mark("console", "Telephone, if you want us to write or call"), 1),
    (mark("console", "Language"), 1),
)
WAYS = (
    mark("console", "Write to this phone"),
    mark("console", "Call me"),
    mark("console", "No number: I come and ask with this form"),
)
SECRET = mark("console", "Secret number, to ask without a telephone number:")
HOW = mark("console", "How shall we answer?")
FEET = (
    mark("console", "Taken by:"),
    mark("console", "Ask how it stands with this number: here, or on {hotline}. It costs nothing. You may appeal."),
)
Say = Callable[[Key], str]


def forms(pack: Pack, office: str, tag: str, numbers: Sequence[tuple[str, str]], say: Say) -> bytes:
    """The forms of an office in one language, each with its number; and with the secret number that is on her page
    alone, by which she asks without a telephone number."""
    paper = FPDF(orientation="portrait", unit="mm", format=(WIDTH, HEIGHT))
    paper.set_margins(EDGE, EDGE)
    paper.set_auto_page_break(False)
    for script in ("khmer", "lao"):
        for weight, style in (("400", ""), ("700", "B")):
            paper.add_font(script, style, FONTS / f"noto-sans-{script}-{weight}.woff2")
    script, shaped = SCRIPTS.get(tag, SCRIPTS["km"])
    paper.set_fallback_fonts([name for name in ("khmer", "lao") if name != script])
    paper.set_text_shaping(True, script=shaped if tag in SCRIPTS else None)
    for reference, pin in numbers:
        for copy, foot in zip(COPIES, FEET, strict=True):
            paper.add_page()
            _page(paper, script, pack.office_name(office, tag), reference, say(copy), say)
            if copy is COPIES[1]:
                paper.set_xy(EDGE, HEIGHT - EDGE - 20)
                paper.cell(WIDTH - 2 * EDGE, 6, f"{say(SECRET)} {pin}")
            paper.set_xy(EDGE, HEIGHT - EDGE - 13)
            paper.multi_cell(WIDTH - 2 * EDGE, 6, align="L", text=say(foot).replace("{hotline}", pack.hotline))
    return bytes(paper.output())


def _page(paper: FPDF, script: str, office: str, reference: str, copy: str, say: Say) -> None:
    wide = WIDTH - 2 * EDGE
    paper.set_font(script, "B", 15)
    paper.cell(wide / 2, 9, say(TITLE))
    paper.cell(wide / 2, 9, formats.grouped(reference), align="R", new_x="LMARGIN", new_y="NEXT")
    paper.set_font(script, "", 10)
    paper.cell(wide / 2, 7, office)
    paper.cell(wide / 2, 7, copy, align="R", new_x="LMARGIN", new_y="NEXT")
    for label, lines in FIELDS:
        paper.ln(2)
        paper.cell(wide, 6, say(label), new_x="LMARGIN", new_y="NEXT")
        for _ in range(lines):
            paper.ln(7)
            paper.line(EDGE, paper.get_y(), WIDTH - EDGE, paper.get_y())
    paper.ln(3)
    paper.cell(wide, 6, say(HOW), new_x="LMARGIN", new_y="NEXT")
    for way in WAYS:
        paper.rect(EDGE, paper.get_y() + 1.2, 3.6, 3.6)
        paper.set_x(EDGE + 6)
        paper.cell(wide - 6, 6, say(way), new_x="LMARGIN", new_y="NEXT")
