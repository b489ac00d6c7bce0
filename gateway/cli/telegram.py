"""`sala telegram`: asks Telegram for updates where there is no public address for a webhook, or sets the webhook.

Each update goes to the same door as a webhook's, with the same secret, over HTTP; only when it was answered is the next
asked for, so that none is lost when this process stops. One poller for each bot: Telegram refuses a second (409).
"""

from __future__ import annotations

import argparse
import os
import time

import requests
import telegram.error as errors

from ..channels import NotSent
from ..channels.bot import Bots
from ..parent import die_with_supervisor
from ..settings import Settings, SettingsError, read_settings

KINDS = ["message", "callback_query", "my_chat_member"]
ASK_FOR_SECONDS = 25
PAUSE_SECONDS = 3
DOOR_SECONDS = 30


class Poller:
    """Brings updates from Telegram to the door of one channel. `offset`: the first update not yet answered."""

    def __init__(self, settings: Settings, channel: str, wait_seconds: int = 0) -> None:
        self._bots = Bots(settings.telegram_bot_token, settings.telegram_api_url)
        self._door = f"http://127.0.0.1:{settings.port}/in/{channel}"
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": settings.telegram_webhook_secret}
        self._wait, self.offset = wait_seconds, 0

    def once(self) -> int:
        """Asks once; how many updates were brought. Raises TelegramError, RequestException."""
        found = self._bots.do(
            lambda bot: bot.get_updates(offset=self.offset, timeout=self._wait, allowed_updates=KINDS),
            seconds=self._wait + 15,
        )
        for update in found:
            answer = requests.post(self._door, json=update.to_dict(), headers=self._headers, timeout=DOOR_SECONDS)
            answer.raise_for_status()
            self._acknowledge(answer)
            self.offset = update.update_id + 1
        return len(found)

    def _acknowledge(self, answer: requests.Response) -> None:
        """A pressed button stops spinning: what a webhook's answer would say is asked for here."""
        said = answer.json() if answer.text.startswith("{") else {}
        if number := said.get("callback_query_id"):
            try:
                self._bots.do(lambda bot: bot.answer_callback_query(number))
            except errors.TelegramError:
                return  # too old: the button has stopped by itself


def telegram(given: argparse.Namespace) -> int:
    settings = read_settings(os.environ)
    bots = Bots(settings.telegram_bot_token, settings.telegram_api_url)
    try:
        if given.act == "webhook":
            url = f"{settings.public_base_url}/in/{given.channel}"
            secret = settings.telegram_webhook_secret
            bots.do(lambda bot: bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS))
            print(f"Telegram sends updates to {url} from now on.")
            return 0
        bots.do(lambda bot: bot.delete_webhook())
    except (NotSent, errors.TelegramError) as error:
        raise SettingsError(f"Telegram refused: {error}") from None
    die_with_supervisor()
    poller = Poller(settings, given.channel, ASK_FOR_SECONDS)
    while True:
        try:
            poller.once()
        except (errors.TelegramError, requests.RequestException, TimeoutError) as error:
            print(f"sala: {type(error).__name__}; asking again in {PAUSE_SECONDS} seconds", flush=True)
            time.sleep(PAUSE_SECONDS)
