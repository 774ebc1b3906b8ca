"""The pure kernel: working days, standards and timescales. It imports only the standard library and asks for no clock."""
