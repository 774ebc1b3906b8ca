"""A list, declared once: the page, the CSV file and the workbook are made from the same columns.

    Listing(
        caption="Overdue timescales",
        columns=(
            Column("name", "Person", "case.person.name", order_by=("case__person__family_name",), href=case_page),
            Column("due_on", "Due", kind="date", order_by=("due_on",)),
            Column("status", "Status", value=lambda row: due(row.due_on, today), kind="status"),
        ),
        queryset=Timescale.objects.visible_to(request.user).overdue(on=today).select_related("case__person"),
        request=request,
        default_order="due_on",
    )

A page costs two queries, the count and the rows, whatever the size. What a person may sort and filter by is what the
columns and the filter set name; anything else in the address is let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from html import escape
from math import ceil
from operator import attrgetter
from typing import Any, Literal

from django.db.models import QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from justice.web.dates import short_date
from justice.web.status import Status
from justice.web.templatetags import govuk

Kind = Literal["text", "date", "number", "status", "link"]
Value = Callable[[Any], Any] | str


@dataclass(frozen=True)
class Column:
    """One column.

    `value` is an attribute path ("case.person.name", the key unless given) or a function of the row; `order_by` the
    orderings that sorting by it means (none: it cannot be sorted by); `href` a function of the row giving the address
    that the cell links to; `context` a function of the row giving words, hidden to the eye, that tell like links
    apart ("for case 01234"). `heads` makes the cell the row's heading. `on_page` and `in_files` say where it appears;
    `hidden_label` keeps the label for screen readers only.
    """

    key: str
    label: str
    value: Value = ""
    order_by: tuple[Any, ...] | None = None
    kind: Kind = "text"
    href: Callable[[Any], str] | None = None
    context: Callable[[Any], str] | None = None
    heads: bool = False
    on_page: bool = True
    in_files: bool = True
    hidden_label: bool = False

    def of(self, row: Any) -> Any:
        """The value in this row: what a file gets, and what the cell shows in words."""
        if callable(self.value):
            return self.value(row)
        path = self.value or self.key
        if isinstance(row, Mapping):
            return row.get(path)
        for step in path.split("."):
            if row is None:
                return None
            row = getattr(row, step)
        return row() if callable(row) else row

    def cell(self, row: Any) -> SafeString:
        """The whole table cell. Everything that is not markup of ours is escaped here, once."""
        value = self.of(row)
        shown = _shown(value)
        address = self.href(row) if self.href else ""
        if address:
            context = self.context(row) if self.context else ""
            if context:
                shown += f'<span class="govuk-visually-hidden"> {_escaped(context)}</span>'
            shown = f'<a class="govuk-link" href="{_escaped(address)}">{shown}</a>'
        if self.heads:
            return SafeString(f'<th scope="row" class="govuk-table__header">{shown}</th>')
        css = "govuk-table__cell"
        if self.kind == "number":
            css += " govuk-table__cell--numeric"
        elif isinstance(value, str) and len(value) <= 16 and " " not in value:
            css += " app-nowrap"  # a reference is not broken at its hyphen
        return SafeString(f'<td class="{css}">{shown}</td>')


def _escaped(value: Any) -> str:
    """As HTML. Three hundred and fifty cells a page: Django's own functions take four times as long for the same."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, Status):
        return govuk.as_tag(value)
    if isinstance(value, datetime):
        return _escaped(govuk.moment(value))
    if isinstance(value, date):
        return f'<time class="app-date" datetime="{value.isoformat()}">{short_date(value)}</time>'
    if isinstance(value, time):
        return _escaped(govuk.clock(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float | Decimal):
        return _escaped(govuk.thousands(value))
    return _escaped(value)


@dataclass(frozen=True)
class Heading:
    label: str
    kind: str
    href: str = ""
    sorted: str = ""  # "ascending", "descending" or nothing: as aria-sort says it
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """Rows that are all on the page and stay in the order given. `foot`: rows of totals."""

    columns: Sequence[Column]
    objects: Iterable[Any]
    caption: str
    empty: str = "There is nothing here"
    totals: Iterable[Any] = ()

    @property
    def headings(self) -> list[Heading]:
        return [
            Heading(column.label, column.kind, hidden=column.hidden_label)
            for column in self.columns
            if column.on_page
        ]

    @cached_property
    def rows(self) -> list[SafeString]:
        return rows_of(self.columns, self.objects)

    @cached_property
    def foot(self) -> list[SafeString]:
        return rows_of(self.columns, self.totals)


def rows_of(columns: Sequence[Column], objects: Iterable[Any]) -> list[SafeString]:
    """Table rows, ready: made here once, because a template that asks cell by cell takes half the time of a page."""
    shown = [column for column in columns if column.on_page]
    return [
        SafeString(f'<tr class="govuk-table__row">{"".join([column.cell(row) for column in shown])}</tr>')
        for row in objects
    ]


@dataclass(frozen=True)
class PageLink:
    number: int
    href: str = ""
    current: bool = False
    gap: bool = False


@dataclass(frozen=True)
class Pages:
    items: list[PageLink]
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class ChosenFilter:
    """A filter in use, and the address of the list without it."""

    label: str
    words: str
    href: str


class Listing:
    """One list of one page. See the module's text.

    `queryset` starts at what the user may see; a list of rows does too. `default_order` is a column's key, with "-"
    for the other way, or the orderings themselves. `filterset` is a django-filter set already given the request's
    query; its rows take the place of `queryset`. `case_of` is the path from a row to its case's key, for the log of
    who looked. `counts` names what is counted, one and many. `slug` names the list in file names.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        queryset: Any,
        request: HttpRequest,
        default_order: str | tuple[Any, ...] = (),
        page_size: int = 50,
        filterset: Any = None,
        caption: str = "",
        empty: str = "There is nothing here",
        *,
        case_of: str = "pk",
        counts: tuple[str, str] = ("row", "rows"),
        slug: str = "",
    ) -> None:
        self.columns = tuple(columns)
        self.filterset = filterset
        self.queryset = filterset.qs if filterset is not None else queryset
        self.request = request
        self.query: QueryDict = request.GET
        self.default_order = default_order
        self.page_size = page_size
        self.caption, self.empty = caption, empty
        self.case_of, self.counts = case_of, counts
        self.slug = slug or "-".join(caption.lower().split()) or "list"
        self._sortable = {column.key: column for column in self.columns if column.order_by}

    # ------------------------------------------------------------ order

    @cached_property
    def sort(self) -> tuple[str, bool]:
        """The key of the column sorted by, and whether the other way round; no key: some order of its own."""
        for asked in (self.query.get("sort", ""), self.default_order):
            if isinstance(asked, str) and asked.removeprefix("-") in self._sortable:
                return asked.removeprefix("-"), asked.startswith("-")
        return "", False

    @property
    def sorted_in_words(self) -> str:
        """For the caption, so that a screen reader says it: "sorted by Due, earliest first"."""
        key, reverse = self.sort
        if not key:
            return ""
        column = self._sortable[key]
        ends = {"date": ("earliest first", "latest first"), "number": ("lowest first", "highest first")}
        return f"sorted by {column.label}, {ends.get(column.kind, ('A to Z', 'Z to A'))[reverse]}"

    @cached_property
    def ordered(self) -> Any:
        """Every row that the filters leave, in order; rows that are equal in it stay put from page to page."""
        key, reverse = self.sort
        if key:
            order: Sequence[Any] = self._sortable[key].order_by or ()
            if reverse:
                order = [_reversed(by) for by in order]
        else:
            order = () if isinstance(self.default_order, str) else self.default_order
        if isinstance(self.queryset, QuerySet):
            if order:
                return self.queryset.order_by(*order, "pk")
            return self.queryset if self.queryset.ordered else self.queryset.order_by("pk")
        rows = list(self.queryset)
        for by in reversed([by for by in order if isinstance(by, str)]):
            name, down = by.removeprefix("-").replace("__", "."), by.startswith("-")
            get = _getter(name)
            known = sorted((row for row in rows if get(row) is not None), key=get, reverse=down)
            rows = known + [row for row in rows if get(row) is None]
        return rows

    # ------------------------------------------------------------ the page

    @cached_property
    def total(self) -> int:
        """How many rows the filters leave."""
        if isinstance(self.ordered, QuerySet):
            return self.ordered.count()
        return len(self.ordered)

    @property
    def counted(self) -> str:
        """Where in the list this page stands: "51 to 100 of 1,204 timescales"."""
        one, many = self.counts
        if self.last_page == 1:
            return f"{self.total:,} {one if self.total == 1 else many}"
        first = (self.number - 1) * self.page_size
        return f"{first + 1:,} to {first + len(self.objects):,} of {self.total:,} {many}"

    @cached_property
    def last_page(self) -> int:
        return max(1, ceil(self.total / self.page_size))

    @cached_property
    def number(self) -> int:
        asked = self.query.get("page", "1")
        known = asked.isascii() and asked.isdigit() and len(asked) < 9
        return min(max(1, int(asked)), self.last_page) if known else 1

    @cached_property
    def objects(self) -> list[Any]:
        """The rows of this page: what the log of who looked must name."""
        first = (self.number - 1) * self.page_size
        return list(self.ordered[first : first + self.page_size]) if self.total else []

    @cached_property
    def rows(self) -> list[SafeString]:
        return rows_of(self.columns, self.objects)

    @property
    def case_keys(self) -> list[int]:
        """The key of the case of each row on this page."""
        return [follow(row, self.case_of) for row in self.objects]

    @property
    def headings(self) -> list[Heading]:
        key, reverse = self.sort
        found = []
        for column in self.columns:
            if not column.on_page:
                continue
            current = column.key == key
            href = ""
            if column.order_by:
                href = self.address(
                    sort=f"-{column.key}" if current and not reverse else column.key, page=None
                )
            sorted_ = ("descending" if reverse else "ascending") if current else ""
            found.append(Heading(column.label, column.kind, href, sorted_, column.hidden_label))
        return found

    # ------------------------------------------------------------ addresses

    def address(self, **changes: Any) -> str:
        """This list with some of its query changed; None takes a key away."""
        query = self.query.copy()
        for name, value in changes.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def query_string(self) -> str:
        """Filters and order, without the page, for the address of a file: "" or "?team=3&sort=due_on"."""
        query = self.query.copy()
        query.pop("page", None)
        return f"?{query.urlencode()}" if query else ""

    @cached_property
    def pages(self) -> Pages:
        near = {1, self.last_page, *range(self.number - 1, self.number + 2)}
        items: list[PageLink] = []
        before = 0
        for number in sorted(n for n in near if 1 <= n <= self.last_page):
            if number - before == 2:
                items.append(PageLink(before + 1, self.address(page=before + 1)))
            elif number - before > 2:
                items.append(PageLink(0, gap=True))
            items.append(PageLink(number, self.address(page=number), number == self.number))
            before = number
        return Pages(
            items,
            self.address(page=self.number - 1) if self.number > 1 else "",
            self.address(page=self.number + 1) if self.number < self.last_page else "",
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a filter form must carry beside its own fields."""
        own = set(self._filter_names())
        return [(name, value) for name, value in self.query.items() if name not in own and name != "page"]

    def _filter_names(self) -> Iterator[str]:
        """The names of the form's own controls; a control of several boxes has several."""
        if self.filterset is None:
            return
        for name, form_field in self.filterset.form.fields.items():
            base = self.filterset.form.add_prefix(name)
            yield base
            yield from (
                f"{base}_{suffix}" for suffix in ("day", "month", "year", "min", "max", "after", "before")
            )
            yield from (f"{base}_{index}" for index in range(len(getattr(form_field.widget, "widgets", ()))))

    @property
    def cleared(self) -> str:
        query = self.query.copy()
        for name in (*self._filter_names(), "page"):
            query.pop(name, None)
        return f"?{query.urlencode()}"

    @cached_property
    def chosen_filters(self) -> list[ChosenFilter]:
        """Each filter in use, in words, with the way to drop it."""
        if self.filterset is None or not self.filterset.form.is_valid():
            return []
        form = self.filterset.form
        chosen = []
        for name, form_field in form.fields.items():
            value = form.cleaned_data.get(name)
            if value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
                continue
            taken = self.query.copy()
            for key in [key for key in taken if key == form.add_prefix(name) or key.startswith(f"{name}_")]:
                taken.pop(key)
            taken.pop("page", None)
            chosen.append(
                ChosenFilter(
                    str(form_field.label or name), _words(form_field, value), f"?{taken.urlencode()}"
                )
            )
        return chosen

    # ------------------------------------------------------------ files

    @property
    def file_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.in_files)

    def keys(self) -> list[tuple[Any, int]]:
        """Of every row: its own key and its case's. What a file will hold, asked before any of it is sent."""
        if isinstance(self.ordered, QuerySet):
            case = self.case_of.replace(".", "__")
            return [(row, case_key) for row, case_key in self.ordered.values_list("pk", case)]
        return [(self.key_of(row), follow(row, self.case_of)) for row in self.ordered]

    def every_row(self, chunk: int = 1000) -> Iterator[Any]:
        """All rows in order, a chunk at a time."""
        if isinstance(self.ordered, QuerySet):
            yield from self.ordered.iterator(chunk_size=chunk)
        else:
            yield from self.ordered

    def key_of(self, row: Any) -> Any:
        return row.pk if isinstance(self.ordered, QuerySet) else id(row)


def _reversed(by: Any) -> Any:
    """The same ordering the other way round."""
    if isinstance(by, str):
        return by[1:] if by.startswith("-") else f"-{by}"
    if isinstance(by, OrderBy):
        turned = by.copy()
        turned.reverse_ordering()
        return turned
    return by.desc()


def _getter(name: str) -> Callable[[Any], Any]:
    def get(row: Any) -> Any:
        return row.get(name) if isinstance(row, Mapping) else attrgetter(name)(row)

    return get


def follow(row: Any, path: str) -> Any:
    """The value at the end of a path from a row: "case.person.name"."""
    for step in path.replace("__", ".").split("."):
        row = row[step] if isinstance(row, Mapping) else getattr(row, step)
    return row


def _words(form_field: Any, value: Any) -> str:
    """A filter's value as the person chose it."""
    labels = {
        str(code): str(label) for code, label in getattr(form_field, "choices", ()) if not callable(code)
    }
    if hasattr(value, "pk"):
        return str(getattr(value, "name", "")) or labels.get(str(value.pk), str(value))
    if isinstance(value, list | tuple | set | QuerySet):
        return ", ".join(_words(form_field, one) for one in value)
    if isinstance(value, slice):
        ends = [str(govuk.shown(end)) for end in (value.start, value.stop) if end not in (None, "")]
        return " to ".join(ends)
    if str(value) in labels:
        return labels[str(value)]
    return str(govuk.shown(value))
