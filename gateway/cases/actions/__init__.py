"""Every change to a case. Each takes the house, the transaction and `now`; none commits or sends.

What may be done in which state stands in `rules.ACTS`, and passes through `acting.act`.
"""

from __future__ import annotations

from .access import give_access as give_access
from .access import note_own_call as note_own_call
from .alarming import watch_offices as watch_offices
from .answering import ask as ask
from .answering import decide as decide
from .answering import merge as merge
from .answering import note_aside as note_aside
from .answering import note_figures as note_figures
from .answering import other_side as other_side
from .answering import reply as reply
from .answering import take as take
from .answering import twins as twins
from .answering import withdraw as withdraw
from .chat import hear_official as hear_official
from .deciding import calendar_of as calendar_of
from .deciding import holder as holder
from .deciding import may_decide as may_decide
from .deciding import who_decides as who_decides
from .digesting import digest_body as digest_body
from .digesting import keep_digest as keep_digest
from .digesting import plan_digests as plan_digests
from .exporting import ask_export as ask_export
from .exporting import drop_exports as drop_exports
from .exporting import export_body as export_body
from .exporting import keep_export as keep_export
from .following import heard as heard
from .following import look_again as look_again
from .forgetting import forget_old as forget_old
from .handing import pass_on as pass_on
from .ladder import see as see
from .ladder import tell_of as tell_of
from .linking import answer_part as answer_part
from .linking import ask_part as ask_part
from .linking import for_each as for_each
from .linking import link as link
from .linking import unlink as unlink
from .lodging import AtTheWindow as AtTheWindow
from .lodging import Lodged as Lodged
from .lodging import lodge as lodge
from .lodging import lodged_before as lodged_before
from .lodging import print_blanks as print_blanks
from .opening import ROAD as ROAD
from .opening import Complaint as Complaint
from .opening import open_case as open_case
from .opening import pin_fits as pin_fits
from .opening import pin_mark as pin_mark
from .opening import route_case as route_case
from .placing import pass_up as pass_up
from .placing import place_case as place_case
from .promises import promised as promised
from .promises import recompute as recompute
from .returning import OPERATOR as OPERATOR
from .returning import add_words as add_words
from .returning import appeal as appeal
from .returning import confirm as confirm
from .returning import keep_opinion as keep_opinion
from .returning import keep_words as keep_words
from .returning import main_of as main_of
from .returning import may_come_back as may_come_back
from .returning import reopen as reopen
from .returning import said_to_operator as said_to_operator
from .returning import still_asked as still_asked
from .returning import words_now as words_now
from .signing import sign as sign
from .telling import abouts_of as abouts_of
from .telling import is_noted as is_noted
from .telling import note_call as note_call
from .telling import tell_by_voice as tell_by_voice
from .telling import to_tell as to_tell
