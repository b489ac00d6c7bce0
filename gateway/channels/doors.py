"""Every channel of every pack, opened with the settings' secrets. A pack names the file beside this one that speaks."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from ..country import ChannelRow, Pack
from ..settings import Settings, SettingsError
from . import Channel


def providers() -> list[str]:
    """The files here that a pack may name: those with an `open_channel`."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if "\ndef open_channel(" in path.read_text(encoding="utf8"))


def open_channels(packs: Iterable[Pack], settings: Settings) -> dict[str, Channel]:
    """Raises SettingsError for a provider that has no file."""
    return {row.name: _open(row, settings) for pack in packs for row in pack.channels.values()}


def _open(row: ChannelRow, settings: Settings) -> Channel:
    if row.provider not in providers():
        known = ", ".join(providers())
        raise SettingsError(f"channel {row.name} names the provider '{row.provider}'; there are {known}.")
    channel: Channel = import_module(f"{__package__}.{row.provider}").open_channel(row, settings)
    return channel
