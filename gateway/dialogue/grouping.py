"""How a list too long to be read on one screen is parted: by the letters its names begin with. Pure.

A list of up to eight rows is shown whole. A longer one is first shown as its groups (`1 A B`, `2 K`), so that no
question takes more than a few screens and a name is found in two presses. The parting does not depend on the
channel: another phone goes on where this one stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from ..language.fold import initial
from ..language.measure import clusters

WHOLE = 8
GROUPS = 8
A_GROUP = 5


def groups(names: Sequence[str]) -> list[int]:
    """Where each group begins among sorted names; nothing for a list that is shown whole. A letter stays in one
    group unless more than eight names begin with it."""
    if len(names) <= WHOLE:
        return []
    wanted = max(A_GROUP, ceil(len(names) / GROUPS))
    letters = [initial(clusters(name)[0]) if name else "" for name in names]
    begins = [0]
    for at in range(1, len(names)):
        size = at - begins[-1]
        left = letters.count(letters[at])
        new_letter = letters[at] != letters[at - 1]
        if size >= max(WHOLE, wanted) or (new_letter and (size >= wanted - 1 or size + left > WHOLE)):
            begins.append(at)
    return begins if len(begins) <= GROUPS else list(range(0, len(names), ceil(len(names) / GROUPS)))
