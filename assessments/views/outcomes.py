"""The difference an order makes: its readings on one page, recording them, and asking people what they thought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.generic import TemplateView

from assessments import feedback as asking
from assessments import operations
from assessments.domain import outcomes as rules
from assessments.domain.outcomes import END, REVIEW, START, Change, Edition, Measure, Stand
from assessments.models import Assessment, Feedback, FeedbackRequest, OutcomeReading, Review
from assessments.views.outcome_forms import FeedbackForm, FeedbackLinkForm, OutcomesForm
from cases import permissions
from cases.operation import Repeated
from justice.domain.errors import Refused
from justice.web import charts
from justice.web.dates import plain_date
from justice.web.listing import Column, Table
from justice.web.status import Status
from justice.web.throttle import too_often
from justice.web.views import today
from orders.views.base import OrderOperation, OrderView

STAGES = {START: "at the start", REVIEW: "at a review", END: "at the end"}
CHANGES = {
    Change.IMPROVED: Status("Better", "green"),
    Change.SAME: Status("The same", "blue"),
    Change.WORSE: Status("Worse", "amber"),
}
NO_WORDS_YET = "Nothing is measured yet. Record the outcomes at the start, so that the end can be compared."


# --- The page of an order -------------------------------------------------------------------------------------


class OrderOutcomes(OrderView, TemplateView):
    """What was measured of one order, point by point, and what the person said of it."""

    page = "outcomes"
    template_name = "assessments/outcomes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        order, user, on = self.order, self.request.user, today()
        edition = rules.edition_on(on)
        rows = list(OutcomeReading.objects.visible_to(user).filter(order=order).standing())
        asked = list(FeedbackRequest.objects.visible_to(user).filter(order=order))
        said = Feedback.objects.visible_to(user).filter(order=order).first()
        actions = self.actions({row.point for row in rows}, asked)
        return context | {
            "title": "Outcomes and feedback",
            "trail": [
                ("Case", reverse("case", args=[self.case.pk])),
                (f"Order {order.reference}", reverse("order", args=[order.pk])),
            ],
            "summary": [
                ("At the start", _stands(rows, START, edition.start_due(order.imposed_on), on)),
                ("At the end", _stands(rows, END, order.ended_on and edition.end_due(order.ended_on), on)),
                ("Their views", _views(asked)),
            ],
            "primary": actions[:2],
            "more": actions[2:],
            "table": readings_table(rows, edition),
            "said": _said(said) if said else None,
            "comment": said.comment if said else "",
            "edition": edition,
        }

    def actions(self, recorded: set[str], asked: Iterable[FeedbackRequest]) -> list[tuple[str, str]]:
        """What may be done: what is missing first, then asking for views, then what can only be put right."""
        order, user = self.order, self.request.user
        missing, done = [], []
        for stage in (START, REVIEW, END) if permissions.allows(user, "record_outcomes") else ():
            link = (f"Record outcomes {STAGES[stage]}", reverse("record_outcomes", args=[order.pk, stage]))
            if stage == REVIEW and order.ended_on:
                continue
            (done if stage in recorded and stage != REVIEW else missing).append(link)
        views = []
        if not any(one.answered for one in asked):
            views = [
                (words, reverse(name, args=[order.pk]))
                for name, words in (
                    ("send_feedback_link", "Ask for their views"),
                    ("record_feedback", "Enter a paper questionnaire"),
                )
                if permissions.allows(user, name)
            ]
        return [*missing, *views, *done]


def _stands(rows: list[OutcomeReading], point: str, due_on: date | None, on: date) -> Status:
    days = [row.on for row in rows if row.point == point]
    found = rules.stand(bool(days), due_on, on)
    if found == Stand.RECORDED:
        return Status(f"Recorded on {plain_date(max(days))}", "green")
    if due_on is None:
        return Status("When the order ends", "grey")
    late = found == Stand.OVERDUE
    return Status(f"{'Was due' if late else 'Due'} by {plain_date(due_on)}", "amber" if late else "blue")


def _views(asked: list[FeedbackRequest]) -> Status:
    if any(one.answered for one in asked):
        return Status("Given", "green")
    if not asked:
        return Status("Not asked yet", "grey")
    last = asked[-1]
    return Status(f"Asked on {plain_date(last.asked_on)}, not answered yet", "blue")


def readings_table(rows: list[OutcomeReading], edition: Edition) -> Table:
    """Each measure by point, with its course and what has become of it since the start."""
    order = {START: 0, REVIEW: 1, END: 2}
    sittings = sorted(
        {(order[row.point], row.point, row.on if row.point == REVIEW else None) for row in rows},
        key=lambda one: (one[0], one[2] or date.min),
    )
    found = {(row.measure, row.point, row.on if row.point == REVIEW else None): row for row in rows}

    def reading(measure: Measure, point: str, on: date | None) -> OutcomeReading | None:
        return found.get((measure.key, point, on))

    def words(measure: Measure, point: str, on: date | None) -> str:
        row = reading(measure, point, on)
        if row is None:
            return "Missing"
        return row.get_answer_display() if row.value is None else measure.words(row.value)

    def values(measure: Measure) -> list[OutcomeReading]:
        known = [reading(measure, point, on) for _, point, on in sittings]
        return [row for row in known if row is not None and row.value is not None]

    def became(measure: Measure) -> Status | str:
        known = values(measure)
        if len(known) < 2 or known[0].point != START:
            return ""
        return CHANGES[measure.change(known[0].value or 0, known[-1].value or 0)]

    def course(measure: Measure) -> str:
        points = [charts.Point(_called(row), row.value) for row in values(measure)]
        if len(points) < 2:
            return ""
        return charts.sparkline(points, prefix=f"course-{measure.key}", title=measure.label, unit="")

    heads = {START: "Start", REVIEW: "Review", END: "End"}
    days = {point: [row.on for row in rows if row.point == point] for point in heads}
    columns = [
        Column("theme", "Theme", lambda one: edition.themes[one.theme]),
        Column("label", "Measure", heads=True),
        *(
            Column(
                f"{point}-{on}",
                f"{heads[point]}, {plain_date(on or max(days[point]))}",
                lambda one, point=point, on=on: words(one, point, on),
            )
            for _, point, on in sittings
        ),
        Column("became", "Since the start", became, kind="status"),
        Column("course", "Course", course),
    ]
    return Table(columns, edition.measures.values() if rows else (), "Readings by point", NO_WORDS_YET)


def _called(row: OutcomeReading) -> str:
    return f"{plain_date(row.on)}, {row.get_point_display().lower()}"


def _said(row: Feedback) -> Table:
    edition = next(
        (one for one in rules.load_editions() if one.key == row.edition), rules.edition_on(today())
    )
    answers = [(one, row.answers.get(one.key)) for one in edition.questions.values()]
    return Table(
        (
            Column("question", "Question", lambda pair: pair[0].label, heads=True),
            Column("answer", "Answer", lambda pair: pair[0].words(pair[1]) if pair[1] else "Left out"),
        ),
        answers,
        "What the person said",
    )


# --- Changes --------------------------------------------------------------------------------------------------


class OutcomesOperation(OrderOperation):
    """A form that goes back to the outcomes of its order."""

    def get_success_url(self) -> str:
        return reverse("order_outcomes", args=[self.order.pk])


class RecordOutcomes(OutcomesOperation):
    """Every measure at one point."""

    operation = "record_outcomes"
    call = staticmethod(operations.record_outcomes)
    title = "Record outcomes"
    button = "Save the outcomes"
    done = "The outcomes were recorded"
    form_class = OutcomesForm

    @property
    def stage(self) -> str:
        stage: str = self.kwargs["stage"]
        if stage not in STAGES:
            raise Http404("no such point of an order")
        return stage

    def about(self) -> dict[str, Any]:
        return {**super().about(), "point": self.stage}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = {**super().get_form_kwargs(), "edition": rules.edition_on(today()), "hints": self.hints()}
        if self.stage == REVIEW:
            held = Review.objects.visible_to(self.request.user).filter(order=self.order)
            kwargs["reviews"] = held.order_by("-held_on", "-pk")
        return kwargs

    def hints(self) -> dict[str, str]:
        """Under each measure what stands recorded, and what an assessment suggests; neither is filled in."""
        found: dict[str, str] = {}
        edition = rules.edition_on(today())
        standing = {} if self.stage == REVIEW else operations.standing_at(self.order, self.stage, today())
        totals = Assessment.objects.visible_to(self.request.user).standing()
        totals = totals.filter(order=self.order, total__isnull=False)
        latest = {row.tool: row for row in totals.order_by("completed_on", "pk")}
        for measure in edition.measures.values():
            said = []
            if row := standing.get(measure.key):
                stands = row.get_answer_display() if row.value is None else measure.words(row.value)
                said.append(f"Recorded on {plain_date(row.on)}: {stands}. Leave empty to keep it.")
            if source := latest.get(measure.suggested_by):
                day = plain_date(source.completed_on)
                said.append(f"The {source.get_tool_display()} completed on {day} gave {source.total}.")
            found[measure.key] = " ".join(said)
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            "Ask the person and say so where they would rather not answer. An answer that was wrong is corrected by "
            "recording it again: both stay on the record."
        )
        title = f"Record outcomes {STAGES[self.stage]}"
        return super().get_context_data(**{"title": title, "intro": intro, **kwargs})


class SendFeedbackLink(OutcomesOperation):
    """A link to the questionnaire: by message, or to be handed over. The address is shown now and never again."""

    operation = "send_feedback_link"
    title = "Ask for their views"
    button = "Make the link"
    form_class = FeedbackLinkForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "channels": operations.channels_of(self.order)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = rules.edition_on(today()).link_days
        intro = (
            f"The link opens a short questionnaire without signing in. It works once, for {days} days. The person "
            "chooses whether their answers are kept with their order or without a name. Everyone is to be asked."
        )
        return super().get_context_data(**{"intro": intro, **kwargs})

    def run(self, form: Form) -> FeedbackRequest:
        """Make the link; the message goes once it is kept, and the page says so where it did not leave."""
        given = {"actor": self.request.user, "key": form.submission_key, **self.about(), **form.values()}  # type: ignore[attr-defined]
        request, token = operations.send_feedback_link(**given)
        self.address = self.request.build_absolute_uri(reverse("feedback", args=[token]))
        on_paper = request.channel == FeedbackRequest.Channel.PAPER
        self.sent = not on_paper and asking.deliver(request, self.address)
        return request

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            request = self.run(form)
        except Refused as refused:
            form.add_problems(refused.problems)  # type: ignore[attr-defined]
            return self.form_invalid(form)
        except Repeated:
            return self.sent_before()
        self.sheet.forget()
        context = super().get_context_data(form=form) | {
            "title": "Link to the questionnaire",
            "address": self.address,
            "sent": self.sent,
            "failed": not self.sent and request.channel != FeedbackRequest.Channel.PAPER,
            "until": request.expires_on,
        }
        return render(self.request, "assessments/outcome_link.html", context)


class RecordFeedback(OutcomesOperation):
    """A questionnaire that was filled in on paper."""

    operation = "record_feedback"
    call = staticmethod(operations.record_feedback)
    title = "Enter a paper questionnaire"
    button = "Save the answers"
    done = "The answers were recorded"
    form_class = FeedbackForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "edition": rules.edition_on(today()), "paper": True}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            "Enter it as it was filled in. Somebody who did not work with the person enters it, and destroys the "
            "paper where the answers are kept without a name."
        )
        return super().get_context_data(**{"intro": intro, **kwargs})


# --- Open to whoever has the link -----------------------------------------------------------------------------

# In which words a link is refused says nothing about it.
CLOSED = frozenset({"link_unusable", "answered_already"})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """The questionnaire. Nothing on it says whose it is."""
    if too_often(request, "feedback", settings.FEEDBACK_TRIES_A_MINUTE):
        return render(request, "assessments/outcome_too_often.html", {"title": "Please wait"}, status=429)
    edition = asking.asked_by(token, today())
    if edition is None:
        return _closed(request)
    form = FeedbackForm(request.POST if request.method == "POST" else None, edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            operations.give_feedback(token=token, today=today(), **form.values())
        except Refused as refused:
            if CLOSED & {problem.code for problem in refused.problems}:
                return _closed(request)
            form.add_problems(refused.problems)
        else:
            return HttpResponseRedirect(reverse("feedback_thanks"))
    context = {"title": "Your views on your order", "form": form}
    return render(request, "assessments/outcome_questions.html", context, status=422 if form.errors else 200)


def _closed(request: HttpRequest) -> HttpResponse:
    """Used, too old or never made: one page for all."""
    context = {"title": "This link cannot be used"}
    return render(request, "assessments/outcome_closed.html", context, status=404)


@login_not_required
def feedback_thanks(request: HttpRequest) -> HttpResponse:
    """After the answers were kept; it knows nothing of them."""
    return render(request, "assessments/outcome_thanks.html", {"title": "Thank you"})
