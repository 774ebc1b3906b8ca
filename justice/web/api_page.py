"""The page that lists what programs may read and change, made from the same description that the schema gives them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

KINDS: Final = {
    "integer": "Whole number",
    "number": "Number",
    "boolean": "true or false",
    "string": "Text",
    "object": "Object",
}
FORMATS: Final = {
    "date": "Day, such as 2026-03-31",
    "date-time": "Moment",
    "time": "Time, such as 14:30",
    "uuid": "UUID",
    "decimal": "Number, written as text",
    "email": "Email address",
}
EXAMPLES: Final = {"integer": 1, "number": 1, "boolean": True}


@dataclass(frozen=True)
class Part:
    """One thing that is sent: in the address, behind it, in a header or in the body."""

    name: str
    place: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Endpoint:
    """One address with one method."""

    key: str
    method: str
    address: str
    title: str
    words: str
    parts: tuple[Part, ...]
    body: str

    @property
    def opens(self) -> bool:
        """Whether a browser can be sent there as it stands."""
        return self.method == "GET" and "{" not in self.address


def api_page(request: HttpRequest) -> HttpResponse:
    """Every endpoint with what it takes, and a form to try it by."""
    reads = [one for one in endpoints() if one.method == "GET"]
    changes = [one for one in endpoints() if one.method != "GET"]
    context = {
        "title": "The API",
        "groups": (("Read", reads), ("Change", changes)),
        "schema": reverse("api-schema"),
    }
    return render(request, "api/page.html", context)


@lru_cache(maxsize=1)
def endpoints() -> tuple[Endpoint, ...]:
    """Read off the schema once: it is the same for everybody, and takes a second to make."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    shapes = schema["components"]["schemas"]
    return tuple(
        endpoint(address, method.upper(), described, shapes)
        for address, methods in schema["paths"].items()
        for method, described in methods.items()
    )


def endpoint(address: str, method: str, described: dict[str, Any], shapes: dict[str, Any]) -> Endpoint:
    sent = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = whole(sent, shapes)
    needed = body.get("required", ())
    fields = {name: whole(one, shapes) for name, one in body.get("properties", {}).items()}
    parts = [
        Part(one["name"], one["in"], kind(one["schema"], shapes), one.get("required", False), says(one))
        for one in described.get("parameters", ())
    ]
    parts += [
        Part(name, "body", kind(one, shapes), name in needed, says(one)) for name, one in fields.items()
    ]
    example = {name: sample(one) for name, one in fields.items() if name in needed}
    return Endpoint(
        described["operationId"].replace("_", "-"),
        method,
        address,
        title(described),
        "" if method == "GET" else says(described),
        tuple(sorted(parts, key=lambda part: ("path", "header", "body", "query").index(part.place))),
        json.dumps(example, indent=2) if body else "",
    )


def title(described: dict[str, Any]) -> str:
    name, said = described["operationId"], described["tags"][0].replace("-", " ")
    if name.endswith("_list"):
        return f"Read {said}, a page at a time"
    if name.endswith("_retrieve") and not described.get("summary"):
        return f"Read one of the {said}"
    return str(described.get("summary") or name.replace("_", " ").capitalize())


def whole(shape: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """The shape itself, where another only points to it."""
    for pointing in (shape, *shape.get("allOf", ()), *shape.get("oneOf", ())):
        if "$ref" in pointing:
            return {
                **shapes[pointing["$ref"].rpartition("/")[2]],
                "description": shape.get("description", ""),
            }
    return shape


def kind(shape: dict[str, Any], shapes: dict[str, Any]) -> str:
    shape = whole(shape, shapes)
    if "enum" in shape:
        return "One of: " + ", ".join(str(value) for value in shape["enum"] if value not in ("", None))
    if shape.get("type") == "array":
        return f"List. {kind(shape.get('items', {}), shapes)}"
    named = shape.get("type", "string")
    plain = next((one for one in named if one != "null"), "string") if isinstance(named, list) else named
    return FORMATS.get(shape.get("format", ""), KINDS.get(plain, "Text"))


def says(described: dict[str, Any]) -> str:
    """The first words of a description: what follows is a list of codes, which `kind` gives."""
    said = str(described.get("description", "")).strip().split("\n\n")[0]
    return "" if said.startswith("* `") else " ".join(said.split())


def sample(shape: dict[str, Any]) -> Any:
    if "enum" in shape:
        return next(value for value in shape["enum"] if value not in ("", None))
    if shape.get("type") == "array":
        return []
    if shape.get("format") == "date":
        return "2026-03-31"
    return EXAMPLES.get(str(shape.get("type")), "")
