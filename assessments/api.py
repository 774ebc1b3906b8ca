"""Reading reports, assessments, plans and reviews by program."""

from __future__ import annotations

from rest_framework import serializers

from assessments.models import Assessment, Goal, Plan, ReportRequest, Review, Step
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

    level = serializers.CharField(
        read_only=True, help_text="In words; of an LS/CMI it follows from the total"
    )

    class Meta:
        model = Assessment
        fields = (
            "id", "order", "tool", "completed_on", "reason", "answers", "acknowledged", "total", "sub_scores",
            "level", "stated_level", "strengths", "override_kind", "override_level", "override_reason", "corrects",
            "correction_reason",
        )  # fmt: skip
        read_only_fields = fields


class AssessmentViewSet(VisibleViewSet):
    queryset = Assessment.objects.select_related("order").order_by("pk")
    serializer_class = AssessmentSerializer
    filterset_fields = ("order", "tool")
    case_of = "order.case_id"


class StepSerializer(serializers.ModelSerializer):
    """One thing somebody does towards a goal."""

    class Meta:
        model = Step
        fields = ("action", "who", "by")
        read_only_fields = fields


class GoalSerializer(serializers.ModelSerializer):
    """A goal of one version of a plan; `continues` is the same goal one version before."""

    steps = StepSerializer(many=True, read_only=True)

    class Meta:
        model = Goal
        fields = ("id", "continues", "need", "words", "measure", "by", "steps")
        read_only_fields = fields


class PlanSerializer(serializers.ModelSerializer):
    """A version of a case management plan. What is kept apart about victims is not in it."""

    goals = GoalSerializer(many=True, read_only=True)

    class Meta:
        model = Plan
        fields = (
            "id", "version", "order", "discussed_on", "agreement", "submitted_on", "submitted_by", "approved_on",
            "approved_by", "discarded_on", "summary", "strengths", "persons_views", "contingency", "goals",
        )  # fmt: skip
        read_only_fields = fields


class PlanViewSet(VisibleViewSet):
    queryset = Plan.objects.select_related("order").prefetch_related("goals__steps").order_by("pk")
    serializer_class = PlanSerializer
    filterset_fields = ("order",)
    case_of = "order.case_id"


class ReviewSerializer(serializers.ModelSerializer):
    """A departmental review that was held."""

    class Meta:
        model = Review
        fields = (
            "id", "order", "held_on", "for_due_on", "chaired_by", "chair_reason", "attendance", "discussion",
            "persons_views", "partner_input", "risk_changed", "risk_change", "decisions", "outcome",
        )  # fmt: skip
        read_only_fields = fields


class ReviewViewSet(VisibleViewSet):
    queryset = Review.objects.select_related("order").order_by("pk")
    serializer_class = ReviewSerializer
    filterset_fields = ("order",)
    case_of = "order.case_id"
