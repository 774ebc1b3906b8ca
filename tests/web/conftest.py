"""A council with a bit of everything, and somebody signed in for each role."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import operations as assessment_operations
from assessments.domain import outcomes, quality
from assessments.domain.lscmi_answers import every_key
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import Intervention, Plan, ScoreMismatch
from cases import operations as case_operations
from cases.models import (
    Case,
    Disposal,
    DisposalCertificate,
    Draft,
    Export,
    Hold,
    Job,
    Opening,
    Person,
    RetentionRule,
    Role,
    Team,
    Timescale,
    UnusualLooking,
    User,
)
from orders import operations as order_operations
from orders.models import FormalWarning, Order
from performance import operations as performance_operations
from performance.domain.period import Quarter
from tests.apart import a_copy_of_all, a_database, pointed_at
from tests.builders import a_case, a_council, a_team, an_order, staff


@dataclass
class World:
    """What there is, by the names that addresses use, and who may sign in."""

    users: dict[str, User] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    outsider: User | None = None  # a caseworker of no team, who sees only what they are permitted

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
        warning = a_ladder(order, imposed, by)
        breach = order_operations.decide_breach(
            on=today, reason="Did not attend", skipped_because="Warned on paper", **by
        )
        case_operations.raise_alert(actor=worker, case=case, kind="health", text="Asthma", from_on=imposed)
        report = assessment_operations.request_report(
            actor=worker, case=case, court_type="sheriff_summary", court="", requested_on=imposed,
            hearing_on=today + timedelta(days=5), today=today,
        )  # fmt: skip
        for number, kind in enumerate(("", "administrative")):
            override = {
                "override_level": "high",
                "override_kind": kind,
                "override_reason": "Council policy",
            }
            assessment = assessment_operations.complete_assessment(
                tool="ls_cmi",
                completed_on=imposed + timedelta(days=5 + number),
                answers={item: item % 2 for item in range(1, 44)},
                acknowledged=every_key(),
                strengths=["companions"],
                **(override if kind else {}),
                **by,
            )
        release = order_operations.record_release(
            actor=worker, case=case, licence="parole", released_on=today, today=today
        )
        scored = assessment_operations.complete_assessment(
            tool="ls_cmi", completed_on=imposed + timedelta(days=9), total=12, **by
        )
        ScoreMismatch.objects.create(
            assessment=scored, codes=["total_disagrees_with_sub_scores"], found_at=timezone.now()
        )
        appointments = [
            order_operations.book_appointment(
                actor=worker,
                case=case,
                order=order,
                kind=kind,
                on=today + timedelta(days=ahead),
                at=time(9 + ahead),
                minutes=45,
                worker=worker,
                today=today,
                reminder="text",
                all_the_same=True,
                **({"every_weeks": 1, "times": 3} if kind == "supervision" else {}),
            )
            for ahead, kind in ((0, "unpaid_work"), (1, "supervision"))
        ]
        note = case_operations.record_note(
            actor=worker, case=case, kind="telephone_call", on=today, text="Rang about the bus", today=today
        )
        around = {"actor": worker, "case": case, "today": today, "from_on": imposed}
        point = case_operations.add_contact_point(
            kind="mobile", value="07700 900 123", preferred=True, reminders=True, agreed_on=imposed, **around
        )
        associate = case_operations.add_associate(name="Ansel Whinmuir", relation="gp", **around)
        victim = case_operations.add_victim_information(name="V M", wishes="To be told of release", **around)
        plan, intervention = a_plan(order, by)
        measures = outcomes.edition_on(today).measures
        assessment_operations.record_outcomes(
            point="start",
            on=imposed,
            by="person",
            readings=dict.fromkeys(measures, outcomes.Answer("given", 1)),
            **by,
        )
        _, token = assessment_operations.send_feedback_link(channel="paper", **by)
        reviewed = a_review(order, manager, by)
        case.refresh_from_db()
        for typist in (worker, manager):
            Draft.objects.create(
                user=typist, case=case, path=reverse("raise_alert", args=[case.pk]), stamp=uuid4(), turn=1,
                data={"text": ["A large dog"]}, saved_at=timezone.now(),
            )  # fmt: skip
        opening = Opening.objects.create(
            person=case.person, user=worker, team=worker.team, reason="On duty", opened_at=timezone.now(),
            until=timezone.now() + timedelta(minutes=60),
        )  # fmt: skip
        permission = case_operations.permit_access(
            actor=manager,
            case=case,
            user=world.outsider,
            to_on=today,
            reason="Writes the report",
            today=today,
        )
        world.keys |= {
            "opening": opening.pk,
            "permission": permission.pk,
            "case": case.pk,
            "alert": case.person.alerts.get().pk,
            "point": point.pk,
            "associate": associate.pk,
            "victim": victim.pk,
            "order": order.pk,
            "requirement": order.requirements.get(kind="supervision").pk,
            "attendance": attendance.pk,
            "breach": breach.pk,
            "absence": order.absences.get(decision="").pk,
            "warning": warning.pk,
            "report": report.pk,
            "assessment": assessment.pk,
            "release": release.pk,
            "appointment": appointments[0].pk,
            "note": note.pk,
            "plan": plan.pk,
            "goal": plan.goals.get().pk,
            "intervention": intervention.pk,
            "stage": "end",
            "token": token,
            **reviewed,
            "timescale": Timescale.objects.filter(subject__startswith=order.subject, clause="cpo.plan")
            .get()
            .pk,
        }
        mappa = {"actor": worker, "today": today}
        entry = assessment_operations.register_mappa(
            case=case, category=1, level=2, subject_to_notification="yes", registered_on=imposed,
            decision="accepted", lead_agency="police", **mappa,
        )  # fmt: skip
        meeting = assessment_operations.record_mappa_meeting(
            mappa_entry=entry, held_on=imposed, level=2, kind="initial", agencies=["police"], decisions="Meet weekly",
            **mappa,
        )  # fmt: skip
        action = assessment_operations.add_mappa_action(
            actor=worker, meeting=meeting, text="Check the address", agency="police"
        )
        world.keys |= {"mappa_meeting": meeting.pk, "mappa_action": action.pk}
    world.keys |= a_sample_read(world, today)
    # Handed over and given back again: a handover to look at, and everything with who had it.
    held = Case.objects.filter(allocations__worker=worker, allocations__to_on=None, allocations__subject="")
    handover = order_operations.hand_over_caseload(
        actor=manager, leaver=worker, today=today, reason="Leaves",
        given=[order_operations.Given(case, manager, "Rings before visits") for case in held],
    )  # fmt: skip
    order_operations.undo_handover(actor=manager, handover=handover, today=today, expected_version=None)
    world.keys["handover"] = handover.pk


def a_plan(order: Order, by: dict[str, Any]) -> tuple[Plan, Intervention]:
    """A plan that waits for a manager, and a referral to a partner."""
    today, worker = by["today"], by["actor"]
    steps = (ProposedStep("Keep a diary", "person"), ProposedStep("Refer to the service", "worker"))
    goal = ProposedGoal("alcohol_drug", "Drink less", "Four weeks of diary", today, steps)
    plan = assessment_operations.draft_plan(**by)
    plan = assessment_operations.amend_plan(
        actor=worker, plan=plan, today=today, expected_version=plan.version,
        proposed=ProposedPlan(
            strengths="A steady home", agreement="yes", discussed_on=today, goals=(goal,),
            stages=assessment_operations.proposed_of(plan).stages,
        ),
    )  # fmt: skip
    plan = assessment_operations.submit_plan(
        actor=worker, plan=plan, today=today, expected_version=plan.version
    )
    intervention = assessment_operations.add_intervention(
        kind="substance", name="Recovery group", referred_on=today, **by
    )
    return plan, intervention


def a_sample_read(world: World, today: date) -> dict[str, Any]:
    """A sample of every open case, each read by one reader or two, and a point of each for supervision."""
    readers = [world.users[role] for role in (Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER)]
    sample = assessment_operations.draw_sample(
        actor=readers[1], name=f"Sample {Case.objects.count()}", kind="random", seed="s", size=50, today=today
    )
    codes = quality.edition_on(today).indicators
    for file in sample.files.all():
        for reader, score in zip(readers[: 2 if file.read_twice else 1], (4, 3), strict=False):
            reading = assessment_operations.record_file_reading(
                actor=reader, file=file, read_on=today, scores=dict.fromkeys(codes, score), today=today,
                notes=dict.fromkeys(codes, "Seen"), themes=["plan_gap"],
            )  # fmt: skip
        point = assessment_operations.raise_supervision_point(
            actor=readers[0], reading=reading, text="Write goals together", agreed_on=today, today=today
        )
    twice = sample.files.filter(read_twice=True).latest("pk")
    return {"sample": sample.pk, "sampled": twice.pk, "reading": reading.pk, "supervision": point.pk}


def a_review(order: Order, manager: User, by: dict[str, Any]) -> dict[str, int]:
    """An extra review with a task and a change to the plan, one that was missed, and one that is planned."""
    today = by["today"]
    person = {"reason": "person_did_not_come", "who_did_not_come": "person", "expected_version": 1}
    missed = assessment_operations.plan_review(planned_on=today, **by)
    assessment_operations.record_missed_review(actor=manager, meeting=missed, today=today, **person)
    held = assessment_operations.hold_review(
        held_on=today, extra=True, chaired_by=manager, outcome="plan_changes",
        decided=[
            assessment_operations.Decided("Ask the clinic", "task", by["actor"], today + timedelta(days=9)),
            assessment_operations.Decided("A goal about work", "plan_change"),
        ],
        **by,
    )  # fmt: skip
    due_on = assessment_operations.reviews_of(order).values_list("due_on", flat=True)[0]
    planned = assessment_operations.plan_review(
        planned_on=today + timedelta(days=1), for_due_on=due_on, chaired_by=manager, **by
    )
    return {"review": held.pk, "task": held.tasks.get().pk, "meeting": planned.pk}


def a_ladder(order: Order, imposed: date, by: dict[str, Any]) -> FormalWarning:
    """Three absences: one that was warned of, one whose step was set aside, one that nobody has decided."""
    for days in (10, 15, 20):
        on = imposed + timedelta(days=days)
        order_operations.record_contact(kind="supervision", on=on, attended=False, **by)
        absence = order.absences.get(on=on)
        if days == 20:
            break
        order_operations.decide_absence(
            actor=by["actor"], absence=absence, decision="unacceptable", evidence="", reason="None given",
            decided_on=on, today=by["today"], expected_version=absence.version,
        )  # fmt: skip
        if days == 10:
            warning = order_operations.issue_warning(
                step="first_warning", issued_on=on, letter="You did not attend", **by
            )
        else:
            order_operations.set_aside_step(step="final_warning", code="dealt_with", **by)
    return warning


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
    made.outsider = staff(Role.CASEWORKER, team=team)
    User.objects.filter(pk=made.outsider.pk).update(team=None)
    made.outsider.refresh_from_db()
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
    order_operations.set_compliance_step(
        actor=made.users[Role.PERFORMANCE_OFFICER], step="first_warning", in_force_from=timezone.localdate(),
        failures=1, counted_since="order", source="Committee paper",
    )  # fmt: skip
    assessment_operations.set_level_bands(
        actor=made.users[Role.PERFORMANCE_OFFICER], in_force_from=today, very_low_to=3, low_to=9, medium_to=19,
        high_to=29, source="Committee paper", moving=0,
    )  # fmt: skip
    manager, worker = made.users[Role.FIRST_LINE_MANAGER], made.users[Role.CASEWORKER]
    hours = case_operations.set_availability(
        actor=manager, user=worker, reason="part_time", weekly_hours=Decimal(21), from_on=today, to_on=None
    )
    cover = case_operations.arrange_cover(
        actor=manager, worker=worker, by=staff(Role.CASEWORKER, team=team), from_on=today, to_on=today, today=today
    )  # fmt: skip
    another = staff(Role.ADMINISTRATOR, team=team)
    case_operations.ask_role_change(
        actor=another, user=worker, role=Role.FIRST_LINE_MANAGER, reason="Leads the team from May",
        expected_version=worker.version,
    )  # fmt: skip
    looking = UnusualLooking.objects.create(
        council=council, user=worker, on=today, found="volume", cases=[made.keys["case"]], count=40,
        found_at=timezone.now(),
    )  # fmt: skip
    made.keys |= what_is_kept(made) | {
        "job": job.pk,
        "export": an_export(made).pk,
        "team": Team.objects.get().pk,
        "worker": worker.pk,
        "availability": hours.pk,
        "cover": cover.pk,
        "looking": looking.pk,
        "since": (today - timedelta(days=30)).isoformat(),
        "until": today.isoformat(),
        "gap": "ethnicity",
        "table": "open-cases",
        "tool": "rm2000",
        "key": publish(made),
    }
    return made


def an_export(world: World) -> Export:
    """A list of people that waits for somebody's agreement."""
    return case_operations.request_export(
        actor=world.users[Role.PERFORMANCE_OFFICER], page="overdue", words="Overdue", address="/overdue/csv/",
        rows=612, reason="audit", why="", given_to="outside", recipient="Clerk, Inspectorate", now=timezone.now(),
    )  # fmt: skip


def what_is_kept(world: World) -> dict[str, Any]:
    """A hold, a record that is due, one whose destruction is proposed, and the certificate of another."""
    council, by = (
        a_council(),
        {"council": a_council(), "due_on": date(2020, 1, 1), "rule": "5 years. Schedule"},
    )
    governance, senior = world.users[Role.INFORMATION_GOVERNANCE], world.users[Role.SENIOR_MANAGER]
    RetentionRule.objects.create(
        council=council, work="other", trigger="case_closed", years=5, from_year_end=True, source="Schedule",
        in_force_from=date(2020, 1, 1), recorded_by=governance,
    )  # fmt: skip
    people = [
        Person.objects.create(
            council=council, reference=f"kept-{n}", given_name="Kept", family_name="Nobody", name_key="kept nobody",
            date_of_birth=date(1960, 1, 1),
        )
        for n in range(4)
    ]  # fmt: skip
    for person in people:
        Case.objects.create(
            council=council, person=person, opened_on=date(2010, 1, 1), closed_on=date(2012, 1, 1)
        )
    hold = Hold.objects.create(
        person=people[0], kind="inquiry", reason="Inquiry", from_on=date(2020, 1, 1), recorded_by=senior
    )
    told = {"work": "other", "proposed_by": governance, "proposed_on": date(2026, 1, 1), **by}
    proposed = Disposal.objects.create(person=people[1], **told)
    done = Disposal.objects.create(
        person=people[2], state="done", approved_by=senior, approved_on=date(2026, 1, 2), **told
    )
    Case.objects.filter(person=people[2]).update(disposed_on=date(2026, 1, 2))
    certificate = DisposalCertificate.objects.create(
        disposal=done, destroyed_on=date(2026, 1, 2), cases=[1], proposed_by=governance, approved_by=senior,
        destroyed={"cases_note": 2}, blanked={"performance_returnrow": 1}, digest="0" * 64, **by,
    )  # fmt: skip
    return {"hold": hold.pk, "disposal": proposed.pk, "certificate": certificate.pk}


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


_made: list[tuple[str, World]] = []


@pytest.fixture(scope="module")
def shared(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A council with a bit of everything, committed, in a database of the module's own.

    It takes seconds to make: so it is made once for all modules, and each has a copy.
    """
    with django_db_blocker.unblock():
        if not _made:
            with a_database(tmp_path_factory.mktemp("world"), f"world_{uuid4().hex}", keep=True):
                with transaction.atomic():
                    made = a_world()
                _made.append((connection.settings_dict["NAME"], made))
        name, made = _made[0]
        with pointed_at(name), a_copy_of_all(tmp_path_factory.mktemp("shared")):
            yield made


@pytest.fixture
def world(shared: World, db: None) -> World:
    """Each test has it as it was made: its rows by its own transaction, its objects as a copy."""
    return copy.deepcopy(shared)
