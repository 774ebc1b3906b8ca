"""Reading cases, timescales, allocations and notices by program."""

from __future__ import annotations

import django_filters
from django.db.models import Max, QuerySet
from rest_framework import serializers

from cases.models import Allocation, Associate, Case, ContactPoint, Note, Notice, Timescale
from justice.web.api import VisibleViewSet
from justice.web.views import today


class CaseSerializer(serializers.ModelSerializer):
    """A case and who it is about."""

    reference = serializers.CharField(source="person.reference", read_only=True)
    given_name = serializers.CharField(source="person.given_name", read_only=True)
    family_name = serializers.CharField(source="person.family_name", read_only=True)
    date_of_birth = serializers.DateField(source="person.date_of_birth", read_only=True)
    gender = serializers.CharField(source="person.gender", read_only=True)

    class Meta:
        model = Case
        fields = (
            "id", "version", "reference", "given_name", "family_name", "date_of_birth", "gender", "opened_on",
            "closed_on",
        )  # fmt: skip
        read_only_fields = fields


class CaseFilter(django_filters.FilterSet):
    reference = django_filters.CharFilter("person__reference", label="The person's reference, exactly")
    open = django_filters.BooleanFilter("closed_on", lookup_expr="isnull", label="Open or closed")

    class Meta:
        model = Case
        fields = ("reference", "open")


class CaseViewSet(VisibleViewSet):
    queryset = Case.objects.select_related("person").order_by("pk")
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    case_of = "pk"


class TimescaleSerializer(serializers.ModelSerializer):
    """One obligation: what it is about, when it is due, when it was done."""

    class Meta:
        model = Timescale
        fields = (
            "id", "case", "worker", "team", "subject", "clause", "occurrence", "reference", "edition", "starts_on",
            "due_on", "due_by", "met_on", "on_time", "ended_on", "lapsed", "left_out", "excused", "late_reason",
            "days_taken",
        )  # fmt: skip
        read_only_fields = fields


class TimescaleFilter(django_filters.FilterSet):
    overdue = django_filters.BooleanFilter(
        method="only_overdue", label="Due before today, not done, still to do"
    )
    open = django_filters.BooleanFilter(method="only_open", label="Still to be done")
    due_from = django_filters.DateFilter("due_on", lookup_expr="gte", label="Due on or after")
    due_to = django_filters.DateFilter("due_on", lookup_expr="lte", label="Due on or before")

    class Meta:
        model = Timescale
        fields = ("case", "worker", "team", "clause", "overdue", "open", "due_from", "due_to")

    def only_overdue(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.overdue(today()) if value else rows  # type: ignore[attr-defined]

    def only_open(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.open(today()) if value else rows  # type: ignore[attr-defined]


class TimescaleViewSet(VisibleViewSet):
    queryset = Timescale.objects.order_by("due_on", "pk")
    serializer_class = TimescaleSerializer
    filterset_class = TimescaleFilter


class AllocationSerializer(serializers.ModelSerializer):
    """Who held a case, or one order in it, from one day to another."""

    worker_name = serializers.CharField(source="worker.name", read_only=True, default=None)
    team_name = serializers.CharField(source="team.name", read_only=True)

    class Meta:
        model = Allocation
        fields = (
            "id",
            "case",
            "subject",
            "worker",
            "worker_name",
            "team",
            "team_name",
            "from_on",
            "to_on",
            "reason",
        )
        read_only_fields = fields


class AllocationViewSet(VisibleViewSet):
    queryset = Allocation.objects.select_related("worker", "team").order_by("pk")
    serializer_class = AllocationSerializer
    filterset_fields = ("case", "worker", "team")


class NoteSerializer(serializers.ModelSerializer):
    """Something written about a case."""

    class Meta:
        model = Note
        fields = (
            "id", "case", "kind", "on", "at", "text", "sensitive", "corrects", "correction_reason", "recorded_by",
            "recorded_at",
        )  # fmt: skip
        read_only_fields = fields


class NoteViewSet(VisibleViewSet):
    queryset = Note.objects.order_by("pk")
    serializer_class = NoteSerializer
    filterset_fields = {"case": ["exact"], "kind": ["exact"], "on": ["gte", "lte"]}


class NoticeSerializer(serializers.ModelSerializer):
    """Something the signed-in person was told."""

    class Meta:
        model = Notice
        fields = ("id", "kind", "case", "subject", "clause", "occurrence", "due_on", "created_at", "read_at")
        read_only_fields = fields


class NoticeViewSet(VisibleViewSet):
    queryset = Notice.objects.order_by("-created_at", "-pk")
    serializer_class = NoticeSerializer
    filterset_fields = ("kind", "case")


class ContactPointSerializer(serializers.ModelSerializer):
    """A number or address the person is reached at, and whether they agreed to reminders by it."""

    case = serializers.IntegerField(source="case_key", read_only=True)

    class Meta:
        model = ContactPoint
        fields = (
            "id", "version", "case", "kind", "value", "note", "preferred", "reminders", "agreed_on", "from_on",
            "to_on",
        )  # fmt: skip
        read_only_fields = fields


class OfPersonFilter(django_filters.FilterSet):
    case = django_filters.NumberFilter("person__cases", label="The key of the person's case")
    present = django_filters.BooleanFilter("to_on", lookup_expr="isnull", label="Present, or ended")


class ContactPointViewSet(VisibleViewSet):
    # Hangs on the person: the log names their latest case.
    queryset = ContactPoint.objects.annotate(case_key=Max("person__cases")).order_by("pk")
    serializer_class = ContactPointSerializer
    filterset_class = OfPersonFilter
    case_of = "case_key"


class AssociateSerializer(serializers.ModelSerializer):
    """Somebody around the person. Never for the person's own copy."""

    case = serializers.IntegerField(source="case_key", read_only=True)
    professional = serializers.BooleanField(read_only=True)

    class Meta:
        model = Associate
        fields = (
            "id", "version", "case", "name", "relation", "professional", "organisation", "telephone", "note",
            "lives_with", "from_on", "to_on",
        )  # fmt: skip
        read_only_fields = fields


class AssociateViewSet(VisibleViewSet):
    queryset = Associate.objects.annotate(case_key=Max("person__cases")).order_by("pk")
    serializer_class = AssociateSerializer
    filterset_class = OfPersonFilter
    case_of = "case_key"
