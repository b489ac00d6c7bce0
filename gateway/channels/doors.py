"""Every channel of every pack, opened with the settings' secrets."""

from __future__ import annotations

from collections.abc import Iterable

from ..country import ChannelRow, Pack
from ..settings import Settings
from . import Channel
from .twilio_sms import TwilioSms
from .ussd import AfricasTalkingUssd
from .ussd_last import LastInputUssd


def open_channels(packs: Iterable[Pack], settings: Settings) -> dict[str, Channel]:
    return {row.name: _open(row, settings) for pack in packs for row in pack.channels.values()}


def _open(row: ChannelRow, settings: Settings) -> Channel:
    if row.kind == "ussd":
        speaks = LastInputUssd if row.dialect == "lastinput" else AfricasTalkingUssd
        return speaks(row.name, row.size, settings.ussd_secret)
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_next)
    return TwilioSms(row.name, row.sender, row.can_reply, settings.twilio_account_sid, tokens, settings.twilio_api_url)
