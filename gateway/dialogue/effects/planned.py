"""Words of rooms that are not built yet: declared, so that the flows which use them are read, drawn and proved.

None of them can be performed. A flow that uses one begins with `offered_here`, and a country pack that offers
such a flow is refused by `sala check`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..roads import EffectWords

BOOKING = ("service", "office", "slot")

EFFECTS: Mapping[str, EffectWords] = {
    "my_booking": EffectWords("look", ("some", "none"), ("booking", "when")),
    "hold_seat": EffectWords("hold", ("held", "taken"), ("when",), reads=BOOKING),
    "book": EffectWords("act", ("booked", "taken"), ("booking", "office", "when", "papers"), reads=BOOKING),
    "cancel_booking": EffectWords("act", ("cancelled",), reads=BOOKING, harmless=True),
    "join_waiting_list": EffectWords("act", ("joined",), reads=BOOKING, harmless=True),
}

LISTS: Mapping[str, bool] = {"services": True, "offices": True, "slots": True, "days": True}
"""Whether each may be empty."""

SAMPLES: Mapping[str, tuple[str, ...]] = {
    "services": ("Register a family", "Equity card"),
    "slots": ("Fri 27 Nov 08:30", "Fri 27 Nov 09:00", "Mon 30 Nov 08:30"),
    "days": ("Fri 27 Nov", "Mon 30 Nov", "Tue 1 Dec"),
}
"""What such a list may show, for measuring screens."""
