"""One Bot of python-telegram-bot for each process, on a loop of its own in a thread.

Bot is asynchronous, we are not. A Bot used from one `asyncio.run` after another breaks: its kept connections belong to
a loop that is closed. And a thread does not survive a fork (a web server that loads before it forks, a forking worker):
so thread, loop and Bot are made when they are first needed, and made anew when the process id has changed.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as LateError
from typing import Any, TypeVar

os.environ.setdefault("PTB_TIMEDELTA", "true")  # asked when the library is loaded: lengths of time as such

import telegram
from telegram.request import HTTPXRequest

from . import NotSent

SECONDS = 15
CONNECTIONS = 16
T = TypeVar("T")


class Bots:
    """`api_url`: where the Bot API is, when it is not Telegram's own (a server of one's own, or the demo's)."""

    def __init__(self, token: str, api_url: str = "") -> None:
        self._token, self._api_url = token, api_url.rstrip("/")
        self._lock, self._pid = threading.Lock(), 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bot: telegram.Bot | None = None

    def do(self, ask: Callable[[telegram.Bot], Awaitable[T]], seconds: float = SECONDS) -> T:
        """Asks something of this process's Bot. Raises TelegramError, TimeoutError, and NotSent without a token."""
        if not self._token:
            raise NotSent("no TELEGRAM_BOT_TOKEN is configured", held=True)
        loop, bot = self._mine()
        future = asyncio.run_coroutine_threadsafe(_once(ask, bot), loop)
        try:
            return future.result(seconds)
        except LateError:
            future.cancel()
            raise TimeoutError from None

    def _mine(self) -> tuple[asyncio.AbstractEventLoop, telegram.Bot]:
        if self._pid != os.getpid():
            self._lock = threading.Lock()  # a lock that another thread held at the fork would never be freed
        with self._lock:
            if self._loop is None or self._bot is None or self._pid != os.getpid():
                self._loop, self._bot, self._pid = asyncio.new_event_loop(), self._new_bot(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True).start()
            return self._loop, self._bot

    def _new_bot(self) -> telegram.Bot:
        more: dict[str, Any] = {}
        if self._api_url:
            more = {"base_url": f"{self._api_url}/bot", "base_file_url": f"{self._api_url}/file/bot"}
        request = HTTPXRequest(connection_pool_size=CONNECTIONS, read_timeout=10, connect_timeout=5)
        return telegram.Bot(self._token, request=request, **more)


async def _once(ask: Callable[[telegram.Bot], Awaitable[T]], bot: telegram.Bot) -> T:
    return await ask(bot)
