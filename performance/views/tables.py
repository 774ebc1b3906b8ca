"""The year's tables on a page, each count with the list behind it, and the same as files."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.models import COUNCIL_ROLES, TEAM_ROLES, Council, Role, User
from cases.views.lists import show
from justice.web import exports
from justice.web.forms import DateField, Form, SelectField
from justice.web.listing import Column, Listing, Table
from justice.web.views import today
from performance import tables
from performance.domain import ages
from performance.domain.period import FinancialYear
from performance.tables import ALL, TABLES, Asked, Crosstab, Printed
from performance.views.dashboard import percent_words

READERS = (TEAM_ROLES | COUNCIL_ROLES) - {Role.SYSTEM}
OFFERED = 15  # financial years that the page offers


class AskForm(Form):
    """The day, the year and the age bands: by GET, so that every choice has an address."""

    year = SelectField("Financial year of reports and assessments", required=False)
    on = DateField("Day of the open cases", required=False)
    bands = SelectField("Age bands", required=False)

    def __init__(self, *args: Any, this_year: FinancialYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [FinancialYear(this_year.start - back) for back in range(OFFERED)]
        self.fields["year"].choices = [
            (str(one), f"April {one.start} to March {one.start + 1}") for one in years
        ]  # type: ignore[attr-defined]
        self.fields["bands"].choices = [(one.key, one.label) for one in ages.shipped().values()]  # type: ignore[attr-defined]


def _reader(request: HttpRequest) -> tuple[User, Council]:
    user = request.user
    if not isinstance(user, User) or user.role not in READERS or user.council is None:
        raise PermissionDenied
    return user, user.council


def _asked(request: HttpRequest) -> Asked:
    """What the address asks for: today, the last whole year and the local bands unless it says otherwise."""
    day, query = today(), request.GET
    try:
        year = FinancialYear.parse(query["year"]) if query.get("year") else None
        on = date.fromisoformat(query["on"]) if query.get("on") else day
        bands = ages.shipped()[query.get("bands") or "local"]
    except (ValueError, KeyError):
        raise Http404("no such tables") from None
    return Asked(min(on, day), year or FinancialYear(FinancialYear.of(day).start - 1), bands)


def _query(asked: Asked, **more: str) -> str:
    given = {"year": str(asked.year), "on": asked.on.isoformat(), "bands": asked.bands.key, **more}
    return f"?{urlencode(given)}"


def year_tables(request: HttpRequest) -> HttpResponseBase:
    """Every table; no person is in it."""
    user, council = _reader(request)
    form = AskForm(request.GET or None, this_year=FinancialYear.of(today()))
    if request.GET.get("show"):
        return _chosen(request, form)
    asked = _asked(request)
    form = AskForm(
        initial={"year": str(asked.year), "on": asked.on, "bands": asked.bands.key},
        this_year=FinancialYear.of(today()),
        auto_id="choice_%s",
    )
    printed = [table.printed(user, council, asked) for table in TABLES.values()]
    context = {
        "title": "Tables of the year",
        "whose": _whose(user),
        "asked": asked,
        "form": form,
        "tables": [
            {
                "printed": one,
                "listing": _table(one, asked),
                "definition": one.table.definition,
                "source": asked.bands.source if one.table is tables.OPEN_CASES else "",
                "csv": reverse("year_table_csv", args=[one.table.key]) + _query(asked),
                "xlsx": reverse("year_table_xlsx", args=[one.table.key]) + _query(asked),
            }
            for one in printed
        ],
        "trail": [("Performance", reverse("performance"))],
    }
    return render(request, "performance/tables.html", context)


def _chosen(request: HttpRequest, form: AskForm) -> HttpResponseBase:
    """The form was sent: its answers as one plain address, or its errors beside the fields."""
    if not form.is_valid():
        context = {
            "title": "Tables of the year",
            "form": form,
            "trail": [("Performance", reverse("performance"))],
        }
        return render(request, "performance/tables.html", context, status=422)
    given = {
        "year": form.cleaned_data["year"],
        "on": form.cleaned_data["on"].isoformat() if form.cleaned_data["on"] else "",
        "bands": form.cleaned_data["bands"],
    }
    return redirect(
        f"{reverse('year_tables')}?{urlencode({key: text for key, text in given.items() if text})}"
    )


def _whose(user: User) -> str:
    return "Whole council" if user.role in COUNCIL_ROLES else "The cases you may see"


def _columns(printed: Printed, asked: Asked) -> tuple[Column, ...]:
    """One column of counts for each column of the table, each count a link to its list, and shares where they help."""
    found = [Column("words", printed.table.heads, heads=True)]
    for key, words in printed.shown_columns:

        def count(row: Any, key: str = key) -> int:
            return printed.count(row["line"], key)

        def href(row: Any, key: str = key) -> str:
            if not printed.count(row["line"], key):
                return ""
            query = _query(asked, line=row["line"], column=key)
            return reverse("year_table_cases", args=[printed.table.key]) + query

        def context(row: Any, words: str = words) -> str:
            return f"{row['words']}, {words.lower()}: {printed.table.title.lower()}"

        def share(row: Any, key: str = key) -> str:
            return percent_words(printed.share(row["line"], key))

        found.append(Column(f"count-{key or 'all'}", words, count, kind="number", href=href, context=context))
        if printed.table.with_share:
            label = "Share" if len(printed.shown_columns) == 1 else f"Share, {words.lower()}"
            found.append(Column(f"share-{key or 'all'}", label, share, kind="number"))
    return tuple(found)


def _lines(printed: Printed) -> list[dict[str, str]]:
    return [{"line": key, "words": words} for key, words in printed.shown_lines]


TOTAL = {"line": ALL, "words": "Total"}


def _table(printed: Printed, asked: Asked) -> Table:
    return Table(_columns(printed, asked), _lines(printed), printed.table.title, totals=[TOTAL])


def _found(key: str) -> Crosstab:
    if key not in TABLES:
        raise Http404("no such table")
    return TABLES[key]


def year_table_file(request: HttpRequest, table: str, file: str) -> HttpResponseBase:
    """One table as a file: counts only, nobody is in it."""
    user, council = _reader(request)
    asked, chosen = _asked(request), _found(table)
    printed = chosen.printed(user, council, asked)
    listing = Listing(
        _columns(printed, asked),
        [*_lines(printed), TOTAL],
        request,
        caption=chosen.title,
        case_of="line",
        slug=chosen.key,
    )
    return (exports.csv_response if file == "csv" else exports.xlsx_response)(listing)


def year_table_cases(request: HttpRequest, table: str, file: str = "") -> HttpResponseBase:
    """The list behind one count."""
    user, council = _reader(request)
    asked, chosen = _asked(request), _found(table)
    line, column = request.GET.get("line", ALL), request.GET.get("column", ALL)
    lines, columns = chosen.lines(asked), chosen.columns
    if line not in {*lines, *chosen.groups, ALL} or column not in {*columns, ALL}:
        raise Http404("no such count")
    rows = chosen.cell(chosen.members(user, council, asked), line, column)
    person = tables.path_of(chosen, "person")
    said = [chosen.groups[line][0] if line in chosen.groups else lines.get(line, ""), columns.get(column, "")]
    words = ", ".join(part for part in said if part)
    listing = Listing(
        (
            Column(
                "person",
                "Person",
                lambda row: (
                    f"{tables.case_of(chosen, row).person.family_name}, "
                    f"{tables.case_of(chosen, row).person.given_name}"
                ),
                (f"{person}__family_name", f"{person}__given_name"),
                href=lambda row: reverse("case", args=[tables.case_of(chosen, row).pk]),
                context=lambda row: f"for {tables.case_of(chosen, row).person.reference}",
                heads=True,
            ),
            Column(
                "reference",
                "Reference",
                lambda row: tables.case_of(chosen, row).person.reference,
                (f"{person}__reference",),
            ),
            Column("day", chosen.dated, chosen.day, (chosen.day,), kind="date"),
            Column("line", chosen.heads, lambda row: lines.get(row.line, row.line)),
        ),
        rows.select_related(person),
        request,
        default_order="person",
        caption=f"{chosen.title}: {words[0].lower()}{words[1:]}" if words else f"{chosen.title}: all",
        counts=(chosen.counted, f"{chosen.counted}s"),
        empty="Nothing is counted here. Choose another day or year.",
        case_of=f"{chosen.case}.pk" if chosen.case else "pk",
        slug=f"{chosen.key}-cases",
    )
    return show(
        request,
        listing,
        "performance/table_cases.html",
        f"table {chosen.key}",
        file,
        keys=[chosen.key],
        beyond=True,
        definition=chosen.definition,
        trail=[("Performance", reverse("performance")), ("Tables", reverse("year_tables") + _query(asked))],
    )
