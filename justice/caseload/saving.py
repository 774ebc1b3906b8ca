"""Carrying a ChangeSet out: new rows in bulk, changed rows one by one, each with its copy and its audit entry.

Everything here runs in the one transaction of the operation `import_caseload`; whatever goes wrong, nothing of it
stays. Why new rows have no copy of their own is in justice/decisions/15-the-importer.md.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models
from django.db.models import Sum
from django.db.models.functions import Now

from assessments.models import Assessment, Plan, ReportRequest, Review
from cases import search, timescales
from cases.matching import name_key
from cases.models import (
    Address,
    Allocation,
    Case,
    Council,
    Entry,
    EntryReason,
    Explanation,
    Locality,
    Person,
    Team,
    User,
)
from cases.models.base import current_entry
from justice.caseload import changes as planned
from justice.caseload.bulk import insert, plan_anew
from justice.caseload.changes import Change, ChangeSet, given
from justice.caseload.format import BY_TABLE, KPI_TABLES
from justice.domain.errors import Problem, Refused
from orders import ledger, recording
from orders.domain import unpaid_work
from orders.domain.cpo import RequirementKind
from orders.domain.reasons import CLAUSE_OF_KPI
from orders.models import Absence, Attendance, Contact, HoursLine, Order, Release, Requirement

Say = Callable[[str], None]

CASES_AT_ONCE = 1000  # whose timescales are derived together


def save(changes: ChangeSet, *, actor: User, council: Council, entry: Entry, say: Say) -> None:
    """Save every change. Refused if somebody changed one of the rows meanwhile, or a timescale cannot be derived."""
    Council.objects.select_for_update().get(pk=council.pk)
    if changes.council is not None and planned.last_import(council) != changes.stored.last_import:
        raise Refused(Problem("Another import came first. Start this one again", code="another-import"))
    saving = _Saving(changes, actor, council, entry)
    for words, step in saving.steps():
        say(words)
        step()
    plan_anew()


@dataclass
class _Account:
    """What may still be credited to one unpaid work requirement, in minutes."""

    requirement: Requirement
    began: date
    left: int
    other_left: int

    def credit(self, minutes: int, *, other_activity: bool) -> int:
        credited = min(minutes, self.left, self.other_left if other_activity else self.left)
        self.left -= credited
        if other_activity:
            self.other_left -= credited
        return credited


class _Saving:
    """One import while it is being saved: keys of what was made, by the council's own references."""

    def __init__(self, changes: ChangeSet, actor: User, council: Council, entry: Entry) -> None:
        self.changes, self.actor, self.council, self.entry = changes, actor, council, entry
        self.stored, self.tables = changes.stored, changes.tables
        self.now: datetime = (
            Council.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=council.pk)
        )
        self.told = {"recorded_at": self.now, "recorded_by": actor}
        self.staff: dict[str, User] = dict(self.stored.staff)
        self.people: dict[str, Person] = dict(self.stored.people)
        self.orders: dict[str, Order] = dict(self.stored.orders)
        self.others: dict[str, dict[str, Any]] = {
            "reports": dict(self.stored.reports),
            "releases": dict(self.stored.releases),
        }
        self.case_of: dict[str, Case] = {}  # by the person's reference
        self.new_cases: list[Case] = []
        self.touched: dict[int, Case] = {}  # stored cases of which something is new or changed
        self.entries: list[Entry] = []  # of changed rows
        self.new_requirements: dict[int, list[Requirement]] = defaultdict(list)

    def steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "localities, teams and staff", self._save_staff
        yield "people", self._save_people
        yield "cases", self._save_cases
        yield "orders and requirements", self._save_orders
        yield "reports and releases", self._save_others
        yield "who holds what", self._save_allocations
        yield "contacts, plans, assessments and reviews", self._save_events
        yield "attendance and hours", self._save_attendance
        yield "exclusions", self._save_exclusions
        yield "what people are found by", self._save_search
        yield "timescales", self._save_timescales
        yield "the audit trail", self._save_entries

    # --- How rows are written

    @contextmanager
    def _changing(self, name: str, change: Change, case: Case | None, subject: str) -> Iterator[Any]:
        """One changed row: the row as it is stored now, its own entry, and its copy under that entry."""
        model = type(change.stored)
        row = model._default_manager.select_for_update(of=("self",)).get(pk=change.stored.pk)
        for column in _columns(model) & change.columns.keys():
            if getattr(row, column) != getattr(change.stored, column):
                message = "A record was changed while the bundle was being read. Start the import again"
                raise Refused(Problem(message, code="stale"))
        entry = Entry(
            at=self.now,
            actor=self.actor,
            operation="import_caseload",
            council=self.council,
            case=case,
            subject=subject,
            reason=self._reason(name, change),
        )
        token = current_entry.set(entry.pk)
        try:
            yield row
        finally:
            current_entry.reset(token)
        self.entries.append(entry)
        if case is not None:
            self.touched[case.pk] = case

    def _reason(self, name: str, change: Change) -> str:
        said = ", ".join(
            f"{column} from {words(was)} to {words(now)}" for column, (was, now) in change.columns.items()
        )
        return f"{self.changes.name}, {BY_TABLE[name].name} line {change.row.line}: {said}"[:500]

    def _update(self, name: str, change: Change, case: Case | None, subject: str) -> None:
        """Set the columns that are the row's own, and save it."""
        with self._changing(name, change, case, subject) as row:
            self._set(row, change)

    def _set(self, row: Any, change: Change) -> None:
        own = _columns(type(row))
        for column, (_, value) in change.columns.items():
            if column in own:
                setattr(row, column, value)
        if hasattr(row, "version"):
            row.version += 1
        row.save()

    # --- Staff and people

    def _save_staff(self) -> None:
        table = self.tables["staff"]
        rows = [*table.new, *(change.row for change in table.changed)]
        wanted = {row.team: row.locality for row in rows}
        localities, teams = dict(self.stored.localities), dict(self.stored.teams)
        names = dict.fromkeys(name for name in wanted.values() if name not in localities)
        for locality in insert(Locality(council=self.council, name=name) for name in names):
            localities[locality.name] = locality
        new = {team: place for team, place in wanted.items() if team not in teams}
        for team in insert(
            Team(council=self.council, name=name, locality=localities[place]) for name, place in new.items()
        ):
            teams[team.name] = team
        # Nobody can sign in with it: an administrator gives each their own.
        users = [
            User(
                council=self.council,
                team=teams[row.team],
                staff_ref=row.staff_ref,
                password=make_password(None),
                **planned.staff_values(row),
            )
            for row in table.new
        ]
        for user in insert(users):
            self.staff[user.staff_ref] = user
        for change in table.changed:
            with self._changing("staff", change, None, f"user:{change.stored.pk}") as user:
                if "locality" in change.columns:
                    team = Team.objects.get(pk=teams[change.row.team].pk)
                    if team.locality_id != localities[change.row.locality].pk:
                        team.locality = localities[change.row.locality]
                        team.version += 1
                        team.save()
                user.team = teams[change.row.team]
                self._set(user, change)
                self.staff[change.row.staff_ref] = user

    def _save_people(self) -> None:
        table = self.tables["people"]
        rows = {row.person_ref: row for row in table.new}
        made = insert(
            Person(
                council=self.council,
                reference=row.person_ref,
                name_key=name_key(row.given_name, row.family_name),
                **given(planned.person_values(row)),
                **self.told,
            )
            for row in rows.values()
        )
        for person in made:
            self.people[person.reference] = person
        insert(
            Address(person=person, postcode=rows[person.reference].postcode, **self.told)
            for person in made
            if rows[person.reference].postcode
        )
        for change in table.changed:
            case = self.stored.cases.get(change.stored.pk)
            with self._changing("people", change, case, f"person:{change.stored.pk}") as person:
                for column, (_, value) in change.columns.items():
                    if column != "postcode":
                        setattr(person, column, value)
                person.name_key = name_key(person.given_name, person.family_name)
                person.version += 1
                person.save()
                if "postcode" in change.columns:
                    self._move(person, change.row.postcode)
                self.people[person.reference] = person

    def _move(self, person: Person, postcode: str) -> None:
        """Where the person now lives, as from the day of the import: the bundle does not say since when."""
        today = self.changes.today
        present = Address.objects.filter(person=person, to_on=None).first()
        if present is not None:
            present.to_on = max(today, present.from_on or today)
            present.save()
        Address.objects.create(person=person, postcode=postcode, from_on=today, recorded_by=self.actor)

    # --- Cases, orders and the rest

    def _save_cases(self) -> None:
        """One case for each person: open while any work with them goes on."""
        today = self.changes.today
        work: dict[str, list[tuple[date, date | None]]] = {
            row.person_ref: [] for row in self.tables["people"].new
        }
        for table in ("orders", "reports", "releases"):
            for row in self.tables[table].new:
                span = planned.begins(table, row), planned.ends(table, row, today)
                work.setdefault(row.person_ref, []).append(span)
        for ref, days in work.items():
            person = self.people[ref]
            first = min((begun for begun, _ in days), default=today)
            over = [end for _, end in days if end is not None]
            closed = max(over) if days and len(over) == len(days) else None
            case = self.stored.cases.get(person.pk)
            if case is None or (case.closed_on is not None and closed is None):
                case = Case(
                    council=self.council, person=person, opened_on=first, closed_on=closed, **self.told
                )
                self.new_cases.append(case)
            elif case.opened_on > first or (case.closed_on and closed and closed > case.closed_on):
                case.opened_on = min(case.opened_on, first)
                case.closed_on = max(case.closed_on, closed) if case.closed_on and closed else None
                case.version += 1
                case.save()
            self.case_of[ref] = case
        insert(self.new_cases)
        new = {case.pk for case in self.new_cases}
        self.touched.update({case.pk: case for case in self.case_of.values() if case.pk not in new})

    def _save_orders(self) -> None:
        table, queried = self.tables["orders"], self.changes.queried
        made = insert(
            Order(
                council=self.council,
                case=self.case_of[row.person_ref],
                reference=row.order_ref,
                queried_because=planned.queried_because(queried[row.order_ref])
                if row.order_ref in queried
                else "",
                queried_rules=_rules(queried[row.order_ref]) if row.order_ref in queried else [],
                **given(planned.order_values(row)),
                **self.told,
            )
            for row in table.new
        )
        self.orders.update({order.reference: order for order in made})
        new = {order.reference for order in made}
        changed = {change.row.order_ref for change in table.changed}
        for change in table.changed:
            self._change_order(change)
        for ref in [*queried, *self.changes.settled]:
            if ref not in new and ref not in changed:
                self._query(ref)
        self._save_requirements()

    def _change_order(self, change: Change) -> None:
        was: Any = change.stored
        with self._changing("orders", change, was.case, was.subject) as order:
            self._ask_again(order)
            self._set(order, change)
            self.orders[order.reference] = order
            holders = Allocation.objects.filter(case=order.case_id, subject=order.subject)
            holder = holders.order_by("from_on", "pk").last()
            if holder is not None and order.ended_on and holder.to_on is None:
                holder.to_on = max(order.ended_on, holder.from_on)
                holder.save()
            if "caseworker" in change.columns:
                self._hand_over(order, holder, self.staff[change.row.caseworker])

    def _hand_over(self, order: Order, holder: Allocation | None, worker: User) -> None:
        """From the day of the import: the bundle says who holds it now, not since when."""
        today = self.changes.today
        if holder is None or (holder.to_on is not None and order.ended_on is None):
            self._hold(order, worker, order.imposed_on if holder is None else today).save()
        elif holder.to_on is not None:
            holder.worker, holder.team = worker, worker.team  # type: ignore[assignment]
            holder.save()
        else:
            holder.to_on = max(today, holder.from_on)
            holder.save()
            self._hold(order, worker, today).save()
        of_case = Allocation.objects.filter(case=order.case_id, subject="", to_on=None).first()
        newest = Order.objects.filter(case=order.case_id).order_by("-imposed_on", "-pk").first()
        if newest is not None and newest.pk == order.pk:
            if of_case is not None:
                of_case.to_on = max(today, of_case.from_on)
                of_case.save()
            if order.case.closed_on is None:
                self._hold(order, worker, today, subject="").save()

    def _query(self, ref: str) -> None:
        """A requirement was changed or added, and with it what the law says of an order that is otherwise the same."""
        order = self.orders[ref]
        before = order.queried_because
        self._ask_again(order)
        if order.queried_because == before:
            return
        entry = Entry(
            at=self.now,
            actor=self.actor,
            operation="import_caseload",
            council=self.council,
            case=order.case,
            subject=order.subject,
            reason=(order.queried_because or f"{self.changes.name}: no rule of law is broken any longer")[
                :500
            ],
        )
        token = current_entry.set(entry.pk)
        order.version += 1
        order.save()
        current_entry.reset(token)
        self.entries.append(entry)
        self.touched[order.case_id] = order.case

    def _ask_again(self, order: Order) -> None:
        queried = self.changes.queried.get(order.reference)
        if queried:
            order.queried_because, order.queried_rules = planned.queried_because(queried), _rules(queried)
        elif order.reference in self.changes.settled:
            order.queried_because, order.queried_rules = "", []

    def _save_requirements(self) -> None:
        table = self.tables["requirements"]
        made = insert(
            Requirement(
                order=self.orders[row.order_ref],
                kind=row.kind,
                added_on=row.added_on,
                **given(planned.requirement_values(row)),
                **self.told,
            )
            for row in table.new
        )
        for requirement in made:
            self.new_requirements[requirement.order_id].append(requirement)
        self._touch(row.order_ref for row in table.new)
        for change in table.changed:
            order = self.orders[change.row.order_ref]
            self._update("requirements", change, order.case, order.subject)

    def _touch(self, refs: Iterable[str]) -> None:
        """The cases of stored orders of which something is new."""
        for ref in refs:
            if ref in self.stored.orders:
                case = self.stored.orders[ref].case
                self.touched[case.pk] = case

    def _save_others(self) -> None:
        models_of: tuple[tuple[str, Any, str, Any], ...] = (
            ("reports", ReportRequest, "report_ref", planned.report_values),
            ("releases", Release, "release_ref", planned.release_values),
        )
        for name, model, ref, values in models_of:
            made = insert(
                model(
                    council=self.council,
                    case=self.case_of[row.person_ref],
                    reference=getattr(row, ref),
                    **given(values(row)),
                    **self.told,
                )
                for row in self.tables[name].new
            )
            self.others[name].update({row.reference: row for row in made})
            for change in self.tables[name].changed:
                stored: Any = change.stored
                self._update(name, change, stored.case, stored.subject)

    # --- Who holds what

    def _hold(self, order: Order, worker: User, on: date, *, subject: str | None = None) -> Allocation:
        return Allocation(
            case_id=order.case_id,
            subject=order.subject if subject is None else subject,
            worker=worker,
            team=worker.team,
            from_on=on,
            **self.told,
        )

    def _save_allocations(self) -> None:
        """Who holds each new order; and the case, who holds its newest order. A case that is over is let go.

        Where nobody is named for the newest order, nobody is for the case: the order waits to be given to somebody.
        """
        rows: list[Allocation] = []
        newest: dict[int, tuple[Order, User | None]] = {}
        for row in self.tables["orders"].new:
            order = self.orders[row.order_ref]
            worker = self.staff[row.caseworker] if row.caseworker else None
            if worker is not None:
                holder = self._hold(order, worker, order.imposed_on)
                holder.to_on = order.ended_on
                rows.append(holder)
            was = newest.get(order.case_id)
            if was is None or (was[0].imposed_on, was[0].pk) < (order.imposed_on, order.pk):
                newest[order.case_id] = (order, worker)
        stored = self.touched.keys() & newest.keys()
        held = set(
            Allocation.objects.filter(case__in=stored, subject="", to_on=None).values_list("case", flat=True)
        )
        for case, (order, worker) in newest.items():
            if case not in held and worker is not None:
                holder = self._hold(order, worker, order.imposed_on, subject="")
                closed = order.case.closed_on
                holder.to_on = max(closed, order.imposed_on) if closed else None
                rows.append(holder)
        insert(rows)

    # --- What was done

    def _save_events(self) -> None:
        tables = self.tables
        insert(
            Contact(
                order=self.orders[row.order_ref], kind=row.kind, on=row.on, attended=row.attended, **self.told
            )
            for row in tables["contacts"].new
        )
        insert(
            Plan(order=self.orders[row.order_ref], approved_on=row.approved_on, **self.told)
            for row in tables["plans"].new
        )
        insert(
            Review(
                order=self.orders[row.order_ref],
                held_on=row.held_on,
                for_due_on=row.for_due_on,
                chaired_by=self.staff[row.chaired_by] if row.chaired_by else None,
                **self.told,
            )
            for row in tables["reviews"].new
        )
        insert(
            Assessment(
                order=self.orders[row.order_ref],
                tool=row.tool,
                completed_on=row.completed_on,
                **given(planned.assessment_values(row)),
                **self.told,
            )
            for row in tables["assessments"].new
        )
        for name in ("contacts", "plans", "reviews", "assessments"):
            self._touch(row.order_ref for row in tables[name].new)
        for change in tables["assessments"].changed:
            order = self.orders[change.row.order_ref]
            self._update("assessments", change, order.case, order.subject)

    def _save_attendance(self) -> None:
        table = self.tables["attendance"]
        self._touch(row.order_ref for row in table.new)
        rows = sorted(table.new, key=lambda row: (row.order_ref, row.on, row.line))
        corrected = [self._correct(change) for change in table.changed]
        made = insert(self._attendance(row) for row in rows)
        worked = [one for one in (*corrected, *made) if one.minutes_worked]
        accounts = self._accounts({one.order_id: one.order for one in worked})
        lines = []
        for one in worked:
            kind = HoursLine.Kind.OTHER_ACTIVITY if one.other_activity else HoursLine.Kind.UNPAID_WORK
            minutes = one.minutes_worked
            for account in _worked_for(accounts.get(one.order_id, ()), one.on):
                credited = account.credit(minutes, other_activity=one.other_activity)
                if credited:
                    lines.append(
                        HoursLine(
                            attendance=one, requirement=account.requirement, kind=kind, minutes=credited
                        )
                    )
                    minutes -= credited
        insert(lines)

    def _attendance(self, row: Any) -> Attendance:
        return Attendance(
            order=self.orders[row.order_ref],
            on=row.on,
            outcome=row.outcome,
            minutes_worked=row.minutes_credited or 0,
            other_activity=bool(row.other_activity),
            placement=row.placement or "",
            **self.told,
        )

    def _correct(self, change: Change) -> Attendance:
        """A session is never edited: a new row replaces it, and what it credited is taken back."""
        was: Any = change.stored
        order = self.orders[change.row.order_ref]
        with self._changing("attendance", change, order.case, order.subject) as stored:
            new = self._attendance(change.row)
            for column in ("minutes_worked", "placement"):
                if column not in change.columns:
                    setattr(new, column, getattr(stored, column))
            new.corrects, new.note = stored, was.note
            new.correction_reason = self._reason("attendance", change)[:300]
            new.save(force_insert=True)
            ledger.reverse(stored)
            if Absence.objects.filter(attendance=stored.pk).exists():  # sessions brought in have none
                recording.keep_absence(new, learned_on=self.changes.today, actor=self.actor)
        return new

    def _accounts(self, orders: dict[int, Order]) -> dict[int, list[_Account]]:
        """What may still be credited to the unpaid work requirements of these orders, the earliest first."""
        found: dict[int, list[_Account]] = defaultdict(list)
        credited: dict[tuple[int, str], int] = {}
        stored = [one for one in orders.values() if one.reference in self.stored.orders]
        if stored:
            sums = (
                HoursLine.objects.filter(requirement__order__in=stored)
                .order_by()
                .values("requirement", "kind")
            )
            credited = {
                (row["requirement"], row["kind"]): row["sum"] for row in sums.annotate(sum=Sum("minutes"))
            }
        for key, order in orders.items():
            rows = [*self.new_requirements.get(key, ())]
            if order.reference in self.stored.orders:
                rows = list(Requirement.objects.filter(order=order, removed_on=None).order_by("pk"))
            for one in rows:
                if one.kind != RequirementKind.UNPAID_WORK or not one.hours:
                    continue
                began = one.added_on or order.imposed_on
                work = credited.get((one.pk, HoursLine.Kind.UNPAID_WORK), 0)
                other = credited.get((one.pk, HoursLine.Kind.OTHER_ACTIVITY), 0)
                cap = unpaid_work.other_activity_cap(one.hours, began)
                left = max(0, one.hours * 60 - work - other)
                found[key].append(_Account(one, began, left, max(0, cap - other)))
            found[key].sort(key=lambda account: (account.began, account.requirement.pk))
        return found

    def _save_exclusions(self) -> None:
        table = self.tables["exclusions"]
        subjects: dict[str, dict[str, Any]] = {"orders": self.orders, **self.others}
        rows = []
        for row in table.new:
            subject = subjects[KPI_TABLES[row.kpi]][row.ref]
            known = self.stored.requirements.get(subject.pk, ()) if row.kpi in ("K1", "K4") else ()
            required = [*known, *self.new_requirements.get(subject.pk, ())] if row.kpi in ("K1", "K4") else []
            for one in planned.excused_subjects(row.kpi, subject, required):
                if (one, CLAUSE_OF_KPI[row.kpi]) not in self.stored.explanations:
                    rows.append(self._excuse(row, subject, one))
            if subject.case_id not in self._new_case_keys():
                self.touched[subject.case_id] = subject.case
        insert(rows)
        for change in table.changed:
            was: Any = change.stored
            subject = subjects[KPI_TABLES[change.row.kpi]][change.row.ref]
            under = planned.excused_subjects(
                change.row.kpi, subject, self.stored.requirements.get(subject.pk, ())
            )
            with self._changing("exclusions", change, subject.case, was.subject) as _:
                clause = CLAUSE_OF_KPI[change.row.kpi]
                for said in Explanation.objects.filter(
                    kind="excused", clause=clause, subject__in=under, occurrence=1
                ):
                    said.code = change.row.reason
                    said.save()

    def _excuse(self, row: Any, subject: Any, under: str) -> Explanation:
        return Explanation(
            case_id=subject.case_id,
            subject=under,
            clause=CLAUSE_OF_KPI[row.kpi],
            occurrence=1,
            kind=Explanation.Kind.EXCUSED,
            code=row.reason,
            **self.told,
        )

    def _save_search(self) -> None:
        """Of everybody of whom something is new or changed: a name, an address, or a reference under their case."""
        people = {case.person_id for case in (*self.new_cases, *self.touched.values())}
        people |= {change.stored.pk for change in self.tables["people"].changed}
        search.refresh(sorted(people), insert=insert)

    # --- Timescales and the trail

    def _new_case_keys(self) -> frozenset[int]:
        if not hasattr(self, "_keys"):
            self._keys = frozenset(case.pk for case in self.new_cases)
        return self._keys

    def _save_timescales(self) -> None:
        """Of new cases the rows are made straight away; of stored ones what is there is compared first."""
        new = [case.pk for case in self.new_cases]
        try:
            for start in range(0, len(new), CASES_AT_ONCE):
                insert(timescales.derived_rows(new[start : start + CASES_AT_ONCE]))
            moved = timescales.refresh(sorted(self.touched.keys() - self._new_case_keys()))
        except (ValueError, OverflowError) as error:  # UnknownDay among them
            raise Refused(
                Problem(f"A timescale cannot be worked out: {error}", code="underivable")
            ) from error
        self._note_moved(moved)

    def _note_moved(self, moved: Sequence[dict[str, object]]) -> None:
        """What moved is told in the last entry about the same order, report or release."""
        about = {entry.subject: entry for entry in self.entries}
        for one in moved:
            entry = about.get(str(one["subject"]).partition("/")[0])
            if entry is not None:
                entry.changes.append(one)

    def _save_entries(self) -> None:
        """One for each case of which something is new, beside those of the changed rows."""
        changed = {entry.case_id for entry in self.entries}
        reason = f"Brought in with {self.changes.name}, digest {self.changes.digest[:16]}"
        cases = [*self.new_cases, *(case for key, case in self.touched.items() if key not in changed)]
        of_cases = [
            Entry(
                id=uuid.uuid4(),
                at=self.now,
                actor=self.actor,
                operation="import_caseload",
                council=self.council,
                case=case,
                subject=f"case:{case.pk}",
                reason=reason[:500],
            )
            for case in {case.pk: case for case in cases}.values()
        ]
        entries = [*of_cases, *self.entries]
        said = [EntryReason.parted(entry) for entry in entries]
        insert(entries)
        insert(one for one in said if one is not None)


def _columns(model: type[models.Model]) -> frozenset[str]:
    return frozenset(one.name for one in model._meta.concrete_fields)


def _worked_for(accounts: Sequence[_Account], on: date) -> list[_Account]:
    """The requirements a session of that day may count towards: those begun by then, the earliest first."""
    return [one for one in accounts if one.began <= on] or list(accounts)


def _rules(queried: planned.Queried) -> list[dict[str, str]]:
    return [{"code": one.code, "message": one.message} for one in queried.rules]


def words(value: Any) -> str:
    if value is None or value == "":
        return "blank"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
