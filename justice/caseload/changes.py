"""What bringing a bundle in would change: compared with what is stored, and not yet saved.

`plan` only reads. The page, the command and its --dry-run all show the ChangeSet it gives; `saving.save` carries the
same one out.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models

from assessments.models import Assessment, Plan, ReportRequest, Review
from cases.calendars import FIRST_YEAR, LAST_YEAR
from cases.models import (
    Address,
    Allocation,
    Case,
    Council,
    Entry,
    Explanation,
    Locality,
    Person,
    Role,
    Team,
    User,
)
from justice.caseload.bundle import Parsed
from justice.caseload.checks import Known, lscmi_total
from justice.caseload.format import FILES, KPI_TABLES, SUB_SCORES
from justice.caseload.problems import Problems
from justice.domain.errors import Problem
from orders import proposals
from orders.domain import cpo
from orders.domain.cpo import Basis, CourtType, ProposedOrder, ProposedRequirement, RequirementKind
from orders.domain.reasons import CLAUSE_OF_KPI
from orders.models import Attendance, Contact, Order, Release, Requirement

Values = dict[str, Any]

# Roles that a bundle cannot give and so does not take away.
KEPT_ROLES = frozenset({Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE, Role.BUSINESS_SUPPORT, Role.SYSTEM})
# Days on which a count of working days may begin: the calendar must know some months after each of them.
COUNTED_FROM, COUNTED_TO = date(FIRST_YEAR, 7, 1), date(LAST_YEAR, 6, 30)
# A change of one of these may change what the law says of an order.
LAWFUL = frozenset({"basis", "court_type", "imposed_on", "transferred_in"})


@dataclass(frozen=True)
class Change:
    """A stored row that the bundle has otherwise: each column with what it was and what it becomes."""

    row: Any
    stored: models.Model
    columns: dict[str, tuple[Any, Any]]


@dataclass
class TableChange:
    """What becomes of the rows of one file."""

    new: list[Any] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True)
class Queried:
    """An order that is brought in as queried with the court, with each rule of law that it breaks."""

    reference: str
    line: int
    rules: tuple[Problem, ...]


@dataclass
class ChangeSet:
    """What one bundle would change in the records of one council."""

    council: Council | None  # None: one that is yet to be opened
    name: str
    digest: str
    today: date
    stored: Stored
    tables: dict[str, TableChange]
    problems: Problems
    queried: dict[str, Queried] = field(default_factory=dict)
    # Orders whose query a change of the bundle has settled.
    settled: set[str] = field(default_factory=set)

    @property
    def nothing(self) -> bool:
        """Everything in the bundle is stored as it is."""
        return not any(table.new or table.changed for table in self.tables.values())


class Stored:
    """What the records hold of one council, by the council's own references. Read when first asked for."""

    def __init__(self, council: Council | None) -> None:
        self.council = council
        self._events: dict[Any, dict[int, list[Any]]] = {}
        # The council's last import when the plan was made: if there is a later one, the plan is out of date.
        self.last_import = last_import(council)

    def _rows(self, rows: models.QuerySet, path: str = "council") -> models.QuerySet:
        """Those of the council; none where it is yet to be opened."""
        return rows.filter(**{path: self.council}) if self.council else rows.none()

    @cached_property
    def staff(self) -> dict[str, User]:
        return _by(self._rows(User.objects.exclude(staff_ref="").select_related("team")), "staff_ref")

    @cached_property
    def teams(self) -> dict[str, Team]:
        return _by(self._rows(Team.objects.select_related("locality")), "name")

    @cached_property
    def localities(self) -> dict[str, Locality]:
        return _by(self._rows(Locality.objects.all()), "name")

    @cached_property
    def people(self) -> dict[str, Person]:
        return _by(self._rows(Person.objects.all()), "reference")

    @cached_property
    def addresses(self) -> dict[int, Address]:
        """The present address of each person, by the person's key."""
        return _by(self._rows(Address.objects.filter(to_on=None), "person__council"), "person_id")

    @cached_property
    def cases(self) -> dict[int, Case]:
        """The open case of each person, else the one opened last, by the person's key."""
        found: dict[int, Case] = {}
        for case in self._rows(Case.objects.order_by("opened_on", "pk")):
            was = found.get(case.person_id)
            if was is None or was.closed_on is not None:
                found[case.person_id] = case
        return found

    @cached_property
    def orders(self) -> dict[str, Order]:
        return _by(self._rows(Order.objects.select_related("case")), "reference")

    @cached_property
    def reports(self) -> dict[str, ReportRequest]:
        return _by(self._rows(ReportRequest.objects.select_related("case")), "reference")

    @cached_property
    def releases(self) -> dict[str, Release]:
        return _by(self._rows(Release.objects.select_related("case")), "reference")

    @cached_property
    def requirements(self) -> dict[int, list[Requirement]]:
        """The requirements that stand, by order."""
        return _group(
            self._rows(Requirement.objects.filter(removed_on=None).order_by("pk"), "order__council")
        )

    @cached_property
    def holders(self) -> dict[str, Allocation]:
        """The last holder of each order, by the order's subject."""
        rows = Allocation.objects.filter(subject__startswith="order:").select_related("worker")
        return _by(self._rows(rows.order_by("from_on", "pk"), "case__council"), "subject")

    @cached_property
    def explanations(self) -> dict[tuple[str, str], Explanation]:
        """Why something is left out of the figures, by subject and clause."""
        rows = Explanation.objects.filter(kind=Explanation.Kind.EXCUSED, occurrence=1)
        return {(row.subject, row.clause): row for row in self._rows(rows, "case__council")}

    def events(self, model: Any) -> dict[int, list[Any]]:
        """The rows of one kind of event by order; of attendances, those that stand; of plans, the approved ones."""
        if model not in self._events:
            standing: dict[Any, dict[str, Any]] = {
                Attendance: {"corrected_by": None},
                Plan: {"approved_on__isnull": False},
            }
            rows = model.objects.filter(**standing.get(model, {}))
            self._events[model] = _group(self._rows(rows.order_by("pk"), "order__council"))
        return self._events[model]

    def read_all(self) -> None:
        """Read what was not asked for yet: once saving has begun it would find what was saved a moment ago."""
        for name, one in vars(type(self)).items():
            if isinstance(one, cached_property):
                getattr(self, name)

    def known(self) -> Known:
        """What reading a bundle asks: which references were imported before, and the day new rows are held against."""

        def ask(table: str, references: frozenset[str]) -> Mapping[str, date | None]:
            rows = getattr(self, table)
            column = {"people": "date_of_birth", "orders": "imposed_on"}.get(table)
            return {
                ref: getattr(rows[ref], column) if column else None
                for ref in references
                if ref and ref in rows
            }

        return ask


def last_import(council: Council | None) -> uuid.UUID | None:
    rows = Entry.objects.filter(council=council, operation="import_caseload", case=None)
    return rows.order_by("-at", "-pk").values_list("pk", flat=True).first() if council else None


def _by(rows: Iterable[Any], name: str) -> dict[Any, Any]:
    return {getattr(row, name): row for row in rows}


def _group(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


# --- What a row of a file means for the columns of a table ---------------------------------------------------


def person_values(row: Any) -> Values:
    names = ("given_name", "family_name", "date_of_birth", "gender", "ethnicity", "employment", "restricted")
    return {name: getattr(row, name) for name in names}


def staff_values(row: Any) -> Values:
    return {"name": row.name, "email": row.email.lower(), "role": row.role}


def order_values(row: Any) -> Values:
    names = ("basis", "court_type", "court", "imposed_on", "transferred_in", "ended_on", "end_reason")
    return {name: getattr(row, name) for name in names}


def requirement_values(row: Any) -> Values:
    return {name: getattr(row, name) for name in ("hours", "months", "last_day", "completed_on")}


def report_values(row: Any) -> Values:
    names = ("court_type", "court", "requested_on", "hearing_on", "submitted_on", "withdrawn_on")
    return {name: getattr(row, name) for name in names}


def release_values(row: Any) -> Values:
    return {name: getattr(row, name) for name in ("licence", "released_on", "interviewed_on")}


def assessment_values(row: Any) -> Values:
    """The level of an LS/CMI follows from its total and is not stored (assessments.domain.lscmi)."""
    scored = row.tool == Assessment.Tool.LS_CMI
    scores = {name: getattr(row, name) for name in SUB_SCORES if getattr(row, name) is not None}
    return {
        "total": lscmi_total(row) if scored else row.total,
        "sub_scores": scores or None,
        "stated_level": None if scored else row.level,
        "override_level": row.override_level,
        "override_reason": row.override_reason,
    }


def given(values: Values) -> Values:
    """The columns the bundle fills: a blank is not known, and leaves what is stored or the table's own default."""
    return {name: value for name, value in values.items() if value is not None}


def _differing(stored: models.Model, values: Values) -> dict[str, tuple[Any, Any]]:
    found = {}
    for name, value in given(values).items():
        was = getattr(stored, name)
        if name == "sub_scores":
            value = {**was, **value}
        if was != value:
            found[name] = (was, value)
    return found


# --- The plan ------------------------------------------------------------------------------------------------


def plan(parsed: Parsed, stored: Stored, *, name: str, today: date) -> ChangeSet:
    """Compare what was read with what is stored. Further problems, if there are any, are in the ChangeSet."""
    tables = {file.table: TableChange() for file in FILES}
    found = ChangeSet(stored.council, name, parsed.digest, today, stored, tables, parsed.problems)
    if parsed.problems:
        return found
    _plan_staff(parsed, found)
    _plan_people(parsed, found)
    _plan_orders(parsed, found)
    _plan_requirements(parsed, found)
    _plan_reports(parsed, found)
    _plan_releases(parsed, found)
    _plan_assessments(parsed, found)
    _plan_events(parsed, found, "contacts", Contact, _contact_key)
    _plan_events(parsed, found, "attendance", Attendance, _attendance_key)
    _plan_events(parsed, found, "plans", Plan, _plan_key)
    _plan_events(parsed, found, "reviews", Review, _review_key(stored))
    _plan_exclusions(parsed, found)
    _check_days(parsed, found)
    _ask_the_law(parsed, found)
    stored.read_all()
    return found


def _sort(
    table: TableChange, row: Any, was: Any, columns: Mapping[str, tuple[Any, Any]] | None = None
) -> None:
    """A row is new, changed or the same."""
    if was is None:
        table.new.append(row)
    elif columns:
        table.changed.append(Change(row, was, dict(columns)))
    else:
        table.same += 1


def _plan_staff(parsed: Parsed, found: ChangeSet) -> None:
    stored, table = found.stored, found.tables["staff"]
    rows = parsed.tables["staff"]
    emails = {user.email.lower(): user for user in User.objects.all()} if rows else {}
    for row in rows:
        was = stored.staff.get(row.staff_ref)
        other = emails.get(row.email.lower())
        if (
            was is None
            and other is not None
            and not other.staff_ref
            and other.council_id == _key(stored.council)
        ):
            was = other  # added in the application before: the reference is what the bundle adds
        if other is not None and other is not was and (was is None or other.pk != was.pk):
            found.problems.add(
                "staff.csv",
                "somebody else signs in with this address; give each their own",
                line=row.line,
                column="email",
                found=row.email,
            )
            continue
        if was is None:
            table.new.append(row)
            continue
        values = staff_values(row) | {"staff_ref": row.staff_ref}
        if was.role in KEPT_ROLES:
            values.pop("role")
        columns = _differing(was, values)
        team = was.team.name if was.team else None
        if team != row.team:
            columns["team"] = (team, row.team)
        elif was.team and stored.localities and _locality(stored, row.team) != row.locality:
            columns["locality"] = (_locality(stored, row.team), row.locality)
        _sort(table, row, was, columns)


def _key(row: models.Model | None) -> Any:
    return row.pk if row is not None else None


def _locality(stored: Stored, team: str) -> str | None:
    return stored.teams[team].locality.name if team in stored.teams else None


def _plan_people(parsed: Parsed, found: ChangeSet) -> None:
    stored, table = found.stored, found.tables["people"]
    for row in parsed.tables["people"]:
        was = stored.people.get(row.person_ref)
        columns = _differing(was, person_values(row)) if was else {}
        if was and row.postcode:
            address = stored.addresses.get(was.pk)
            if address is None or address.postcode != row.postcode:
                columns["postcode"] = (address.postcode if address else "", row.postcode)
        _sort(table, row, was, columns)


def _same_person(found: ChangeSet, file: str, row: Any, was: Any) -> bool:
    """A record is never moved to another person by a bundle: two people's work would be mixed unseen."""
    if was is None:
        return True
    person = found.stored.people.get(row.person_ref)
    if person is not None and person.pk == was.case.person_id:
        return True
    found.problems.add(
        file,
        "this reference belongs to another person in what was imported before; give the record a reference of its own",
        line=row.line,
        column="person_ref",
        found=row.person_ref,
    )
    return False


def _in_order(found: ChangeSet, file: str, row: Any, was: Any, first: str, later: str) -> bool:
    """The day that stays stored because its cell is blank must still be possible beside the new one."""
    if was is None or getattr(row, later) is not None:
        return True
    begun, done = getattr(row, first) or getattr(was, first), getattr(was, later)
    if begun is None or done is None or begun <= done:
        return True
    found.problems.add(
        file,
        f"{later} is {done} in what was imported before; give a later one in this file, or an earlier {first}",
        line=row.line,
        column=first,
        found=str(begun),
    )
    return False


def _has_a_team(found: ChangeSet, row: Any, named: set[str]) -> bool:
    """Whoever holds an order works in a team: staff.csv gives everybody one, a settings page may not."""
    if not row.caseworker or row.caseworker in named or found.stored.staff[row.caseworker].team_id:
        return True
    message = "works in no team and so can hold no order; name their team in staff.csv"
    found.problems.add("orders.csv", message, line=row.line, column="caseworker", found=row.caseworker)
    return False


def _plan_orders(parsed: Parsed, found: ChangeSet) -> None:
    stored, table = found.stored, found.tables["orders"]
    named = {row.staff_ref for row in parsed.tables["staff"]}
    for row in parsed.tables["orders"]:
        was = stored.orders.get(row.order_ref)
        fits = _same_person(found, "orders.csv", row, was) and _has_a_team(found, row, named)
        if not fits or not _in_order(found, "orders.csv", row, was, "imposed_on", "ended_on"):
            continue
        columns = _differing(was, order_values(row)) if was else {}
        if was and row.caseworker:
            holder = stored.holders.get(was.subject)
            ref = holder.worker.staff_ref if holder and holder.worker else ""
            if ref != row.caseworker:
                columns["caseworker"] = (ref, row.caseworker)
        _sort(table, row, was, columns)


def requirement_named(rows: Sequence[Requirement], row: Any) -> Requirement | None:
    """The stored requirement that a row of requirements.csv is about."""
    return next((one for one in rows if (one.kind, one.added_on) == (row.kind, row.added_on)), None)


def _plan_requirements(parsed: Parsed, found: ChangeSet) -> None:
    stored, table = found.stored, found.tables["requirements"]
    for row in parsed.tables["requirements"]:
        order = stored.orders.get(row.order_ref)
        was = requirement_named(stored.requirements.get(order.pk, ()), row) if order else None
        _sort(table, row, was, _differing(was, requirement_values(row)) if was else None)


def _plan_reports(parsed: Parsed, found: ChangeSet) -> None:
    for row in parsed.tables["reports"]:
        was = found.stored.reports.get(row.report_ref)
        fits = _same_person(found, "reports.csv", row, was)
        if fits and _in_order(found, "reports.csv", row, was, "requested_on", "submitted_on"):
            _sort(found.tables["reports"], row, was, _differing(was, report_values(row)) if was else None)


def _plan_releases(parsed: Parsed, found: ChangeSet) -> None:
    for row in parsed.tables["releases"]:
        was = found.stored.releases.get(row.release_ref)
        fits = _same_person(found, "releases.csv", row, was)
        if fits and _in_order(found, "releases.csv", row, was, "released_on", "interviewed_on"):
            _sort(found.tables["releases"], row, was, _differing(was, release_values(row)) if was else None)


def _plan_assessments(parsed: Parsed, found: ChangeSet) -> None:
    stored = found.stored
    for row in parsed.tables["assessments"]:
        order = stored.orders.get(row.order_ref)
        rows = stored.events(Assessment).get(order.pk, ()) if order else ()
        key = (row.tool, row.completed_on)
        was = next((one for one in rows if (one.tool, one.completed_on) == key), None)
        _sort(found.tables["assessments"], row, was, _differing(was, assessment_values(row)) if was else None)


# Events: rows without a reference of their own. Equal rows are so many equal events, and only a surplus is new.
# A key is what makes two of them equal; of a row of the bundle it may hold a blank (None), which fits anything.

Key = tuple[Any, ...]
KeyOf = Callable[[Any], Key]


def _contact_key(row: Any) -> Key:
    return (row.kind, row.on, row.attended)


def _attendance_key(row: Any) -> Key:
    minutes = row.minutes_worked if isinstance(row, Attendance) else row.minutes_credited
    placement = (row.placement or None) if isinstance(row, Attendance) else row.placement
    return (row.on, row.outcome, minutes, bool(row.other_activity), placement)


def _plan_key(row: Any) -> Key:
    return (row.approved_on,)


def _review_key(stored: Stored) -> KeyOf:
    refs: dict[int | None, str] = {user.pk: user.staff_ref for user in stored.staff.values()}

    def key(row: Any) -> Key:
        chair = refs.get(row.chaired_by_id) if isinstance(row, Review) else row.chaired_by
        return (row.held_on, row.for_due_on, chair)

    return key


def _plan_events(parsed: Parsed, found: ChangeSet, name: str, model: Any, key_of: KeyOf) -> None:
    table, stored = found.tables[name], found.stored
    by_order: dict[str, list[Any]] = defaultdict(list)
    for row in parsed.tables[name]:
        if row.order_ref in stored.orders:
            by_order[row.order_ref].append(row)
        else:
            table.new.append(row)
    for ref, rows in by_order.items():
        events = list(stored.events(model).get(stored.orders[ref].pk, ()))
        surplus, unclaimed = _surplus(rows, events, key_of)
        table.same += len(rows) - len(surplus)
        if model is Attendance:
            surplus = list(_without_corrections(table, surplus, unclaimed))
        table.new += surplus


def _surplus(rows: list[Any], events: list[Any], key_of: KeyOf) -> tuple[list[Any], list[Any]]:
    """Rows that no stored event equals, and events that no row equals; each event is claimed once."""
    counted = Counter(key_of(event) for event in events)
    left = []
    for row in rows:
        key = key_of(row)
        if counted[key]:
            counted[key] -= 1
        else:
            left.append(row)
    unclaimed = []
    for event in reversed(events):
        if counted[key_of(event)]:
            counted[key_of(event)] -= 1
            unclaimed.append(event)
    unclaimed.reverse()
    surplus = []
    for row in left:
        match = next((event for event in unclaimed if _fits(key_of(row), key_of(event))), None)
        if match is None:
            surplus.append(row)
        else:
            unclaimed.remove(match)
    return surplus, unclaimed


def _fits(asked: Key, key: Key) -> bool:
    return all(one is None or one == other for one, other in zip(asked, key, strict=True))


def _without_corrections(
    table: TableChange, surplus: list[Any], unclaimed: list[Attendance]
) -> Iterator[Any]:
    """One session stored and one in the bundle of the same day and kind: the bundle corrects the stored one."""
    new, old = Counter(map(_session, surplus)), Counter(map(_session, unclaimed))
    for row in surplus:
        key = _session(row)
        if new[key] == old[key] == 1:
            was = next(one for one in unclaimed if _session(one) == key)
            changed = zip(
                ("on", "outcome", "minutes_worked", "other_activity", "placement"),
                zip(_attendance_key(was), _attendance_key(row), strict=True),
                strict=True,
            )
            columns = {name: pair for name, pair in changed if pair[1] is not None and pair[0] != pair[1]}
            table.changed.append(Change(row, was, columns))
        else:
            yield row


def _session(row: Any) -> tuple[date, bool]:
    return row.on, bool(row.other_activity)


def _plan_exclusions(parsed: Parsed, found: ChangeSet) -> None:
    stored, table = found.stored, found.tables["exclusions"]
    added = {row.order_ref for row in found.tables["requirements"].new}
    for row in parsed.tables["exclusions"]:
        subject = getattr(stored, KPI_TABLES[row.kpi]).get(row.ref)
        if subject is None or (row.kpi in ("K1", "K4") and row.ref in added):
            table.new.append(row)
            continue
        clause = CLAUSE_OF_KPI[row.kpi]
        said = [
            stored.explanations.get((one, clause))
            for one in excused_subjects(row.kpi, subject, stored.requirements.get(subject.pk, ()))
        ]
        if None in said:
            table.new.append(row)
            continue
        changed = next((one for one in said if one is not None and one.code != row.reason), None)
        _sort(table, row, changed or said[0], {"code": (changed.code, row.reason)} if changed else None)


def excused_subjects(kpi: str, subject: Any, requirements: Iterable[Requirement]) -> list[str]:
    """The subjects of the timescales that an exclusion leaves out.

    K1 and K4 count unpaid work requirements, K1 only those imposed with the order. Of an order that has none, the
    exclusion is kept with the order itself, where it leaves out nothing.
    """
    if kpi not in ("K1", "K4"):
        return [subject.subject]
    work = [one for one in requirements if one.kind == RequirementKind.UNPAID_WORK]
    return [one.subject for one in work if kpi == "K4" or one.added_on is None] or [subject.subject]


# --- Days that cannot be counted from ------------------------------------------------------------------------

_STARTS = (
    ("orders", "imposed_on"),
    ("requirements", "added_on"),
    ("reports", "requested_on"),
    ("reports", "hearing_on"),
    ("releases", "released_on"),
)


def _check_days(parsed: Parsed, found: ChangeSet) -> None:
    """A working day can only be counted where the calendar is known."""
    message = f"working days are known from {COUNTED_FROM} to {COUNTED_TO} only; give a day between them"
    for table, column in _STARTS:
        for row in parsed.tables[table]:
            day = getattr(row, column)
            if day is not None and not COUNTED_FROM <= day <= COUNTED_TO:
                found.problems.add(f"{table}.csv", message, line=row.line, column=column, found=str(day))


# --- The law -------------------------------------------------------------------------------------------------


def _ask_the_law(parsed: Parsed, found: ChangeSet) -> None:
    """Every order that is new, or of which what the law asks about has changed: which rules does it break?

    Whether hours were to run together with those of another order is nothing the format can say, so the limit on
    several orders' hours together is not asked: what is not known is not queried.
    """
    stored = found.stored
    required: dict[str, list[Any]] = defaultdict(list)
    for row in parsed.tables["requirements"]:
        required[row.order_ref].append(row)
    rows = {row.order_ref: row for row in parsed.tables["orders"]}
    born = {row.person_ref: row.date_of_birth for row in parsed.tables["people"]}
    references = {person.pk: ref for ref, person in stored.people.items()}
    lines = {row.order_ref: row.line for row in found.tables["orders"].new}
    for change in found.tables["orders"].changed:
        if LAWFUL & change.columns.keys():
            lines[change.row.order_ref] = change.row.line
    younger = {
        change.stored.pk for change in found.tables["people"].changed if "date_of_birth" in change.columns
    }
    for ref, order in stored.orders.items() if younger else ():
        if order.case.person_id in younger:
            lines.setdefault(ref, rows[ref].line if ref in rows else 0)
    touched = [
        *found.tables["requirements"].new,
        *(change.row for change in found.tables["requirements"].changed),
    ]
    for row in touched:
        lines.setdefault(row.order_ref, rows[row.order_ref].line if row.order_ref in rows else 0)
    for ref, line in lines.items():
        was, row = stored.orders.get(ref), rows.get(ref)
        asked = [] if was is None else stored.requirements.get(was.pk, [])
        person_ref = row.person_ref if row is not None else references[was.case.person_id]  # type: ignore[union-attr]
        birth = born.get(person_ref) or stored.people[person_ref].date_of_birth
        broken = cpo.problems(_proposed(row, was, birth, list(_proposed_requirements(required[ref], asked))))
        if broken:
            found.queried[ref] = Queried(ref, line, tuple(broken))
        elif was is not None and was.queried_because.startswith(QUERIED):
            found.settled.add(ref)


QUERIED = "Imported: "


def queried_because(queried: Queried) -> str:
    return (QUERIED + "; ".join(one.message for one in queried.rules))[:500]


def _proposed(row: Any, was: Order | None, born: date, asked: list[ProposedRequirement]) -> ProposedOrder:
    def column(name: str) -> Any:
        value = getattr(row, name, None)
        return getattr(was, name) if value is None and was is not None else value

    return ProposedOrder(
        basis=Basis.of(column("basis")),
        court_type=CourtType.of(column("court_type")),
        imposed_on=column("imposed_on"),
        date_of_birth=born,
        requirements=tuple(asked),
        offence_on=was.offence_on if was else None,
        fine_pounds=was.fine_pounds if was else None,
        transferred_in=bool(column("transferred_in")),
    )


def _proposed_requirements(rows: list[Any], asked: Sequence[Requirement]) -> Iterator[ProposedRequirement]:
    """The requirements as they will stand: those stored, with what the bundle changes, and those it adds."""
    left = list(rows)
    for was in asked:
        row = next((one for one in left if (one.kind, one.added_on) == (was.kind, was.added_on)), None)
        one = proposals.requirement_of(was)
        if row is not None:
            left.remove(row)
            values = given(requirement_values(row))
            values.pop("completed_on", None)
            one = replace(one, **values)
        yield one
    for row in left:
        kind = RequirementKind.of(row.kind)
        yield ProposedRequirement(kind, row.hours, row.months, last_day=row.last_day, added_on=row.added_on)


# --- When work with a person began and ended -----------------------------------------------------------------


BEGINS = {"orders": "imposed_on", "reports": "requested_on", "releases": "released_on"}


def begins(table: str, row: Any) -> date:
    """The day on which an order, a report or a release gives work."""
    return getattr(row, BEGINS[table])


def ends(table: str, row: Any, today: date) -> date | None:
    """The last day of that work, None while it goes on.

    A report is over with its hearing, submitted or not: the court has decided without it. The format has no end
    of a licence, so a release keeps the case open until somebody closes it.
    """
    if table == "orders":
        return row.ended_on
    if table == "releases":
        return None
    if row.withdrawn_on:
        return row.withdrawn_on
    if row.hearing_on >= today:
        return None
    return max(row.hearing_on, row.submitted_on or row.hearing_on)


__all__ = ["Change", "ChangeSet", "Queried", "Stored", "TableChange", "plan"]
