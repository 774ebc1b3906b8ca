"""What the pages about one order share: it is found through what the user may see, and who looked is logged."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases.models import User
from justice.web.views import CaseView, OperationView, today
from orders.models import Order


class OrderView(CaseView):
    """A page about one order."""

    order: Order

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            orders = Order.objects.visible_to(request.user).select_related("case__person", "case__council")
            self.order = get_object_or_404(orders, pk=kwargs["order"])
            self.case = self.order.case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["order"] = self.order
        context.setdefault("caption", f"Order {self.order.reference}")
        return context


class OrderOperation(OrderView, OperationView):
    """A form that changes something about one order, and goes back to its page."""

    def about(self) -> dict[str, Any]:
        return {"order": self.order, "today": today()}

    def get_success_url(self) -> str:
        return reverse("order", args=[self.order.pk])


# Where a page that was opened from a list goes back to: named in the address, and only these.
LISTS = {"today": "unpaid_work_today", "outcomes": "outcomes", "diary": "diary"}


class ComesBack(OperationView):
    """A form that goes back to the list it was opened from (`?from=today`), where it was opened from one."""

    def get_success_url(self) -> str:
        came_from = LISTS.get(self.request.GET.get("from", ""))
        return reverse(came_from) if came_from else super().get_success_url()


def colleagues(user: User) -> Any:
    """The staff of the user's council who work in a team, by name: whom a form may name."""
    rows = User.objects.visible_to(user).filter(is_active=True, team__isnull=False)
    return rows.select_related("team").order_by("name", "pk")
