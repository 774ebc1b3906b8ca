"""Strathcairn, a council that does not exist, with seven years of invented work: something to look at."""

from __future__ import annotations

import csv
import os
import secrets
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from cases import timescales
from cases.models import Allocation, CalendarDay, Case, Council, Role, User
from cases.operation import operation, system_user
from cases.operations import open_council
from justice.caseload import demonstration
from justice.caseload.bulk import insert
from justice.caseload.demonstration import appointments, around
from justice.caseload.demonstration.casework import add_casework
from justice.caseload.demonstration.compliance import add_compliance
from justice.caseload.importing import bring_in
from justice.caseload.management.commands.import_caseload import day, telling

DOMAIN = "strathcairn.example"
# Who of staff.csv the log-ins are, by role; the others have no file to come from.
FROM_STAFF = (
    "caseworker",
    "first_line_manager",
    "unpaid_work_supervisor",
    "senior_manager",
    "performance_officer",
)
BESIDE = {
    Role.BUSINESS_SUPPORT: "Tamsin Rowanbrae",
    Role.INFORMATION_GOVERNANCE: "Ulmar Teaselgate",
    Role.ADMINISTRATOR: "Varwen Thriftholm",
}


def address(role: str) -> str:
    """The address that a log-in of this role signs in with: caseworker@strathcairn.example."""
    return f"{role.replace('_', '-')}@{DOMAIN}"


class Command(BaseCommand):
    help = "Load the demonstration council and print its log-ins. Refused where a council of real records is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", type=float, default=1.0, help="share of the full size, from 0.1; 1 unless given"
        )
        parser.add_argument(
            "--today", help="the day its records stand at, as in 2026-11-24; today unless given"
        )
        parser.add_argument(
            "--password", help="for every log-in; else DEMONSTRATION_PASSWORD, else one is made up"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Council.objects.filter(demonstration=False).exists():
            raise CommandError(
                "There is a council with records of its own: the demonstration does not go beside it"
            )
        if Council.objects.exists():
            raise CommandError("The demonstration is loaded already")
        today = day(options["today"]) if options["today"] else timezone.localdate()
        password = options["password"] or os.environ.get("DEMONSTRATION_PASSWORD") or secrets.token_urlsafe(9)
        with tempfile.TemporaryDirectory(prefix="demonstration-") as folder, transaction.atomic():
            self._load(Path(folder), today, options["scale"], password)
        self.stdout.write(
            f"Log-ins of the demonstration, council of {demonstration.COUNCIL}. Password of each: {password}"
        )
        for role in (*FROM_STAFF, *BESIDE):
            self.stdout.write(f"  {Role(role).label:24} {address(role)}")

    def _load(self, folder: Path, today: date, scale: float, password: str) -> None:
        say = telling(self.stderr)
        say(0, "Writing the bundle of the demonstration")
        try:
            written = demonstration.write_bundle(folder, today=today, scale=scale)
        except ValueError as error:
            raise CommandError(str(error)) from None
        chosen = _choose(folder)
        say(0, f"Opening {demonstration.COUNCIL} with its calendar")
        actor = system_user()
        council = open_council(actor=actor, name=demonstration.COUNCIL, demonstration=True)
        self._close_days(council, actor)
        outcome = bring_in(
            folder,
            actor=actor,
            council=council,
            today=today,
            name="bundle of the demonstration",
            progress=say,
        )
        if outcome.problems:
            raise CommandError("\n".join(["The demonstration cannot be loaded:", *outcome.problems[:20]]))
        say(100, "Giving the cases without an order to somebody")
        _hand_out(council, actor, written.holders)
        say(100, "Booking appointments")
        appointments.book(council, actor, today, timezone.now())
        say(100, "Adding warnings, and absences that wait for a decision")
        add_compliance(council, actor, today, timezone.now())
        say(100, "Saying how people are reached and who is around them")
        _surround(council, actor, today)
        say(100, "Writing goals, reviews and readings into the orders")
        add_casework(council, actor, today, timezone.now())
        say(100, "Making the log-ins")
        hashed = make_password(password)
        User.objects.filter(council=council, email__in=map(address, chosen)).update(password=hashed)
        team = User.objects.get(council=council, email=address("caseworker")).team
        for role, name in BESIDE.items():
            User.objects.create(
                council=council,
                role=role,
                name=name,
                email=address(role),
                team=team if role == Role.BUSINESS_SUPPORT else None,
                password=hashed,
            )

    def _close_days(self, council: Council, actor: User) -> None:
        """The council's own holidays, before any day is counted."""
        days = {on: (name, closed) for on, name, closed in demonstration.LOCAL_DAYS if on.weekday() < 5}
        with operation(
            "set_calendar_day", actor=actor, council=council, reason="The demonstration's own holidays"
        ):
            insert(
                CalendarDay(
                    council=council,
                    day=on,
                    name=name,
                    closed=closed,
                    recorded_by=actor,
                    recorded_at=timezone.now(),
                )
                for on, (name, closed) in sorted(days.items())
            )


def _surround(council: Council, actor: User, today: date) -> None:
    """What no file of a bundle holds, for the cases that are open."""
    cases = Case.objects.filter(council=council, closed_on=None).select_related("person").order_by("pk")
    with operation(
        "import_caseload",
        actor=actor,
        council=council,
        reason="The demonstration's contact details and people",
    ):
        for rows in around.rows(cases, today=today, now=timezone.now(), actor=actor):
            insert(rows)


def _choose(folder: Path) -> dict[str, str]:
    """Who of staff.csv the log-ins are, by role, and their addresses put in the file: so a second import finds them.

    The caseworker is the one who holds most, and the first line manager is theirs.
    """
    held = Counter(row["caseworker"] for row in _rows(folder / "orders.csv") if not row["ended_on"])
    staff = _rows(folder / "staff.csv")
    caseworkers = [row for row in staff if row["role"] == "caseworker"]
    busiest = max(caseworkers, key=lambda row: (held[row["staff_ref"]], row["staff_ref"]))
    chosen = {"caseworker": busiest["staff_ref"]}
    for row in sorted(staff, key=lambda row: row["team"] != busiest["team"]):
        if row["role"] in FROM_STAFF:
            chosen.setdefault(row["role"], row["staff_ref"])
    role_of = {ref: role for role, ref in chosen.items()}
    for row in staff:
        if row["staff_ref"] in role_of:
            row["email"] = address(role_of[row["staff_ref"]])
    with (folder / "staff.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(staff[0]))
        writer.writeheader()
        writer.writerows(staff)
    return chosen


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _hand_out(council: Council, actor: User, holders: dict[str, str]) -> None:
    """Who holds the case of somebody without an order: a bundle has no column for it."""
    staff = {user.staff_ref: user for user in User.objects.filter(council=council)}
    rows = Case.objects.filter(council=council, person__reference__in=list(holders)).select_related("person")
    cases = list(rows.exclude(allocations__subject=""))
    with operation(
        "import_caseload",
        actor=actor,
        council=council,
        reason="Bundle of the demonstration: cases without an order",
    ):
        insert(
            Allocation(
                case=case,
                worker=(worker := staff[holders[case.person.reference]]),
                team_id=worker.team_id,
                from_on=case.opened_on,
                to_on=case.closed_on,
                recorded_by=actor,
                recorded_at=timezone.now(),
            )
            for case in cases
        )
        timescales.refresh([case.pk for case in cases])
