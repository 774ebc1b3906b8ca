"""The council's settings: localities, teams, staff, calendar, local standards, targets, rating rules, court times.

Each is dated or versioned, changed by an operation and written in the trail; nobody needs another tool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from assessments import operations as assessment_operations
from assessments.domain.lscmi import shipped_bands
from assessments.models import CourtTime, LevelBands
from cases import operations, permissions, signing_in
from cases.calendars import calendar_of, standards_of
from cases.forms_settings import (
    AmendTeamForm,
    CalendarDayForm,
    ComplianceStepForm,
    CouncilForm,
    CourtTimeForm,
    LocalityForm,
    LocalStandardForm,
    NewPasswordForm,
    NewStaffForm,
    RatingRuleForm,
    ReasonForm,
    RemoveForm,
    RoleForm,
    StaffForm,
    TargetForm,
    TeamForm,
)
from cases.models import CalendarDay, Entry, Locality, LocalStandard, RoleChange, Team, User
from cases.models.staff import OPENS
from justice.domain.standards import Clause
from justice.health import room_wanted
from justice.web.forms import OperationForm
from justice.web.views import OperationView, today
from orders import compliance
from orders import operations as order_operations
from orders.domain import compliance as rules
from orders.models import LocalStep
from performance import operations as performance_operations
from performance.kpis import KPIS
from performance.models import RatingRule, Target


@dataclass(frozen=True)
class Cell:
    text: str
    href: str = ""


@dataclass(frozen=True)
class Section:
    """One kind of setting: how its rows are shown, and which operation adds one."""

    key: str
    title: str
    lead: str
    add: str
    heads: tuple[str, ...]
    rows: Callable[[User], list[list[Cell]]]
    empty: str

    @property
    def url(self) -> str:
        return reverse("settings_section", args=[self.key])


def _links(user: User, operation: str, url: str, pk: int, text: str) -> Cell:
    return Cell(text, reverse(url, args=[pk]) if permissions.allows(user, operation) else "")


def _localities(user: User) -> list[list[Cell]]:
    return [
        [_links(user, "amend_locality", "amend_locality", row.pk, row.name)]
        for row in Locality.objects.visible_to(user)
    ]


def _teams(user: User) -> list[list[Cell]]:
    return [
        [
            _links(user, "amend_team", "amend_team", row.pk, row.name),
            Cell(row.locality.name),
            Cell(f"Closed {row.closed_on:%-d %B %Y}" if row.closed_on else "Open"),
        ]
        for row in Team.objects.visible_to(user).select_related("locality")
    ]


def _staff(user: User) -> list[list[Cell]]:
    waiting = RoleChange.objects.visible_to(user).waiting()
    return [
        [
            _links(user, "amend_member_of_staff", "amend_member_of_staff", row.pk, row.name),
            Cell(row.get_role_display()),
            Cell(row.team.name if row.team else "Whole council"),
            Cell("Can sign in" if row.is_active else f"Cannot sign in{_why_closed(row)}"),
            Cell(f"{timezone.localtime(row.last_login):%-d %B %Y}" if row.last_login else "Never"),
        ]
        for row in User.objects.visible_to(user)
        .with_held()
        .annotate(waits=Exists(waiting.filter(user=OuterRef("pk"))))
        .select_related("team")
        .order_by("-waits", "-is_active", "name")
    ]


def _roles(user: User) -> list[list[Cell]]:
    shown = []
    for row in RoleChange.objects.visible_to(user).select_related("user", "recorded_by", "decided_by"):
        decided = f" by {row.decided_by.name}" if row.decided_by else ""
        may = not row.decision and permissions.allows(user, "decline_role_change")
        own = row.recorded_by_id == user.pk
        verb, url = ("Take back", "decline_role_change") if own else ("Agree or decline", "agree_role_change")
        shown.append(
            [
                Cell(f"{row.user.name}, a new account" if row.user.never_let_in else row.user.name),
                Cell(row.get_role_display()),
                Cell(f"{row.recorded_by.name}, {timezone.localtime(row.recorded_at):%-d %B %Y}"),
                Cell(row.reason),
                Cell(
                    f"{row.get_decision_display()}{decided}" if row.decision else "Waits for a second person"
                ),
                Cell(f"{verb}: {row.user.name}" if may else "", reverse(url, args=[row.pk]) if may else ""),
            ]
        )
    return shown


def _why_closed(row: User) -> str:
    """What has to happen before a closed account opens, or what its owner left behind."""
    if not row.never_let_in:
        return _still_holds(row.held)
    return (
        " until a second person agrees" if row.waits else ": ask for their role, and a second person agrees"
    )


def _still_holds(held: int) -> str:
    """What is to be done about somebody who has left: a manager does it, whatever the reader of this may do."""
    return (
        f"; still holds {held:,} case{'' if held == 1 else 's'}, for a manager to hand over" if held else ""
    )


def _calendar(user: User) -> list[list[Cell]]:
    calendar, year = calendar_of(user.council), today().year
    own = {row.day: row for row in CalendarDay.objects.visible_to(user)}
    days = {day: name for day, name in calendar.closed.items() if year - 1 <= day.year <= year + 1}
    days |= {day: row.name for day, row in own.items() if not row.closed and abs(day.year - year) <= 1}
    shown = []
    for day, name in sorted(days.items(), reverse=True):
        row = own.get(day)
        kind = "National holiday"
        if row is not None:
            kind = "Closed by the council" if row.closed else "Worked by the council"
        remove = reverse("remove_calendar_day", args=[row.pk]) if row else ""
        may = permissions.allows(user, "remove_calendar_day")
        shown.append(
            [
                Cell(f"{day:%A %-d %B %Y}"),
                Cell(name),
                Cell(kind),
                Cell(f"Remove {day:%-d %B %Y}" if row and may else "", remove if may else ""),
            ]
        )
    return shown


def _standards(user: User) -> list[list[Cell]]:
    standards = standards_of(user.council)
    clauses: tuple[Clause, ...] = standards.clauses_on(today())
    shown = [
        [Cell(one.label), Cell(_period(one)), Cell("In force today"), Cell(one.source), Cell("")]
        for one in clauses
    ]
    may = permissions.allows(user, "remove_local_standard")
    labels = {one.key: one.label for one in clauses}
    for row in LocalStandard.objects.visible_to(user):
        remove = reverse("remove_local_standard", args=[row.pk]) if may else ""
        text = f"Remove {labels.get(row.clause, row.clause)} from {row.in_force_from:%-d %B %Y}"
        shown.append(
            [
                Cell(labels.get(row.clause, row.clause)),
                Cell("; ".join([*row.within, *([f"then every {row.then_every}"] if row.then_every else [])])),
                Cell(f"Local, for what starts from {row.in_force_from:%-d %B %Y}"),
                Cell(row.source),
                Cell(text if remove else "", remove),
            ]
        )
    return shown


def _period(clause: Clause) -> str:
    words = [str(period) for period in clause.within]
    if clause.then_every:
        words.append(f"then every {clause.then_every}")
    return "; ".join(words)


def _targets(user: User) -> list[list[Cell]]:
    titles = {kpi.code: kpi.label for kpi in KPIS}
    return [
        [
            Cell(titles.get(row.kpi, row.kpi)),
            Cell("No target" if row.percent is None else f"{row.percent.normalize():f}%"),
            Cell(f"From {row.from_on:%-d %B %Y}"),
            Cell(row.source),
        ]
        for row in Target.objects.visible_to(user)
    ]


def _rules(user: User) -> list[list[Cell]]:
    titles = {kpi.code: kpi.label for kpi in KPIS}
    return [
        [
            Cell(titles.get(row.kpi, row.kpi) or "Every KPI"),
            Cell(row.get_basis_display()),
            Cell(
                f"Green under {row.green_tolerance.normalize():f}, red from {row.amber_tolerance.normalize():f}"
            ),
            Cell(f"From {row.from_on:%-d %B %Y}"),
        ]
        for row in RatingRule.objects.visible_to(user)
    ]


def _court_times(user: User) -> list[list[Cell]]:
    return [
        [
            Cell(row.get_court_type_display()),
            Cell(f"{row.by:%H:%M}, {row.working_days_before} working days before the hearing"),
            Cell(f"From {row.in_force_from:%-d %B %Y}"),
        ]
        for row in CourtTime.objects.visible_to(user)
    ]


def _steps(user: User) -> list[list[Cell]]:
    on = today()
    shipped = rules.steps_on(on)
    labels = {step.key: step.label for step in shipped}
    shown = [
        [
            Cell(step.label),
            Cell(_absences(step.failures)),
            Cell(step.counted_since.label),
            Cell("In force today"),
            Cell(f"{step.source}. {step.confidence}"),
            Cell(""),
        ]
        for step in compliance.steps_of(user.council, on)
    ]
    may = permissions.allows(user, "remove_compliance_step")
    for row in LocalStep.objects.visible_to(user):
        label, first = labels.get(row.step, row.step), f"{row.in_force_from:%-d %B %Y}"
        remove = reverse("remove_compliance_step", args=[row.pk]) if may else ""
        shown.append(
            [
                Cell(label),
                Cell(_absences(row.failures)),
                Cell(row.get_counted_since_display()),
                Cell(f"Local, from {first}"),
                Cell(row.source),
                Cell(f"Remove {label.lower()} from {first}" if remove else "", remove),
            ]
        )
    return shown


def _bands(user: User) -> list[list[Cell]]:
    rows = LevelBands.objects.visible_to(user)
    shown = [(one, "As the program ships", "") for one in shipped_bands()]
    for row in rows:
        may = permissions.allows(user, "remove_level_bands")
        shown.append((row.bands, "Local", reverse("remove_level_bands", args=[row.pk]) if may else ""))
    return [
        [
            Cell(f"{one.in_force_from:%-d %B %Y}"),
            Cell(whose),
            *(Cell(f"{low} to {high}") for low, high in _spans(one.highest)),
            Cell(one.source),
            Cell(f"Remove the bands from {one.in_force_from:%-d %B %Y}" if href else "", href),
        ]
        for one, whose, href in shown
    ]


def _spans(highest: Mapping[str, int]) -> list[tuple[int, int]]:
    """The lowest and highest score of each level."""
    ends = list(highest.values())
    return list(zip([0, *(end + 1 for end in ends)], ends, strict=False))


def _absences(count: int) -> str:
    return "1 absence" if count == 1 else f"{count} absences"


SECTIONS = (
    Section(
        "localities", "Localities", "Parts of the council's area with their own line in the figures.",
        "add_locality", ("Locality",), _localities, "No localities yet. Add the first one.",
    ),
    Section(
        "teams", "Teams", "Who holds cases together. A team closes once it holds none.",
        "add_team", ("Team", "Locality", "State"), _teams, "No teams yet. Add a locality first, then a team.",
    ),
    Section(
        "staff", "Staff",
        "A change of team or access counts from the person's next request on. A new account opens, and a change of "
        "role counts, once a second person agrees under Role changes. "
        f"An account that nobody signs in to for {signing_in.UNUSED_AFTER.days} days is closed, and can be opened "
        "again here.",
        "add_member_of_staff", ("Name", "Role", "Team", "Access", "Last sign-in"), _staff, "Nobody yet.",
    ),
    Section(
        "roles", "Role changes",
        "One administrator asks, and another or somebody whose role is information governance agrees: only then does "
        "it count, and only then does a new account open. To ask, open the person under Staff.",
        "", ("Name", "New role", "Asked by", "Reason", "State", "Action"), _roles,
        "No role has been changed yet.",
    ),
    Section(
        "calendar", "Working-day calendar",
        "National holidays of Scotland, less the days the council works, plus the days it closes. "
        "A change re-dates the timescales it touches and lists what moved.",
        "set_calendar_day", ("Day", "Name", "Kind", "Action"), _calendar,
        "No closed days. Add the days your council closes.",
    ),
    Section(
        "standards", "Standards",
        "The national standards in force, and the council's own laid over them from a day on.",
        "set_local_standard", ("Standard", "Within", "In force", "Source", "Action"), _standards, "No standards.",
    ),
    Section(
        "targets", "Targets", "The council's own targets. Without one, the target that the software ships with holds.",
        "set_target", ("KPI", "Target", "In force", "Source"), _targets,
        "No targets of your own yet: the shipped ones hold.",
    ),
    Section(
        "rating", "Red, amber and green",
        "How far short of a target is amber, and how far is red. Without a rule of your own: under 2.5 per cent of "
        "the target short is green, 5 or more is red.",
        "set_rating_rule", ("KPI", "Measured in", "Rule", "In force"), _rules,
        "No rules of your own yet: the shipped one holds.",
    ),
    Section(
        "courts", "Court times", "The hour by which each kind of court wants its reports.",
        "set_court_time", ("Court", "Reports are due by", "In force"), _court_times,
        "No times of your own yet: noon on the working day before the hearing holds.",
    ),
    Section(
        "compliance", "Compliance steps",
        "How many absences decided not acceptable make each formal step the next one. The program prompts, a person "
        "decides. No published number was found, so each council sets its own: what the program ships with is a start.",
        "set_compliance_step", ("Step", "After", "Counted", "In force", "Source", "Action"), _steps, "No steps.",
    ),
    Section(
        "bands", "Bands of the LS/CMI",
        "Which scores make which level, by the day an assessment was completed. The council's own bands go before "
        "those the program ships with. A change first shows the records whose level would be another.",
        "set_level_bands",
        ("From", "Whose", "Very low", "Low", "Medium", "High", "Very high", "Source", "Action"), _bands, "No bands.",
    ),
)  # fmt: skip
BY_KEY = {section.key: section for section in SECTIONS}


def _may_see(user: User) -> bool:
    return permissions.allows(user, "set_target") or permissions.allows(user, "add_member_of_staff")


def settings_home(request: HttpRequest) -> HttpResponse:
    """All kinds of setting, and the last changes to any of them."""
    if not _may_see(request.user):
        raise PermissionDenied
    entries = Entry.objects.visible_to(request.user).filter(case=None).select_related("actor")[:20]
    system = permissions.allows(request.user, "add_member_of_staff")
    context = {
        "title": "Settings",
        "sections": SECTIONS,
        "entries": entries,
        "system": system,
        "room_wanted": room_wanted(timezone.now()) if system else "",
    }
    return render(request, "settings/home.html", context)


def settings_section(request: HttpRequest, section: str) -> HttpResponse:
    """The rows of one kind of setting, with the way to add one."""
    all_settings = _may_see(request.user)
    if not all_settings and not (
        section == "roles" and permissions.allows(request.user, "agree_role_change")
    ):
        raise PermissionDenied
    shown = get_section(section)
    context = {
        "title": shown.title,
        "section": shown,
        "rows": shown.rows(request.user),
        "add": reverse(shown.add) if shown.add and permissions.allows(request.user, shown.add) else "",
        "all_settings": all_settings,
    }
    return render(request, "settings/section.html", context)


def get_section(key: str) -> Section:
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key]


MOVED_SHOWN = 500


class SettingView(OperationView):
    """A form of the settings: goes back to its section, and says how many timescales a change moved.

    `row` is what the operation calls the row it changes, found in `model`; a form that only adds has neither.
    """

    section: str
    model: Any = None
    row: str = ""

    def root(self) -> Any:
        if self.model is None:
            return None
        return get_object_or_404(self.model.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def about(self) -> dict[str, Any]:
        return {self.row: self.root()} if self.row else {}

    def run(self, form: OperationForm) -> Any:
        made = super().run(form)
        if isinstance(made, list):  # the timescales that moved
            words = "No timescale moved" if not made else f"{len(made):,} timescales moved"
            messages.success(self.request, f"Saved. {words if len(made) != 1 else 'One timescale moved'}")
        return made

    def get_success_url(self) -> str:
        return reverse("settings_section", args=[self.section])

    def get_initial(self) -> dict[str, Any]:
        root = self.root()
        if root is None:
            return super().get_initial()
        return {name: getattr(root, name) for name in self.form_class.base_fields if hasattr(root, name)}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if getattr(self.form_class, "asks_user", False):
            kwargs["user"] = self.request.user
        return kwargs


class AmendCouncil(SettingView):
    operation, section, row = "amend_council", "localities", "council"
    call = staticmethod(operations.amend_council)
    title = "Rename the council"
    form_class = LocalityForm
    done = "The council was renamed"

    def root(self) -> Any:
        return self.request.user.council


class OpenCouncil(SettingView):
    operation, section = "open_council", "localities"
    call = staticmethod(operations.open_council)
    title = "Add a council"
    form_class = CouncilForm
    done = "The council was added. Its own administrator signs in to set it up"


class AddLocality(SettingView):
    operation, section = "add_locality", "localities"
    call = staticmethod(operations.add_locality)
    title = "Add a locality"
    form_class = LocalityForm
    done = "The locality was added"


class AmendLocality(SettingView):
    operation, section, model, row = "amend_locality", "localities", Locality, "locality"
    call = staticmethod(operations.amend_locality)
    title = "Change a locality"
    form_class = LocalityForm
    done = "The locality was changed"


class AddTeam(SettingView):
    operation, section = "add_team", "teams"
    call = staticmethod(operations.add_team)
    title = "Add a team"
    form_class = TeamForm
    done = "The team was added"


class AmendTeam(SettingView):
    operation, section, model, row = "amend_team", "teams", Team, "team"
    call = staticmethod(operations.amend_team)
    title = "Change a team"
    form_class = AmendTeamForm
    done = "The team was changed"


class AddMemberOfStaff(SettingView):
    operation, section = "add_member_of_staff", "staff"
    call = staticmethod(operations.add_member_of_staff)
    title = "Add a member of staff"
    form_class = NewStaffForm

    def about(self) -> dict[str, Any]:
        return {"today": today()}

    def run(self, form: OperationForm) -> Any:
        made = super().run(form)
        if made.is_active:
            words = (
                f"{made.name} was added and can sign in now, since there was nobody else to agree. They choose their "
                "own password first"
            )
        else:
            words = f"{made.name} was added, and the account is closed. {OPENS}"
        messages.success(self.request, words)
        return made


class _OfOneRow(SettingView):
    """Names its row on the page as well: looked up once for the form and the words."""

    @cached_property
    def found(self) -> Any:
        return super().root()

    def root(self) -> Any:
        return self.found


class AmendMemberOfStaff(_OfOneRow):
    operation, section, model, row = "amend_member_of_staff", "staff", User, "user"
    call = staticmethod(operations.amend_member_of_staff)
    title = "Change a member of staff"
    form_class = StaffForm
    done = "Saved. It counts from their next request on"
    template_name = "settings/member_of_staff.html"

    def about(self) -> dict[str, Any]:
        return {**super().about(), "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(member=self.root(), opens=OPENS, **kwargs)

    def run(self, form: OperationForm) -> Any:
        made = super().run(form)
        held = User.objects.visible_to(self.request.user).with_held().get(pk=made.pk).held
        if held and not made.is_active:
            text = f"{made.name} has left{_still_holds(held)}: under Workload, Hand over a caseload"
            messages.warning(self.request, text)
        return made


class ResetSecondStep(_OfOneRow):
    operation, section, model, row = "reset_second_step", "staff", User, "user"
    call = staticmethod(operations.reset_second_step)
    title = "Take away a lost second step"
    form_class = ReasonForm
    button = "Take it away"
    done = "They were signed out. They set up a new second step when they sign in"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            f"Make sure that it is {self.root().name} who asks, by their face or by a telephone number you know: "
            "until they set up a new one, their password alone lets somebody set one up. They, and information "
            "governance, are told by email that you took it away."
        )
        return super().get_context_data(intro=intro, **kwargs)


class GiveNewPassword(_OfOneRow):
    operation, section, model, row = "give_new_password", "staff", User, "user"
    call = staticmethod(operations.give_new_password)
    title = "Give a new password"
    form_class = NewPasswordForm
    button = "Give it"

    def run(self, form: OperationForm) -> Any:
        made = super().run(form)
        words = "They were signed out. They sign in with the new password once, and choose their own"
        if made.never_let_in:
            words = f"Given. Nobody has used this account yet, and it is closed. {OPENS}"
        messages.success(self.request, words)
        return made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            f"For {self.root().name}, who forgot theirs. Make sure that it is they who ask, by their face or by a "
            "telephone number you know. It opens nothing but the page where they choose their own. They, and "
            "information governance, are told by email that you gave it."
        )
        return super().get_context_data(intro=intro, **kwargs)


class AskRoleChange(_OfOneRow):
    operation, section, model, row = "ask_role_change", "roles", User, "user"
    call = staticmethod(operations.ask_role_change)
    title = "Ask for another role"
    form_class = RoleForm
    button = "Ask"
    done = "Asked. It counts once a second person agrees"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        member = self.root()
        intro = f"{member.name} is now: {member.get_role_display()}. Nothing changes until a second person agrees."
        if member.never_let_in:
            intro = (
                f"The account of {member.name} was never open. {OPENS}. Choose {member.get_role_display()} again, or "
                "another role."
            )
        return super().get_context_data(intro=intro, **kwargs)


class _RoleChangeView(_OfOneRow):
    """One who was not the one to ask decides."""

    section, model, row = "roles", RoleChange, "change"
    form_class = RemoveForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change = self.root()
        if change.user.never_let_in:
            intro = (
                f"{change.recorded_by.name} asks that a new account opens for {change.user.name}, {change.user.email}, "
                f"as: {change.get_role_display()}. Reason: {change.reason}. Agree only if you know that they work "
                "here in this role: the account opens at once."
            )
            return super().get_context_data(intro=intro, change=change, **kwargs)
        intro = (
            f"{change.recorded_by.name} asks that {change.user.name}, now {change.user.get_role_display()}, becomes: "
            f"{change.get_role_display()}. Reason: {change.reason}"
        )
        return super().get_context_data(intro=intro, change=change, **kwargs)


class AgreeRoleChange(_RoleChangeView):
    operation = "agree_role_change"
    call = staticmethod(operations.agree_role_change)
    title = "Agree to a change of role"
    button = "Agree"
    done = "Agreed. It counts from now on"
    template_name = "settings/role_change.html"

    def about(self) -> dict[str, Any]:
        return {**super().about(), "today": today()}


class DeclineRoleChange(_RoleChangeView):
    operation = "decline_role_change"
    call = staticmethod(operations.decline_role_change)
    title = "Decline a change of role"
    button = "Decline"
    done = "Declined. The role stays as it was, and an account that was never open stays closed"


class SetCalendarDay(SettingView):
    operation, section = "set_calendar_day", "calendar"
    call = staticmethod(operations.set_calendar_day)
    title = "Close or work a day"
    form_class = CalendarDayForm


class Removal(SettingView):
    """Takes one dated row away again."""

    button = "Remove"
    form_class = RemoveForm
    row = "row"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(intro=str(self.root()), **kwargs)


class RemoveCalendarDay(Removal):
    operation, section, model = "remove_calendar_day", "calendar", CalendarDay
    call = staticmethod(operations.remove_calendar_day)
    title = "Go back to the national calendar for this day"


class SetLocalStandard(SettingView):
    operation, section = "set_local_standard", "standards"
    call = staticmethod(operations.set_local_standard)
    title = "Lay a local standard over the national one"
    form_class = LocalStandardForm


class RemoveLocalStandard(Removal):
    operation, section, model = "remove_local_standard", "standards", LocalStandard
    call = staticmethod(operations.remove_local_standard)
    title = "Go back to the national standard"


class SetTarget(SettingView):
    operation, section = "set_target", "targets"
    call = staticmethod(performance_operations.set_target)
    title = "Set a target"
    form_class = TargetForm
    done = "The target was saved"


class SetRatingRule(SettingView):
    operation, section = "set_rating_rule", "rating"
    call = staticmethod(performance_operations.set_rating_rule)
    title = "Set the rule for red, amber and green"
    form_class = RatingRuleForm
    done = "The rule was saved"


class SetComplianceStep(SettingView):
    operation, section = "set_compliance_step", "compliance"
    call = staticmethod(order_operations.set_compliance_step)
    title = "Set when a formal step is prompted"
    form_class = ComplianceStepForm
    done = "Saved. It counts from its first day on"


class RemoveComplianceStep(Removal):
    operation, section, model = "remove_compliance_step", "compliance", LocalStep
    call = staticmethod(order_operations.remove_compliance_step)
    title = "Go back to the number that the program ships with"
    done = "The council's own number was removed"


class SetCourtTime(SettingView):
    operation, section = "set_court_time", "courts"
    call = staticmethod(assessment_operations.set_court_time)
    title = "Set when a court wants its reports"
    form_class = CourtTimeForm


def moved(request: HttpRequest) -> HttpResponse:
    """Which timescales the last change of a calendar or standard moved, from which day to which."""
    if not _may_see(request.user):
        raise PermissionDenied
    last = Entry.objects.visible_to(request.user).redatings_by(request.user).first()
    changes = last.changes[:MOVED_SHOWN] if last else []
    rows = [{**row, "from": _due(row["was"]), "to": _due(row["now"])} for row in changes]
    return render(request, "settings/moved.html", {"title": "Timescales that moved", "rows": rows})


def _due(shown: dict[str, Any] | None) -> date | None:
    return date.fromisoformat(shown["due_on"]) if shown else None
