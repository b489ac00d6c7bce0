"""Every change to what waits for an operator."""

from __future__ import annotations

from .calls import begin_call as begin_call
from .calls import joined as joined
from .calls import leave_message as leave_message
from .calls import leave_unheard as leave_unheard
from .calls import left_queue as left_queue
from .calls import log_call as log_call
from .calls import log_silence as log_silence
from .calls import of_sid as of_sid
from .calls import waits_no_more as waits_no_more
from .calls import wrap_up as wrap_up
from .forgetting import forget_about as forget_about
from .forgetting import forget_after_call as forget_after_call
from .forgetting import let_go as let_go
from .forgetting import purge as purge
from .missed import claim as claim
from .missed import import_missed as import_missed
from .missed import ring as ring
from .missed import rung_back as rung_back
from .tasks import A_DAY as A_DAY
from .tasks import CALL_BACK_WITHIN as CALL_BACK_WITHIN
from .tasks import ask_call as ask_call
from .tasks import call_elsewhere as call_elsewhere
from .tasks import done as done
from .tasks import drop_about as drop_about
from .tasks import drop_once as drop_once
from .tasks import give_back as give_back
from .tasks import hers as hers
from .tasks import not_reached as not_reached
from .tasks import put_task as put_task
from .tasks import take as take
