"""Reading figures, the rows behind them, and what was published, by program."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import performance.urls  # noqa: F401  (registers how quarters and measures stand in addresses)
from cases.consultations import looked_through
from cases.models import COUNCIL_ROLES, TEAM_ROLES, Consultation
from justice.web.views import number_in, today
from performance.domain.period import Quarter
from performance.figures import Scope, figures, rows
from performance.kpis import Kpi
from performance.models import Commentary, Return
from performance.tallies import Tally


class FigureSerializer(serializers.Serializer):
    """One measure of one quarter, of the council or of one group of it."""

    kpi = serializers.CharField()
    label = serializers.CharField()
    group = serializers.CharField(required=False)
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField(allow_null=True)
    pending = serializers.IntegerField()
    percent = serializers.DecimalField(
        max_digits=5, decimal_places=1, allow_null=True, coerce_to_string=False
    )
    target = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True, coerce_to_string=False)
    rag = serializers.ChoiceField(choices=("green", "amber", "red", "grey"))
    direction = serializers.ChoiceField(choices=("up", "down", "level", "none"))


class RowSerializer(serializers.Serializer):
    """One case of a figure's denominator, with the reason it counts as it does."""

    reference = serializers.CharField()
    case = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True)
    done_on = serializers.DateField(allow_null=True)
    counted = serializers.BooleanField()
    reason = serializers.CharField()


QUERY = [
    OpenApiParameter("as_of", date, description="Today unless given; what is dated later is not known yet"),
    OpenApiParameter("by", str, enum=("team", "locality", "worker"), description="One figure for each group"),
    OpenApiParameter("team", int),
    OpenApiParameter("locality", int),
    OpenApiParameter("worker", int),
]


class ReadsFigures(IsAuthenticated):
    """Whoever may see cases reads figures, live and published: as on the pages."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(super().has_permission(request, view)) and request.user.role in TEAM_ROLES | COUNCIL_ROLES


class FiguresView(APIView):
    """Reads the question from the address; what cannot be read is refused in words."""

    permission_classes = (ReadsFigures,)

    def scope(self, request: Request) -> Scope:
        keys = {name: self.whole(request, name) for name in ("team", "locality", "worker")}
        return Scope(request.user.council, request.user, **keys)

    def whole(self, request: Request, name: str) -> int | None:
        text = request.query_params.get(name)
        key = number_in(text) if text is not None else None
        if text is not None and key is None:
            raise serializers.ValidationError({name: ["Give the key, a whole number"]})
        return key

    def as_of(self, request: Request) -> date:
        text = request.query_params.get("as_of")
        try:
            return date.fromisoformat(text) if text else today()
        except ValueError as error:
            raise serializers.ValidationError({"as_of": ["Give a real date as YYYY-MM-DD"]}) from error


class QuarterFigures(FiguresView):
    """The figures of a quarter over the cases you may see."""

    @extend_schema(
        operation_id="figures", tags=["performance"], parameters=QUERY, responses=FigureSerializer(many=True)
    )
    def get(self, request: Request, quarter: Quarter) -> Response:
        by = request.query_params.get("by")
        if by not in (None, "team", "locality", "worker"):
            raise serializers.ValidationError({"by": ["Choose team, locality or worker"]})
        found = figures(self.scope(request), quarter, self.as_of(request), by=by)
        shown = [
            {
                "kpi": one.code,
                "label": one.label,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "pending": one.pending,
                "percent": one.percent,
                "target": one.target,
                "rag": one.rag,
                "direction": one.direction,
                **({"group": one.group.name} if one.group else {}),
            }
            for one in found
        ]
        return Response(FigureSerializer(shown, many=True).data)


class FigureRows(FiguresView):
    """The very cases that a figure counts."""

    @extend_schema(
        operation_id="figure_rows", tags=["performance"], parameters=QUERY, responses=RowSerializer(many=True)
    )
    def get(self, request: Request, quarter: Quarter, measure: Kpi | Tally) -> Response:
        found = rows(measure, self.scope(request), quarter, self.as_of(request))
        looked_through(
            user=request.user,
            cases=[row.case for row in found],
            page=f"figure {measure.code}",
            kind=Consultation.Kind.API,
        )
        return Response(RowSerializer(found, many=True).data)


class ReturnSerializer(serializers.ModelSerializer):
    """What was published of a quarter, frozen."""

    class Meta:
        model = Return
        fields = (
            "id", "period", "published_at", "as_of", "edition", "code_version", "figures", "achievements",
            "improvements",
        )  # fmt: skip
        read_only_fields = fields


class ReturnViewSet(viewsets.ReadOnlyModelViewSet):
    """Published quarters."""

    queryset = Return.objects.order_by("-published_at")
    serializer_class = ReturnSerializer
    permission_classes = (ReadsFigures,)
    filterset_fields = ("period",)

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Return.objects.none()
        return Return.objects.visible_to(self.request.user).order_by("-published_at")


class CommentarySerializer(serializers.ModelSerializer):
    """What managers wrote about a quarter."""

    class Meta:
        model = Commentary
        fields = ("period", "version", "achievements", "improvements")
        read_only_fields = fields


class QuarterCommentary(FiguresView):
    """The commentary of a quarter, with the version to send back with a change."""

    @extend_schema(operation_id="commentary", tags=["performance"], responses=CommentarySerializer)
    def get(self, request: Request, quarter: Quarter) -> Response:
        rows = Commentary.objects.visible_to(request.user)
        row = get_object_or_404(rows, period=str(quarter))
        return Response(CommentarySerializer(row).data)


urlpatterns = [
    path("performance/returns/", ReturnViewSet.as_view({"get": "list"}), name="api-returns"),
    path("performance/returns/<uuid:pk>/", ReturnViewSet.as_view({"get": "retrieve"}), name="api-return"),
    path("performance/<quarter:quarter>/", QuarterFigures.as_view(), name="api-figures"),
    path("performance/<quarter:quarter>/written/", QuarterCommentary.as_view(), name="api-commentary"),
    path(
        "performance/<quarter:quarter>/measures/<measure:measure>/cases/",
        FigureRows.as_view(),
        name="api-figure-rows",
    ),
]
