"""The metadata with every table in it: for whoever needs all of them (migrations, key rotation)."""

from .. import audit
from ..appointments import records as appointments
from ..appointments.records import around, day
from ..cases import attachments
from ..cases import records as cases
from ..cases.records import access, alarms, kept, linked, paper, plans, promises, requests
from ..channels import spending
from ..channels.outbox import records as outbox
from ..db import Base
from ..dialogue import records as dialogue
from ..entitlements import records as entitlements
from ..entitlements.records import lookups
from ..hotline import records as hotline
from ..outreach import records as outreach
from ..people import records as people

MODULES = (
    access,
    alarms,
    appointments,
    around,
    audit,
    attachments,
    cases,
    day,
    dialogue,
    entitlements,
    hotline,
    kept,
    linked,
    lookups,
    outbox,
    outreach,
    paper,
    people,
    plans,
    promises,
    requests,
    spending,
)
METADATA = Base.metadata
