"""Where reminders may be sent: present numbers and addresses of people who agreed to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cases.models import ContactPoint

# What a reminder is sent by, for each kind that takes one.
BY: Final = {ContactPoint.Kind.MOBILE: "text", ContactPoint.Kind.EMAIL: "email"}


def reachable(person_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """For each person who agreed: {"text": number, "email": address}, the preferred first, else the latest given."""
    agreed = ContactPoint.objects.filter(person__in=list(person_ids), reminders=True).present()
    found: dict[int, dict[str, str]] = {}
    for point in agreed.order_by("-preferred", "-from_on", "-pk"):
        found.setdefault(point.person_id, {}).setdefault(BY[ContactPoint.Kind(point.kind)], point.value)
    return found
