"""Forms filled in as people fill them in, each by somebody who may send it: faults are tried on them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.models import Alert, Locality, Role, Team
from tests.web.conftest import World
from tests.web.test_changes import SETTINGS, filled


def on(name: str, day: Any) -> dict[str, Any]:
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}


def forms(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """By operation: the role that sends it, where to, and the fields."""
    today, case, order = timezone.localdate(), world.keys["case"], world.keys["order"]
    said = f"{today.day} {today.month} {today.year}"
    assert Team.objects.exists()
    assert Locality.objects.exists()
    alert = Alert.objects.get(pk=world.keys["alert"])
    found = {name: (role, reverse(name), filled(fields)) for name, role, fields, _ in SETTINGS}
    return found | {
        "raise_alert": (
            Role.CASEWORKER, reverse("raise_alert", args=[case]),
            {"kind": "health", "text": "Uses a hearing aid", "from_on": said},
        ),
        "end_alert": (
            Role.CASEWORKER, reverse("end_alert", args=[case, alert.pk]),
            {"to_on": said, "reason": "No longer so", "version": alert.version},
        ),
        "record_contact": (
            Role.CASEWORKER, reverse("record_contact", args=[order]),
            {"kind": "telephone", "attended": "yes", "note": "Rang", **on("on", today)},
        ),
        "record_note": (
            Role.CASEWORKER, reverse("record_note", args=[case]),
            {"kind": "telephone_call", "text": "Rang about the train", **on("on", today)},
        ),
    }  # fmt: skip
