"""The project: the pure kernel at the bottom, the wiring at the top."""
