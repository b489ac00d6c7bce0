"""What is due to her: rules, amounts, the register, payments. A room; see `gateway/__init__.py`."""
