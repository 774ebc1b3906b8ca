"""The page of a case management plan, one page for each change to it, and the copy that the person is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assessments import forms_plans as forms
from assessments import operations, plans
from assessments.domain import contact, lscmi, needs
from assessments.domain.plan import ProposedPlan, VersionGoal, differences
from assessments.models import Goal, Intervention, Plan, VictimSafety
from assessments.plans import GoalNow
from cases import permissions
from cases.models import Consultation
from justice.web import pdf
from justice.web.dates import plain_date
from justice.web.listing import Column, Table
from justice.web.status import Status
from justice.web.views import CaseView, OperationView, PersonPage, today
from orders.views.base import OrderOperation

LEVEL_TONES = {"very_high": "red", "high": "red", "medium": "amber", "low": "blue", "very_low": "blue"}
GOAL_TONES = {
    "not_started": "grey", "under_way": "blue", "achieved": "green", "set_back": "amber", "no_longer": "grey",
}  # fmt: skip


class PlanView(CaseView):
    """A page about one plan."""

    plan: Plan

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Plan.objects.visible_to(request.user).select_related(
                "order__case__person",
                "order__case__council",
                "based_on",
                "submitted_by",
                "approved_by",
                "recorded_by",
            )
            self.plan = get_object_or_404(rows, pk=kwargs["plan"])
            self.case = self.plan.order.case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["plan"] = self.plan
        context.setdefault("caption", f"Order {self.plan.order.reference}")
        return context


class PlanOperation(PlanView, OperationView):
    """A form that changes one plan, and goes back to its page."""

    def root(self) -> Plan:
        return self.plan

    def about(self) -> dict[str, Any]:
        return {"plan": self.plan, "today": today()}

    def get_success_url(self) -> str:
        return reverse("plan", args=[self.plan.pk])


# --- Reading it -----------------------------------------------------------------------------------------------


def state_of(plan: Plan, in_force: int | None) -> Status:
    """How a plan stands; `in_force` is the key of the order's plan in force."""
    if plan.approved_on:
        return Status("In force", "green") if plan.pk == in_force else Status("Replaced", "grey")
    if plan.discarded_on:
        return Status("Discarded", "grey")
    return Status("With a manager", "amber") if plan.submitted_on else Status("Draft", "blue")


@dataclass(frozen=True)
class Need:
    """A need, how high the assessment found it, and the goals of the plan about it."""

    label: str
    level: Status | str
    score: str
    goals: tuple[str, ...]
    missing: bool


def needs_beside_goals(plan: Plan, goals: Sequence[Goal]) -> list[Need]:
    """Each need with its goals: high ones without a goal first, then as the assessment ranks them, then the rest."""
    levels = plans.needs_of(plan.based_on)
    unmet = needs.without_a_goal(levels, (goal.need for goal in goals))
    rest = [name for name in (*levels, *needs.NEEDS) if name not in unmet]
    found = []
    for name in dict.fromkeys((*unmet, *rest)):
        about = tuple(goal.words for goal in goals if goal.need == name)
        if name not in levels and not about:
            continue
        level = levels.get(name, "")
        score = plan.based_on.sub_scores.get(name) if plan.based_on and level else None
        found.append(
            Need(
                needs.NEEDS[name],
                Status(lscmi.LEVELS[level], LEVEL_TONES[level]) if level else "Not assessed",  # type: ignore[arg-type]
                f"{score} of {lscmi.MAXIMA[name]}" if score is not None else "",
                about,
                name in unmet,
            )
        )
    return found


@dataclass(frozen=True)
class Version:
    """One version of an order's plan, and what it changed of the goals of the one before."""

    number: int
    href: str
    current: bool
    state: Status
    words: str
    changes: tuple[str, ...]


def versions_of(plan: Plan) -> list[Version]:
    """Every version of the order's plan, the newest first. Two queries."""
    rows = [
        one for one in plan.order.plans.select_related("submitted_by", "approved_by") if not one.discarded_on
    ]
    rows.sort(key=lambda one: (one.approved_on is None, one.approved_on, one.pk))
    if plan.discarded_on:
        rows.append(plan)
    by_plan: dict[int, list[VersionGoal]] = {}
    for key, *goal in plans.goals_of_all_versions(plan.order):
        by_plan.setdefault(key, []).append(VersionGoal(*goal))
    approved = [one.pk for one in rows if one.approved_on]
    in_force = approved[-1] if approved else None
    found = []
    for number, row in enumerate(rows, start=1):
        before = by_plan.get(rows[number - 2].pk, []) if number > 1 else None
        found.append(
            Version(
                number,
                reverse("plan", args=[row.pk]),
                row.pk == plan.pk,
                state_of(row, in_force),
                _told(row),
                tuple(differences(before, by_plan.get(row.pk, []))) if before is not None else (),
            )
        )
    return found[::-1]


def _told(plan: Plan) -> str:
    if plan.approved_on:
        by = f" by {plan.approved_by.name}" if plan.approved_by else ""
        return f"Approved on {plain_date(plan.approved_on)}{by}"
    if plan.submitted_on and plan.submitted_by:
        return f"Submitted on {plain_date(plan.submitted_on)} by {plan.submitted_by.name}"
    return "Not submitted"


@dataclass(frozen=True)
class ShownGoal:
    """A goal as its card shows it."""

    number: int
    now: GoalNow
    need: str
    status: Status
    steps: Table
    record: str


class PlanPage(PlanView, PersonPage):
    """Everything about one version of a plan, and what may be done about it."""

    page = "plan"
    template_name = "assessments/plan.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        plan, order, user = self.plan, self.plan.order, self.request.user
        versions = versions_of(plan)
        this = next(one for one in versions if one.current)
        in_force = this.state.words == "In force"
        goals = plans.goals_of(plan, today())
        may_record = in_force and order.ended_on is None and permissions.allows(user, "record_goal_progress")
        context |= {
            "title": f"Plan {this.number} of order {order.reference}",
            "caption": "Case management plan",
            "back": reverse("order", args=[order.pk]) + "#plans",
            "status": this.state,
            "primary": self.primary(in_force),
            "more": self.more(in_force),
            "summary": self.summary(),
            "returns": [
                (
                    f"{plain_date(one.returned_on)}, {one.recorded_by.name if one.recorded_by else ''}",
                    one.comments,
                )
                for one in plan.returns.select_related("recorded_by")
            ],
            "needs": needs_beside_goals(plan, [one.goal for one in goals]),
            "basis": self.basis(),
            "texts": self.texts(),
            "goals": [self.shown(number, one, may_record) for number, one in enumerate(goals, start=1)],
            "interventions": self.interventions(),
            "add_intervention": self.if_allowed("add_intervention", order.pk),
            "contact": self.contact(),
            "versions": versions,
        }
        return context

    def if_allowed(self, name: str, key: int) -> str:
        order = self.plan.order
        may = order.ended_on is None and permissions.allows(self.request.user, name)
        return reverse(name, args=[key]) if may else ""

    def links(self, *names: tuple[str, str]) -> list[tuple[str, str]]:
        """The words and address of each change to this plan that the role may make."""
        return [
            (words, reverse(address, args=[self.plan.pk]))
            for address, words in names
            if permissions.allows(self.request.user, OF.get(address, address))
        ]

    def primary(self, in_force: bool) -> list[tuple[str, str]]:
        plan = self.plan
        if plan.approved_on or plan.discarded_on:
            again = self.if_allowed("draft_plan", plan.order_id) if in_force else ""
            found = [("Draft the next version", again)] if again else []
        elif plan.submitted_on:
            found = self.links(("approve_draft", "Approve the plan"), ("return_plan", "Return it"))
        else:
            found = self.links(("amend_plan", "Go on with the draft"), ("submit_plan", "Submit for approval"))
        if not plan.discarded_on:
            found.append(("Print the person's copy", reverse("plan_copy", args=[plan.pk])))
        return found

    def more(self, in_force: bool) -> list[tuple[str, str]]:
        plan, found = self.plan, []
        if permissions.may_see_victims(self.request.user, self.case):
            found.append(("Victim safety", reverse("victim_safety", args=[plan.pk])))
        if not (plan.approved_on or plan.submitted_on or plan.discarded_on):
            found += self.links(("discard_plan", "Discard the draft"))
        return found

    def summary(self) -> list[tuple[Any, ...]]:
        plan = self.plan
        rows: list[tuple[Any, ...]] = []
        if plan.recorded_by:
            rows.append(("Drafted by", plan.recorded_by.name))
        if plan.submitted_on and plan.submitted_by:
            rows.append(("Submitted", f"{plain_date(plan.submitted_on)} by {plan.submitted_by.name}"))
        if plan.approved_on:
            rows.append(("Approved", _told(plan).removeprefix("Approved on ")))
        rows += [
            ("Discussed with the person", plan.discussed_on),
            ("Agreement", plan.get_agreement_display() if plan.agreement else ""),
        ]
        if plan.agreement_reason:
            rows.append(("Why", plan.agreement_reason))
        if plan.unmet_because:
            rows.append(("Why a high need has no goal", plan.unmet_because))
        return rows

    def texts(self) -> list[tuple[str, str]]:
        plan = self.plan
        pairs = (
            ("Strengths, and what has helped before", plan.strengths),
            ("The person’s views", plan.persons_views),
            ("Goals and actions", plan.summary),
            ("If things go wrong", plan.contingency),
        )
        return [(label, text) for label, text in pairs if text]

    def basis(self) -> str:
        found = self.plan.based_on
        if found is None:
            return ""
        edition = needs.edition_on(found.completed_on)
        return (
            f"From the LS/CMI of {plain_date(found.completed_on)}, level {found.level.lower()}. "
            f"Levels of the sections: {edition.source}."
        )

    def shown(self, number: int, now: GoalNow, may_record: bool) -> ShownGoal:
        steps = Table(
            (
                Column("action", "What is done", heads=True),
                Column("who", "Who", "get_who_display"),
                Column("by", "By", kind="date"),
            ),
            now.steps,
            f"Steps of goal {number}",
            "No step is written down. Add who does what in the next version.",
        )
        return ShownGoal(
            number,
            now,
            needs.NEEDS.get(now.goal.need, now.goal.need),
            Status(now.status_label, GOAL_TONES[now.status]),  # type: ignore[arg-type]
            steps,
            reverse("record_goal_progress", args=[now.goal.pk]) if may_record else "",
        )

    def interventions(self) -> Table:
        rows = self.plan.order.interventions.select_related("goal")
        may = bool(self.if_allowed("amend_intervention", 0))
        columns = [
            Column("name", "Intervention", heads=True),
            Column("kind", "Kind", "get_kind_display"),
            Column("organisation", "Partner organisation"),
            Column("goal", "Goal", lambda row: forms.goal_label(row.goal) if row.goal else ""),
            Column("referred_on", "Referred", kind="date"),
            Column("started_on", "Began", kind="date"),
            Column("ended_on", "Ended", kind="date"),
            Column("outcome", "What came of it", _outcome),
            Column("note", "Note"),
        ]
        if may:
            columns.append(
                Column(
                    "amend",
                    "Action",
                    lambda row: "Change",
                    href=lambda row: reverse("amend_intervention", args=[row.pk]),
                    context=lambda row: f"{row.name}, referred {plain_date(row.referred_on)}",
                )
            )
        return Table(
            columns,
            rows,
            "Interventions",
            "No programme or partner is recorded. A referral stands here from the day it is made.",
        )

    def contact(self) -> Table:
        return Table(
            (
                Column("from_on", "From", kind="date", heads=True),
                Column("every_weeks", "How often", lambda row: contact.often(row.every_weeks)),
                Column("means", "How", "get_means_display"),
                Column("looser_because", "Why it is less than proposed"),
            ),
            self.plan.stages.all(),
            "Contact",
            "No contact is agreed in this plan. The draft proposes it by stage and level.",
        )


# Addresses that carry out an operation of another name.
OF = {"approve_draft": "approve_plan"}


def _outcome(row: Intervention) -> str | Status:
    if row.outcome:
        return str(row.get_outcome_display())
    return Status("Under way", "blue") if row.started_on else Status("Referred", "grey")


class PlanCopy(PlanView):
    """The copy that the person is given: nothing about victims or anybody else, and no manager's comments."""

    page = "plan: the person's copy"
    looks = Consultation.Kind.DOCUMENT
    recipient = "The person"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        plan, person = self.plan, self.case.person
        if plan.discarded_on:
            raise Http404
        context = {
            "title": "Your plan",
            "name": person.name,
            "reference": person.reference,
            "order": plan.order.reference,
            "copy": plans.persons_copy(plan, today()),
        }
        return pdf.as_file(request, "pdf/plan.html", context, f"plan-{plan.pk}.pdf")


# --- Changing it ----------------------------------------------------------------------------------------------


class DraftPlan(OrderOperation):
    """A plan is begun, or its next version."""

    operation = "draft_plan"
    title = "Draft a case management plan"
    button = "Begin the draft"
    done = "The draft was begun"
    form_class = forms.DraftPlanForm
    made: Plan | None = None

    @cached_property
    def unfinished(self) -> Plan | None:
        """The draft that is there already: there is one at a time, and this leads on to it."""
        return Plan.objects.visible_to(self.request.user).unfinished().filter(order=self.order).first()

    def form_valid(self, form: Any) -> HttpResponse:
        if self.unfinished is not None:
            return redirect("plan", self.unfinished.pk)
        return super().form_valid(form)

    def run(self, form: Any) -> Plan:
        self.made = operations.draft_plan(
            actor=self.request.user, order=self.order, today=today(), key=form.submission_key
        )
        return self.made

    def get_success_url(self) -> str:
        return reverse("amend_plan", args=[self.made.pk]) if self.made else super().get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.unfinished is not None:
            intro = "A plan of this order is being written already, or waits for its approval."
            return {**super().get_context_data(**kwargs), "intro": intro, "button": "Go on with it"}
        before = plans.in_force(self.order, today())
        intro = (
            f"The next version begins with the goals, steps and contact of the plan approved on "
            f"{plain_date(before.approved_on)}. What the person says of it is asked again."
            if before
            else "It begins with the needs of the latest LS/CMI, and with the contact proposed for its level."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}


class AmendPlan(PlanOperation):
    """The whole draft on one page."""

    operation = "amend_plan"
    call = staticmethod(operations.amend_plan)
    title = "Write the case management plan"
    button = "Save the draft"
    done = "The draft was saved"
    form_class = forms.AmendPlanForm
    template_name = "assessments/plan_draft.html"

    def get_initial(self) -> dict[str, Any]:
        return forms.stored(operations.proposed_of(self.plan))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A button that changes the page only shows it anew with all that was typed; the others save."""
        asked = request.POST.get("change", "")
        if not asked or self.sheet.stranger:
            return super().post(request, *args, **kwargs)
        self.sheet.keep(type(self))
        what, _, which = asked.partition(":")
        typed = forms.compacted(request.POST)
        if what == "remove":
            typed = forms.without(typed, which)
        form = self.form_class(**{**self.get_form_kwargs(), "data": None, "files": None})
        form.restore(typed)
        form.asked_for = {"add-goal": "goal", "add-stage": "stage", "add-step": which}.get(what, "")
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "conflict" in kwargs:
            kwargs["conflict"] = [*kwargs["conflict"], *self.compared(kwargs["form"])]
        context = super().get_context_data(**kwargs)
        plan, form = self.plan, context["form"]
        stages = plans.proposed_contact(plan.order, plan.based_on)
        edition = contact.edition_on(plan.order.imposed_on)
        proposed = [
            f"From {plain_date(one.from_on)}: {contact.often(one.every_weeks).lower()}" for one in stages
        ]
        levels = plans.needs_of(plan.based_on)
        context |= {
            "goals": form.goals(),
            "stages": form.stages(),
            "next_goal": len(form.goals()) + 1,
            "next_stage": len(form.stages()) + 1,
            "here": self.request.get_full_path(),
            "proposed": proposed,
            "sources": (
                (edition.first_source, edition.first_confidence),
                (edition.later_source, edition.later_confidence),
            ),
            "needs": [
                (needs.NEEDS[name], Status(lscmi.LEVELS[level], LEVEL_TONES[level]))  # type: ignore[arg-type]
                for name, level in levels.items()
            ],
            "returned": plan.returns.order_by("-pk").first(),
        }
        return context

    def compared(self, form: Any) -> list[tuple[str, str, str]]:
        """The goals as they are stored now, beside those that were typed."""
        return [("Goals", _in_words(operations.proposed_of(self.plan)), _in_words(form.values()["proposed"]))]


def _in_words(proposed: ProposedPlan) -> str:
    return "; ".join(goal.words for goal in proposed.goals)


class DiscardPlan(PlanOperation):
    """The draft is let go."""

    operation = "discard_plan"
    call = staticmethod(operations.discard_plan)
    title = "Discard the draft of a plan"
    button = "Discard the draft"
    done = "The draft was discarded; it stays on the record"
    form_class = forms.DiscardPlanForm


class SubmitPlan(PlanOperation):
    """The draft goes to a first line manager."""

    operation = "submit_plan"
    call = staticmethod(operations.submit_plan)
    title = "Submit the plan for approval"
    button = "Submit the plan"
    done = "The plan was submitted: a first line manager approves it or returns it"
    form_class = forms.SubmitPlanForm
    template_name = "assessments/plan_submit.html"

    @cached_property
    def unmet(self) -> list[str]:
        goals = [goal.need for goal in self.plan.goals.all()]
        found = needs.without_a_goal(plans.needs_of(self.plan.based_on), goals)
        return [needs.NEEDS[name] for name in found]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "unmet": bool(self.unmet)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = "A plan that is submitted cannot be changed until a manager returns it."
        return {"intro": intro, "unmet": self.unmet, **super().get_context_data(**kwargs)}


class ReturnPlan(PlanOperation):
    """A manager gives the plan back."""

    operation = "return_plan"
    call = staticmethod(operations.return_plan)
    title = "Return the plan to its author"
    button = "Return the plan"
    done = "The plan was returned with your comments"
    form_class = forms.ReturnPlanForm


class ApproveDraft(PlanOperation):
    """A manager approves the plan that was submitted."""

    operation = "approve_plan"
    api_name = "approve_draft"
    call = staticmethod(operations.approve_plan)
    title = "Approve the submitted plan"
    button = "Approve the plan"
    done = "The plan was approved and is in force"
    form_class = forms.ApproveDraftForm

    def about(self) -> dict[str, Any]:
        return {**super().about(), "order": self.plan.order}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            "The date you approve it is the date that counts. A change later on is the plan’s next version."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}


class RecordGoalProgress(OperationView):
    """Where a goal has got to."""

    operation = "record_goal_progress"
    call = staticmethod(operations.record_goal_progress)
    title = "Record progress on a goal"
    button = "Save the progress"
    done = "The progress was recorded"
    form_class = forms.GoalProgressForm
    goal: Goal

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Goal.objects.visible_to(request.user).select_related(
                "plan__order__case__person", "plan__order__case__council"
            )
            self.goal = get_object_or_404(rows, pk=kwargs["goal"])
            self.case = self.goal.plan.order.case

    def about(self) -> dict[str, Any]:
        return {"goal": self.goal, "today": today()}

    def get_success_url(self) -> str:
        return reverse("plan", args=[self.goal.plan_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"intro": self.goal.words, **super().get_context_data(**kwargs)}


# --- Interventions --------------------------------------------------------------------------------------------


def _goals_in_force(user: Any, order: Any) -> Any:
    plan = plans.in_force(order, today())
    return Goal.objects.visible_to(user).filter(plan=plan)


class AddIntervention(OrderOperation):
    """The person was referred to a programme or a partner organisation."""

    operation = "add_intervention"
    call = staticmethod(operations.add_intervention)
    title = "Record an intervention"
    button = "Save the intervention"
    done = "The intervention was recorded"
    form_class = forms.AddInterventionForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "goals": _goals_in_force(self.request.user, self.order)}

    def get_success_url(self) -> str:
        return _plan_page(self.order)


class AmendIntervention(OperationView):
    """It began, it ended, and what came of it."""

    operation = "amend_intervention"
    call = staticmethod(operations.amend_intervention)
    title = "Change an intervention"
    button = "Save the change"
    done = "The intervention was changed"
    form_class = forms.AmendInterventionForm
    intervention: Intervention

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Intervention.objects.visible_to(request.user).select_related(
                "order__case__person", "order__case__council", "goal"
            )
            self.intervention = get_object_or_404(rows, pk=kwargs["intervention"])
            self.case = self.intervention.order.case

    def root(self) -> Intervention:
        return self.intervention

    def about(self) -> dict[str, Any]:
        return {"intervention": self.intervention, "today": today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        row, user = self.intervention, self.request.user
        goals = _goals_in_force(user, row.order) | Goal.objects.visible_to(user).filter(pk=row.goal_id)
        return {**super().get_form_kwargs(), "goals": goals}

    def get_initial(self) -> dict[str, Any]:
        return {
            name: getattr(self.intervention, name)
            for name in self.form_class.base_fields
            if name not in ("key", "version")
        }

    def get_success_url(self) -> str:
        return _plan_page(self.intervention.order)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.intervention
        intro = f"{row.get_kind_display()}, referred on {plain_date(row.referred_on)}"
        return {"intro": intro, **super().get_context_data(**kwargs)}


def _plan_page(order: Any) -> str:
    """Where interventions stand: the page of the plan in force, else of the order."""
    plan = plans.in_force(order, today())
    return reverse("plan", args=[plan.pk]) if plan else reverse("order", args=[order.pk])


# --- Victims --------------------------------------------------------------------------------------------------


class AboutVictims(PlanView):
    """A page about victims: for anybody else than cases.permissions says, it does not exist."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if hasattr(self, "case") and not permissions.may_see_victims(request.user, self.case):
            raise Http404

    @cached_property
    def safety(self) -> VictimSafety | None:
        return VictimSafety.objects.visible_to(self.request.user).filter(plan=self.plan).first()


class VictimSafetyPage(AboutVictims, PersonPage):
    """What the plan does to keep victims safe, apart from the plan."""

    page = "victims: safety in the plan"
    template_name = "assessments/plan_victims.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = self.plan
        editable = not (plan.approved_on or plan.submitted_on or plan.discarded_on)
        may = editable and permissions.allows(self.request.user, "set_victim_safety")
        return {
            **super().get_context_data(**kwargs),
            "title": f"Victim safety in the plan of order {plan.order.reference}",
            "back": reverse("plan", args=[plan.pk]),
            "safety": self.safety,
            "change": reverse("set_victim_safety", args=[plan.pk]) if may else "",
        }


class SetVictimSafety(AboutVictims, OperationView):
    """What the plan does to keep victims safe is written or changed."""

    page = "victims: change safety in the plan"
    operation = "set_victim_safety"
    call = staticmethod(operations.set_victim_safety)
    title = "Write how the plan keeps victims safe"
    button = "Save it"
    done = "It was saved, apart from the plan"
    form_class = forms.VictimSafetyForm

    def root(self) -> VictimSafety | None:
        return self.safety

    def about(self) -> dict[str, Any]:
        return {"plan": self.plan}

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.safety.text} if self.safety else {"version": 0}

    def get_success_url(self) -> str:
        return reverse("victim_safety", args=[self.plan.pk])
