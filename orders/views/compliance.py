"""Absences to decide, the letters that warn, and what the record prompts next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases import permissions
from cases.calendars import calendar_of
from cases.consultations import looked_at
from cases.models import Allocation, Consultation, Role, Team, User
from cases.views.lists import TEAM_LISTS, show
from justice.domain.calendar import Calendar
from justice.web import pdf
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import today
from orders import compliance, forms, operations
from orders.domain import compliance as rules
from orders.domain.compliance import Decision, Evidence, NotAppropriate, Standing, Step
from orders.domain.dates import words
from orders.models import Absence, FormalWarning, Order, SetAside
from orders.views.base import OrderOperation

YEAR = timedelta(days=365)


# --- On the page of the order ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """What the record prompts: why, by what rule, and what this user may do about it."""

    title: str
    why: str
    rule: str
    source: str
    who: str
    actions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ladder:
    """The absences and warnings of one order, and the step that they prompt."""

    prompt: Panel | None
    actions: tuple[tuple[str, str], ...]  # a warning may be written before the rule prompts it
    absences: Table
    warnings: Table


def of_order(order: Order, user: User, on: date) -> Ladder:
    """Absences, warnings and the prompt of one order: seven queries."""
    steps = compliance.steps_of(order.council_id, on)
    warnings = list(order.warnings.select_related("issued_by").order_by("-issued_on", "-pk"))
    record = compliance.record_of(order, warnings)
    prompt = None
    actions: tuple[tuple[str, str], ...] = ()
    if order.ended_on is None and not order.queried:
        standing, found = record.standing(steps, on), record.prompt(steps, on)
        if found is not None:
            prompt = _panel(order, compliance.OrderPrompt(order, found), user)
        elif standing.new and permissions.allows(user, "issue_warning"):
            actions = (("Write a warning", reverse("issue_warning", args=[order.pk])),)
    absences = order.absences.select_related("contact", "decided_by").order_by("-on", "-pk")
    return Ladder(
        prompt, actions, _absences(absences, record, user), _warnings(order, warnings, record, steps)
    )


def _panel(order: Order, prompted: compliance.OrderPrompt, user: User) -> Panel:
    step, operation = prompted.prompt.step, prompted.operation
    label, address = "Record a decision to breach", reverse("decide_breach", args=[order.pk])
    if operation == "issue_warning":
        label, address = "Write the warning", f"{reverse('issue_warning', args=[order.pk])}?step={step.key}"
    actions = []
    if permissions.allows(user, operation):
        actions.append((label, address))
    if permissions.allows(user, "set_aside_step"):
        actions.append(
            ("Not appropriate here", f"{reverse('set_aside_step', args=[order.pk])}?step={step.key}")
        )
    roles = sorted(Role(role).label.lower() for role in permissions.ALLOWED[operation])
    return Panel(
        f"{step.label} is the next step",
        f"{prompted.prompt.facts}. Prompted since {words(prompted.prompt.prompted_on)}",
        step.rule,
        _source(step),
        f"A {' or a '.join(roles)}",
        tuple(actions),
    )


def _facts(standing: Standing) -> str:
    return f"{rules.counted_words(standing.counted)} {standing.since}"


def _source(step: Step) -> str:
    return f"{step.source}. In force from {words(step.in_force_from)}. {step.confidence}"


@dataclass(frozen=True)
class Missed:
    """One absence as the page shows it."""

    on: date
    what: str
    decision: Status
    evidence: str | Status = ""
    reason: str = ""
    decided: str = ""
    action: str = ""
    href: str = ""


DECISIONS = {
    "": Status("To decide", "amber"),
    Decision.ACCEPTABLE: Status("Acceptable", "green"),
    Decision.UNACCEPTABLE: Status("Not acceptable", "red"),
}


def _missed(row: Absence, may: bool) -> Missed:
    withdrawn = bool(row.withdrawn_because)
    action = ("Change the decision" if row.decision else "Decide") if may and not withdrawn else ""
    return Missed(
        row.on,
        row.what,
        Status("Recorded in error", "grey") if withdrawn else DECISIONS[row.decision],
        _evidence(row),
        row.withdrawn_because or row.reason,
        _decided(row),
        action,
        reverse("decide_absence", args=[row.order_id, row.pk]) if action else "",
    )


def _evidence(row: Absence) -> str | Status:
    """An acceptable absence without evidence is warned of; it stops nothing."""
    if row.decision == Decision.ACCEPTABLE and row.evidence in ("", Evidence.NONE_SEEN):
        return Status("No evidence", "amber")
    return row.get_evidence_display()


def _decided(row: Absence) -> str:
    if row.decided_on is None:
        return ""
    by = f" by {row.decided_by.name}" if row.decided_by else ""
    changed = f", changed {words(row.changed_on)}" if row.changed_on else ""
    return f"{words(row.decided_on)}{changed}{by}"


def _absences(rows: Iterable[Absence], record: compliance.Record, user: User) -> Table:
    may = permissions.allows(user, "decide_absence")
    shown = [_missed(row, may) for row in rows]
    # Sessions that came from another system with their decision count as well, and are shown with the others.
    shown += [
        Missed(one.on, one.what, DECISIONS[Decision.UNACCEPTABLE], reason="Brought in with its decision")
        for one in record.failures
        if one.key.startswith(compliance.BROUGHT_IN)
    ]
    return Table(
        (
            Column("on", "Date", kind="date", heads=True),
            Column("what", "What was missed"),
            Column("decision", "Decision", kind="status"),
            Column("evidence", "Evidence"),
            Column("reason", "Reason"),
            Column("decided", "Decided"),
            Column(
                "action",
                "Action",
                href=lambda row: row.href,
                context=lambda row: f"on the absence of {words(row.on)}",
            ),
        ),
        sorted(shown, key=lambda one: one.on, reverse=True),
        "Absences",
        "No absence is recorded here. One is added when a contact or session is recorded as not attended.",
    )


def _warnings(
    order: Order, rows: Iterable[FormalWarning], record: compliance.Record, steps: tuple[Step, ...]
) -> Table:
    labels = {step.key: step.label for step in steps}
    days = {one.key: one.on for one in record.failures}

    def of_days(row: FormalWarning) -> str:
        found = sorted(days[key] for key in row.failures if key in days)
        return rules.listed([words(day) for day in found]) if found else ""

    def standing(row: FormalWarning) -> str | Status:
        if rules.stands(compliance.warned(row), record.failures):
            return labels.get(row.step, row.step)
        return Status(f"{labels.get(row.step, row.step)}: counts no more", "grey")

    return Table(
        (
            Column("issued_on", "Date", kind="date", heads=True),
            Column("step", "Warning", standing),
            Column("for", "For absences of", of_days),
            Column("rule", "Rule"),
            Column("skipped_because", "Why a step was left out"),
            Column("by", "Issued by", lambda row: row.issued_by.name if row.issued_by else ""),
            Column(
                "letter",
                "Letter",
                lambda row: "Letter (PDF)",
                href=lambda row: reverse("warning_letter", args=[order.pk, row.pk]),
                context=lambda row: f"of {words(row.issued_on)}",
            ),
        ),
        rows,
        "Formal warnings",
        "No formal warning is recorded.",
    )


# --- Changes --------------------------------------------------------------------------------------------------


class DecideAbsence(OrderOperation):
    """Whether an absence was acceptable; or another decision in place of the first."""

    operation = "decide_absence"
    call = staticmethod(operations.decide_absence)
    title = "Decide an absence"
    button = "Save the decision"
    done = "The decision was saved"
    form_class = forms.DecideAbsenceForm

    def root(self) -> Absence:
        rows = Absence.objects.visible_to(self.request.user).select_related(
            "order__case__person", "order__case__council", "contact", "decided_by"
        )
        return get_object_or_404(rows, pk=self.kwargs["absence"], order=self.order)

    def about(self) -> dict[str, Any]:
        return {"absence": self.root(), "today": today()}

    def get_initial(self) -> dict[str, Any]:
        row = self.root()
        return {
            "decision": row.decision,
            "evidence": row.evidence,
            "reason": row.reason,
            "decided_on": today(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.root()
        recorded = "the same day" if row.learned_on == row.on else f"on {words(row.learned_on)}"
        intro = f"{row.what} of {row.on:%A} {words(row.on)}, recorded {recorded}."
        if row.decision:
            decided = f"{row.get_decision_display().lower()}, {_decided(row)}"
            intro += f" Decided already: {decided}. What you save takes its place; the history keeps both."
        note = row.contact.note if row.contact else ""
        intro += f" Note of the contact: {note}" if note else ""
        return {"intro": intro, **super().get_context_data(**kwargs)}


class OfStep(OrderOperation):
    """A form about one step of the ladder, named in the address and then by the form."""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return compliance.steps_of(self.order.council_id, today())

    @cached_property
    def standing(self) -> Standing:
        return compliance.record_of(self.order).standing(self.steps, today())

    def offered(self) -> tuple[Step, ...]:
        """The steps that this page is about."""
        return self.steps

    @cached_property
    def step(self) -> Step:
        """The step asked for, else the next one, else the last that can be taken here."""
        asked = self.request.POST.get("step") or self.request.GET.get("step")
        steps = {one.key: one for one in self.offered()}
        following = self.standing.step.key if self.standing.step else ""
        return steps.get(asked or following) or self.offered()[-1]


class IssueWarning(OfStep):
    """A formal warning: its words are set out from the record, for the writer to change."""

    operation = "issue_warning"
    call = staticmethod(operations.issue_warning)
    template_name = "orders/issue_warning.html"
    title = "Write a formal warning"
    button = "Record the warning"
    done = "The warning was recorded. Its letter is below, under Formal warnings"
    form_class = forms.IssueWarningForm

    def offered(self) -> tuple[Step, ...]:
        return rules.warnings_of(self.steps)

    def get_form_kwargs(self) -> dict[str, Any]:
        left_out = rules.skipped(self.step.key, self.standing, self.steps)
        return {**super().get_form_kwargs(), "leaves_out": bool(left_out)}

    def get_initial(self) -> dict[str, Any]:
        letter = rules.letter(self.step, self.standing.counted)
        return {"step": self.step.key, "issued_on": today(), "letter": letter}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here, standing = reverse("issue_warning", args=[self.order.pk]), self.standing
        nothing = "A breach is open: record what the court did first"
        if standing.step is not None:
            nothing = f"No absence is decided not acceptable {standing.since}"
        shown = {
            "title": f"Write the {self.step.label.lower()}",
            "facts": _facts(standing) if standing.new else "",
            "rule": self.step.rule,
            "source": _source(self.step),
            "nothing": nothing,
            "sent_to": compliance.addressee(self.order).splitlines(),
            "others": [
                (f"Write the {one.label.lower()} instead", f"{here}?step={one.key}")
                for one in self.offered()
                if one.key != self.step.key
            ],
        }
        return super().get_context_data(**{**shown, **kwargs})


class SetAsideStep(OfStep):
    """The step that the record prompts is not appropriate here."""

    operation = "set_aside_step"
    call = staticmethod(operations.set_aside_step)
    title = "This step is not appropriate"
    button = "Save"
    done = "The step is set aside. It is prompted again after a further absence"
    form_class = forms.SetAsideForm

    def get_initial(self) -> dict[str, Any]:
        return {"step": self.step.key}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = f": {_facts(self.standing)}" if self.standing.counted else ""
        intro = f"{self.step.label}{facts}. Managers see these reasons counted."
        return {"intro": intro, **super().get_context_data(**kwargs)}


# --- The letter -----------------------------------------------------------------------------------------------


def warning_letter(request: HttpRequest, order: int, warning: int) -> HttpResponse:
    """A warning as it was sent: the person's name and address and its words, and nothing else of the record."""
    rows = FormalWarning.objects.visible_to(request.user).select_related(
        "order__case__person", "order__case__council", "issued_by"
    )
    row = get_object_or_404(rows, pk=warning, order=order)
    case = row.order.case
    looked_at(
        user=request.user,
        case=case,
        page="warning letter",
        kind=Consultation.Kind.DOCUMENT,
        recipient="The person",
    )
    held = Allocation.objects.filter(case=case, subject="", to_on=None).select_related("team").first()
    steps = compliance.steps_of(case.council_id, row.issued_on)
    context = {
        "title": next((step.label for step in steps if step.key == row.step), "Formal warning"),
        "council": case.council.name,
        "team": held.team.name if held else "",
        "name": row.sent_to.partition("\n")[0],
        "reference": row.order.reference,
        "warning": row,
        "signed": row.issued_by.name if row.issued_by else "",
    }
    return pdf.as_file(request, "pdf/warning.html", context, f"warning-{row.pk}.pdf")


# --- Lists ----------------------------------------------------------------------------------------------------


class AbsenceFilter(django_filters.FilterSet):
    """Narrows the absences to a team, a worker, or a kind."""

    team = django_filters.ModelChoiceFilter(
        label="Team", queryset=Team.objects.none(), empty_label="Every team", method="of_team"
    )
    worker = django_filters.ModelChoiceFilter(
        label="Worker", queryset=User.objects.none(), empty_label="Every worker", method="of_worker"
    )
    what = django_filters.ChoiceFilter(
        label="What was missed",
        empty_label="Anything",
        method="of_kind",
        choices=(("session", "Unpaid work session"), ("contact", "Appointment or other contact")),
    )

    class Meta:
        model = Absence
        fields = ()

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        user = request.user
        teams, staff = Team.objects.visible_to(user), User.objects.visible_to(user).caseworkers()
        if user.role not in TEAM_LISTS - {Role.BUSINESS_SUPPORT}:
            teams, staff = teams.filter(pk=user.team_id), staff.filter(team=user.team_id)
        self.filters["team"].queryset = teams
        self.filters["worker"].queryset = staff
        self.filters["worker"].field.label_from_instance = lambda worker: worker.name

    def of_team(self, rows: QuerySet, name: str, value: Team) -> QuerySet:
        return rows.filter(team_id=value.pk)

    def of_worker(self, rows: QuerySet, name: str, value: User) -> QuerySet:
        return rows.filter(worker_id=value.pk)

    def of_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(contact__isnull=value == "session")


def left(due_on: date, on: date, calendar: Calendar) -> Status:
    """How many working days there are to decide, or since when it should have been decided."""
    if due_on < on:
        late = calendar.count(due_on, on)
        return Status(f"{_working_days(late)} late" if late else "Overdue", "red")
    if due_on == on:
        return Status("Decide today", "amber")
    return Status(f"{_working_days(calendar.count(on, due_on))} left", "blue")


def _working_days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count} working days"


def absences_of(user: User, on: date) -> QuerySet[Absence]:
    """Absences that nobody has decided: a caseworker's own, else all that may be seen."""
    rows = compliance.undecided(user, on)
    return rows.filter(worker_id=user.pk) if user.role == Role.CASEWORKER else rows


def absences(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Absences that nobody has decided, the longest known first: a caseworker's own, else all that may be seen."""
    user, on = request.user, today()
    rows = absences_of(user, on).select_related("order__case__person", "contact")
    calendar, may = calendar_of(user.council), permissions.allows(user, "decide_absence")
    filterset = AbsenceFilter(request.GET, queryset=rows, request=request)
    columns = [
        Column(
            "name",
            "Person",
            lambda row: f"{row.order.case.person.family_name}, {row.order.case.person.given_name}",
            order_by=("order__case__person__family_name", "order__case__person__given_name"),
            href=lambda row: reverse("order", args=[row.order_id]),
            context=lambda row: f"{row.order.reference}, {words(row.on)}",
            heads=True,
        ),
        Column("reference", "Order", "order.reference", order_by=("order__reference",)),
        Column("on", "Missed", kind="date", order_by=("on",)),
        Column("what", "What was missed"),
        Column("learned_on", "Recorded", kind="date", order_by=("learned_on",)),
        Column("due_on", "Decide by", kind="date", order_by=("due_on", "on")),
        Column("left", "Time left", lambda row: left(row.due_on, on, calendar), kind="status"),
        Column("worker", "Worker", lambda row: row.worker_name or "Nobody", order_by=("worker_name",)),
        # In a team's own list it would say the same on every line.
        Column(
            "team",
            "Team",
            lambda row: row.team_name or "None",
            order_by=("team_name",),
            on_page=user.team_id is None,
        ),
    ]
    if may:
        columns.append(
            Column(
                "decide",
                "Decide",
                lambda row: "Decide",
                href=lambda row: reverse("decide_absence", args=[row.order_id, row.pk]),
                context=lambda row: f"{row.what}, {row.order.reference}, {words(row.on)}",
                in_files=False,
                hidden_label=True,
            )
        )
    listing = Listing(
        columns,
        filterset.qs,
        request,
        default_order="due_on",
        filterset=filterset,
        caption="Absences to decide",
        counts=("absence", "absences"),
        empty="No absence waits for a decision. One comes here when a contact or session is recorded as not attended.",
        case_of="order.case_id",
    )
    aside = reverse("steps_set_aside") if user.role in TEAM_LISTS else ""
    return show(request, listing, "orders/absences.html", "absences to decide", file, set_aside=aside)


def steps_set_aside(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Steps that were prompted and not taken in the last year, counted by reason: for managers."""
    user, on = request.user, today()
    if user.role not in TEAM_LISTS:
        raise PermissionDenied
    rows = SetAside.objects.visible_to(user).filter(on__gt=on - YEAR)
    counted = rows.order_by().values("code").annotate(count=Count("pk")).order_by("-count", "code")
    labels = {step.key: step.label for step in compliance.steps_of(user.council_id, on)}
    columns = (
        Column("on", "Date", kind="date", order_by=("on",), heads=True),
        Column(
            "reference",
            "Order",
            "order.reference",
            order_by=("order__reference",),
            href=lambda row: reverse("order", args=[row.order_id]),
            context=lambda row: f"step set aside on {words(row.on)}",
        ),
        Column("step", "Step", lambda row: labels.get(row.step, row.step), order_by=("step",)),
        Column("code", "Reason", "get_code_display", order_by=("code",)),
        Column("note", "Note"),
        Column("by", "By", lambda row: row.recorded_by.name if row.recorded_by else ""),
    )
    listing = Listing(
        columns,
        rows.select_related("order", "recorded_by"),
        request,
        default_order=(F("on").desc(),),
        caption="Steps set aside in the last year",
        counts=("step", "steps"),
        empty="Nobody has set a step aside in the last year. Each one that is will stand here with its reason.",
        case_of="order.case_id",
    )
    reasons = Table(
        (
            Column("code", "Reason", lambda row: NotAppropriate.of(row["code"]).label, heads=True),
            Column("count", "Steps", kind="number"),
        ),
        counted,
        "Steps set aside by reason",
        "Nobody has set a step aside in the last year. Each one that is will stand here.",
    )
    return show(
        request,
        listing,
        "orders/steps_set_aside.html",
        "steps set aside",
        file,
        reasons=reasons,
        back=reverse("absences"),
    )
