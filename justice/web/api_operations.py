"""Every operation that has a form has a POST: the same view, the same form, the same sentences.

The endpoints are read off the page addresses, so that an operation added with a page is in the API, and one
without a page is not. A call carries the form's fields as JSON, its own Idempotency-Key, and If-Match with the
version it read where the form would carry one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import URLPattern, URLResolver, path
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import permissions
from cases.consultations import looked_at
from cases.models import Consultation
from cases.operation import Repeated
from justice.domain.errors import Refused
from justice.web.api import KEY_HEADER, VERSION_HEADER, expected_version, idempotency_key, problems_by_field
from justice.web.forms import DateField, TimeField, YesNoField
from justice.web.views import OperationView

OWN_FIELDS = frozenset({"key", "version"})  # carried by headers, not in the body


class Made(serializers.Serializer):
    """What the operation made or changed."""

    made = serializers.CharField(help_text="Kind and key, such as contact:12")
    version = serializers.IntegerField(required=False, help_text="The version to send with the next change")
    repeated = serializers.BooleanField(
        required=False, help_text="The same call came before; nothing was done now"
    )


class OperationEndpoint(APIView):
    """One operation. Sent twice with one Idempotency-Key, it is carried out once."""

    view_class: ClassVar[type[OperationView]]

    def carry_out(self, request: Request, **kwargs: Any) -> Response:
        view = self.view_class()
        django_request = request._request
        django_request.user = request.user
        django_request._messages = CookieStorage(django_request)  # type: ignore[attr-defined]
        if not permissions.allows(request.user, view.operation):
            raise PermissionDenied(view.operation)
        view.setup(django_request, **kwargs)
        if hasattr(view, "case"):
            looked_at(user=request.user, case=view.case, page=view.operation, kind=Consultation.Kind.API)
        view.there()  # what is not there is said before what is wrong with the call
        form = self._form(view, request)
        if not form.is_valid():
            return Response(_messages(form), status=status.HTTP_400_BAD_REQUEST)
        try:
            result = view.run(form)
        except Refused as refused:
            if any(problem.code == "key-reused" for problem in refused.problems):
                raise
            return Response(problems_by_field(refused.problems), status=status.HTTP_400_BAD_REQUEST)
        except Repeated as repeated:
            return Response({"made": repeated.result, "repeated": True})
        return Response(_made(result), status=status.HTTP_201_CREATED)

    def _form(self, view: OperationView, request: Request) -> forms.Form:
        kwargs = view.get_form_kwargs()
        body = request.data
        if not isinstance(body, dict):
            raise serializers.ValidationError({"non_field_errors": ["Send one JSON object"]})
        fields = view.get_form_class().base_fields
        data: MultiValueDict[str, str] = MultiValueDict()
        for name, value in body.items():
            data.setlist(name, _texts(name, value, fields.get(name)))
        data["key"] = str(idempotency_key(request) or uuid.uuid4())
        if view.root() is not None:
            data["version"] = str(expected_version(request))
        form = view.get_form_class()(**{**kwargs, "data": data, "files": None})
        unknown = set(body) - (set(form.fields) - OWN_FIELDS)
        if unknown:
            raise serializers.ValidationError(
                {name: ["This is not a field of this operation"] for name in sorted(unknown)}
            )
        return form


def _texts(name: str, value: Any, field: forms.Field | None) -> list[str]:
    """A JSON value as a form would send it. Nothing nested: a form has none."""
    values = value if isinstance(value, list) else [value]
    if any(isinstance(one, dict | list) for one in values):
        raise serializers.ValidationError(
            {name: ["Send a text, a number, true or false, or a list of these"]}
        )
    if isinstance(field, YesNoField):
        values = [{True: "yes", False: "no"}.get(one, one) for one in values]
    return ["on" if one is True else str(one) for one in values if one is not None and one is not False]


def _messages(form: forms.Form) -> dict[str, list[str]]:
    return {
        "non_field_errors" if name == forms.forms.NON_FIELD_ERRORS else name: [str(one) for one in errors]
        for name, errors in form.errors.items()
    }


def _made(result: Any) -> dict[str, Any]:
    if not isinstance(result, models.Model):
        return {"made": ""}
    made: dict[str, Any] = {"made": f"{result._meta.model_name}:{result.pk}"}
    if hasattr(result, "version"):
        made["version"] = result.version
    return made


SHAPES: tuple[tuple[type[forms.Field], type[serializers.Field]], ...] = (
    (DateField, serializers.DateField),
    (TimeField, serializers.TimeField),
    (YesNoField, serializers.BooleanField),
    (forms.DecimalField, serializers.DecimalField),
    (forms.IntegerField, serializers.IntegerField),
    (forms.BooleanField, serializers.BooleanField),
    (forms.EmailField, serializers.EmailField),
)


def _described(field: forms.Field) -> serializers.Field:
    """The form field as the schema describes it. What it accepts is the form's to say."""
    common = {
        "required": field.required,
        "help_text": " ".join(str(t) for t in (field.label, field.help_text) if t),
    }
    if isinstance(field, forms.ModelMultipleChoiceField):
        return serializers.ListField(child=serializers.IntegerField(), **common)
    if isinstance(field, forms.ModelChoiceField):
        return serializers.IntegerField(**common)
    if isinstance(field, forms.MultipleChoiceField):
        return serializers.ListField(child=serializers.CharField(), **common)
    for kind, shape in SHAPES:
        if isinstance(field, kind):
            if shape is serializers.DecimalField:
                return serializers.DecimalField(max_digits=12, decimal_places=2, **common)
            return shape(**common)
    return serializers.CharField(max_length=getattr(field, "max_length", None), **common)


def named(view: type[OperationView]) -> str:
    """The endpoint's own name: the operation's, unless a second page carries out the same one for something else."""
    return getattr(view, "api_name", view.operation)


def _input_of(view: type[OperationView]) -> type[serializers.Serializer]:
    form = view.form_class
    fields: dict[str, Any] = {
        name: _described(field)
        for name, field in form.base_fields.items()
        if name not in OWN_FIELDS  # type: ignore[union-attr]
    }
    fields["__doc__"] = f"What {named(view)} asks for."
    name = "".join(part.title() for part in named(view).split("_"))
    return type(name, (serializers.Serializer,), fields)


def endpoints(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[URLPattern]:
    """A POST for each page that carries out an operation, at the page's own address without its verb."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, route)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, OperationView):
            yield path(re.sub(r"new/$", "", route), _endpoint(view), name=f"api-{named(view)}")


def _endpoint(view: type[OperationView]) -> Any:
    carries_version = view.root is not OperationView.root
    described = extend_schema(
        operation_id=named(view),
        summary=view.title,
        tags=["operations"],
        parameters=[KEY_HEADER, *([VERSION_HEADER] if carries_version else [])],
        request=_input_of(view),
        responses={
            201: Made,
            200: OpenApiResponse(Made, description="Sent before with this key: nothing was done now"),
            400: OpenApiResponse(description="Refused: the sentences of the form, by field"),
            403: OpenApiResponse(description="Your role does not carry out this operation"),
            404: OpenApiResponse(description="No such record, or none that you may see"),
            412: OpenApiResponse(description="The record was changed after you read it"),
            422: OpenApiResponse(description="The key was used for another call"),
            428: OpenApiResponse(description="If-Match is missing"),
        },
    )

    @described
    def post(self: OperationEndpoint, request: Request, **kwargs: Any) -> Response:
        return self.carry_out(request, **kwargs)

    members = {"view_class": view, "post": post, "__doc__": view.__doc__}
    return type(f"{view.__name__}Endpoint", (OperationEndpoint,), members).as_view()
