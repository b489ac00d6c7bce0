"""Telegram, with python-telegram-bot for its types and its Bot; none of its own loops.

In: Telegram POSTs an update as JSON, with our secret in `X-Telegram-Bot-Api-Secret-Token`; anything but 200 is sent
again and holds up what comes behind it, so what we do not understand is logged and answered with 200. Without a public
address `sala telegram` asks for updates instead (`getUpdates`), and hands each to the same door. Updates may be
repeated and out of order: `update_id` marks each. Heard are text, photo, voice, a shared contact, a pressed button, and
whether she blocked us (`my_chat_member`). Only private chats: what is said in a group is not one person's.
Buttons: `callback_data` holds at most 64 bytes: `1|<mark of the screen>|<what is pressed>`. Keyboards stay pressable
for ever, so the mark is compared with the screen of now. Every press is answered (`answerCallbackQuery`, in the HTTP
response), or the button would spin.
Out: `sendMessage` with an inline keyboard, 4096 letters at most. What Bot raises is sorted in `_refused`; BadRequest is
a kind of NetworkError there, and is asked for first. 30 messages a second in all, one a second to a chat.
A contact is believed only when it is the sender's own card: anybody can pass on somebody else's.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import telegram
import telegram.error as errors

from ..country import ChannelRow
from ..language.measure import Size
from ..settings import Settings
from . import LONGEST_TEXT, Consumed, Enclosed, Forged, Ignored, Letter, Malformed, Message, NotSent, Receipt, Turn
from . import Request as Incoming
from .bot import Bots
from .jsons import json_object
from .reached import never_connected

GATEWAY = "Bad Gateway"
"""How Bot says that no server of Telegram took the request."""

CHAT = Size(4096, 4096)
VERSION = "1"
BLOCKED, UNBLOCKED, CONTACT = "blocked", "unblocked", "contact"
BUTTONS_IN_A_ROW = 3
SHORT_LABEL = 14


def open_channel(row: ChannelRow, settings: Settings) -> Telegram:
    bots = Bots(settings.telegram_bot_token, settings.telegram_api_url)
    return Telegram(row.name, settings.telegram_webhook_secret, bots)


class Telegram:
    mode = "chat"
    size = CHAT
    can_reply = True
    carries = frozenset({"photo", "voice", CONTACT})
    replies = "outbox"
    addresses = "telegram"
    threads = True

    def __init__(self, name: str, secret: str, bots: Bots) -> None:
        self.name, self._secret, self.bots = name, secret, bots

    def hear(self, request: Incoming, consumed: Consumed) -> Message:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Forged(self.name)
        try:
            return self.read(json_object(request.body))
        except Malformed as error:
            raise Ignored(str(error)) from None

    def read(self, plain: Mapping[str, Any]) -> Message:
        """The message in an update. Raises Ignored for what says nothing to us, however it is written."""
        try:
            update = telegram.Update.de_json(dict(plain), None)
            return self._message(update)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise Ignored(f"an update that cannot be read ({type(error).__name__})") from None

    def _message(self, update: telegram.Update) -> Message:
        chat, replay = update.effective_chat, str(update.update_id)
        if chat is None or chat.type != "private":
            raise Ignored("not a private chat")
        address = f"telegram:{int(chat.id)}"
        if update.my_chat_member:
            left = update.my_chat_member.new_chat_member.status in ("kicked", "left")
            return Message(self.name, address, address, replay, (), new=False, event=BLOCKED if left else UNBLOCKED)
        if update.callback_query:
            version, mark, press = _pressed(update.callback_query.data or "")
            inputs = (press,) if version == VERSION else ()
            return Message(
                self.name, address, address, replay, inputs, new=False, pressed=mark or "-",
                acknowledge=str(update.callback_query.id),
            )  # fmt: skip
        if update.message is None:
            raise Ignored("no message")
        return self._said(update.message, address, replay)

    def _said(self, message: telegram.Message, address: str, replay: str) -> Message:
        if message.contact:
            own = message.from_user is not None and message.contact.user_id == message.from_user.id
            number = "".join(c for c in message.contact.phone_number if c.isdigit())
            inputs = (f"+{number}",) if own else ()
            return Message(self.name, address, address, replay, inputs, new=False, event="" if own else CONTACT)
        enclosed = []
        if message.photo:
            enclosed.append(Enclosed("photo", message.photo[-1].file_id))
        if spoken := message.voice or message.audio:
            enclosed.append(Enclosed("voice", spoken.file_id))
        text = message.text or message.caption or ""
        if not text and not enclosed:
            raise Ignored("neither words nor a picture nor a voice")
        if text.startswith("/"):
            text = "" if text.split()[0].startswith("/start") else text[1:]
        inputs = (text[:LONGEST_TEXT],) if text or not enclosed else ()
        return Message(self.name, address, address, replay, inputs, new=False, enclosed=tuple(enclosed))

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        """A press is answered here, so that the button stops spinning; what is said comes through the outbox."""
        if not message.acknowledge:
            return "", "application/json"
        said = {"method": "answerCallbackQuery", "callback_query_id": message.acknowledge}
        return json.dumps(said), "application/json"

    def receipt(self, request: Incoming) -> Receipt:
        raise Malformed("this channel has no receipts")

    def send(self, letter: Letter) -> str:
        chat, text = letter.address.removeprefix("telegram:"), letter.text[: CHAT.units]
        keyboard = _keyboard(letter)
        try:
            made = self.bots.do(lambda bot: bot.send_message(int(chat), text, reply_markup=keyboard))
        except errors.TelegramError as error:
            raise _refused(error) from None
        except TimeoutError:
            raise NotSent("telegram did not say whether it took the text", unknown=True) from None
        return str(made.message_id)

    def fetch(self, source: str, most: int) -> bytes:
        """A photo or a voice note. Raises NotSent."""
        try:
            return self.bots.do(lambda bot: _download(bot, source, most))
        except errors.TelegramError as error:
            raise _refused(error) from None
        except TimeoutError:
            raise NotSent("telegram did not answer in time") from None

    def parts(self, text: str) -> int:
        return 1


async def _download(bot: telegram.Bot, source: str, most: int) -> bytes:
    found = await bot.get_file(source)
    if (found.file_size or 0) > most:
        raise errors.BadRequest("file is too big")
    body = bytes(await found.download_as_bytearray())
    if len(body) > most:
        raise errors.BadRequest("file is too big")
    return body


def _pressed(data: str) -> tuple[str, str, str]:
    version, _, rest = data.partition("|")
    mark, _, press = rest.partition("|")
    return version, mark, press


def _keyboard(letter: Letter) -> telegram.InlineKeyboardMarkup | telegram.ReplyKeyboardMarkup | None:
    """A button to each line; the keys that go back share a row. Only the other kind of keyboard, which types for her,
    can share her own number."""
    asks = next((line for line in letter.lines if line.press == CONTACT), None)
    if asks:
        others = [[telegram.KeyboardButton(line.label)] for line in letter.lines if line is not asks]
        share = [telegram.KeyboardButton(asks.label, request_contact=True)]
        return telegram.ReplyKeyboardMarkup([share, *others], one_time_keyboard=True, resize_keyboard=True)
    rows: list[list[telegram.InlineKeyboardButton]] = []
    short = False
    for line in letter.lines:
        button = telegram.InlineKeyboardButton(line.label, callback_data=f"{VERSION}|{letter.mark}|{line.press}")
        is_key = line.press in ("0", "00", "9", "#")
        if is_key and short and len(rows[-1]) < BUTTONS_IN_A_ROW:
            rows[-1].append(button)
        else:
            rows.append([button])
        short = is_key
    return telegram.InlineKeyboardMarkup(rows) if rows else None


def _refused(error: errors.TelegramError) -> NotSent:
    """What an error of Bot means for the text. BadRequest and TimedOut are kinds of NetworkError: they come first."""
    match error:
        case errors.RetryAfter():
            wait = error.retry_after
            return NotSent("too fast", after=wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case errors.Forbidden():
            return NotSent("she blocked the bot, or never wrote to it", blocked=True)
        case errors.InvalidToken():
            return NotSent("telegram does not know this bot", held=True)
        case errors.ChatMigrated():
            return NotSent("the chat became a group", permanent=True)
        case errors.BadRequest():
            return NotSent(f"refused: {error.message[:80]}", permanent=True)
        case errors.TimedOut() if not never_connected(error):
            return NotSent("telegram did not say whether it took the text", unknown=True)
        case errors.NetworkError():
            return NotSent(
                "telegram could not be reached", unknown=not (never_connected(error) or GATEWAY in error.message)
            )
        case _:
            return NotSent(f"telegram: {type(error).__name__}")
