"""Who they are: the addresses citizens speak from, staff, offices, queues, roles, sign-in."""
