"""What every part of the API shares: scoped reading, operations by POST, and refusals in the forms' own words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from cases import budget
from cases.consultations import NotLogged, looked_through
from cases.models import Consultation
from cases.operation import Repeated, Stale
from justice.domain.errors import Problem, Refused
from justice.web.views import number_in


class Pages(PageNumberPagination):
    """Fifty rows a page, two hundred at most."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            described["properties"][name].pop("nullable", None)
            described["properties"][name]["type"] = ["string", "null"]
        return described


class StrictSerializer(serializers.Serializer):
    """Refuses keys it does not know: a caller must not believe that something was changed which was not."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if hasattr(data, "keys") else set()
        if unknown:
            raise serializers.ValidationError(
                {name: ["This is not a field of this operation"] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class PreconditionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Send the version you read in the If-Match header"


class BadKey(exceptions.ValidationError):
    default_detail = "The Idempotency-Key header must be a UUID"


class CannotBeLogged(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = (
        "The log of who looked could not be written, so nothing is shown. Try again in a few minutes"
    )


def idempotency_key(request: Request) -> uuid.UUID | None:
    """The caller's key, so that a call sent twice is carried out once."""
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadKey({"Idempotency-Key": [BadKey.default_detail]}) from None


def expected_version(request: Request) -> int:
    """The version the caller read, from If-Match; without it nothing that people edit is changed."""
    text = request.headers.get("If-Match", "").strip('W/"')
    version = number_in(text)
    if version is None:
        raise PreconditionRequired
    return version


KEY_HEADER = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A UUID of your own: sent twice, done once."
)
VERSION_HEADER = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The version you read."
)


class VisibleViewSet(viewsets.ReadOnlyModelViewSet):
    """Read what the user may see, a page at a time; each answer is written to the consultation log first.

    A subclass gives `model`, serializer, filters, and `case_of`: the path from a row to its case's key.
    """

    pagination_class = Pages
    case_of: ClassVar[str] = "case_id"
    queryset: QuerySet  # declared for the schema; read only through visible_to

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.visible_to(self.request.user)  # type: ignore[attr-defined]

    def _log(self, rows: Any) -> None:
        if not self.case_of:
            return
        keys = []
        for row in rows:
            for step in self.case_of.split("."):
                row = getattr(row, step)
            keys.append(row)
        looked_through(user=self.request.user, cases=keys, page=self.basename, kind=Consultation.Kind.API)  # type: ignore[arg-type]

    def paginate_queryset(self, queryset: QuerySet) -> Any:
        rows = super().paginate_queryset(queryset)
        self._log(rows or [])
        return rows

    def get_object(self) -> Any:
        row = super().get_object()
        self._log([row])
        return row


def carry_out(operation: Callable[[], Any], shape: Callable[[Any], dict[str, Any]]) -> Response:
    """Call an operation and answer 201 with what it made; a repeated call answers with what the first made."""
    try:
        return Response(shape(operation()), status=status.HTTP_201_CREATED)
    except Repeated as repeated:
        return Response({"repeated": True, "made": repeated.result}, status=status.HTTP_200_OK)


def problems_by_field(problems: tuple[Problem, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field or "non_field_errors", []).append(problem.message)
    return found


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The forms' own sentences by field; a stale version 412; what may not be seen does not exist."""
    if isinstance(error, budget.Stopped):
        budget.tell(error)
        return Response(problems_by_field(error.problems), status=status.HTTP_429_TOO_MANY_REQUESTS)
    if isinstance(error, Refused):
        reused = any(problem.code == "key-reused" for problem in error.problems)
        code = status.HTTP_422_UNPROCESSABLE_ENTITY if reused else status.HTTP_400_BAD_REQUEST
        return Response(problems_by_field(error.problems), status=code)
    if isinstance(error, Stale):
        detail = "This record was changed after you read it. Read it again"
        return Response(
            {"detail": detail, "version": error.root.version}, status=status.HTTP_412_PRECONDITION_FAILED
        )
    if isinstance(error, ObjectDoesNotExist):
        error = Http404()
    if isinstance(error, NotLogged):
        error = CannotBeLogged()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    return rest_exception_handler(error, context)


__all__ = [
    "KEY_HEADER",
    "VERSION_HEADER",
    "Pages",
    "StrictSerializer",
    "VisibleViewSet",
    "carry_out",
    "extend_schema",
]
