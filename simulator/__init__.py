"""The far side of the networks, for the demo and the tests: what providers would do, at the wire."""
