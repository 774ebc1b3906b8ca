"""Handing over the caseload of somebody who leaves: who holds what, who might take it, the check, and the way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from assessments import forms
from assessments.domain import lscmi
from assessments.domain import workload as domain
from assessments.domain.handover import Piece, Receiver, propose
from assessments.views.loads import Change, before_and_after, staff_of, takers
from assessments.views.workload import require_manager
from assessments.workload import Load, holding, levels, loads, pieces, points_by_case
from cases import permissions
from cases.consultations import looked_through
from cases.models import Allocation, Case, Handover, HandoverLine, Limit, Role, Team, User
from cases.views.board import labels_of
from justice.web.dates import plain_date
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status, due
from justice.web.views import OperationView, number_in, today
from orders import operations
from orders.models import Breach
from orders.operations import Given


@dataclass(frozen=True)
class Held:
    """What the leaver holds of one person's case, as the page shows it."""

    case: Case
    subjects: tuple[str, ...]
    points: int
    level: str
    breaches: int
    urgent: Status
    what: str
    beside: int | None
    barred: frozenset[int]

    @property
    def name(self) -> str:
        return f"{self.case.person.family_name}, {self.case.person.given_name}"

    @property
    def held(self) -> str:
        return _what(self.subjects)

    @property
    def marks(self) -> list[Status]:
        found = [Status("Breach", "red")] if self.breaches else []
        return [*found, Status("Restricted", "grey")] if self.case.person.restricted else found


@dataclass(frozen=True)
class Row:
    """A line of the form: what is held, who takes it, the note."""

    held: Held
    receiver: BoundField
    note: BoundField


def hand_over(request: HttpRequest) -> HttpResponse:
    """Whose caseload: everybody who holds a case that the manager may see, those who have left first."""
    user = request.user
    require_manager(user)
    held: dict[int, set[int]] = defaultdict(set)
    rows = Allocation.objects.visible_to(user).current().filter(worker__isnull=False)
    for worker, case in rows.values_list("worker", "case"):
        held[worker].add(case)
    holders = [worker for worker in staff_of(user).order_by("is_active", "name", "pk") if worker.pk in held]
    listing = Listing(
        (
            Column(
                "name",
                "Worker",
                order_by=("name",),
                href=lambda row: reverse("hand_over_caseload", args=[row.pk]),
                heads=True,
            ),
            Column("team", "Team", lambda row: row.team.name if row.team else "None"),
            Column("cases", "Cases you may see", lambda row: len(held[row.pk]), kind="number"),
            Column(
                "left", "State", lambda row: "" if row.is_active else Status("Left", "amber"), kind="status"
            ),
        ),
        holders,
        request,
        page_size=200,
        caption="Whose caseload",
        counts=("worker", "workers"),
        empty="Nobody holds a case that you may see. Cases are allocated from the unallocated list.",
    )
    made = Handover.objects.visible_to(user).select_related("leaver", "recorded_by", "undone_by")[:10]
    context = {"title": "Hand over a caseload", "listing": listing, "made": _made(made)}
    return render(request, "assessments/hand_over.html", context)


def _made(rows: Sequence[Handover]) -> Table:
    return Table(
        (
            Column(
                "leaver",
                "Whose caseload",
                "leaver.name",
                href=lambda row: reverse("handover", args=[row.pk]),
                context=lambda row: f"handed over on {plain_date(row.on)}",
                heads=True,
            ),
            Column("on", "Handed over", kind="date"),
            Column("by", "By", "recorded_by.name"),
            Column(
                "state",
                "State",
                lambda row: Status("Undone", "grey") if row.undone_on else Status("Done", "green"),
                kind="status",
            ),
        ),
        rows,
        "The last handovers",
        "No caseload was handed over yet. Choose whose above.",
    )


class HandOverCaseload(OperationView):
    """Who takes each case: proposed so that shares come out level, changed as the manager likes, checked."""

    operation = "hand_over_caseload"
    title = "Who takes each case"
    button = "Check before and after"
    form_class = forms.HandOverForm
    template_name = "assessments/hand_over_caseload.html"
    made: Handover | None = None

    @cached_property
    def leaver(self) -> User:
        return get_object_or_404(staff_of(self.request.user), pk=self.kwargs["worker"])

    @cached_property
    def team(self) -> Team | None:
        """The team that takes the cases: the one asked for, else the leaver's, else the manager's."""
        teams = Team.objects.visible_to(self.request.user).filter(closed_on=None)
        asked = self.request.GET.get("team", "")
        chosen = teams.filter(pk=number_in(asked)).first()
        return chosen or self.leaver.team or self.request.user.team

    @cached_property
    def held(self) -> list[Held]:
        return held_by(self.leaver, self.request.user, today())

    @cached_property
    def receivers(self) -> list[Load]:
        """Those who may take cases, with most room first."""
        rows = User.objects.visible_to(self.request.user).caseworkers().select_related("team")
        return takers(loads(list(rows.filter(team=self.team).exclude(pk=self.leaver.pk)), today()))

    def get_form_kwargs(self) -> dict[str, Any]:
        proposed = propose(
            [Piece(one.case.pk, one.points, one.barred, one.beside) for one in self.held],
            # A manager may take cases and is not proposed for them.
            [
                Receiver(load.user.pk, load.points, load.capacity)
                for load in self.receivers
                if load.user.role == Role.CASEWORKER
            ],
        )
        return {
            **super().get_form_kwargs(),
            "leaver": self.leaver,
            "references": {one.case.pk: one.case.person.reference for one in self.held},
            "proposed": proposed,
            "choices": {
                one.case.pk: [
                    (str(load.user.pk), f"{load.user.name} ({_percent(load)})")
                    for load in self.receivers
                    if load.user.pk not in one.barred
                ]
                for one in self.held
            },
        }

    def given(self, form: forms.HandOverForm) -> list[Given]:
        cases = {one.case.pk: one.case for one in self.held}
        workers = {str(load.user.pk): load.user for load in self.receivers}
        return [Given(cases[case], workers.get(who), note) for case, (who, note) in form.chosen().items()]

    def run(self, form: forms.HandOverForm) -> Handover:
        self.made = operations.hand_over_caseload(
            actor=self.request.user,
            leaver=self.leaver,
            given=self.given(form),
            reason=form.cleaned_data["reason"],
            today=today(),
            key=form.submission_key,
        )
        return self.made

    def changes(self, form: forms.HandOverForm) -> list[Change]:
        """What each receiver would hold with what the form says now: as proposed, or as the manager chose."""
        points = {one.case.pk: one.points for one in self.held}
        taken: dict[str, list[int]] = defaultdict(list)
        for case in form.cases:
            taken[str(form[f"receiver_{case}"].value() or "")].append(points[case])
        return [
            Change(load, sum(more), f"Takes {_cases(len(more))}" if more else "")
            for load in self.receivers
            for more in (taken[str(load.user.pk)],)
        ]

    def form_valid(self, form: Form) -> HttpResponse:
        if "confirmed" not in self.request.POST and "changed" not in self.request.POST:
            return self.check(form)
        if "changed" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        answer = super().form_valid(form)
        if self.made is not None:
            moved = len({line.case_id for line in self.made.lines.all()})
            left = len(self.held) - moved
            words = f"{_cases(moved)} handed over. "
            words += f"{self.leaver.name} still holds {_cases(left)}" if left else "Nothing is left behind"
            messages.success(self.request, words)
        return answer

    def check(self, form: forms.HandOverForm) -> HttpResponse:
        """What each would hold before and after, with a warning over capacity: nothing is changed yet."""
        points = {one.case.pk: one.points for one in self.held}
        given = self.given(form)
        changes = [change for change in self.changes(form) if change.note]
        over = [change.load.user.name for change in changes if change.after is None or change.after > 1]
        queued = sum(1 for one in given if one.worker is None)
        context = {
            **self.get_context_data(form=form),
            "title": "Check the handover",
            "changes": before_and_after(changes, "Before and after", "Nobody takes a case."),
            "over": f"Over capacity afterwards: {', '.join(over)}" if over else "",
            "notices": [
                words
                for words in (
                    f"{_cases(queued)} will wait in the team's queue" if queued else "",
                    f"{_cases(len(self.held) - len(given))} will stay with {self.leaver.name}"
                    if len(given) < len(self.held)
                    else "",
                )
                if words
            ],
            "given": Table(
                (
                    Column(
                        "name",
                        "Person",
                        lambda one: f"{one.case.person.family_name}, {one.case.person.given_name}",
                        heads=True,
                    ),
                    Column("reference", "Reference", "case.person.reference"),
                    Column("points", "Points", lambda one: points[one.case.pk], kind="number"),
                    Column(
                        "to", "Goes to", lambda one: one.worker.name if one.worker else "The team's queue"
                    ),
                    Column("note", "Note"),
                ),
                given,
                "Who takes which case",
                "Nothing is handed over.",
            ),
        }
        return render(self.request, "assessments/hand_over_check.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        looked_through(
            user=self.request.user, cases=[one.case.pk for one in self.held], page="hand over a caseload"
        )
        teams = Team.objects.visible_to(self.request.user).filter(closed_on=None)
        context |= {
            "caption": self.leaver.name,
            "rows": [
                Row(one, form[f"receiver_{one.case.pk}"], form[f"note_{one.case.pk}"]) for one in self.held
            ],
            "asked": [form["reason"]],
            "teams": [
                (team.pk, team.name, self.team is not None and team.pk == self.team.pk) for team in teams
            ],
            "nobody": not self.receivers,
            "receivers": before_and_after(
                self.changes(form),
                "Who may take cases",
                "Nobody in this team may take cases. Choose another team.",
            ),
        }
        return context

    def get_success_url(self) -> str:
        if self.made is not None:
            return reverse("handover", args=[self.made.pk])
        return reverse("hand_over")


def held_by(leaver: User, user: User, on: date) -> list[Held]:
    """What somebody holds of each case that the user may see, the most urgent first: a fixed number of queries."""
    rows = Allocation.objects.visible_to(user).current()
    subjects: dict[int, list[str]] = defaultdict(list)
    beside: dict[int, int] = {}
    cases = Case.objects.visible_to(user).open().held_by(leaver)
    every = holding([leaver])  # the same and, it may be, more: of these only points and levels are asked
    for case, subject, worker in rows.filter(case__in=cases).values_list("case", "subject", "worker"):
        if worker == leaver.pk:
            subjects[case].append(subject)
        elif worker is not None and (not subject or case not in beside):
            beside[case] = worker
    points = points_by_case(pieces(every, on), leaver)
    level = levels(every, on)
    breaches: dict[int, int] = defaultdict(int)
    live = Breach.objects.visible_to(user).filter(order__case__in=cases, order__ended_on=None, outcome="")
    for case in live.values_list("order__case", flat=True):
        breaches[case] += 1
    barred: dict[int, set[int]] = defaultdict(set)
    people = Limit.objects.filter(person__cases__in=cases, kind=Limit.Kind.EXCLUDED)
    for person, worker in people.values_list("person", "user"):
        barred[person].add(worker)
    labels = labels_of(user.council, on)
    return sorted(
        (
            Held(
                case,
                tuple(sorted(subjects[case.pk])),
                points.get(case.pk, 0),
                lscmi.LEVELS.get(level.get(case.pk, ""), ""),
                breaches[case.pk],
                due(case.next_due_on, on) if case.next_due_on else Status("Nothing due"),
                labels.get(case.next_clause, ""),
                beside.get(case.pk),
                frozenset(barred[case.person_id]),
            )
            for case in cases.with_urgency(on).select_related("person")
        ),
        key=lambda one: (one.case.next_due_on or date.max, one.name, one.case.pk),
    )


def _percent(load: Load) -> str:
    percent = domain.percent(load.share)
    return "no hours" if percent is None else f"{percent}%"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count:,} cases"


# --- What was handed over -------------------------------------------------------------------------------------


def handover(request: HttpRequest, handover: int) -> HttpResponse:
    """A handover that was made: who has each case now, and the way back while there is one."""
    user = request.user
    require_manager(user)
    rows = Handover.objects.visible_to(user).select_related("leaver", "recorded_by", "undone_by", "council")
    made = get_object_or_404(rows, pk=handover)
    lines = list(
        HandoverLine.objects.visible_to(user)
        .filter(handover=made)
        .select_related("case__person", "to_allocation__worker", "to_allocation__team")
    )
    looked_through(user=user, cases=[line.case_id for line in lines], page="handover")
    seen = len({line.case_id for line in lines})
    # Who made it knows how many there were; to anybody else, what they may not see is not there.
    moved = made.lines.values("case").distinct().count() if made.recorded_by_id == user.pk else seen
    last = operations.last_day_to_undo(made)
    undoable = made.undone_on is None and today() <= last and permissions.allows(user, "undo_handover")
    context = {
        "title": f"Handover of {made.leaver.name}'s caseload",
        "summary": [
            ("Handed over", made.on),
            ("By", made.recorded_by.name if made.recorded_by else ""),
            ("Why", made.reason),
            ("Cases", moved),
            *(
                [("Undone", f"{plain_date(made.undone_on)}, by {made.undone_by.name}")]
                if made.undone_on
                else []
            ),
        ],
        "lines": _moved(lines),
        "hidden": f"{_cases(moved - seen)} you no longer see: another team holds them."
        if moved > seen
        else "",
        "undo": reverse("undo_handover", args=[made.pk]) if undoable else "",
        "until": plain_date(last),
    }
    return render(request, "assessments/handover.html", context)


@dataclass
class Moved:
    """What moved of one person's case."""

    line: HandoverLine
    subjects: list[str]

    @property
    def to(self) -> str:
        taken = self.line.to_allocation
        if taken is None:
            return "Given back"
        return taken.worker.name if taken.worker else "The team's queue"


def _moved(lines: Sequence[HandoverLine]) -> Table:
    of_case: dict[int, Moved] = {}
    for line in lines:
        of_case.setdefault(line.case_id, Moved(line, [])).subjects.append(line.subject)
    return Table(
        (
            Column(
                "name",
                "Person",
                lambda row: f"{row.line.case.person.family_name}, {row.line.case.person.given_name}",
                href=lambda row: reverse("case", args=[row.line.case_id]),
                heads=True,
            ),
            Column("reference", "Reference", "line.case.person.reference"),
            Column("what", "What", lambda row: _what(row.subjects)),
            Column("to", "Went to"),
            Column("note", "Note", "line.note"),
        ),
        list(of_case.values()),
        "What was handed over",
        "Nothing that you may see.",
    )


def _what(subjects: Sequence[str]) -> str:
    """ "Case and 2 orders": what somebody holds, or held, of one person's case."""
    orders = sum(1 for subject in subjects if subject)
    words = ["Case"] if "" in subjects else []
    return " and ".join([*words, *([f"{orders} order{'s' if orders > 1 else ''}"] if orders else [])])


class UndoHandover(OperationView):
    """Everybody holds again what they held before."""

    operation = "undo_handover"
    call = staticmethod(operations.undo_handover)
    title = "Undo the handover"
    button = "Undo the handover"
    done = "The handover was undone: everybody holds again what they held before"
    form_class = forms.UndoHandoverForm

    def root(self) -> Handover:
        rows = Handover.objects.visible_to(self.request.user).select_related("leaver", "council")
        return get_object_or_404(rows, pk=self.kwargs["handover"])

    def about(self) -> dict[str, Any]:
        return {"handover": self.root(), "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        made = self.root()
        intro = (
            f"Every case that was handed over on {plain_date(made.on)} goes back to {made.leaver.name}, all of them or "
            "none. If one of them has changed hands since, nothing is undone and you are told which."
        )
        return {"intro": intro, "caption": made.leaver.name, **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("handover", args=[self.kwargs["handover"]])
