"""What is known, to be read aloud: found without spaces, said to be wrong, mended."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.country.articles import find, read_articles
from gateway.settings import ROOT


@pytest.mark.parametrize(
    ("country", "sought", "found"),
    [
        ("kh", "បាត់បណ្ណ", "lost_card"),
        ("kh", "អាហារូបករណ៍", "scholarship"),
        ("kh", "pregnant", "pregnancy_cash"),
        ("kh", "scholarshp", "scholarship"),
        ("la", "ແມ່ຍິງຖືພາ", "mother_child"),
        ("la", "ຄ່າປິ່ນປົວ", "health_exempt"),
    ],
)
def test_articles_are_found_by_a_few_words_without_spaces(country, sought, found) -> None:
    assert find(read_articles(ROOT, country), sought)[0].code == found


def test_nothing_is_found_for_nonsense_and_everything_for_nothing() -> None:
    known = read_articles(ROOT, "kh")
    assert find(known, "zzzzqqqq") == []
    assert find(known, "") == list(known)
    assert known[0].is_stale(date(2028, 1, 1))
    assert not known[0].is_stale(date(2026, 12, 1))


def test_an_article_is_said_to_be_wrong_and_mended(sala, staff, operator) -> None:
    operator.get("/console/articles?q=card")
    assert "compared on Sunday 22 November 2026" in operator.page
    operator.post("/console/articles/flag", 400, kind="wrong", article="lost_card", note=" ")
    operator.post("/console/articles/flag", kind="wrong", article="lost_card", note="The sangkat sends people away")
    supervisor = staff["supervisor"]
    assert "The sangkat sends people away" in supervisor.get("/console/articles")
    supervisor.post("/console/articles/flag/1/settled")
    assert "The sangkat sends people away" not in supervisor.page
