"""Whose rows may be seen: each starts from the cases that may be."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from cases.models import Case, User


class OfOrder(models.QuerySet):
    """Rows that belong to an order, `case_path` away from its case."""

    case_path: ClassVar[str] = "order__case"

    def visible_to(self, user: User) -> models.QuerySet:
        return self.filter(**{f"{self.case_path}__in": Case.objects.visible_to(user)})


class OfAssessment(OfOrder):
    case_path = "assessment__order__case"


class OfPlan(OfOrder):
    case_path = "plan__order__case"


class OfGoal(OfOrder):
    case_path = "goal__plan__order__case"
