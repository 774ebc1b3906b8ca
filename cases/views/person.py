"""The pages of one person's case: what is to be done now, who is around them, and the record itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.urls import reverse

from assessments.models.protection import SEE_MAPPA
from cases import permissions
from cases.models import (
    Address,
    Alert,
    Alias,
    Allocation,
    Associate,
    ContactPoint,
    Entry,
    HandoverLine,
    Limit,
    Note,
    Opening,
    Permission,
    VictimInformation,
    VictimReader,
)
from cases.note_templates import label_of
from cases.views.board import lines
from justice.web.dates import short_date
from justice.web.status import Status
from justice.web.views import PersonPage, today
from orders.domain.cpo import RequirementKind
from orders.models import Contact
from orders.views import appointment_rows
from orders.views.fragments import OrderRow, orders_of

# The pages of a case, in the order of their navigation.
SECTIONS = (
    ("case", "Overview"),
    ("chronology", "Chronology"),
    ("people_around", "Contact details and people"),
    ("victims", "Victims"),
    ("mappa", "MAPPA"),
    ("case_record", "Record"),
)
# What is done most, on each order that has not ended; then everything else.
PRIMARY = (("record_contact", "Record a contact"), ("record_attendance", "Record a session"))
ALWAYS = (("book_appointment", "Book an appointment"), ("record_note", "Write a note"))
MORE = (
    ("impose_order", "Record an order"),
    ("request_report", "Record a report request"),
    ("record_release", "Record a release from custody"),
    ("raise_alert", "Raise an alert or adjustment"),
    ("change_address", "Change address"),
    ("add_contact_point", "Add contact details"),
    ("add_associate", "Add somebody around them"),
    ("amend_person", "Correct the person's details"),
    ("add_alias", "Add an alias"),
    ("assign_case", "Reassign"),
    ("limit_record", "Restrict or exclude"),
    ("permit_access", "Let a colleague see this case"),
    ("close_case", "Close the case"),
)
AT_ONCE = 5  # of what is due next, and of the latest contacts, before the rest is folded away


@dataclass(frozen=True)
class Section:
    """One entry of the navigation of a case."""

    label: str
    href: str
    current: bool


class CaseSection(PersonPage):
    """One of the pages of a case, with the navigation between them."""

    section: ClassVar[str]
    sees_victims: bool = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if hasattr(self, "case"):
            self.sees_victims = permissions.may_see_victims(request.user, self.case)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        labels = dict(SECTIONS)
        context["title"] = f"{labels[self.section]}: {self.case.person.name}"
        context["heading"] = labels[self.section]
        context["sections"] = [
            Section(label, reverse(name, args=[self.case.pk]), name == self.section)
            for name, label in SECTIONS
            if self.opens(name)
        ]
        if self.case.person.restricted:
            mine = Opening.objects.visible_to(self.request.user).of(self.request.user)
            context["opened"] = mine.filter(person=self.case.person_id).first()
        return context

    def opens(self, section: str) -> bool:
        """Whether a page of the case is there for this person; asked without a query."""
        if section == "victims":
            return self.sees_victims
        return section != "mappa" or self.request.user.role in SEE_MAPPA

    def allowed(self, *names: str) -> dict[str, bool]:
        """Which of these operations the role may carry out on this case, as "may_..."."""
        live = self.case.closed_on is None
        return {f"may_{name}": live and permissions.allows(self.request.user, name) for name in names}

    def links(self, *names: tuple[str, str]) -> list[tuple[str, str]]:
        """Words and address of each operation on the case that the role may carry out."""
        if self.case.closed_on:
            return []
        return [
            (words, reverse(name, args=[self.case.pk]))
            for name, words in names
            if permissions.allows(self.request.user, name)
        ]


class CasePage(CaseSection):
    """What is due next and why, with the one thing that would meet it; the orders and how far they have come."""

    page = "case"
    section = "case"
    template_name = "cases/case.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        case, user, on = self.case, self.request.user, today()
        # Everything here hangs on a case that the user was found to see: asking again of each table took seconds.
        shown = list(lines(case.timescales.order_by("due_on", "pk"), case.council, on, user))
        to_do = [line for line in shown if line.to_do]
        orders = orders_of(case)
        current = [row for row in orders if row.order.ended_on is None]
        contacts = Contact.objects.filter(order__in=[row.order.pk for row in orders])
        notes = Note.objects.visible_to(user).filter(case=case).standing()
        reports = list(case.report_requests.order_by("-hearing_on"))
        first, more = self.primary(current), self.links(*MORE)
        if not current:  # the first thing to record is what the court made
            first, more = more[:1], more[1:]
        primary = [*first, *self.links(*ALWAYS)]
        return {
            **context,
            "due_lines": to_do[:AT_ONCE],
            "later_lines": to_do[AT_ONCE:],
            "past_lines": [line for line in reversed(shown) if not line.to_do],
            "orders": current,
            "past_orders": [row for row in orders if row.order.ended_on],
            "reports": reports,
            "any_report_open": any(not row.submitted_on and not row.withdrawn_on for row in reports),
            "releases": case.releases.order_by("-released_on"),
            "appointments": appointment_rows.table(
                case.appointments.standing().select_related("worker").order_by("on", "at", "pk"),
                user,
                on,
                "Appointments",
                "No appointment is booked, and none waits for its outcome.",
            ),
            "contacts": contacts[:AT_ONCE],
            "notes": [(note, label_of(note.kind)) for note in notes[:AT_ONCE]],
            "points": case.person.contact_points.present(),
            "address": Address.objects.filter(person=case.person, to_on=None).first(),
            "primary": primary,
            "more": more,
            **self.allowed(
                "explain_lateness", "excuse_timescale", "submit_report", "record_release_interview"
            ),
        }

    def primary(self, current: list[OrderRow]) -> list[tuple[str, str]]:
        """What is done most: named by its order where there are several."""
        found = []
        for row in current:
            kinds = {one.requirement.kind for one in row.requirements if one.requirement.removed_on is None}
            for name, words in PRIMARY:
                if name == "record_attendance" and RequirementKind.UNPAID_WORK not in kinds:
                    continue
                if permissions.allows(self.request.user, name):
                    said = words if len(current) == 1 else f"{words}: {row.order.reference}"
                    found.append((said, reverse(name, args=[row.order.pk])))
        return found


class RecordPage(CaseSection):
    """Who the person is, where they lived, who held the case, who may see it, and what was last changed."""

    page = "case record"
    section = "case_record"
    template_name = "cases/record.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, case = self.case.person, self.case
        entries = Entry.objects.filter(case=case).select_related("actor", "said")
        if not self.sees_victims:
            entries = entries.exclude(operation__in=permissions.ABOUT_VICTIMS)
        return {
            **super().get_context_data(**kwargs),
            "aliases": Alias.objects.filter(person=person),
            "addresses": Address.objects.filter(person=person),
            "ended_alerts": Alert.objects.filter(person=person, to_on__isnull=False),
            "limits": Limit.objects.filter(person=person).select_related("user"),
            "permitted": Permission.objects.visible_to(self.request.user)
            .filter(case=case)
            .on(today())
            .select_related("user__team", "recorded_by"),
            "allocations": Allocation.objects.filter(case=case)
            .select_related("worker", "team")
            .order_by("-from_on", "-pk"),
            "handed_over": HandoverLine.objects.visible_to(self.request.user)
            .filter(case=case)
            .exclude(note="")
            .select_related("handover__leaver", "recorded_by")
            .order_by("-pk"),
            "entries": entries[:20],
            "change": self.links(
                ("amend_person", "Correct the person's details"),
                ("add_alias", "Add an alias"),
                ("change_address", "Change address"),
                ("raise_alert", "Raise an alert or adjustment"),
                ("limit_record", "Restrict or exclude"),
                ("permit_access", "Let a colleague see this case"),
                ("assign_case", "Reassign"),
            )
            + self.own_record(),
            **self.allowed("end_alert", "end_permission"),
        }

    def own_record(self) -> list[tuple[str, str]]:
        """What a person may be given of a case that is closed as well."""
        name = "release_subject_access_pack"
        if not permissions.allows(self.request.user, name):
            return []
        return [("Give the person their own record", reverse(name, args=[self.case.pk]))]


@dataclass(frozen=True)
class Row:
    """A way of reaching the person, or somebody around them, as the page shows it; `dial` is what a phone rings."""

    title: str
    about: str
    note: str
    telephone: str = ""
    dial: str = ""
    status: Status | None = None
    links: tuple[tuple[str, str], ...] = ()


class PeopleAround(CaseSection):
    """How the person is reached, and who stands around them: family and others, professionals."""

    page = "contact details and people"
    section = "people_around"
    template_name = "cases/people_around.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.case.person
        points, people = list(person.contact_points.all()), list(person.associates.all())
        present = [one for one in people if one.to_on is None]
        address = Address.objects.filter(person=person, to_on=None).first()
        return {
            **super().get_context_data(**kwargs),
            "points": [
                *(self.point(one) for one in points if one.to_on is None),
                *([_lives_at(address)] if address else []),
            ],
            "former_points": [self.point(one) for one in points if one.to_on],
            "family": [self.somebody(one) for one in present if not one.professional],
            "professionals": [self.somebody(one) for one in present if one.professional],
            "former_people": [self.somebody(one) for one in people if one.to_on],
            "reach": self.links(
                ("add_contact_point", "Add contact details"), ("change_address", "Change address")
            ),
            "add": self.links(("add_associate", "Add somebody")),
        }

    def point(self, row: ContactPoint) -> Row:
        reminders = ""
        if row.kind in ContactPoint.TAKE_REMINDERS:
            agreed = f"reminders agreed {short_date(row.agreed_on)}" if row.agreed_on else "no reminders"
            reminders = f", {agreed}"
        return Row(
            row.value,
            f"{row.get_kind_display()}{_dates(row)}{reminders}",
            row.note,
            dial="" if row.to_on or row.kind == ContactPoint.Kind.EMAIL else _dialled(row.value),
            status=Status("Preferred", "green") if row.preferred and not row.to_on else None,
            links=self.row_links(row, "amend_contact_point", "end_contact_point"),
        )

    def somebody(self, row: Associate) -> Row:
        parts = (row.get_relation_display(), row.organisation, "lives with them" if row.lives_with else "")
        return Row(
            row.name,
            ", ".join(part for part in parts if part) + _dates(row),
            row.note,
            row.telephone,
            "" if row.to_on else _dialled(row.telephone),
            links=self.row_links(row, "amend_associate", "end_associate"),
        )

    def row_links(self, row: ContactPoint | Associate, change: str, end: str) -> tuple[tuple[str, str], ...]:
        """To change what still holds and to end it, for who may."""
        if row.to_on or not self.allowed(change)[f"may_{change}"]:
            return ()
        keys = [self.case.pk, row.pk]
        return (("Change", reverse(change, args=keys)), ("End", reverse(end, args=keys)))


def _lives_at(row: Address) -> Row:
    lines = " ".join(part for part in (*row.lines.splitlines(), row.postcode) if part)
    return Row(lines, f"Address{_dates(row)}", "")


def _dates(row: ContactPoint | Associate | Address) -> str:
    since = f", from {short_date(row.from_on)}" if row.from_on else ""
    return f"{since} to {short_date(row.to_on)}" if row.to_on else since


def _dialled(value: str) -> str:
    """What a telephone dials: the digits before any extension, and the plus before them."""
    number = value.lower().split("x")[0].split("e")[0]
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


class Victims(CaseSection):
    """What victims said. It does not exist for anybody but those of cases.permissions.may_see_victims."""

    page = "victims"
    section = "victims"
    template_name = "cases/victims.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if hasattr(self, "case") and not self.sees_victims:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        victims = (
            VictimInformation.objects.visible_to(user).filter(case=self.case).select_related("recorded_by")
        )
        readers = VictimReader.objects.visible_to(user).filter(case=self.case).select_related("user")
        return {
            **super().get_context_data(**kwargs),
            "present": [row for row in victims if row.to_on is None],
            "former": [row for row in victims if row.to_on],
            "readers": readers.order_by("user__name"),
            "add": self.links(("add_victim_information", "Add victim information")),
            "name": self.links(("name_victim_readers", "Name who else may see it")),
            **self.allowed("amend_victim_information"),
        }
