"""Departmental reviews that were held, what they decided, and the tasks that came of it."""

from __future__ import annotations

from django.db import models

from assessments.models.base import OfOrder
from cases.models import Recorded, User, tracked
from orders.models import Order


class Review(Recorded):
    """A departmental review that was held, and the due date it was held for. Add-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    for_due_on = models.DateField(null=True, blank=True)
    chaired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    persons_views = models.TextField(max_length=5000, blank=True)
    decisions = models.TextField(max_length=5000, blank=True)

    objects = OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-held_on", "-pk")
        indexes = (models.Index(fields=("order", "held_on"), name="reviews_of_an_order"),)

    def __str__(self) -> str:
        return f"review {self.pk}"
