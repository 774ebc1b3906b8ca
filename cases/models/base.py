"""What every stored fact shares: who recorded it, when, and the copy kept of each change."""

from __future__ import annotations

import uuid
from contextvars import ContextVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

# Set by cases.operation.operation for as long as one operation runs, so that each row copy names its entry.
current_entry: ContextVar[uuid.UUID | None] = ContextVar("current_entry", default=None)
current_actor: ContextVar[int | None] = ContextVar("current_actor", default=None)


def entry_in_progress() -> uuid.UUID | None:
    return current_entry.get()


class HistoryRow(models.Model):
    """A copy of a row as one operation left it; the entry says who did what, and why."""

    entry = models.UUIDField(null=True, default=entry_in_progress, db_index=True)

    class Meta:
        abstract = True


def _actor(instance: models.Model, **kwargs: object) -> object:
    from cases.models.staff import User

    actor = current_actor.get()
    return User(pk=actor) if actor else None


def tracked() -> HistoricalRecords:
    """A copy of the row at every change, kept in the same transaction and named by its entry."""
    return HistoricalRecords(bases=[HistoryRow], get_user=_actor)


class Recorded(models.Model):
    """When we learned of a fact, beside the day it happened, which each model names for itself.

    The moment is the database's: a wrong clock on one web server must not reorder the record.
    """

    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row that people edit: the form carries the version back, so that nobody's words are overwritten unseen."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
