"""The gateway, as a house. Folders are the service as a citizen would describe it:

channels      how we hear and speak: one file a provider, and the outbox
people        who they are: addresses, staff, offices, roles
cases         what we promised: routing, clocks, answers
appointments  when to come: windows, seats, the day, visits, closings
entitlements  what is due to her: rules, amounts, registers, payments
dialogue      what we say next: flows, conversations
console       where staff work: pages made of several rooms, and the demo's phone

Inside a room the files are the shelves, the same in each: `rules` (pure), `records` (tables and
queries), `actions` (every change), `pages` (the room's web pages). Beside the rooms stands what all of
them use: `settings`, `seal`, `logs`, `reading`, `clock`, `language`, `country`, `db`, `audit`, `house` (all that
is read once at the start), `web`; and what sets them to work: `webhooks`, `waking`, `hands`, `jobs`, `ticking`, `cli`.

Imports point one way, and `tests/test_architecture.py` keeps it so. The road of one message begins in
`webhooks.py`. There is no code in this file.
"""
