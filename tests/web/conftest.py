"""A council with a bit of everything, and somebody signed in for each role."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from assessments import operations as assessment_operations
from cases import operations as case_operations
from cases.models import Job, Role, Team, Timescale, User
from orders import operations as order_operations
from performance import operations as performance_operations
from performance.domain.period import Quarter
from tests.builders import a_case, a_council, a_team, an_order, staff


@dataclass
class World:
    """What there is, by the names that addresses use, and who may sign in."""

    users: dict[str, User] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        client = Client()
        client.force_login(self.users[role])
        return client


def grow(world: World, cases: int) -> None:
    """Cases of the caseworker, each with a live order, work recorded on it, a report and a release."""
    today = timezone.localdate()
    worker, manager = world.users[Role.CASEWORKER], world.users[Role.FIRST_LINE_MANAGER]
    imposed = today - timedelta(days=40)
    for _ in range(cases):
        case = a_case(worker=worker, opened=imposed)
        order = an_order(hours=100, months=12, imposed=imposed, case=case, actor=worker, today=today)
        by = {"actor": worker, "order": order, "today": today}
        order_operations.record_contact(
            kind="first_contact", on=imposed + timedelta(days=1), attended=True, **by
        )
        attendance = order_operations.record_attendance(
            on=imposed + timedelta(days=3), outcome="attended", minutes=360, **by
        )
        breach = order_operations.decide_breach(on=today, reason="Did not attend", **by)
        case_operations.raise_alert(actor=worker, case=case, kind="health", text="Asthma", from_on=imposed)
        report = assessment_operations.request_report(
            actor=worker, case=case, court_type="sheriff_summary", court="", requested_on=imposed,
            hearing_on=today + timedelta(days=5), today=today,
        )  # fmt: skip
        release = order_operations.record_release(
            actor=worker, case=case, licence="parole", released_on=today, today=today
        )
        case.refresh_from_db()
        world.keys |= {
            "case": case.pk,
            "alert": case.person.alerts.get().pk,
            "order": order.pk,
            "requirement": order.requirements.get(kind="supervision").pk,
            "attendance": attendance.pk,
            "breach": breach.pk,
            "report": report.pk,
            "release": release.pk,
            "timescale": Timescale.objects.filter(subject__startswith=order.subject, clause="cpo.plan")
            .get()
            .pk,
        }
    assert manager


def a_world() -> World:
    council = a_council()
    team = a_team(council=council)
    made = World()
    for role in Role:
        if role != Role.SYSTEM:
            whole = role in (Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR)
            user = staff(role, team=team)
            if whole or role == Role.INFORMATION_GOVERNANCE:
                user.team = None
                user.save()
            made.users[role] = user
    grow(made, 2)
    made.users[Role.PERFORMANCE_OFFICER].council = council
    job = Job.objects.create(
        kind="import_caseload", run_key="1", asked_by=made.users[Role.PERFORMANCE_OFFICER], council=council
    )
    today = timezone.localdate()
    case_operations.set_calendar_day(
        actor=made.users[Role.PERFORMANCE_OFFICER],
        day=today - timedelta(days=today.weekday()),
        name="Town holiday",
        closed=True,
    )
    case_operations.set_local_standard(
        actor=made.users[Role.PERFORMANCE_OFFICER], clause="cpo.plan", in_force_from=timezone.localdate(),
        within=["15 working days after"], then_every="", source="Committee paper",
    )  # fmt: skip
    made.keys |= {"job": job.pk, "team": Team.objects.get().pk, "key": publish(made)}
    return made


def publish(world: World) -> UUID:
    """Last quarter's figures, published."""
    today = timezone.localdate()
    published = performance_operations.publish_return(
        actor=world.users[Role.PERFORMANCE_OFFICER],
        quarter=Quarter.of(today).previous,
        as_of=today,
        code_version="1",
    )
    return published.pk


@pytest.fixture
def world(db: None) -> World:
    return a_world()
