"""Telegram through python-telegram-bot, on a wire that keeps connections open: sorted errors, one Bot, forks, polling."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from gateway.channels import Letter, Line, NotSent
from gateway.channels.bot import Bots
from gateway.channels.outbox.records import Outgoing
from gateway.channels.telegram import Telegram
from gateway.people.records import Address
from simulator.bot_api import Chats, bot_api

from .conftest import BOT, served
from .writers import Chatter


@pytest.fixture
def wire():
    chats, app = Chats(BOT), Flask("telegram")
    app.register_blueprint(bot_api(chats))
    with served(app) as url:
        yield chats, Telegram("kh-telegram", "secret", Bots(BOT, url))


def letter(chat: int, text: str = "សួស្តី", lines: tuple[Line, ...] = ()) -> Letter:
    return Letter(1, f"telegram:{chat}", text, "", lines, "ab12cd34")


def test_a_hundred_sends_from_many_threads_over_kept_connections(wire) -> None:
    chats, channel = wire
    with ThreadPoolExecutor(8) as threads:
        numbers = set(threads.map(lambda n: channel.send(letter(n % 7)), range(100)))
    assert len(numbers) == 100
    assert sum(len(said) for said in chats.said.values()) == 100


def test_buttons_hold_their_screen_s_mark_and_keys_share_a_row(wire) -> None:
    chats, channel = wire
    channel.send(letter(5, lines=(Line("1", "ប្រាប់បញ្ហា"), Line("9", "More"), Line("0", "Back"))))
    assert chats.said[5][0]["buttons"] == [
        ("ប្រាប់បញ្ហា", "1|ab12cd34|1"), ("More", "1|ab12cd34|9"), ("Back", "1|ab12cd34|0"),
    ]  # fmt: skip


def refused(description: str, code: int, **more: object) -> tuple[int, dict]:
    return code, {"ok": False, "error_code": code, "description": description, **more}


@pytest.mark.parametrize(
    ("fault", "is_so"),
    [
        (refused("Too Many Requests", 429, parameters={"retry_after": 3}), {"after": timedelta(seconds=3)}),
        (refused("Forbidden: bot was blocked by the user", 403), {"blocked": True, "permanent": True}),
        (refused("Bad Request: chat not found", 400), {"permanent": True, "blocked": False}),
        (refused("Bad Request: x", 400, parameters={"migrate_to_chat_id": -100}), {"permanent": True}),
        (refused("Unauthorized", 401), {"held": True, "permanent": False}),
        ((502, "<html>bad gateway</html>"), {"permanent": False, "held": False}),
    ],
)
def test_what_telegram_says_decides_what_becomes_of_the_text(wire, fault, is_so) -> None:
    chats, channel = wire
    chats.faults[5] = [fault]
    with pytest.raises(NotSent) as caught:
        channel.send(letter(5))
    assert {name: getattr(caught.value, name) for name in is_so} == is_so
    channel.send(letter(5))


def test_without_a_network_it_may_be_tried_again() -> None:
    with pytest.raises(NotSent) as caught:
        Telegram("x", "s", Bots(BOT, "http://127.0.0.1:9")).send(letter(5))
    assert (caught.value.permanent, caught.value.unknown) == (False, False)


def test_a_bot_made_before_a_fork_works_in_the_child(wire) -> None:
    """A loop's thread does not survive a fork: in the child it is made anew."""
    chats, channel = wire
    channel.send(letter(5, "before"))
    child = os.fork()
    if child == 0:
        try:
            channel.send(letter(5, "in the child"))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    channel.send(letter(5, "after"))
    assert [said["text"] for said in chats.said[5]] == ["before", "in the child", "after"]


def test_a_file_is_fetched_within_bounds(wire) -> None:
    chats, channel = wire
    chats.files["f"] = b"x" * 1000
    assert channel.fetch("f", 1000) == b"x" * 1000
    for name, most in (("f", 999), ("none", 10)):
        with pytest.raises(NotSent) as caught:
            channel.fetch(name, most)
        assert caught.value.permanent


def test_too_fast_is_not_counted_and_a_blocked_chat_is_closed(network, sala, chats) -> None:
    chatter = Chatter(sala, "5001")
    chats.faults[5001] = [refused("Too Many Requests", 429, parameters={"retry_after": 1})]
    chatter.write("/start")
    sala.work()
    row = sala.all_of(Outgoing)[0]
    assert (row.state, row.attempts) == ("waiting", 0)
    sala.hands.deliver(None, datetime.now(UTC) + timedelta(seconds=5))
    assert sala.all_of(Outgoing)[0].state == "sent"
    chats.faults[5001] = [refused("Forbidden: bot was blocked by the user", 403)]
    chatter.press("English")
    sala.work()
    sala.hands.deliver(None, datetime.now(UTC) + timedelta(seconds=5))
    assert sala.all_of(Outgoing)[1].state == "failed"
    assert sala.all_of(Address)[0].closed_at


def test_polling_hands_each_update_to_the_same_door_once(network, sala, chats) -> None:
    from gateway.cli.telegram import Poller

    chatter = Chatter(sala, "5001")
    chats.updates = [{"update_id": n, "message": chatter.message(text=text)} for n, text in ((8, "/start"), (9, "2"))]
    with served(sala.app, int(sala.env["PORT"])):
        poller = Poller(sala.house.settings, "kh-telegram")
        assert poller.once() == 2
        assert poller.once() == 0
    assert [row.body.split("\n")[0] for row in sala.all_of(Outgoing)] == ["Choose a language", "How can we help?"]
