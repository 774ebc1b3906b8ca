"""Justice social work: the project package, with the pure kernel at the bottom and the wiring at the top."""

# Stands beside every published figure; CHANGELOG.md says what each version changed.
__version__ = "0.4.0"
