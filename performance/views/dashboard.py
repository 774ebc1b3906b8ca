"""The quarter's figures on a page, one figure on a page of its own, and the same list of figures as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

import justice
from cases import permissions
from cases.calendars import standards_of
from justice.web import exports, pdf
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status, rag
from justice.web.views import today
from performance.domain.period import Quarter
from performance.figures import BY, MEASURE_OF, Figure, figures
from performance.kpis import Kpi
from performance.models import Commentary, Return
from performance.tallies import Tally
from performance.views import drawing
from performance.views.choices import Choices, latest_complete

HEADLINE = ("K1", "K2", "K3", "K4", "K5", "K6")  # the six of the board's report, in its order
CODE_VERSION = justice.__version__
BY_WORDS = {"locality": "Locality", "team": "Team", "worker": "Worker"}


def percent_words(value: Decimal | None) -> str:
    return "No cases" if value is None else f"{value.normalize():f}%"


def target_words(value: Decimal | None) -> str:
    return "No target" if value is None else f"{value.normalize():f}%"


@dataclass(frozen=True)
class Line:
    """One figure as the page and the PDF show it: the same words in both."""

    figure: Figure
    href: str = ""
    cases: str = ""
    sparkline: SafeString = SafeString("")

    @property
    def target(self) -> str:
        return target_words(self.figure.target)

    @property
    def actual(self) -> str:
        return percent_words(self.figure.percent) if self.figure.is_rate else f"{self.figure.numerator:,}"

    @property
    def share(self) -> str:
        """The two numbers: "63 of 70"."""
        figure = self.figure
        return f"{figure.numerator:,} of {figure.denominator:,}" if figure.is_rate else ""

    @property
    def status(self) -> Status:
        if self.figure.rag == "grey" and self.figure.target is not None:
            return Status("Not rated", "grey")
        return rag(self.figure.rag)

    @property
    def direction(self) -> str:
        """In the codes of the direction tag."""
        return {"level": "same", "none": ""}.get(self.figure.direction, self.figure.direction)

    @property
    def direction_words(self) -> str:
        return self.figure.direction_words

    @property
    def pending(self) -> str:
        return f"{self.figure.pending:,} pending" if self.figure.pending else ""

    @property
    def forecast(self) -> str:
        """What an open quarter still needs to be green, in words."""
        ahead = self.figure.forecast
        if ahead is None:
            return ""
        return f"{ahead.above:,} of {ahead.below:,} so far, {ahead.pending:,} still to come. {ahead.words}"


def lines(choices: Choices, found: Sequence[Figure]) -> list[Line]:
    return [
        Line(
            one,
            choices.link("performance_measure", one.measure),
            choices.link("performance_cases", one.measure),
            drawing.sparkline(one),
        )
        for one in found
    ]


def summary_words(found: Sequence[Figure]) -> str:
    """How the six stand, in one sentence."""
    rated = [one.rag for one in found if one.code in HEADLINE]
    parts = [f"{rated.count(code)} {words}" for code, words in _RATINGS if rated.count(code)]
    return f"Of the six key performance indicators: {', '.join(parts)}"


def rules_of(found: Sequence[Figure]) -> list[tuple[str, str]]:
    """The rules in use, each with the measures it rates: one rule for all of them says so once."""
    ruled: dict[str, list[str]] = {}
    for one in found:
        if one.target is not None:
            ruled.setdefault(one.rule_words, []).append(one.measure.short)
    if len(ruled) == 1:
        return [("", next(iter(ruled)))]
    return [(", ".join(names), words) for words, names in ruled.items()]


_RATINGS = (("green", "green"), ("amber", "amber"), ("red", "red"), ("grey", "not rated"))


def dashboard(request: HttpRequest, quarter: Quarter | None = None) -> HttpResponse:
    """Every figure of a quarter, with the way to the list behind it."""
    if quarter is None and (asked := request.GET.get("quarter")):
        return _to_quarter(request, asked)
    choices = Choices(request, quarter or latest_complete(today()))
    shown = lines(choices, figures(choices.scope, choices.quarter, choices.as_of, trend=True))
    context = {
        **_common(choices),
        "rules": rules_of([line.figure for line in shown]),
        "title": f"Performance, {choices.quarter.title}",
        "summary": summary_words([line.figure for line in shown]),
        "headline": [line for line in shown if line.figure.code in HEADLINE],
        "others": [line for line in shown if line.figure.code not in HEADLINE],
        **written(choices),
        "ways": _ways(choices),
        "pdf": choices.link("performance_update"),
        "csv": choices.link("performance_file", "csv"),
        "xlsx": choices.link("performance_file", "xlsx"),
        "published": Return.objects.visible_to(choices.user).filter(period=str(choices.quarter)).first(),
        "may_write": permissions.allows(choices.user, "write_commentary"),
        "may_publish": permissions.allows(choices.user, "publish_return"),
        "complete": choices.quarter.last < today(),
    }
    return render(request, "performance/dashboard.html", context)


def _ways(choices: Choices) -> list[tuple[str, str]]:
    """The way to each breakdown."""
    return [(words, choices.link("performance_breakdown", by)) for by, words in BY_WORDS.items()]


def written(choices: Choices) -> dict[str, list[str]]:
    """What managers wrote about the quarter, point by point."""
    found = Commentary.objects.visible_to(choices.user).filter(period=str(choices.quarter)).first()
    if found is None:
        return {"achievements": [], "improvements": []}
    return {"achievements": points(found.achievements), "improvements": points(found.improvements)}


def _to_quarter(request: HttpRequest, asked: str) -> HttpResponse:
    """From the quarter that was chosen in the form to its own address, the other choices kept."""
    try:
        quarter = Quarter.parse(asked)
    except ValueError:
        raise Http404("no such quarter") from None
    return redirect(Choices(request, quarter).link("performance_quarter"))


def _common(choices: Choices) -> dict[str, object]:
    return {
        "choices": choices,
        "quarter": choices.quarter,
        "as_of": choices.as_of,
        "whose": choices.whose,
        "form": choices.form,
    }


def measure(request: HttpRequest, quarter: Quarter, measure: Kpi | Tally) -> HttpResponse:
    """One figure: what it counts, twenty quarters of it, and its parts by locality, team and worker."""
    choices = Choices(request, quarter)
    (figure,) = figures(choices.scope, quarter, choices.as_of, measures=(measure,), trend=True)
    (line,) = lines(choices, [figure])
    breakdowns = [(BY_WORDS[by], parts_table(choices, figure, by)) for by in BY_WORDS]
    context = {
        **_common(choices),
        "title": measure.label,
        "line": line,
        "figure": figure,
        "chart": drawing.trend(figure),
        "sentence": drawing.trend_words(figure),
        "trend": trend_table(figure),
        "breakdowns": breakdowns,
        "trail": [("Performance", choices.link("performance_quarter"))],
    }
    return render(request, "performance/measure.html", context)


def trend_table(figure: Figure) -> Table:
    """The chart's own figures, newest first."""
    rate = figure.is_rate
    columns = [
        Column("quarter", "Quarter", lambda point: point.quarter.title, heads=True),
        Column(
            "above", figure.measure.done.capitalize() or "Number", lambda p: p.tallied.above, kind="number"
        ),
    ]
    if rate:
        columns += [
            Column("below", "Of", lambda point: point.tallied.below, kind="number"),
            Column("percent", "Per cent", lambda point: percent_words(point.percent), kind="number"),
        ]
        columns.append(Column("target", "Target", lambda point: target_words(point.target), kind="number"))
    return Table(columns, tuple(reversed(figure.trend)), f"{figure.measure.short}, by quarter")


def parts_table(choices: Choices, figure: Figure, by: str) -> Table:
    """The figure's parts, each linked to its own list; they add up to the figure."""
    found = figures(choices.scope, figure.quarter, choices.as_of, by=by, measures=(figure.measure,))
    parts = [Line(one, cases=_part_link(choices, one, by)) for one in found]
    columns = [
        Column("group", BY_WORDS[by], lambda line: line.figure.group.name, heads=True),
        Column("actual", "Actual", "actual", kind="number"),
    ]
    if figure.is_rate:
        columns += [
            Column("share", "Cases", "share", kind="number", href=lambda line: line.cases,
                   context=lambda line: f"for {line.figure.group.name}"),
            Column("status", "Status", "status", kind="status"),
            Column("direction", "Against a year before", "direction_words"),
        ]  # fmt: skip
    return Table(
        columns,
        parts,
        f"{figure.measure.short} by {by}",
        "No cases in this quarter. Choose another on the page of the figures.",
    )


def _part_link(choices: Choices, part: Figure, by: str) -> str:
    if part.group is None or part.group.key is None:
        return ""
    query = choices.request.GET.copy()
    query[by] = str(part.group.key)
    address = reverse("performance_cases", args=[part.quarter, part.measure])
    return f"{address}?{query.urlencode()}"


def breakdown(request: HttpRequest, quarter: Quarter, by: str) -> HttpResponse:
    """The six key indicators for each locality, team or worker, side by side."""
    if by not in BY:
        raise Http404("no such breakdown")
    choices = Choices(request, quarter)
    found = [one for one in figures(choices.scope, quarter, choices.as_of, by=by) if one.code in HEADLINE]
    groups: dict[int | None, list[Line]] = {}
    names: dict[int | None, str] = {}
    for one in found:
        if one.group is not None:
            names[one.group.key] = one.group.name
            groups.setdefault(one.group.key, []).append(Line(one, cases=_part_link(choices, one, by)))
    context = {
        **_common(choices),
        "title": f"By {by}, {quarter.title}",
        "by": BY_WORDS[by],
        "headings": [MEASURE_OF[code].short for code in HEADLINE],
        "groups": [(names[key], cells) for key, cells in groups.items()],
        "ways": _ways(choices),
        "trail": [("Performance", choices.link("performance_quarter"))],
    }
    return render(request, "performance/breakdown.html", context)


# ---------------------------------------------------------------- files


def figures_file(request: HttpRequest, quarter: Quarter, ending: str) -> HttpResponseBase:
    """The dashboard as CSV or workbook: the same figures as the page. No person is in it, so nobody is logged."""
    if ending not in ("csv", "xlsx"):
        raise Http404("no such file")
    choices = Choices(request, quarter)
    found = figures(choices.scope, quarter, choices.as_of)
    listing = Listing(
        FILE_COLUMNS,
        [Line(one) for one in found],
        request,
        caption=f"Performance {quarter}",
        case_of="figure.code",
        slug=f"performance-{quarter}",
    )
    return exports.csv_response(listing) if ending == "csv" else exports.xlsx_response(listing)


FILE_COLUMNS = (
    Column("kpi", "KPI", "figure.code"),
    Column("label", "Title", "figure.label"),
    Column("numerator", "Numerator", "figure.numerator", kind="number"),
    Column("denominator", "Denominator", "figure.denominator", kind="number"),
    Column("percent", "Actual (%)", "figure.percent", kind="number"),
    Column("target", "Target (%)", "figure.target", kind="number"),
    Column("rag", "RAG status", "status"),
    Column("direction", "Direction in last 12 months", "direction_words"),
    Column("before", "Same quarter a year before (%)", "figure.before_percent", kind="number"),
    Column("pending", "Pending", "figure.pending", kind="number"),
    Column("period", "Period", lambda line: str(line.figure.quarter)),
    Column("as_of", "As known on", "figure.as_of", kind="date"),
    Column("rule", "Rule", "figure.rule_words"),
    Column("definition", "Definition", "figure.measure.definition"),
    Column("below", "Denominator is", "figure.measure.denominator"),
    Column("exclusions", "Left out", "figure.measure.exclusions"),
)


def update(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """The quarterly performance update for the board, as a tagged PDF."""
    choices = Choices(request, quarter)
    found = figures(choices.scope, quarter, choices.as_of, trend=True)
    shown = [Line(one, sparkline=drawing.sparkline(one)) for one in found]
    context = {
        **_common(choices),
        "title": f"Justice Social Work Performance Update – {quarter.title}",
        "rules": rules_of(found),
        "narrowed": choices.scope.narrowed,
        "council": choices.scope.council.name,
        "summary": summary_words(found),
        "headline": [line for line in shown if line.figure.code in HEADLINE],
        "others": [line for line in shown if line.figure.code not in HEADLINE],
        "charts": [
            (one, drawing.trend(one, height=215), drawing.trend_words(one))
            for one in found
            if one.code in HEADLINE
        ],
        **written(choices),
        "edition": standards_of(choices.scope.council).edition_on(quarter.last).key,
        "code_version": CODE_VERSION,
    }
    return pdf.as_file(request, "pdf/dashboard.html", context, f"performance-update-{quarter}.pdf")


def points(text: str) -> list[str]:
    """What was typed, one point to a line, without the bullets that people type themselves."""
    return [line.strip().lstrip("-•* ").strip() for line in text.splitlines() if line.strip("-•* \t")]
