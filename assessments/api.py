"""Reading reports, assessments, plans and reviews by program."""

from __future__ import annotations

from rest_framework import serializers

from assessments.models import Assessment, Plan, ReportRequest, Review
from justice.web.api import VisibleViewSet


class ReportRequestSerializer(serializers.ModelSerializer):
    """A court's request for a report."""

    class Meta:
        model = ReportRequest
        fields = (
            "id", "version", "case", "reference", "kind", "court_type", "court", "requested_on", "hearing_on",
            "submitted_on", "submitted_at", "accountable", "withdrawn_on",
        )  # fmt: skip
        read_only_fields = fields


class ReportRequestViewSet(VisibleViewSet):
    queryset = ReportRequest.objects.order_by("pk")
    serializer_class = ReportRequestSerializer
    filterset_fields = {"case": ["exact"], "hearing_on": ["gte", "lte"], "submitted_on": ["isnull"]}


class AssessmentSerializer(serializers.ModelSerializer):
    """A completed assessment; an override stands beside the level that follows from the score."""

    class Meta:
        model = Assessment
        fields = (
            "id", "order", "tool", "completed_on", "total", "sub_scores", "stated_level", "override_level",
            "override_reason",
        )  # fmt: skip
        read_only_fields = fields


class AssessmentViewSet(VisibleViewSet):
    queryset = Assessment.objects.select_related("order").order_by("pk")
    serializer_class = AssessmentSerializer
    filterset_fields = ("order", "tool")
    case_of = "order.case_id"


class PlanSerializer(serializers.ModelSerializer):
    """A case management plan as it was approved."""

    class Meta:
        model = Plan
        fields = ("id", "order", "approved_on", "approved_by", "summary")
        read_only_fields = fields


class PlanViewSet(VisibleViewSet):
    queryset = Plan.objects.select_related("order").order_by("pk")
    serializer_class = PlanSerializer
    filterset_fields = ("order",)
    case_of = "order.case_id"


class ReviewSerializer(serializers.ModelSerializer):
    """A departmental review that was held."""

    class Meta:
        model = Review
        fields = ("id", "order", "held_on", "for_due_on", "chaired_by", "persons_views", "decisions")
        read_only_fields = fields


class ReviewViewSet(VisibleViewSet):
    queryset = Review.objects.select_related("order").order_by("pk")
    serializer_class = ReviewSerializer
    filterset_fields = ("order",)
    case_of = "order.case_id"
