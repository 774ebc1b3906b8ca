"""Keeping it running: backups that are known to restore, how the system is, and moving to a new version and back."""
