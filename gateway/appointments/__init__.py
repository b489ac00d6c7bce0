"""Appointments: seats at the single window, the day at it, and what is told of both."""
