"""Reviews as pages: held with what the record says beside the questions, planned, looked at again, and chaired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import FormView, TemplateView

from assessments import forms_reviews as forms
from assessments import operations
from assessments.models import Review, ReviewDecision, ReviewMeeting, Task
from assessments.plans import goals_now
from assessments.reviews import (
    Assessed,
    Counted,
    Figure,
    GoalChange,
    Summary,
    between,
    review_before,
    since_last,
)
from cases import permissions
from cases.consultations import looked_at
from cases.models import Consultation
from justice.web import pdf
from justice.web.dates import plain_date
from justice.web.listing import Column, Table
from justice.web.status import Status, due
from justice.web.views import OperationView, PersonPage, today
from orders import ledger
from orders.models import Order
from orders.views.base import OrderOperation, OrderView, colleagues

SAID = "Said and raised"
# Where on the page of its order the record of a figure stands.
ANCHORS = {
    "contact": "contacts",
    "absence": "absences",
    "warning": "warnings",
    "step_set_aside": "warnings",
    "breach": "breaches",
    "attendance": "sessions",
    "requirement": "requirements",
}


def day_asked(request: HttpRequest, name: str) -> date | None:
    """A day in the address, where it can be read as one."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


# --- What the record says, ready to be shown ------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A figure in words, with the address of what it counts."""

    label: str
    value: str
    href: str


@dataclass(frozen=True)
class ShownKind:
    """The contacts of one kind: offered, attended, missed."""

    label: str
    figures: tuple[Shown, ...]


@dataclass(frozen=True)
class ShownGoal:
    words: str
    before: str
    now: str
    moved: bool
    note: str


class SummaryShown:
    """A summary for the templates: words, addresses, nothing to work out."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        order = summary.order
        span = {"from_on": summary.from_on.isoformat(), "to_on": summary.to_on.isoformat()}
        self.figures_href = f"{reverse('review_figures', args=[order.pk])}?{urlencode(span)}"
        self.chronology_href = f"{reverse('chronology', args=[order.case_id])}?{urlencode(span)}"
        self.kinds = [
            ShownKind(kind.label, tuple(map(self.figure, (kind.offered, kind.attended, kind.missed))))
            for kind in summary.contacts
        ]
        self.sections = [
            (heading, list(map(self.figure, figures)))
            for heading, figures in (
                ("Absences", summary.absences),
                ("Warnings and breach", summary.steps),
                ("Unpaid work", summary.work),
                (SAID, (*summary.notes, *summary.alerts)),
            )
            if figures
        ]
        self.goals = [_goal(change) for change in summary.goals]
        self.risk = risk_words(summary.assessed_before, summary.assessed_now)

    @property
    def for_the_court(self) -> list[tuple[str, list[Shown]]]:
        """What a court is told of them: no notes, and no alerts, which may be about others or the safety of staff."""
        return [pair for pair in self.sections if pair[0] != SAID]

    @property
    def period(self) -> str:
        return f"{plain_date(self.summary.from_on)} to {plain_date(self.summary.to_on)}"

    @property
    def since(self) -> str:
        last = self.summary.since
        return f"since the review of {plain_date(last.held_on)}" if last else "since the order was imposed"

    def figure(self, figure: Figure) -> Shown:
        value = ledger.hours(figure.value) if figure.minutes else f"{figure.value:,}"
        return Shown(figure.label, value, f"{self.figures_href}#{figure.key}" if figure.records else "")


def _goal(change: GoalChange) -> ShownGoal:
    before = change.before.status_label if change.before else "Nothing recorded"
    now = change.now.status_label if change.now.status_on else "Nothing recorded"
    return ShownGoal(change.now.goal.words, before, now, change.moved, change.now.note)


def risk_words(before: Assessed | None, now: Assessed | None) -> str:
    """How the LS/CMI moved, in one line."""
    if now is None:
        return "No LS/CMI is recorded."
    if before is None:
        return f"LS/CMI {_level(now)}. There was none before this period."
    if before.key == now.key:
        return f"LS/CMI {_level(now)}. There is no new one in this period."
    return f"LS/CMI {_level(before)}. Then {_level(now)}."


def _level(one: Assessed) -> str:
    total = f"score {one.total}, " if one.total is not None else ""
    over = f", overridden to {one.override.lower()}" if one.override else ""
    return f"of {plain_date(one.completed_on)}: {total}{one.level.lower()}{over}"


# --- Held -----------------------------------------------------------------------------------------------------------


class HoldReview(OrderOperation):
    """A departmental review of the order, with what happened since the last one beside the questions."""

    operation = "hold_review"
    call = staticmethod(operations.hold_review)
    title = "Record a review"
    button = "Save the review"
    done = "The review was recorded"
    form_class = forms.ReviewHeldForm
    template_name = "assessments/review_form.html"
    suggests = ("for_due_on",)
    held: Review | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "due": self.due_on,
            "staff": colleagues(self.request.user),
            "goals": goals_now(self.order, today()),
        }

    @cached_property
    def due_on(self) -> tuple[date, ...]:
        """The days on which reviews are due that were not held: the next one follows from the record as well."""
        rows = operations.reviews_of(self.order).filter(met_on=None)
        return tuple(rows.values_list("due_on", flat=True))

    def run(self, form: Any) -> Review:
        self.held = super().run(form)
        return self.held

    def get_success_url(self) -> str:
        if self.held is None:
            return super().get_success_url()
        return reverse("review", args=[self.held.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["shown"] = SummaryShown(since_last(self.order, today()))
        context["next_due"] = next(iter(self.due_on[1:]), None)
        return context


# --- Planned --------------------------------------------------------------------------------------------------------


class PlanReview(OrderOperation):
    """A review is arranged for a day."""

    operation = "plan_review"
    call = staticmethod(operations.plan_review)
    title = "Plan a review"
    button = "Plan the review"
    done = "The review is planned"
    form_class = forms.PlanReviewForm
    suggests = ("for_due_on", "planned_on")

    def get_form_kwargs(self) -> dict[str, Any]:
        planned = self.order.review_meetings.planned().exclude(for_due_on=None).values("for_due_on")
        rows = operations.reviews_of(self.order).filter(met_on=None).exclude(due_on__in=planned)
        return {
            **super().get_form_kwargs(),
            "due": tuple(rows.values_list("due_on", flat=True)),
            "staff": colleagues(self.request.user),
        }

    def get_success_url(self) -> str:
        return reverse("order_reviews", args=[self.order.pk])


class MeetingOperation(OperationView):
    """A form that changes a review as it is planned."""

    meeting: ReviewMeeting

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = ReviewMeeting.objects.visible_to(request.user).select_related(
                "order__case__person", "order__case__council"
            )
            self.meeting = get_object_or_404(rows, pk=kwargs["meeting"])
            self.case = self.meeting.order.case

    def root(self) -> ReviewMeeting:
        return self.meeting

    def about(self) -> dict[str, Any]:
        return {"meeting": self.meeting, "today": today()}

    def get_success_url(self) -> str:
        return reverse("order_reviews", args=[self.meeting.order_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        caption = f"Review planned for {plain_date(self.meeting.planned_on)}"
        return {"caption": caption, **super().get_context_data(**kwargs)}


class RearrangeReview(MeetingOperation):
    """A planned or missed review gets another day."""

    operation = "rearrange_review"
    call = staticmethod(operations.rearrange_review)
    title = "Rearrange a review"
    button = "Rearrange the review"
    done = "The review was rearranged"
    form_class = forms.RearrangeReviewForm

    def get_initial(self) -> dict[str, Any]:
        row = self.meeting
        return {
            "at": row.at,
            "chaired_by": row.chaired_by_id,
            "chair_reason": row.chair_reason,
            "place": row.place,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "staff": colleagues(self.request.user)}


class RecordMissedReview(MeetingOperation):
    """A planned review did not take place."""

    operation = "record_missed_review"
    call = staticmethod(operations.record_missed_review)
    title = "Record a missed review"
    button = "Save"
    done = "The review was recorded as missed. It is still due: rearrange it"
    form_class = forms.MissedReviewForm


class CancelReview(MeetingOperation):
    """A planned review will not take place."""

    operation = "cancel_review"
    call = staticmethod(operations.cancel_review)
    title = "Cancel a planned review"
    button = "Cancel the review"
    done = "The planned review was cancelled. What is due stays due"
    form_class = forms.CancelReviewForm

    def about(self) -> dict[str, Any]:
        return {"meeting": self.meeting}


# --- Looked at again --------------------------------------------------------------------------------------------------


class ReviewPage(PersonPage):
    """One review as it was held: what was said, what was decided, and what the record holds of its period."""

    page = "review"
    template_name = "assessments/review.html"
    review: Review

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Review.objects.visible_to(request.user).select_related(
                "order__case__person", "order__case__council", "chaired_by", "recorded_by"
            )
            self.review = get_object_or_404(rows, pk=kwargs["review"])
            self.case = self.review.order.case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        row, user, on = self.review, self.request.user, today()
        order = row.order
        decisions = list(row.decisions_made.all())
        undone = ReviewDecision.objects.visible_to(user).filter(review=row).undone_plan_changes()
        may_plan = permissions.allows(user, "hold_review") and order.ended_on is None
        last = operations.reviews_of(order).filter(met_on=None).values_list("due_on", flat=True).first()
        context |= {
            "title": f"Review of {plain_date(row.held_on)}",
            "caption": f"Order {order.reference}",
            "back": reverse("order", args=[order.pk]) + "#reviews",
            "summary": self.summary(last),
            "said": [
                (heading, text)
                for heading, text in (
                    ("What was discussed", row.discussion),
                    ("The person’s views", row.persons_views),
                    ("What partner organisations said", row.partner_input),
                    ("What changed in the risk", row.risk_change),
                )
                if text
            ],
            "decisions": _decisions(decisions),
            "in_words": row.decisions if not decisions else "",
            "tasks": task_table(
                row.tasks.select_related("owner", "order"), user, on, "Tasks from this review"
            ),
            "undone": [one.text for one in undone],
            "draft_href": reverse("draft_plan", args=[order.pk]) if may_plan else "",
            "shown": SummaryShown(since_last(order, row.held_on)),
        }
        return context

    def summary(self, next_on: date | None) -> list[tuple[Any, ...]]:
        row = self.review
        held_for = "Extra review" if row.extra else row.for_due_on
        rows: list[tuple[Any, ...]] = [
            ("Held", row.held_on),
            ("Due", held_for),
            ("Chaired by", row.chaired_by.name if row.chaired_by else ""),
        ]
        if row.chair_reason:
            rows.append(("Why no first line manager chaired", row.chair_reason))
        rows += [
            ("Whether the person was there", row.get_attendance_display()),
            ("Whether the risk has changed", row.risk_changed),
            ("Outcome", row.get_outcome_display()),
            ("Next review due", next_on or "None"),
        ]
        return rows


def _decisions(rows: Iterable[ReviewDecision]) -> Table:
    return Table(
        (
            Column("text", "Decision", heads=True),
            Column("becomes", "What comes of it", "get_becomes_display"),
        ),
        rows,
        "Decisions",
        "No decision is recorded. Each stands here with what comes of it.",
    )


def task_status(task: Task, on: date) -> Status:
    if task.done_on:
        return Status(f"Done {plain_date(task.done_on)}", "green")
    return due(task.by, on)


def task_columns(user: Any, on: date) -> list[Column]:
    """What a task is, whose, by when, and how it stands."""
    may = permissions.allows(user, "complete_task")
    columns = [
        Column("by", "Due", kind="date", order_by=("by",)),
        Column("status", "Status", lambda row: task_status(row, on), kind="status"),
        Column("owner", "Who does it", "owner.name", order_by=("owner__name",)),
    ]
    if may:
        columns.append(
            Column(
                "complete",
                "Action",
                lambda row: "" if row.done_on else "Mark as done",
                href=lambda row: "" if row.done_on else reverse("complete_task", args=[row.pk]),
                context=lambda row: f"{row.text}, order {row.order.reference}",
                in_files=False,
                hidden_label=True,
            )
        )
    return columns


def task_table(rows: Iterable[Task], user: Any, on: date, caption: str) -> Table:
    return Table(
        (Column("text", "Task", heads=True), *task_columns(user, on), Column("done_note", "What came of it")),
        rows,
        caption,
        "No task came of this review. A decision becomes one when the review is recorded.",
    )


class CompleteTask(OperationView):
    """A task of a review is done."""

    operation = "complete_task"
    call = staticmethod(operations.complete_task)
    title = "Mark a task as done"
    button = "Save"
    done = "The task is done"
    form_class = forms.CompleteTaskForm
    task: Task

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Task.objects.visible_to(request.user).select_related(
                "case__person", "case__council", "order", "review"
            )
            self.task = get_object_or_404(rows, pk=kwargs["task"])
            self.case = self.task.case

    def root(self) -> Task:
        return self.task

    def about(self) -> dict[str, Any]:
        return {"task": self.task, "today": today()}

    def get_success_url(self) -> str:
        return reverse("review", args=[self.task.review_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"intro": self.task.text, **super().get_context_data(**kwargs)}


class OrderReviews(OrderView, TemplateView):
    """The reviews of one order: what is planned, what was missed or moved, what was held."""

    page = "order reviews"
    template_name = "assessments/review_meetings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, on, order = self.request.user, today(), self.order
        meetings = list(order.review_meetings.select_related("chaired_by", "followed_by"))
        planned = [row for row in meetings if row.state == ReviewMeeting.State.PLANNED]
        live = order.ended_on is None
        context |= {
            "title": f"Reviews of order {order.reference}",
            "caption": "",
            "back": reverse("order", args=[order.pk]) + "#reviews",
            "actions": [
                (words, reverse(name, args=[order.pk]))
                for name, words in (("plan_review", "Plan a review"), ("hold_review", "Record a review"))
                if live and permissions.allows(user, name)
            ],
            "planned": _planned(planned, order, user, on),
            "others": _not_held([row for row in meetings if row.reason], user),
            "held": held_table(order.reviews.select_related("chaired_by"), "Reviews held"),
        }
        return context


def _planned(rows: list[ReviewMeeting], order: Order, user: Any, on: date) -> Table:
    columns = [
        Column("planned_on", "Planned for", kind="date", heads=True),
        Column("at", "Time"),
        Column("for_due_on", "Due", lambda row: row.for_due_on or "Extra review"),
        Column("status", "Status", lambda row: meeting_status(row, on), kind="status"),
        Column("chair", "Who chairs", lambda row: row.chaired_by.name if row.chaired_by else "Not named"),
        Column("place", "Place"),
    ]

    def hold(row: ReviewMeeting) -> str:
        chosen = row.for_due_on.isoformat() if row.for_due_on else forms.EXTRA
        return f"{reverse('hold_review', args=[order.pk])}?{urlencode({'for_due_on': chosen})}"

    ways = (
        ("hold_review", "Record it", hold),
        ("rearrange_review", "Rearrange", lambda row: reverse("rearrange_review", args=[row.pk])),
        ("record_missed_review", "Missed", lambda row: missed_address(row, on)),
        ("cancel_review", "Cancel", lambda row: reverse("cancel_review", args=[row.pk])),
    )
    columns += [
        _action(name, words, address) for name, words, address in ways if permissions.allows(user, name)
    ]
    empty = "No review is planned. Plan one for the date on which the next is due."
    return Table(columns, rows, "Planned reviews", empty)


def _action(name: str, words: str, address: Any) -> Column:
    return Column(
        name,
        words,
        lambda row: words if address(row) else "",
        href=address,
        context=lambda row: f"the review planned for {plain_date(row.planned_on)}",
        in_files=False,
        hidden_label=True,
    )


def missed_address(row: ReviewMeeting, on: date) -> str:
    """Nothing was missed before its day."""
    return reverse("record_missed_review", args=[row.pk]) if row.planned_on <= on else ""


def meeting_status(row: ReviewMeeting, on: date) -> Status:
    if row.planned_on < on:
        return Status("Nothing recorded", "red")
    if row.for_due_on and row.planned_on > row.for_due_on:
        return Status("Planned late", "amber")
    return Status("Planned", "blue")


def _not_held(rows: list[ReviewMeeting], user: Any) -> Table:
    columns = [
        Column("planned_on", "Was planned for", kind="date", heads=True),
        Column("state", "What happened", "get_state_display"),
        Column("who", "Who did not come", "get_who_did_not_come_display"),
        Column("reason", "Reason", "get_reason_display"),
        Column("note", "Note"),
        Column(
            "new",
            "New date",
            lambda row: row.followed_by.planned_on if hasattr(row, "followed_by") else None,
            kind="date",
        ),
    ]
    if permissions.allows(user, "rearrange_review"):
        columns.append(
            _action(
                "rearrange",
                "Name a new date",
                lambda row: (
                    reverse("rearrange_review", args=[row.pk])
                    if row.state == ReviewMeeting.State.MISSED and not hasattr(row, "followed_by")
                    else ""
                ),
            )
        )
    empty = (
        "No planned review was missed, rearranged or cancelled. One that is will stand here with its reason."
    )
    return Table(columns, rows, "Reviews that were not held as planned", empty)


def held_table(rows: Iterable[Review], caption: str) -> Table:
    return Table(
        (
            Column(
                "held_on",
                "Held",
                kind="date",
                heads=True,
                href=lambda row: reverse("review", args=[row.pk]),
                context=lambda row: "review",
            ),
            Column("for_due_on", "Due", lambda row: "Extra review" if row.extra else row.for_due_on),
            Column("chair", "Chaired by", lambda row: row.chaired_by.name if row.chaired_by else ""),
            Column("outcome", "Outcome", "get_outcome_display"),
            Column("persons_views", "The person's views"),
            Column("decisions", "What was decided"),
        ),
        rows,
        caption,
        "No review is recorded. Each is recorded for the due date it was held for.",
    )


# --- What a figure counts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """A figure with everything it counts, each with its address."""

    key: str
    label: str
    value: str
    rows: tuple[tuple[date, str, str], ...]


class ReviewFigures(OrderView, TemplateView):
    """Every record behind the figures of a review's period: since the last review, or the days in the address."""

    page = "figures of a review"
    template_name = "assessments/review_figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        from_on, to_on = day_asked(self.request, "from_on"), day_asked(self.request, "to_on")
        if from_on and to_on:
            summary = between(self.order, from_on, to_on)
        else:
            summary = since_last(self.order, to_on or today())
        shown = SummaryShown(summary)
        context |= {
            "title": f"What is counted: order {self.order.reference}",
            "caption": shown.period,
            "back": reverse("order_reviews", args=[self.order.pk]),
            "figures": [
                Records(one.key, one.label, shown.figure(one).value, tuple(self.records(one)))
                for one in summary.figures
                if one.records
            ],
            "chronology": shown.chronology_href,
        }
        return context

    def records(self, figure: Figure) -> Iterator[tuple[date, str, str]]:
        for one in figure.records:
            yield one.on, one.words, record_address(one, self.order)


def record_address(record: Counted, order: Order) -> str:
    """Where one record stands."""
    kind, _, key = record.key.partition(":")
    if kind == "note":
        return reverse("note", args=[order.case_id, key])
    if kind == "alert":
        return reverse("case_record", args=[order.case_id]) + "#alerts"
    return f"{reverse('order', args=[order.pk])}#{ANCHORS[kind]}"


# --- The court's progress report --------------------------------------------------------------------------------------


class ProgressReport(OrderView, FormView):
    """A report to the court on the progress of an order, as a document: the figures of a period, and a statement.

    Section 227X of the 1995 Act: the responsible officer reports in writing before each progress review. Notes,
    alerts, what was noted of contacts and goals, and what victims said are no part of it.
    """

    page = "progress report"
    form_class = forms.ProgressReportForm
    template_name = "assessments/review_report.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not permissions.allows(request.user, "submit_report"):
            raise PermissionDenied("submit_report")
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        last = review_before(self.order, today())
        first = last.held_on if last else self.order.imposed_on
        return {"from_on": first, "to_on": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("order", args=[self.order.pk])
        given = {
            "title": "Write a progress report for the court",
            "back": back,
            "button": "Make the document",
        }
        return {**super().get_context_data(**kwargs), **given}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: Any) -> HttpResponse:
        looked_at(
            user=self.request.user,
            case=self.case,
            page=self.page,
            kind=Consultation.Kind.DOCUMENT,
            recipient="The court",
        )
        given, order = form.cleaned_data, self.order
        summary = between(order, given["from_on"], given["to_on"])
        held = order.reviews.filter(held_on__range=(given["from_on"], given["to_on"])).order_by(
            "held_on", "pk"
        )
        context = {
            "title": "Progress report to the court",
            "case": self.case,
            "person": self.case.person,
            "order": order,
            "court": ", ".join(part for part in (order.get_court_type_display(), order.court) if part),
            "requirements": [(row.get_kind_display(), row.length) for row in order.requirements.all()],
            "shown": SummaryShown(summary),
            "reviews": held,
            "statement": given["statement"],
            "author": self.request.user,
            "council": self.case.council.name,
            "on": today(),
        }
        return pdf.as_file(
            self.request, "pdf/progress_report.html", context, f"progress-report-{order.pk}.pdf"
        )
