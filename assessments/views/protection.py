"""The MAPPA register: the list, the pages of one case, and one page for each change."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from assessments import forms_protection as forms
from assessments import operations
from assessments.models import MappaAction, MappaEntry, MappaLevel, MappaMeeting
from assessments.models.protection import SEE_MAPPA, Agency, MappaEntryQuerySet
from cases import permissions
from cases.consultations import looked_through
from cases.models import Role, User
from cases.views.person import CaseSection
from justice.web.dates import plain_date
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status, due
from justice.web.views import OperationView, today
from orders.views.base import colleagues


def _require(user: User) -> None:
    if user.role not in SEE_MAPPA:
        raise PermissionDenied


# --- The list -------------------------------------------------------------------------------------------------


def register_of(user: User) -> MappaEntryQuerySet:
    """Who is in the register now: of a caseworker's own cases, of others what they may see."""
    rows = MappaEntry.objects.visible_to(user).current()
    if user.role == Role.CASEWORKER:
        rows = rows.held_by(user)
    return rows.with_level()


class RegisterFilter(django_filters.FilterSet):
    """Narrows the register to one level or category."""

    level = django_filters.ChoiceFilter(
        label="Level", method="by_level", empty_label="Every level", choices=MappaLevel.Level.choices
    )
    category = django_filters.ChoiceFilter(
        label="Category", empty_label="Every category", choices=MappaEntry.Category.choices
    )

    class Meta:
        model = MappaEntry
        fields = ("category",)

    def by_level(self, rows: MappaEntryQuerySet, name: str, value: str) -> MappaEntryQuerySet:
        return rows.filter(level=value)


def register(request: HttpRequest) -> HttpResponse:
    """Everybody in the register, with level, category, latest meeting and actions left."""
    user = request.user
    _require(user)
    rows = register_of(user)
    filterset = RegisterFilter(
        request.GET, queryset=rows.with_meetings().select_related("case__person"), request=request
    )
    listing = Listing(
        _columns(),
        filterset.qs,
        request,
        default_order="name",
        filterset=filterset,
        caption="MAPPA register",
        counts=("person", "people"),
        empty="Nobody is in the register. A person is registered from the MAPPA page of their case.",
        case_of="case_id",
    )
    looked_through(user=user, cases=listing.case_keys, page="MAPPA register")
    context = {"title": listing.caption, "listing": listing, "figures": _figures(rows)}
    return render(request, "assessments/mappa_register.html", context)


def _figures(rows: MappaEntryQuerySet) -> list[dict[str, Any]]:
    """How many at each level and in each category, each opening the list it counts: one query."""
    kinds = [
        *(("level", value, f"Level {value}") for value in MappaLevel.Level.values),
        *(("category", value, f"Category {value}") for value in MappaEntry.Category.values),
    ]
    counts = rows.aggregate(
        **{f"{name}_{value}": Count("pk", filter=Q(**{name: value})) for name, value, _ in kinds}
    )
    return [
        {
            "label": label,
            "value": counts[f"{name}_{value}"],
            "href": f"{reverse('mappa_register')}?{name}={value}",
        }
        for name, value, label in kinds
    ]


def _columns() -> tuple[Column, ...]:
    return (
        Column(
            "name",
            "Person",
            value=lambda row: f"{row.case.person.family_name}, {row.case.person.given_name}",
            order_by=("case__person__family_name", "case__person__given_name"),
            href=lambda row: reverse("mappa", args=[row.case_id]),
            heads=True,
        ),
        Column("reference", "Reference", "case.person.reference", order_by=("case__person__reference",)),
        Column("level", "Level", kind="number", order_by=("level",)),
        Column("level_from", "At this level since", kind="date", order_by=("level_from",)),
        Column("category", "Category", "get_category_display", order_by=("category",)),
        Column("decision", "Decision", "get_decision_display", order_by=("decision",)),
        Column("lead_agency", "Lead agency", "get_lead_agency_display", order_by=("lead_agency",)),
        Column("met_on", "Latest meeting", kind="date", order_by=("met_on",)),
        Column("actions_left", "Actions left", kind="number", order_by=("actions_left",)),
    )


# --- One case -------------------------------------------------------------------------------------------------


class MappaPage(CaseSection):
    """Where a person stands under MAPPA: level and category, meetings with what they decided, and actions."""

    page = "MAPPA"
    section = "mappa"
    template_name = "assessments/mappa.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            _require(request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, on = self.request.user, today()
        entries = list(
            MappaEntry.objects.visible_to(user)
            .filter(case=self.case)
            .prefetch_related("levels", "meetings__actions__owner")
        )
        current = next((one for one in entries if one.ended_on is None), None)
        live = self.case.closed_on is None
        may = live and permissions.allows(user, "register_mappa")
        do: list[tuple[str, str]] = []
        if may and current:
            do = [
                ("Record a meeting", reverse("record_mappa_meeting", args=[self.case.pk])),
                ("Change the level", reverse("change_mappa_level", args=[self.case.pk])),
                ("End MAPPA", reverse("end_mappa", args=[self.case.pk])),
            ]
        elif may:
            do = [("Register for MAPPA", reverse("register_mappa", args=[self.case.pk]))]
        return {
            **super().get_context_data(**kwargs),
            "do": do,
            "asks": current is None,
            "raise_alert": self.links(("raise_alert", "Raise an alert")),
            "current": current and _Shown(current, on, may),
            "former": [_Shown(one, on, False) for one in entries if one.ended_on],
        }


class _Shown:
    """An entry as the page shows it."""

    def __init__(self, entry: MappaEntry, on: Any, may: bool) -> None:
        levels = list(entry.levels.all())
        self.title = (
            f"{plain_date(entry.registered_on)} to {plain_date(entry.ended_on)}" if entry.ended_on else ""
        )
        self.summary = [
            ("Level", levels[0].get_level_display()),
            ("Category", entry.get_category_display()),
            ("Subject to notification requirements", entry.get_subject_to_notification_display()),
            ("Lead agency", entry.get_lead_agency_display()),
            ("Referred", entry.referred_on),
            ("Notified", entry.notified_on),
            ("Decision", entry.get_decision_display()),
            ("MAPPA began", entry.registered_on),
            *(
                [("Ended", entry.ended_on), ("Why it ended", entry.get_end_reason_display())]
                if entry.ended_on
                else []
            ),
        ]
        self.levels = Table(
            (
                Column("level", "Level", "get_level_display", heads=True),
                Column("from_on", "From", kind="date"),
                Column("reason", "Why", lambda row: row.reason or "First level"),
            ),
            levels,
            f"Levels since {plain_date(entry.registered_on)}",
        )
        self.meetings = [_Meeting(one, on, may) for one in entry.meetings.all()]


class _Meeting:
    """A meeting as the page shows it, with its actions."""

    def __init__(self, meeting: MappaMeeting, on: Any, may: bool) -> None:
        names = dict(Agency.choices)
        self.pk = meeting.pk
        held = plain_date(meeting.held_on)
        self.title = f"{meeting.get_kind_display()}, level {meeting.level}, {held}"
        self.agencies = ", ".join(names.get(code, code) for code in meeting.agencies)
        self.decisions = meeting.decisions
        self.next_on = meeting.next_on
        case = meeting.entry.case_id
        self.add = reverse("add_mappa_action", args=[case, meeting.pk]) if may else ""
        self.held = held

        def stands(row: MappaAction) -> Status:
            if row.done_on:
                return Status(f"Done {plain_date(row.done_on)}", "green")
            return due(row.by, on) if row.by else Status("To do", "blue")

        self.actions = Table(
            (
                Column("text", "Action", heads=True),
                Column("who", "Who", lambda row: row.owner.name if row.owner else row.get_agency_display()),
                Column("by", "By", lambda row: row.by or "No date", kind="date"),
                Column("stands", "State", stands, kind="status"),
                Column("outcome", "What came of it"),
                Column(
                    "done",
                    "Record",
                    lambda row: "Record as done" if may and not row.done_on else "",
                    href=lambda row: (
                        reverse("complete_mappa_action", args=[case, row.pk])
                        if may and not row.done_on
                        else ""
                    ),
                    context=lambda row: f"{row.text}, meeting of {held}",
                    hidden_label=True,
                ),
            ),
            meeting.actions.all(),
            f"Actions of the meeting of {held}",
            "This meeting gave nobody anything to do. Add an action if it did.",
        )


# --- Changes --------------------------------------------------------------------------------------------------


class MappaOperation(OperationView):
    """A form about a person's place in the register, which goes back to their page of it."""

    returns_to = "mappa"
    current: MappaEntry

    def about(self) -> dict[str, Any]:
        return {"today": today()}


class RegisterMappa(MappaOperation):
    operation = "register_mappa"
    call = staticmethod(operations.register_mappa)
    title = "Register for MAPPA"
    button = "Register"
    done = "The person is in the register"
    form_class = forms.RegisterForm

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}


class OfEntry(MappaOperation):
    """A form about the entry that stands; without one there is no such page."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if hasattr(self, "case"):
            rows = MappaEntry.objects.visible_to(request.user).current().select_related("case")
            if permissions.allows(request.user, self.operation):
                self.current = get_object_or_404(rows, case=self.case)

    def about(self) -> dict[str, Any]:
        return {"mappa_entry": self.current, "today": today()}


class ChangeMappaLevel(OfEntry):
    operation = "change_mappa_level"
    call = staticmethod(operations.change_mappa_level)
    title = "Change the MAPPA level"
    button = "Change the level"
    done = "The level was changed"
    form_class = forms.LevelForm

    def root(self) -> MappaEntry:
        return self.current

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        present = self.current.levels.first()
        intro = f"At level {present.level} since {plain_date(present.from_on)}."
        return {"intro": intro, **super().get_context_data(**kwargs)}


class RecordMappaMeeting(OfEntry):
    operation = "record_mappa_meeting"
    call = staticmethod(operations.record_mappa_meeting)
    title = "Record a MAPPA meeting"
    button = "Save the meeting"
    done = "The meeting was recorded. Add what each agency is to do"
    form_class = forms.MeetingForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            "What is written here stands on the MAPPA page of the case and nowhere else: not in the chronology, not in "
            "documents, and never on the person's own copy."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}


class AddMappaAction(OfEntry):
    operation = "add_mappa_action"
    call = staticmethod(operations.add_mappa_action)
    title = "Add a MAPPA action"
    button = "Add the action"
    done = "The action was added"
    form_class = forms.ActionForm

    @property
    def meeting(self) -> MappaMeeting:
        rows = MappaMeeting.objects.visible_to(self.request.user).select_related("entry__case")
        return get_object_or_404(rows, pk=self.kwargs["mappa_meeting"], entry=self.current)

    def about(self) -> dict[str, Any]:
        return {"meeting": self.meeting}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "staff": colleagues(self.request.user)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        caption = f"Meeting of {plain_date(self.meeting.held_on)}"
        return {"caption": caption, **super().get_context_data(**kwargs)}


class CompleteMappaAction(MappaOperation):
    operation = "complete_mappa_action"
    call = staticmethod(operations.complete_mappa_action)
    title = "Record a MAPPA action as done"
    done = "The action was recorded as done"
    form_class = forms.CompleteActionForm

    def root(self) -> MappaAction:
        rows = MappaAction.objects.visible_to(self.request.user).select_related("meeting__entry__case")
        return get_object_or_404(rows, pk=self.kwargs["mappa_action"], meeting__entry__case=self.case)

    def about(self) -> dict[str, Any]:
        return {"action": self.root(), "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"intro": self.root().text, **super().get_context_data(**kwargs)}


class EndMappa(OfEntry):
    operation = "end_mappa"
    call = staticmethod(operations.end_mappa)
    title = "End MAPPA"
    button = "End it"
    done = "MAPPA has ended; the entry stays on the record"
    form_class = forms.EndMappaForm

    def root(self) -> MappaEntry:
        return self.current
