"""The report of difference made, the orders behind each of its numbers, and what people said when their order ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse

from assessments.domain.outcomes import GIVEN, Measure
from assessments.models import Feedback
from assessments.models.outcomes import READERS
from assessments.views.outcomes import CHANGES as CHANGE_STATUS
from cases.consultations import looked_through
from cases.models import Team
from cases.views.lists import show
from justice.domain.calendar import quarter_key
from justice.web import exports
from justice.web.forms import Form, SelectField
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import today
from orders.domain.cpo import EndReason
from orders.models import Order
from performance import outcomes
from performance.domain.period import FinancialYear, Quarter
from performance.domain.publish import HIDDEN
from performance.outcomes import (
    ANSWERED,
    ASKED,
    CHANGES,
    COMPARED,
    ENDED,
    MEASURED,
    NOT_INVITED,
    UNANSWERED,
    WITHOUT_A_VALUE,
    WORDS,
    Line,
    Report,
)
from performance.views.choices import Choices, latest_complete

HIDDEN_CELL = "Hidden"
YEARS_OFFERED, QUARTERS_OFFERED = 5, 12
Period = FinancialYear | Quarter


class PeriodForm(Form):
    """A financial year or a quarter, and whose orders: works by GET, so that every choice has an address."""

    period = SelectField("Period", required=False)
    locality = SelectField("Locality", required=False)
    team = SelectField("Team", required=False)

    def __init__(self, query: QueryDict, period: Period, on: date, teams: list[Team]) -> None:
        super().__init__({**query.dict(), "period": str(period)}, auto_id="choice_%s")
        last = Quarter.of(on)
        periods: list[Period] = [
            FinancialYear(year) for year in range(last.start_year, last.start_year - YEARS_OFFERED, -1)
        ]
        periods += [Quarter.from_key(key) for key in range(last.key, last.key - QUARTERS_OFFERED, -1)]
        if period not in periods:
            periods.append(period)
        localities = {team.locality_id: team.locality.name for team in teams}
        self._offer("period", [(str(one), words_of(one)) for one in periods])
        self._offer(
            "locality", [("", "All localities"), *sorted(localities.items(), key=lambda pair: pair[1])]
        )
        self._offer("team", [("", "All teams"), *((team.pk, team.name) for team in teams)])

    def _offer(self, name: str, choices: list[tuple[object, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(str(key), words) for key, words in choices]


def words_of(period: Period) -> str:
    if isinstance(period, Quarter):
        return f"{period.title} ({period.label})"
    return f"Year {str(period).replace('-', '/')} (April to March)"


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a period and whose orders. Anything that is not there is not found."""

    request: HttpRequest

    @cached_property
    def period(self) -> Period:
        text = self.request.GET.get("period", "")
        if not text:
            return latest_complete(today()).year
        try:
            return Quarter.parse(text) if "Q" in text else FinancialYear.parse(text)
        except ValueError:
            raise Http404("no such period") from None

    @cached_property
    def choices(self) -> Choices:
        return Choices(self.request, Quarter.of(self.period.last))

    @cached_property
    def report(self) -> Report:
        return outcomes.report(self.choices.scope, self.period.first, self.period.last)

    @property
    def form(self) -> PeriodForm:
        return PeriodForm(self.request.GET, self.period, today(), self.choices.teams)

    def query(self, **more: str) -> str:
        kept = QueryDict(mutable=True)
        kept["period"] = str(self.period)
        for name in ("locality", "team"):
            if value := self.request.GET.get(name):
                kept[name] = value
        kept.update(more)
        return kept.urlencode()

    def list_of(self, cell: str, measure: Measure | None = None) -> str:
        """The address of the orders behind one number; none where it is nought or hidden."""
        if not self.report.cell(cell, measure):
            return ""
        more = {"list": cell, **({"measure": measure.key} if measure else {})}
        return f"{reverse('outcome_orders')}?{self.query(**more)}"


def _number(value: int | None) -> int | str:
    return HIDDEN_CELL if value is None else value


# --- The report -----------------------------------------------------------------------------------------------


def report(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Of the orders that ended in a period: how far they were measured, what changed, who was asked."""
    asked = Asked(request)
    found = asked.report
    listing = Listing(
        _columns(asked),
        list(found.lines),
        request,
        caption="What changed from start to end",
        counts=("measure", "measures"),
        case_of="measure.key",  # not used: the list names no case, and nobody's record is looked at
        slug=f"difference-made-{asked.period}",
    )
    if file:
        return exports.csv_response(listing) if file == "csv" else exports.xlsx_response(listing)
    context = {
        "title": "Difference made",
        "period": words_of(asked.period),
        "whose": asked.choices.whose,
        "complete": asked.period.last < today(),
        "form": asked.form,
        "listing": listing,
        "measured": _parts(asked, "How far orders were measured", [(ENDED, "")], MEASURED, ENDED),
        "views": _parts(
            asked,
            "Asked for their views",
            [(ASKED, ENDED), (NOT_INVITED, ENDED)],
            (ANSWERED, UNANSWERED),
            ASKED,
        ),
        "edition": found.edition,
        "hidden": HIDDEN,
        "answers": f"{reverse('feedback_answers')}?{asked.query()}"
        if asked.choices.user.role in READERS
        else "",
        "csv": reverse("outcomes_report_csv"),
        "xlsx": reverse("outcomes_report_xlsx"),
        "trail": [("Performance", reverse("performance"))],
    }
    return render(request, "performance/outcomes.html", context)


@dataclass(frozen=True)
class Part:
    """One number beside the whole it is part of; either may be hidden."""

    cell: str
    count: int | None
    whole: int | None

    @property
    def share(self) -> str:
        """Worked out from what is shown, so it tells nothing more."""
        if self.count is None or not self.whole:
            return ""
        return f"{round(100 * self.count / self.whole)}%"


def _parts(
    asked: Asked, caption: str, first: list[tuple[str, str]], rest: tuple[str, ...], whole: str
) -> Table:
    pairs = [*first, *((cell, whole) for cell in rest)]
    rows = [Part(cell, asked.report.cell(cell), asked.report.cell(of) if of else 0) for cell, of in pairs]
    return Table(
        (
            Column("label", "What", lambda row: WORDS[row.cell], heads=True),
            Column(
                "count",
                "Orders",
                lambda row: _number(row.count),
                kind="number",
                href=lambda row: asked.list_of(row.cell),
                context=lambda row: WORDS[row.cell],
            ),
            Column("of", "Of", lambda row: _number(row.whole) if row.whole != 0 else "", kind="number"),
            Column("share", "Share", kind="number"),
        ),
        rows,
        caption,
    )


def _columns(asked: Asked) -> tuple[Column, ...]:
    found = asked.report

    def of_all(cell: str) -> Column:
        return Column(cell, WORDS[cell], lambda line: _number(found.cell(cell)), kind="number", on_page=False)

    def of_line(cell: str) -> Column:
        return Column(
            cell,
            WORDS[cell],
            lambda line: _number(line.cells[cell]),
            kind="number",
            href=lambda line: asked.list_of(cell, line.measure),
            context=lambda line: f"{WORDS[cell]}, {line.measure.label}",
        )

    return (
        Column("theme", "Theme"),
        Column("measure", "Measure", "measure.label", heads=True),
        *(of_all(cell) for cell in (ENDED, *MEASURED)),
        *(of_line(cell) for cell in (COMPARED, *CHANGES, *WITHOUT_A_VALUE[1:])),
        Column("mean", "Mean change", _mean, kind="number"),
        *(of_all(cell) for cell in (ASKED, ANSWERED)),
    )


def _mean(line: Line) -> str:
    if not line.measure.mean:
        return "Not for steps"
    if line.mean is None:
        return "Not shown"
    size = f"{abs(line.mean):.1f}"
    return size if size == "0.0" else f"{size} {'higher' if line.mean > 0 else 'lower'}"


# --- The orders behind a number -------------------------------------------------------------------------------


def orders(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """The orders that a number counts. A hidden number opens no list, whoever asks."""
    asked = Asked(request)
    cell, key = request.GET.get("list", ENDED), request.GET.get("measure", "")
    measure = asked.report.edition.measures.get(key)
    try:
        count = asked.report.cell(cell, measure)
    except KeyError:
        raise Http404("no such number") from None
    if count is None or (key and measure is None):
        raise Http404("no such list")
    rows = outcomes.members(asked.choices.scope, asked.period.first, asked.period.last, cell, measure)
    words = f"{measure.label}: {WORDS[cell].lower()}" if measure else WORDS[cell]
    listing = Listing(
        _order_columns(asked.choices, measure),
        rows.select_related("case__person"),
        request,
        default_order="ended_on",
        caption=words,
        counts=("order", "orders"),
        empty="No orders. Choose another period, locality or team on the report.",
        case_of="case_id",
        slug=f"outcomes-{cell}-{asked.period}",
    )
    return show(
        request,
        listing,
        "performance/outcome_orders.html",
        f"outcomes {cell}",
        file,
        beyond=True,
        period=words_of(asked.period),
        whose=asked.choices.whose,
        trail=[("Difference made", f"{reverse('outcomes_report')}?{asked.query()}")],
    )


def _order_columns(choices: Choices, measure: Measure | None) -> tuple[Column, ...]:
    changes = {one.value: status for one, status in CHANGE_STATUS.items()}

    def reading(row: Any, point: str) -> str:
        value = getattr(row, f"{point}_value")
        answer = getattr(row, f"{point}_answer")
        if measure is not None and answer == GIVEN and value is not None:
            return measure.words(value)
        return WORDS.get(answer or "", WORDS["not_asked"])

    measured = (
        Column("first", "At the start", lambda row: reading(row, "first")),
        Column("last", "At the end", lambda row: reading(row, "last")),
        Column(
            "became",
            "What became of it",
            lambda row: changes.get(row.became) or Status(WORDS[row.became]),
            ("became",),
            kind="status",
        ),
    )
    return (
        Column(
            "reference",
            "Order",
            order_by=("reference",),
            href=lambda row: reverse("order_outcomes", args=[row.pk]),
            heads=True,
        ),
        Column(
            "person",
            "Person",
            "case.person.name",
            ("case__person__family_name", "case__person__given_name"),
            href=lambda row: reverse("case", args=[row.case_id]),
            context=lambda row: f"for {row.reference}",
        ),
        Column("ended_on", "Ended", order_by=("ended_on",), kind="date"),
        Column("end_reason", "How it ended", lambda row: EndReason(row.end_reason).label, ("end_reason",)),
        *(
            measured
            if measure
            else (Column("measured", "Measured", lambda row: WORDS[row.measured], ("measured",)),)
        ),
        Column("views", "Views", lambda row: WORDS[row.views], ("views",)),
        Column("worker", "Worker", lambda row: choices.worker_names.get(row.worker_id or 0, "")),
        Column("team", "Team", lambda row: choices.team_names.get(row.team_id or 0, "")),
    )


# --- What people said -----------------------------------------------------------------------------------------


def answers(request: HttpRequest) -> HttpResponse:
    """What people said, question by question and one by one; read by whom Feedback.visible_to says."""
    asked = Asked(request)
    user = asked.choices.user
    if user.role not in READERS:
        raise PermissionDenied
    quarters = (quarter_key(asked.period.first), quarter_key(asked.period.last))
    rows = Feedback.objects.visible_to(user).filter(quarter__range=quarters).select_related("order__case")
    listing = Listing(
        _answer_columns(asked),
        rows,
        request,
        default_order=("-quarter",),
        caption="What people said",
        counts=("questionnaire", "questionnaires"),
        empty="Nobody has answered in this period. Choose another, or ask people when their order ends.",
        case_of="order.case_id",
    )
    seen = [row.order.case_id for row in listing.objects if isinstance(row.order, Order)]
    looked_through(user=user, cases=seen, page="feedback", beyond=True)
    context = {
        "title": listing.caption,
        "period": words_of(asked.period),
        "whose": asked.choices.whose,
        "form": asked.form,
        "listing": listing,
        "counted": _counted(asked, rows.values_list("answers", flat=True)) if listing.total else None,
        "trail": [("Difference made", f"{reverse('outcomes_report')}?{asked.query()}")],
    }
    return render(request, "performance/outcome_answers.html", context)


def _counted(asked: Asked, given: Any) -> Table:
    """Each question with how often each of its answers was given."""
    questions = asked.report.edition.questions
    counts = Counter((key, number) for answer in given for key, number in answer.items())
    return Table(
        (
            Column("label", "Question", heads=True),
            Column(
                "answers",
                "Answers",
                lambda one: ", ".join(
                    f"{words}: {counts[one.key, number]}" for number, words in enumerate(one.answers, 1)
                ),
            ),
        ),
        questions.values(),
        "Question by question",
    )


def _answer_columns(asked: Asked) -> tuple[Column, ...]:
    questions = asked.report.edition.questions

    def said(row: Feedback) -> str:
        return ". ".join(
            f"{one.label} {one.words(row.answers[key])}"
            for key, one in questions.items()
            if key in row.answers
        )

    return (
        Column(
            "quarter", "Quarter", lambda row: Quarter.from_key(row.quarter).title, ("quarter",), heads=True
        ),
        Column(
            "order",
            "Order",
            lambda row: row.order.reference if row.order else "Without a name",
            href=lambda row: reverse("order_outcomes", args=[row.order_id]) if row.order_id else "",
        ),
        Column("how", "How", "get_how_display"),
        Column("said", "Answers", said),
        Column("comment", "In their own words"),
    )
