"""Calls that we make: back to a number that rang and hung up, and to an operator who takes a waiting caller."""

from __future__ import annotations

from .channels.twilio_voice import TwilioVoice
from .house import House


def ring_back(here: House, channel: TwilioVoice, missed_id: int, number: str) -> str:
    """Makes the call. Raises NotSent."""
    base = f"{here.settings.public_base_url}/in/{channel.name}/call"
    made = channel.account.ask(
        lambda client: client.calls.create(
            to=number, from_=channel.sender, url=f"{base}/answered?missed={missed_id}", timeout=30,
            status_callback=f"{base}/rung?missed={missed_id}", status_callback_event=["completed"],
        )
    )  # fmt: skip
    return str(made.sid)


def connect(here: House, channel: TwilioVoice, call_id: int, phone: str) -> str:
    """Calls an operator's phone, and joins her with the caller who waits. Raises NotSent."""
    url = f"{here.settings.public_base_url}/in/{channel.name}/call/connect?call={call_id}"
    made = channel.account.ask(lambda client: client.calls.create(to=phone, from_=channel.sender, url=url, timeout=25))
    return str(made.sid)
