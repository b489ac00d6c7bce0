"""The hotline: calls that wait, calls to be made, the people who make them, and what they leave for each other."""
