"""The pages in a real browser: Khmer drawn with our own fonts, 360 pixels wide, nothing sideways."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gateway.cases.records import Case
from gateway.hotline.records import Call
from gateway.people.actions import add_staff

from .at_the_window import OFFICE, book, free, phones
from .conftest import served
from .desk import HASH, PASSWORD

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine (on Debian: apt install chromium)")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
STORY = "ប្រាក់ឧបត្ថម្ភសម្រាប់ស្ត្រីមានផ្ទៃពោះមិនទាន់មកដល់ទេ"


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def database_url(tmp_path, migrated_sqlite) -> str:
    """A browser looks the same on either database: one is enough here."""
    shutil.copy(migrated_sqlite, tmp_path / "sala.sqlite3")
    return f"sqlite:///{tmp_path / 'sala.sqlite3'}"


@pytest.fixture
def url(network, sala) -> Iterator[str]:
    with sala.house.database.transaction() as db:
        for role in ("officer", "operator"):
            add_staff(
                db, name=role, role=role, password=HASH, country="kh", offices=("kh-17", "kh-1710"), language="km", totp=None,
                actor="system", now=datetime.now(UTC),
            )  # fmt: skip
    with served(sala.app, int(sala.env["PORT"])) as address:
        yield address


def lodge(page, url: str, *keys: str) -> None:
    """On the phone in the browser."""
    page.goto(f"{url}/phone?number=%2B85599000042")
    page.click("button[value=dial]")
    for key in keys:
        page.wait_for_selector("#keys")
        before = page.inner_text(".lcd")
        page.fill("#keys", key)
        page.click("button[value=send]")
        page.wait_for_function("before => document.querySelector('.lcd').innerText !== before", arg=before)


def no_sideways_scroll(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_phone_and_the_console_in_khmer_on_a_small_screen(browser, url, sala) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    lodge(page, url, "1", "1", "2", "1", "4", STORY, "1")
    assert "80 of 80" in page.inner_text(".used")
    assert no_sideways_scroll(page)
    page.fill("#keys", "1")
    page.click("button[value=send]")
    page.wait_for_selector("button:has-text('Close')")
    sala.work()
    page.wait_for_selector(".messages li")
    assert "លេខរបស់អ្នក" in page.inner_text(".messages")

    page.goto(f"{url}/console/sign-in")
    page.fill("#name", "officer")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.click(".cases a")
    assert page.inner_text("blockquote") == STORY
    page.fill("#text", "យើងបានបង់ប្រាក់ហើយ")
    page.wait_for_selector("#parts:has-text('1')")
    assert no_sideways_scroll(page)
    fonts = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family))"
    )
    assert any("Sala Khmer" in family for family in fonts)
    page.reload()
    assert page.input_value("#text") == "យើងបានបង់ប្រាក់ហើយ", "what was typed is lost by a reload"
    page.click("button[value=reply]")
    page.wait_for_selector(".timeline .reply")
    assert page.evaluate("Object.keys(sessionStorage).filter(k => k.startsWith('draft')).length") == 0, (
        "a draft that was sent is kept"
    )
    sala.work()
    assert errors == []
    context.close()


def test_the_phone_works_without_a_script(browser, url) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/phone")
    page.click("button[value=dial]")
    for key in ("2", "2"):
        page.fill("#keys", key)
        page.click("button[value=send]")
    assert "About what?" in page.inner_text(".lcd")
    context.close()


def test_a_call_is_logged_with_the_keyboard_alone(browser, url, sala) -> None:
    page = browser.new_page()

    def enter() -> None:
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def tab_to(words: str) -> None:
        for _ in range(60):
            if words in page.evaluate("document.activeElement.innerText + document.activeElement.name"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {words}")

    page.goto(f"{url}/console/sign-in?next=/console/hotline")
    page.keyboard.type("operator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    enter()
    page.keyboard.type("099 000 001")
    enter()
    enter()
    assert page.evaluate("document.activeElement.name") == "press", "the first choice has the focus"
    for words in ("English", "Tell us a problem", "I have not been paid", "I will tell you when you call"):
        tab_to(words)
        enter()
    page.keyboard.type("She waits since June")
    page.keyboard.press("Tab")
    enter()
    for words in ("Write the answer to this phone", "Send it"):
        tab_to(words)
        enter()
    tab_to("outcome")
    page.keyboard.press("ArrowDown")
    tab_to("note")
    page.keyboard.press("Tab")
    enter()
    page.close()
    assert [case.story for case in sala.all_of(Case)] == ["She waits since June"]
    assert [call.outcome for call in sala.all_of(Call)] == ["complaint"]


def test_letters_are_as_tall_as_they_are_drawn(browser, url) -> None:
    """Khmer subscripts reach far below the line: no line may be lower than 1.8 of the letter's size."""
    page = browser.new_page()
    page.goto(f"{url}/?lang=km")
    heights = page.evaluate(
        "[...document.querySelectorAll('main p, main h1, main li')].map(e => "
        "parseFloat(getComputedStyle(e).lineHeight) / parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(heights) >= 1.79
    page.close()


def test_the_window_on_a_small_screen_its_sheet_on_paper_and_the_wall(browser, url, sala) -> None:
    now = datetime.now(UTC)
    slot = free(sala, 1, now=now)[0]
    book(sala, phones(sala, 1)[0], slot, now=now, name="សុខ ដារ៉ា")
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{url}/console/sign-in")
    page.fill("#name", "officer")
    page.fill("#password", PASSWORD)
    page.click("main button")
    window = f"{url}/console/window/{OFFICE}"
    day = slot.day.isoformat()
    for path in (
        "",
        f"?day={day}",
        f"/sheet?day={day}",
        f"/catch-up?day={day}",
        f"/close?first={day}&why=flood",
        "/calendar",
    ):
        page.goto(window + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto(f"{url}/console/visits")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(f"{window}/sheet?day={day}")
    assert "សុខ ដារ៉ា" in page.inner_text("main")
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.goto(window)
    page.click("details:has(#service) summary")
    page.select_option("#service", "card")
    page.click("details:has(#service) button")
    page.click("section.card form button")
    wall = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    wall.goto(f"{url}/office/{OFFICE}/now")
    assert wall.inner_text(".serving strong") == "1"
    height = wall.evaluate("document.querySelector('.serving strong').getBoundingClientRect().height")
    assert height > 100  # read from across the hall
    assert wall.evaluate("document.documentElement.scrollHeight") <= 720
