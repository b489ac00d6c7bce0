"""Every change to people: addresses heard, languages kept, wrong tries counted, staff added, offices copied."""

from __future__ import annotations

from .addresses import CODES_A_DAY as CODES_A_DAY
from .addresses import NUMBER as NUMBER
from .addresses import close as close
from .addresses import hear_from as hear_from
from .addresses import is_kept as is_kept
from .addresses import keep_language as keep_language
from .addresses import keep_spoken as keep_spoken
from .addresses import language_of as language_of
from .addresses import lock_address as lock_address
from .addresses import make_known as make_known
from .addresses import new_code as new_code
from .addresses import number_of as number_of
from .addresses import of_person as of_person
from .addresses import phone_of as phone_of
from .addresses import phone_to_call as phone_to_call
from .addresses import prove as prove
from .addresses import spoken_by as spoken_by
from .addresses import start as start
from .addresses import start_again as start_again
from .addresses import stop as stop
from .forgetting import forget_if_free as forget_if_free
from .forgetting import forget_quiet as forget_quiet
from .offices import copy_offices as copy_offices
from .offices import parents_of as parents_of
from .staff import PRESENCE as PRESENCE
from .staff import add_staff as add_staff
from .staff import begin_presence as begin_presence
from .staff import end_presence as end_presence
from .staff import is_here as is_here
from .staff import keep_page_language as keep_page_language
from .staff import present as present
from .staff import see_presence as see_presence
from .staff import use_code as use_code
from .tries import count_try as count_try
from .tries import purge_tries as purge_tries
from .tries import tries as tries
from .tries import tries_of_all as tries_of_all
