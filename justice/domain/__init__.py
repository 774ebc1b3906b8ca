"""The pure kernel: working days, standards, timescales. Only the standard library is imported, and no clock
is read."""
