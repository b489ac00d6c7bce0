"""`sala kannel`: prints Kannel's configuration for one channel, filled in from the settings and the words given."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..country.read import read_pack
from ..settings import ROOT, Settings, SettingsError, read_settings

FOLDER = ROOT / "deploy" / "kannel"
_NAME = re.compile(r"@(\w+)@")


def kannel(given: argparse.Namespace) -> int:
    values = values_of(read_settings(os.environ), given)
    print(filled((FOLDER / "kannel.conf").read_text(encoding="utf8"), values))
    return 0


def values_of(settings: Settings, given: argparse.Namespace) -> dict[str, str]:
    """What stands for each @NAME@. Raises SettingsError."""
    if not (settings.kannel_user and settings.kannel_password and settings.kannel_secret):
        raise SettingsError("set KANNEL_USER, KANNEL_PASSWORD and KANNEL_SECRET first; any long random texts.")
    pack = read_pack(ROOT, given.channel.partition("-")[0])
    row = pack.channels.get(given.channel)
    if row is None or row.provider != "kannel":
        raise SettingsError(f"'{given.channel}' is not a channel that Kannel carries; write one such as kh-kannel.")
    host, _, port = given.redis.partition(":")
    return {
        "KANNEL_ADMIN_PORT": str(given.port), "KANNEL_SMSBOX_PORT": str(given.port + 1),
        "KANNEL_SENDSMS_PORT": str(given.port + 13), "KANNEL_ADMIN_PASSWORD": settings.kannel_password,
        "KANNEL_FOLDER": str(Path(given.folder).absolute()), "KANNEL_SMSC": given.smsc,
        "KANNEL_REDIS_HOST": host, "KANNEL_REDIS_PORT": port or "6379", "KANNEL_SENDER": row.sender,
        "KANNEL_USER": settings.kannel_user, "KANNEL_PASSWORD": settings.kannel_password,
        "KANNEL_SALA": settings.public_base_url, "KANNEL_CHANNEL": row.name,
        "KANNEL_SECRET": settings.kannel_secret,
    }  # fmt: skip


def filled(text: str, values: Mapping[str, str]) -> str:
    """The file with its names filled in. Raises SettingsError for a value that would break out of its quotes."""
    for name, value in values.items():
        if '"' in value or "\n" in value:
            raise SettingsError(f"{name} holds a quotation mark or a line break; choose another value.")
    return _NAME.sub(lambda found: values[found[1]], text)
