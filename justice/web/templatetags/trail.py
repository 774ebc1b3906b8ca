"""Words for what stands in the trail."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def operation_words(name: str) -> str:
    """ "impose_order" as "Impose order": the name of an operation is its description."""
    return name.replace("_", " ").capitalize()
