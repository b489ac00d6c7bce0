"""Every change of what is known of households: snapshots of registers, secret numbers, papers shown, look-ups."""

from ..rules import Refusal as Refusal
from .knowing import NOTICES as NOTICES
from .knowing import give_pin as give_pin
from .knowing import keep_notice as keep_notice
from .knowing import show_papers as show_papers
from .looking import Found as Found
from .looking import look_up as look_up
from .looking import sight as sight
from .snapshots import A_PART as A_PART
from .snapshots import drop_old as drop_old
from .snapshots import keep_report as keep_report
from .snapshots import load as load
from .snapshots import make_current as make_current
from .snapshots import send as send
from .snapshots import take_up as take_up
from .snapshots import unload as unload
from .snapshots import want as want
