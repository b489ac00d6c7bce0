"""The `sala` command: everything that is done from a terminal."""
