"""Measurements, never tests: medians, and ratios to a reference run in between."""
