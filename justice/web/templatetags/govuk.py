"""Tags and filters that pages share: status tags, days in words, error summaries.

Dates come in as `date` or `datetime`; what is not there prints as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from justice.logs import request_number
from justice.web import dates
from justice.web.forms import errors_of
from justice.web.shortcuts import KEYS
from justice.web.status import SHAPES, Status, rag

register = template.Library()

# Drawn in a box of 12 by 12, in the colour of the words beside it.
_SHAPES = {
    "diamond": SafeString('<path d="M6 0 12 6 6 12 0 6Z" fill="currentColor"/>'),
    "triangle": SafeString('<path d="M6 1 12 11.5 0 11.5Z" fill="currentColor"/>'),
    "circle": SafeString('<circle cx="6" cy="6" r="5.5" fill="currentColor"/>'),
    "ring": SafeString('<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="2"/>'),
    "dash": SafeString('<path d="M1 4.75h10v2.5H1z" fill="currentColor"/>'),
}


# As in app.css. On the drawing too, since documents (WeasyPrint) do not hand a text's colour down to it.
_COLOURS = {"red": "#8c1d18", "amber": "#6a4300", "green": "#0b5a38", "blue": "#144a73", "grey": "#3e4954"}


def shape(name: str, tone: str) -> SafeString:
    return format_html(
        '<svg class="app-shape" width="12" height="12" viewBox="0 0 12 12" color="{}" aria-hidden="true" '
        'focusable="false">{}</svg>',
        _COLOURS[tone],
        _SHAPES[name],
    )


@lru_cache(maxsize=1024)
def as_tag(status: Status) -> SafeString:
    """A status as HTML: its shape and its words. A list says the same few fifty times, so they are kept."""
    return format_html(
        '<strong class="app-tag app-tag--{}">{}{}</strong>',
        status.tone,
        shape(status.shape, status.tone),
        status.words,
    )


@register.simple_tag
def tag(status: Status | str, tone: str = "grey") -> SafeString:
    """`{% tag case.status %}` for a Status; `{% tag "Queried" "amber" %}` for words."""
    if not status:
        return SafeString("")
    if not isinstance(status, Status):
        status = Status(str(status), tone if tone in SHAPES else "grey")  # type: ignore[arg-type]
    return as_tag(status)


@register.simple_tag(name="rag")
def rag_tag(code: str | None) -> SafeString:
    """Green, Amber, Red or No target."""
    return as_tag(rag(code))


@register.simple_tag
def direction(code: str | None) -> SafeString:
    """Which way a figure went against the same quarter a year before: an arrow and its word."""
    words = {"up": "Up", "down": "Down", "same": "No change"}.get(code or "")
    if not words:
        return SafeString('<span class="app-muted">Not known</span>')
    drawn = {
        "up": "M6 1v10M6 1 2 5M6 1l4 4",
        "down": "M6 11V1M6 11 2 7M6 11l4-4",
        "same": "M1 6h10M11 6 7 2M11 6 7 10",
    }[code or ""]
    return format_html(
        '<span class="app-direction"><svg class="app-shape" width="12" height="12" viewBox="0 0 12 12" '
        'aria-hidden="true" focusable="false"><path d="{}" fill="none" stroke="currentColor" stroke-width="2"/>'
        "</svg>{}</span>",
        drawn,
        words,
    )


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any) -> Mapping[str, Any]:
    """Every error of the forms given, each a link to the control it is about. Nothing when there is none."""
    return {"errors": errors_of(*forms)}


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


@register.filter
def long_date(value: Any) -> str:
    """Tuesday 3 March 2026"""
    day = _day(value)
    return dates.long_date(day) if day else ""


@register.filter
def plain_date(value: Any) -> str:
    """3 March 2026"""
    day = _day(value)
    return dates.plain_date(day) if day else ""


@register.filter
def short_date(value: Any) -> SafeString:
    """3 Mar 2026, in a <time> and kept on one line."""
    day = _day(value)
    if not day:
        return SafeString("")
    return format_html(
        '<time class="app-date" datetime="{}">{}</time>', day.isoformat(), dates.short_date(day)
    )


@register.filter
def clock(value: Any) -> str:
    """9:30am, 2pm, midday"""
    if isinstance(value, datetime):
        value = timezone.localtime(value).time() if timezone.is_aware(value) else value.time()
    if not isinstance(value, time):
        return ""
    if (value.hour, value.minute) == (12, 0):
        return "midday"
    if (value.hour, value.minute) == (0, 0):
        return "midnight"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


@register.filter
def moment(value: Any) -> str:
    """3 March 2026 at 9:30am"""
    day = _day(value)
    return f"{dates.plain_date(day)} at {clock(value)}" if day else ""


@register.filter
def thousands(value: Any) -> str:
    """12,345"""
    if value is None or value == "":
        return ""
    return f"{value:,}" if isinstance(value, int | Decimal | float) else str(value)


@register.filter
def percent(value: Any) -> str:
    """77%, 77.5%; nothing known is "No data"."""
    if value is None or value == "":
        return "No data"
    number = Decimal(str(value)).normalize()
    return f"{number:f}%"


@register.filter
def count_of(count: int, words: str) -> str:
    """`{{ 3|count_of:"order,orders" }}`: 3 orders"""
    one, many = words.split(",")
    return f"{count:,} {one if count == 1 else many}"


@register.filter
def attribute(row: Any, name: str) -> Any:
    """A value by a name that is known only when the page is made."""
    if isinstance(row, Mapping):
        return row.get(name, "")
    return getattr(row, name, "")


@register.simple_tag(takes_context=True)
def here(context: template.Context, **changes: Any) -> str:
    """This page's address with some of its query changed; an empty value takes a key away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(name="request_number")
def number_of_request() -> str:
    """The number by which this request is found in the log; for the error page, which has no context."""
    return request_number.get()


@register.simple_tag
def key_of(name: str) -> SafeString:
    """`<button{% key_of "save" %}>`: the keyboard shortcut of a control, as its attribute."""
    return format_html(' accesskey="{}"', KEYS[name])


@register.simple_tag
def key_to(href: str) -> SafeString:
    """`<a href="{{ href }}"{% key_to href %}>`: the keyboard shortcut of the page a link leads to, if it has one."""
    try:
        name = resolve(href).url_name
    except Resolver404:
        return SafeString("")
    return key_of(name) if name in KEYS else SafeString("")


@register.filter
def age(born_on: Any) -> int | str:
    """Whole years today, in Scotland."""
    day = _day(born_on)
    if day is None:
        return ""
    today = timezone.localdate()
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


@register.filter
def shown(value: Any) -> Any:
    """Any value as people read it: a day in words, yes or no, the labels of a list, a status as its tag."""
    if isinstance(value, Status):
        return as_tag(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return dates.plain_date(value)
    if isinstance(value, time):
        return clock(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(shown(item)) for item in value if item not in (None, ""))
    return "" if value is None else value


@register.filter
def pairs(value: Mapping[Any, Any] | Iterable[Any]) -> list[Any]:
    """The rows of a summary list, given as a mapping or as pairs."""
    return list(value.items()) if isinstance(value, Mapping) else list(value)
