"""Every change to appointments: booked, moved, cancelled, offered, reminded of, closed, come to, forgotten."""

from __future__ import annotations

from ..records import expected_of as expected_of
from .booking import book as book
from .booking import book_at_once as book_at_once
from .booking import cancel as cancel
from .booking import comes as comes
from .booking import find as find
from .booking import has_begun as has_begun
from .booking import move as move
from .closing import Closing as Closing
from .closing import close as close
from .closing import tell_closing as tell_closing
from .closing import touched_by as touched_by
from .closing import touched_of as touched_of
from .closing import undo as undo
from .feeds import feed_of as feed_of
from .feeds import new_feed as new_feed
from .forgetting import forget_old as forget_old
from .holding import Comer as Comer
from .holding import Want as Want
from .holding import held_of as held_of
from .holding import hold as hold
from .holding import may_have as may_have
from .queueing import leave_offer as leave_offer
from .queueing import offer as offer
from .queueing import offer_of as offer_of
from .queueing import offer_stands as offer_stands
from .queueing import took as took
from .queueing import wait as wait
from .reminding import closes as closes
from .reminding import keep_visit as keep_visit
from .reminding import look_again as look_again
from .reminding import still_asked as still_asked
from .telling import raw_facts as raw_facts
from .visits import plan_visit as plan_visit
