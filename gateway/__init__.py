"""The gateway, as a house. Folders are the service as a citizen would describe it:

channels      how we hear and speak: one file a provider, and the outbox
people        who they are: addresses, staff, offices, roles
cases         what we promised: routing, clocks, answers
dialogue      what we say next: flows, conversations
console       where staff work: pages made of several rooms, and the demo's phone

Inside a room the files are the shelves, the same in each: `rules` (pure), `records` (tables and
queries), `actions` (every change), `pages` (the room's web pages). Beside the rooms stand what all
of them use: `settings`, `seal`, `db`, `clock`, `language`, `reading`, `country`, `audit`, `web`.

Imports point one way, in that order, and `tests/test_architecture.py` keeps it so.
The road of one message begins in `webhooks.py`. There is no code in this file.
"""
