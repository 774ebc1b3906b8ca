"""The list a figure opens to: the very cases it counts, with the reason each counts as it does."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from cases.consultations import looked_through
from cases.models import Case
from justice.web.listing import Column, Listing
from justice.web.status import Status
from justice.web.taking import take_away
from performance.domain.period import Quarter
from performance.figures import figures, members
from performance.kpis import Kpi
from performance.rows import Lines, Row, Standing
from performance.tallies import Tally
from performance.views.choices import Choices
from performance.views.dashboard import Line

# The three lists: what the figure counts, and apart from it what it does not count yet or at all.
LISTS = {
    "counted": (Standing.ABOVE, Standing.BELOW),
    "pending": (Standing.PENDING,),
    "left-out": (Standing.LEFT_OUT,),
}
LIST_WORDS = {"counted": "Counted", "pending": "Pending", "left-out": "Left out"}
STATUS = {
    Standing.ABOVE: Status("Yes", "green"),
    Standing.BELOW: Status("No", "amber"),
    Standing.PENDING: Status("Pending", "grey"),
    Standing.LEFT_OUT: Status("Left out", "grey"),
}


class RowFilter(django_filters.FilterSet):
    """Narrows a list; locality, team and worker narrow the figure itself, and were applied before."""

    done = django_filters.ChoiceFilter(
        label="Counted as done",
        choices=((Standing.ABOVE.value, "Yes"), (Standing.BELOW.value, "No")),
        empty_label="Both",
        method="by_standing",
    )
    locality = django_filters.ChoiceFilter(label="Locality", empty_label="All", method="applied")
    team = django_filters.ChoiceFilter(label="Team", empty_label="All", method="applied")
    worker = django_filters.ChoiceFilter(label="Worker", empty_label="All", method="applied")

    def __init__(self, choices: Choices, rows: QuerySet, *, with_done: bool) -> None:
        super().__init__(choices.request.GET, queryset=rows)
        localities = {str(team.locality_id): team.locality.name for team in choices.teams}
        self.filters["locality"].extra["choices"] = sorted(localities.items(), key=lambda pair: pair[1])
        self.filters["team"].extra["choices"] = [(str(key), name) for key, name in choices.team_names.items()]
        self.filters["worker"].extra["choices"] = [
            (str(key), name) for key, name in choices.worker_names.items()
        ]
        if not with_done:
            del self.filters["done"]

    def by_standing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(standing=value)

    def applied(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows


def cases(request: HttpRequest, quarter: Quarter, measure: Kpi | Tally, file: str = "") -> HttpResponseBase:
    """The cases behind a figure, on the page or as a file; who looked is written first."""
    choices = Choices(request, quarter)
    which = request.GET.get("list", "counted")
    if which not in LISTS or file not in ("", "csv", "xlsx"):
        raise Http404("no such list")
    listing = _listing(choices, measure, which)
    page = f"figure {measure.code}"
    if file:
        return take_away(request, listing, page=page, file=file)
    looked_through(user=choices.user, cases=listing.case_keys, page=page, beyond=True)
    (figure,) = figures(choices.scope, quarter, choices.as_of, measures=(measure,))
    context = {
        "title": f"Cases: {measure.label}",
        "quarter": quarter,
        "whose": choices.whose,
        "as_of": choices.as_of,
        "figure": figure,
        "line": Line(figure),
        "listing": listing,
        "lists": _lists(choices, measure, which),
        "which": which,
        "csv": reverse("performance_cases_file", args=[quarter, measure, "csv"]),
        "xlsx": reverse("performance_cases_file", args=[quarter, measure, "xlsx"]),
        "trail": [
            ("Performance", choices.link("performance_quarter")),
            (measure.short, choices.link("performance_measure", measure)),
        ],
    }
    return render(request, "performance/cases.html", context)


def _lists(choices: Choices, measure: Kpi | Tally, which: str) -> list[dict[str, Any]]:
    """The way to each of the three lists."""
    found = []
    for key, words in LIST_WORDS.items():
        query = choices.request.GET.copy()
        for name in ("page", "done"):
            query.pop(name, None)
        query["list"] = key
        address = reverse("performance_cases", args=[choices.quarter, measure])
        found.append({"label": words, "href": f"{address}?{query.urlencode()}", "current": key == which})
    return found


def _listing(choices: Choices, measure: Kpi | Tally, which: str) -> Listing:
    wanted = [one.value for one in LISTS[which]]
    rows = members(measure, choices.scope, choices.quarter, choices.as_of).filter(standing__in=wanted)
    rows = rows.select_related(
        "case__person" if isinstance(measure, Kpi) or not measure.order else "order__case__person"
    )
    return Listing(
        _columns(choices, measure),
        rows,
        choices.request,
        default_order="due_on" if isinstance(measure, Kpi) else "done_on",
        filterset=RowFilter(choices, rows, with_done=which == "counted"),
        caption=f"{measure.short}, {choices.quarter.title}: {LIST_WORDS[which].lower()}",
        empty="No cases. Change the filters, or choose another quarter",
        case_of="case_id" if isinstance(measure, Kpi) else "case_key",
        counts=("row", "rows"),
        slug=f"{measure.slug}-{choices.quarter}-{which}",
    )


def _columns(choices: Choices, measure: Kpi | Tally) -> tuple[Column, ...]:
    lines = Lines(measure, choices.scope.council, choices.as_of)
    kept: dict[Any, Row] = {}

    def line(row: Any) -> Row:
        """The line of a row, made once for all its cells."""
        if row.pk not in kept:
            kept.clear()
            kept[row.pk] = lines.of(row)
        return kept[row.pk]

    def case_of(row: Any) -> Case:
        return row.order.case if isinstance(measure, Tally) and measure.order else row.case

    kpi = isinstance(measure, Kpi)
    path = "case" if kpi else measure.path("case")
    dates: tuple[Column, ...] = (
        Column("done_on", "Date", lambda row: line(row).done_on, ("day",), kind="date"),
    )
    if kpi:
        dates = (
            Column("due_on", "Due", lambda row: line(row).due_on, ("due_on",), kind="date"),
            Column("done_on", "Done", lambda row: line(row).done_on, ("met_on",), kind="date"),
        )
    return (
        Column(
            "reference",
            "Reference",
            lambda row: line(row).reference,
            ("reference",) if kpi else ("order_reference",),
            heads=True,
        ),
        Column(
            "person",
            "Person",
            lambda row: case_of(row).person.name,
            (f"{path}__person__family_name", f"{path}__person__given_name"),
            href=lambda row: reverse("case", args=[line(row).case]),
            context=lambda row: f"for {line(row).reference}",
        ),
        *dates,
        Column(
            "counted", "Counted as done", lambda row: STATUS[line(row).standing], ("standing",), kind="status"
        ),
        Column("reason", "Reason", lambda row: line(row).reason),
        Column("worker", "Worker", lambda row: choices.worker_names.get(line(row).worker or 0, "")),
        Column("team", "Team", lambda row: choices.team_names.get(line(row).team or 0, "")),
    )
