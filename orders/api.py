"""Reading orders and what was done about them by program."""

from __future__ import annotations

from rest_framework import serializers

from justice.web.api import VisibleViewSet
from orders.models import (
    Absence,
    Appointment,
    Attendance,
    Breach,
    Contact,
    FormalWarning,
    HoursLine,
    Order,
    Release,
    Requirement,
    Variation,
)


class RequirementSerializer(serializers.ModelSerializer):
    """One requirement; the level follows from the hours."""

    level = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Requirement
        fields = (
            "id", "version", "kind", "hours", "level", "months", "days", "hours_per_day", "stay_away", "last_day",
            "place", "details",
            "court_directs_concurrent", "added_on", "completed_on", "removed_on",
        )  # fmt: skip
        read_only_fields = fields


class VariationSerializer(serializers.ModelSerializer):
    """What a court later changed."""

    class Meta:
        model = Variation
        fields = ("id", "requirement", "kind", "decided_on", "court", "changes", "reason")
        read_only_fields = fields


class OrderSerializer(serializers.ModelSerializer):
    """An order as the court made it, with its requirements and variations."""

    requirements = RequirementSerializer(many=True, read_only=True)
    variations = VariationSerializer(many=True, read_only=True)

    class Meta:
        model = Order
        fields = (
            "id", "version", "case", "reference", "basis", "court_type", "court", "imposed_on", "received_on",
            "offence_on",
            "fine_pounds", "transferred_in", "queried_because", "queried_rules", "ended_on", "end_reason",
            "requirements",
            "variations",
        )  # fmt: skip
        read_only_fields = fields


class OrderViewSet(VisibleViewSet):
    queryset = Order.objects.prefetch_related("requirements", "variations").order_by("pk")
    serializer_class = OrderSerializer
    filterset_fields = {
        "case": ["exact"],
        "reference": ["exact"],
        "imposed_on": ["gte", "lte"],
        "ended_on": ["isnull", "gte", "lte"],
    }


class ContactSerializer(serializers.ModelSerializer):
    """Somebody was seen, spoken to or visited, or should have been."""

    class Meta:
        model = Contact
        fields = ("id", "order", "kind", "on", "at", "attended", "note", "recorded_at")
        read_only_fields = fields


class ContactViewSet(VisibleViewSet):
    queryset = Contact.objects.select_related("order").order_by("pk")
    serializer_class = ContactSerializer
    filterset_fields = {"order": ["exact"], "kind": ["exact"], "on": ["gte", "lte"]}
    case_of = "order.case_id"


class HoursLineSerializer(serializers.ModelSerializer):
    """Minutes credited to a requirement, or taken back."""

    class Meta:
        model = HoursLine
        fields = ("id", "requirement", "kind", "minutes", "reverses")
        read_only_fields = fields


class AttendanceSerializer(serializers.ModelSerializer):
    """What happened at one unpaid work session, with the minutes it credited."""

    lines = HoursLineSerializer(many=True, read_only=True)

    class Meta:
        model = Attendance
        fields = (
            "id", "order", "on", "outcome", "minutes_worked", "other_activity", "placement", "note", "corrects",
            "correction_reason", "recorded_at", "lines",
        )  # fmt: skip
        read_only_fields = fields


class AttendanceViewSet(VisibleViewSet):
    queryset = Attendance.objects.select_related("order").prefetch_related("lines").order_by("pk")
    serializer_class = AttendanceSerializer
    filterset_fields = {"order": ["exact"], "outcome": ["exact"], "on": ["gte", "lte"]}
    case_of = "order.case_id"


class BreachSerializer(serializers.ModelSerializer):
    """A decision to take the person back to court, and what came of it."""

    class Meta:
        model = Breach
        fields = (
            "id", "version", "order", "decided_on", "reason", "skipped_because", "lodged_on", "outcome", "outcome_on",
        )  # fmt: skip
        read_only_fields = fields


class BreachViewSet(VisibleViewSet):
    queryset = Breach.objects.select_related("order").order_by("pk")
    serializer_class = BreachSerializer
    filterset_fields = ("order",)
    case_of = "order.case_id"


class AppointmentSerializer(serializers.ModelSerializer):
    """When somebody is to be met, and what came of it. Times are what clocks in Scotland show."""

    class Meta:
        model = Appointment
        fields = (
            "id", "version", "case", "order", "kind", "on", "at", "minutes", "place", "worker", "note", "series",
            "reminder", "outcome", "outcome_on", "outcome_note", "contact", "attendance", "moved_to",
        )  # fmt: skip
        read_only_fields = fields


class AppointmentViewSet(VisibleViewSet):
    queryset = Appointment.objects.order_by("pk")
    serializer_class = AppointmentSerializer
    filterset_fields = {
        "case": ["exact"],
        "order": ["exact"],
        "worker": ["exact"],
        "kind": ["exact"],
        "outcome": ["exact"],
        "on": ["gte", "lte"],
    }


class AbsenceSerializer(serializers.ModelSerializer):
    """An appointment or session that was not attended, and what was decided of it."""

    class Meta:
        model = Absence
        fields = (
            "id", "version", "order", "on", "contact", "attendance", "learned_on", "decision", "evidence", "reason",
            "decided_on", "changed_on", "decided_by", "withdrawn_because",
        )  # fmt: skip
        read_only_fields = fields


class AbsenceViewSet(VisibleViewSet):
    queryset = Absence.objects.select_related("order").order_by("pk")
    serializer_class = AbsenceSerializer
    filterset_fields = {"order": ["exact"], "decision": ["exact"], "on": ["gte", "lte"]}
    case_of = "order.case_id"


class FormalWarningSerializer(serializers.ModelSerializer):
    """A formal warning as it was sent."""

    class Meta:
        model = FormalWarning
        fields = (
            "id", "order", "step", "issued_on", "issued_by", "failures", "rule", "letter", "next_appointment",
            "skipped_because",
        )  # fmt: skip
        read_only_fields = fields


class FormalWarningViewSet(VisibleViewSet):
    queryset = FormalWarning.objects.select_related("order").order_by("pk")
    serializer_class = FormalWarningSerializer
    filterset_fields = {"order": ["exact"], "step": ["exact"], "issued_on": ["gte", "lte"]}
    case_of = "order.case_id"


class ReleaseSerializer(serializers.ModelSerializer):
    """A release from custody on a licence or order."""

    class Meta:
        model = Release
        fields = ("id", "version", "case", "reference", "licence", "released_on", "interviewed_on", "note")
        read_only_fields = fields


class ReleaseViewSet(VisibleViewSet):
    queryset = Release.objects.order_by("pk")
    serializer_class = ReleaseSerializer
    filterset_fields = {"case": ["exact"], "released_on": ["gte", "lte"]}
