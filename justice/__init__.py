"""Justice social work: the project package, with the pure kernel at the bottom and the wiring at the top."""
