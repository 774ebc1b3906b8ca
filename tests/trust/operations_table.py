"""Each operation called once, lawfully: what the faults, the keys and the refusals are tried on.

A row takes the ground (the council of tests/web/conftest.py, with a bit of everything) and gives the call, ready but
for its key. What the call needs first is made while the row is read. test_faults.py says which operation has no row.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from assessments import operations as assessing
from assessments.domain import outcomes, quality
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import (
    Assessment,
    Intervention,
    LevelBands,
    MappaAction,
    MappaMeeting,
    Plan,
    ReportRequest,
    ReviewMeeting,
    SampledFile,
    SupervisionPoint,
    Task,
)
from cases import operations as cases
from cases.models import (
    Alert,
    Associate,
    Availability,
    CalendarDay,
    Case,
    ContactPoint,
    Cover,
    Disposal,
    Export,
    Hold,
    Locality,
    LocalStandard,
    Note,
    Opening,
    Permission,
    Person,
    Role,
    RoleChange,
    Timescale,
    UnusualLooking,
    User,
    VictimInformation,
)
from cases.operation import system_user
from orders import operations as orders
from orders.models import Absence, Appointment, Attendance, Breach, LocalStep, Order, Release
from performance import operations as performance
from performance.domain.period import Quarter
from tests.builders import a_case, a_team, an_order, proposed, staff, supervision, unpaid_work
from tests.web.conftest import World

Call = Callable[..., Any]


class Ground:
    """The world by the names that the rows use."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today: date = timezone.localdate()
        self.ago = self.today - timedelta(days=40)
        self.worker, self.manager = world.users[Role.CASEWORKER], world.users[Role.FIRST_LINE_MANAGER]
        self.senior, self.officer = world.users[Role.SENIOR_MANAGER], world.users[Role.PERFORMANCE_OFFICER]
        self.administrator = world.users[Role.ADMINISTRATOR]

    def one(self, model: type[Any], name: str) -> Any:
        return model.objects.get(pk=self.world.keys[name])

    @property
    def case(self) -> Case:
        return self.one(Case, "case")  # type: ignore[no-any-return]

    @property
    def order(self) -> Order:
        return self.one(Order, "order")  # type: ignore[no-any-return]

    @property
    def plan(self) -> Plan:
        return self.one(Plan, "plan")  # type: ignore[no-any-return]

    def another(self, **more: Any) -> User:
        """One more caseworker of the team."""
        return staff(Role.CASEWORKER, team=self.worker.team, **more)

    def about(self, row: Any, **more: Any) -> dict[str, Any]:
        """A row as the form found it."""
        return {row._meta.model_name: row, "expected_version": row.version, **more}

    def fresh_order(self, *asked: Any, **more: Any) -> Order:
        """An order of a case of its own, on which nothing is recorded yet."""
        case = a_case(worker=self.worker, opened=self.ago)
        requirements = asked or (unpaid_work(100), supervision(12))
        return an_order(*requirements, case=case, imposed=more.pop("imposed", self.ago), actor=self.worker,
                        today=self.today, **more)  # fmt: skip


ROWS: dict[str, Callable[[Ground], Call]] = {}


def row(make: Callable[[Ground], Call]) -> Callable[[Ground], Call]:
    """The row of the operation that the function is named after."""
    ROWS[make.__name__] = make
    return make


# ---------------------------------------------------------------- people and cases


@row
def open_case(g: Ground) -> Call:
    return partial(
        cases.open_case, actor=g.worker, given_name="Nell", family_name="Farrowdale", opened_on=g.today,
        date_of_birth=date(1985, 2, 3), gender="female", team=g.worker.team, worker=g.worker,
        postcode="ZZ1 1ZZ", address="1 High Street",
    )  # fmt: skip


@row
def amend_person(g: Ground) -> Call:
    changes = {"employment": "employed", "family_name": "Farrowdale"}
    version = g.case.person.version
    return partial(cases.amend_person, actor=g.worker, case=g.case, changes=changes, expected_version=version)


@row
def add_alias(g: Ground) -> Call:
    return partial(cases.add_alias, actor=g.worker, case=g.case, given_name="Nellie", family_name="Moor")


@row
def change_address(g: Ground) -> Call:
    where = {"lines": "1 High Street", "postcode": "ZZ1 1ZZ", "from_on": g.today, "on": g.today}
    return partial(cases.change_address, actor=g.worker, case=g.case, **where)


@row
def raise_alert(g: Ground) -> Call:
    said = {"kind": "health", "text": "Uses a hearing aid", "from_on": g.today}
    return partial(cases.raise_alert, actor=g.worker, case=g.case, **said)


@row
def end_alert(g: Ground) -> Call:
    alert = g.about(g.one(Alert, "alert"))
    return partial(
        cases.end_alert, actor=g.worker, case=g.case, to_on=g.today, reason="No longer so", **alert
    )


@row
def add_contact_point(g: Ground) -> Call:
    said = {"kind": "mobile", "value": "07700 900 456", "preferred": True, "from_on": g.today}
    return partial(cases.add_contact_point, actor=g.worker, case=g.case, today=g.today, **said)


@row
def amend_contact_point(g: Ground) -> Call:
    point = g.one(ContactPoint, "point")
    return partial(
        cases.amend_contact_point, actor=g.worker, case=g.case, point=point, value="07700 900 789", note="",
        preferred=True, reminders=True, agreed_on=g.today, today=g.today, expected_version=point.version,
    )  # fmt: skip


@row
def end_contact_point(g: Ground) -> Call:
    point = g.one(ContactPoint, "point")
    return partial(
        cases.end_contact_point, actor=g.worker, case=g.case, point=point, to_on=g.today, today=g.today,
        expected_version=point.version,
    )  # fmt: skip


@row
def add_associate(g: Ground) -> Call:
    return partial(
        cases.add_associate, actor=g.worker, case=g.case, name="Iona Whinmuir", relation="gp", today=g.today
    )


@row
def amend_associate(g: Ground) -> Call:
    associate = g.one(Associate, "associate")
    return partial(
        cases.amend_associate, actor=g.worker, case=g.case, name="Iona Whinmuir", relation="gp",
        organisation="Health centre", telephone="", note="", lives_with=False, from_on=g.ago, today=g.today,
        **g.about(associate),
    )  # fmt: skip


@row
def end_associate(g: Ground) -> Call:
    associate = g.about(g.one(Associate, "associate"))
    return partial(
        cases.end_associate, actor=g.worker, case=g.case, to_on=g.today, today=g.today, **associate
    )


@row
def assign_case(g: Ground) -> Call:
    return partial(
        cases.assign_case, actor=g.manager, team=g.worker.team, worker=g.another(), on=g.today, **g.about(g.case)
    )  # fmt: skip


@row
def close_case(g: Ground) -> Call:
    case = a_case(worker=g.worker, opened=g.ago)
    return partial(cases.close_case, actor=g.manager, on=g.today, reason="Moved away", **g.about(case))


@row
def hand_over_caseload(g: Ground) -> Call:
    leaver = g.another()
    held = [orders.Given(a_case(worker=leaver, opened=g.ago), g.worker, "Rings first") for _ in range(2)]
    return partial(
        orders.hand_over_caseload, actor=g.manager, leaver=leaver, given=held, reason="Leaves", today=g.today
    )


@row
def undo_handover(g: Ground) -> Call:
    handover = hand_over_caseload(g)()
    return partial(
        orders.undo_handover, actor=g.manager, handover=handover, today=g.today, expected_version=None
    )


@row
def arrange_cover(g: Ground) -> Call:
    return partial(
        cases.arrange_cover, actor=g.manager, worker=g.another(), by=g.worker, from_on=g.today,
        to_on=g.today + timedelta(days=5), today=g.today,
    )  # fmt: skip


@row
def end_cover(g: Ground) -> Call:
    return partial(cases.end_cover, actor=g.manager, today=g.today, **g.about(g.one(Cover, "cover")))


@row
def set_availability(g: Ground) -> Call:
    return partial(
        cases.set_availability, actor=g.manager, user=g.another(), reason="part_time", weekly_hours=Decimal(21),
        from_on=g.today, to_on=None,
    )  # fmt: skip


@row
def end_availability(g: Ground) -> Call:
    kept = g.about(g.one(Availability, "availability"))
    return partial(cases.end_availability, actor=g.manager, to_on=g.today, **kept)


@row
def limit_record(g: Ground) -> Call:
    return partial(
        cases.limit_record, actor=g.manager, case=g.case, restricted=True, permitted=[g.worker],
        excluded=[g.another()], reason="A colleague's cousin", expected_version=g.case.person.version,
    )  # fmt: skip


@row
def open_restricted_record(g: Ground) -> Call:
    limit_record(g)()
    return partial(
        cases.open_restricted_record, actor=g.another(), reference=g.case.person.reference,
        reason="Duty officer: a call from the person", at=timezone.now(),
    )  # fmt: skip


@row
def add_victim_information(g: Ground) -> Call:
    said = {"name": "V N", "from_on": g.today, "today": g.today, "wishes": "To be told of release"}
    return partial(cases.add_victim_information, actor=g.worker, case=g.case, **said)


@row
def amend_victim_information(g: Ground) -> Call:
    victim = g.one(VictimInformation, "victim")
    return partial(
        cases.amend_victim_information, actor=g.worker, case=g.case, victim=victim, name="V M", relationship="",
        wishes="No letters", safety="", expected_version=victim.version,
    )  # fmt: skip


@row
def end_victim_information(g: Ground) -> Call:
    victim = g.one(VictimInformation, "victim")
    return partial(
        cases.end_victim_information, actor=g.worker, case=g.case, victim=victim, to_on=g.today, today=g.today,
        expected_version=victim.version,
    )  # fmt: skip


@row
def name_victim_readers(g: Ground) -> Call:
    return partial(
        cases.name_victim_readers, actor=g.manager, named=[g.another()], reason="Writes to the victim",
        **g.about(g.case),
    )  # fmt: skip


@row
def explain_lateness(g: Ground) -> Call:
    timescale = g.one(Timescale, "timescale")
    return partial(
        cases.explain_lateness, actor=g.worker, timescale=timescale, code="did_not_turn_up",
        codes=["did_not_turn_up"], note="Rang twice",
    )  # fmt: skip


@row
def excuse_timescale(g: Ground) -> Call:
    timescale = g.one(Timescale, "timescale")
    return partial(
        cases.excuse_timescale, actor=g.manager, timescale=timescale, code="could_not_comply",
        codes=["could_not_comply"], note="In hospital",
    )  # fmt: skip


@row
def record_note(g: Ground) -> Call:
    said = {"kind": "telephone_call", "on": g.today, "text": "Rang about the train"}
    return partial(cases.record_note, actor=g.worker, case=g.case, today=g.today, **said)


@row
def correct_note(g: Ground) -> Call:
    said = {"kind": "telephone_call", "on": g.today, "text": "Rang about the train", "reason": "Not the bus"}
    return partial(cases.correct_note, actor=g.worker, note=g.one(Note, "note"), today=g.today, **said)


# ---------------------------------------------------------------- orders


@row
def impose_order(g: Ground) -> Call:
    return partial(
        orders.impose_order, actor=g.worker, case=g.case, proposed=proposed(imposed=g.today), today=g.today
    )


@row
def query_order(g: Ground) -> Call:
    return partial(
        orders.query_order, actor=g.manager, reason="Is it 250 hours?", today=g.today, **g.about(g.order)
    )


@row
def resolve_query(g: Ground) -> Call:
    query_order(g)()
    return partial(orders.resolve_query, actor=g.manager, answer="No", today=g.today, **g.about(g.order))


@row
def correct_order(g: Ground) -> Call:
    order = g.fresh_order(imposed=g.today)
    return partial(
        orders.correct_order, actor=g.manager, proposed=proposed(imposed=g.today - timedelta(days=1)),
        reason="The copy says so", today=g.today, **g.about(order),
    )  # fmt: skip


@row
def vary_order(g: Ground) -> Call:
    order = g.fresh_order()
    requirement = order.requirements.get(kind="supervision")
    return partial(
        orders.vary_order, actor=g.worker, kind="length", decided_on=g.today, today=g.today, months=18,
        requirement=requirement, **g.about(order),
    )  # fmt: skip


@row
def end_order(g: Ground) -> Call:
    return partial(
        orders.end_order, actor=g.worker, on=g.today, reason="other", today=g.today, **g.about(g.order)
    )


@row
def transfer_order_out(g: Ground) -> Call:
    days = {"on": g.today, "replied_on": g.today, "applied_on": g.today, "today": g.today}
    return partial(
        orders.transfer_order_out, actor=g.worker, authority="Elsewhere Council", **days, **g.about(g.order)
    )


@row
def complete_requirement(g: Ground) -> Call:
    from orders.domain.cpo import ProposedRequirement, RequirementKind

    order = g.fresh_order(supervision(12), ProposedRequirement(RequirementKind.PROGRAMME, days=10))
    requirement = order.requirements.get(kind="programme")
    return partial(
        orders.complete_requirement, actor=g.worker, on=g.today, today=g.today, **g.about(requirement)
    )


@row
def record_contact(g: Ground) -> Call:
    said = {"kind": "supervision", "on": g.today, "attended": False, "note": "No answer"}
    return partial(orders.record_contact, actor=g.worker, order=g.order, today=g.today, **said)


@row
def record_attendance(g: Ground) -> Call:
    said = {"on": g.today, "outcome": "attended", "minutes": 240, "placement": "Squad 1"}
    return partial(orders.record_attendance, actor=g.worker, order=g.order, today=g.today, **said)


@row
def correct_attendance(g: Ground) -> Call:
    attendance = g.one(Attendance, "attendance")
    said = {"on": attendance.on, "outcome": "attended", "minutes": 300, "reason": "Left early"}
    return partial(orders.correct_attendance, actor=g.worker, attendance=attendance, today=g.today, **said)


@row
def book_appointment(g: Ground) -> Call:
    return partial(
        orders.book_appointment, actor=g.worker, case=g.case, order=g.order, kind="supervision", at=time(11),
        on=g.today + timedelta(days=3), minutes=45, worker=g.worker, today=g.today, every_weeks=1, times=3,
        all_the_same=True,
    )  # fmt: skip


def a_booking(g: Ground) -> Appointment:
    return orders.book_appointment(
        actor=g.worker, case=g.case, order=g.order, kind="supervision", at=time(7), on=g.today, minutes=45,
        worker=g.worker, today=g.today, all_the_same=True,
    )  # fmt: skip


@row
def reschedule_appointment(g: Ground) -> Call:
    return partial(
        orders.reschedule_appointment, actor=g.worker, on=g.today + timedelta(days=2), at=time(15), minutes=60,
        place="", worker=g.worker, asked_by="service", reason="Fire drill", today=g.today, all_the_same=True,
        **g.about(a_booking(g)),
    )  # fmt: skip


@row
def cancel_appointment(g: Ground) -> Call:
    said = {"cancelled_by": "person", "reason": "Ill", "today": g.today}
    return partial(orders.cancel_appointment, actor=g.worker, **said, **g.about(a_booking(g)))


@row
def record_outcome(g: Ground) -> Call:
    return partial(
        orders.record_outcome, actor=g.worker, outcome="attended", today=g.today, **g.about(a_booking(g))
    )


@row
def decide_absence(g: Ground) -> Call:
    return partial(
        orders.decide_absence, actor=g.worker, decision="unacceptable", evidence="", reason="None given",
        decided_on=g.today, today=g.today, late_reason="did_not_turn_up", **g.about(g.one(Absence, "absence")),
    )  # fmt: skip


@row
def issue_warning(g: Ground) -> Call:
    order = a_failure(g)
    return partial(
        orders.issue_warning, actor=g.worker, order=order, step="first_warning", issued_on=g.today,
        letter="You did not attend", today=g.today,
    )  # fmt: skip


def a_failure(g: Ground) -> Order:
    """An order with one absence that was not acceptable."""
    order, on = g.fresh_order(), g.today - timedelta(days=2)
    by = {"actor": g.worker, "today": g.today}
    orders.record_contact(kind="supervision", on=on, attended=False, order=order, **by)
    orders.decide_absence(
        decision="unacceptable", evidence="", reason="None given", decided_on=g.today, **by,
        **g.about(order.absences.get()),
    )  # fmt: skip
    return order


@row
def set_aside_step(g: Ground) -> Call:
    order = a_failure(g)
    said = {"step": "first_warning", "code": "dealt_with", "today": g.today}
    return partial(orders.set_aside_step, actor=g.worker, order=order, **said)


@row
def decide_breach(g: Ground) -> Call:
    order = g.fresh_order()
    said = {"on": g.today, "reason": "Did not attend", "skipped_because": "Warned on paper", "today": g.today}
    return partial(orders.decide_breach, actor=g.worker, order=order, **said)


@row
def lodge_breach(g: Ground) -> Call:
    breach = g.about(g.one(Breach, "breach"))
    return partial(orders.lodge_breach, actor=g.worker, on=g.today, today=g.today, **breach)


@row
def record_breach_outcome(g: Ground) -> Call:
    lodge_breach(g)()
    return partial(
        orders.record_breach_outcome, actor=g.worker, outcome="continued", outcome_on=g.today, today=g.today,
        **g.about(g.one(Breach, "breach")),
    )  # fmt: skip


@row
def record_release(g: Ground) -> Call:
    days = {"released_on": g.today, "today": g.today}
    return partial(orders.record_release, actor=g.worker, case=g.case, licence="parole", **days)


@row
def record_release_interview(g: Ground) -> Call:
    release = g.about(g.one(Release, "release"))
    return partial(orders.record_release_interview, actor=g.worker, on=g.today, today=g.today, **release)


@row
def set_compliance_step(g: Ground) -> Call:
    return partial(
        orders.set_compliance_step, actor=g.officer, step="final_warning", in_force_from=g.today, failures=2,
        counted_since="order", source="Committee paper",
    )  # fmt: skip


@row
def remove_compliance_step(g: Ground) -> Call:
    step = LocalStep.objects.get()
    return partial(orders.remove_compliance_step, actor=g.officer, row=step, expected_version=step.version)


# ---------------------------------------------------------------- reports, assessments, plans, reviews


@row
def request_report(g: Ground) -> Call:
    return partial(
        assessing.request_report, actor=g.worker, case=g.case, court_type="jp", requested_on=g.today,
        hearing_on=g.today + timedelta(days=21), today=g.today,
    )  # fmt: skip


@row
def submit_report(g: Ground) -> Call:
    report = g.one(ReportRequest, "report")
    return partial(
        assessing.submit_report, actor=g.worker, report=report, submitted_on=g.today, submitted_at=time(9),
        accountable=g.another(registered_social_worker=True), today=g.today, expected_version=report.version,
    )  # fmt: skip


@row
def withdraw_report(g: Ground) -> Call:
    report = g.one(ReportRequest, "report")
    return partial(
        assessing.withdraw_report, actor=g.worker, report=report, on=g.today, reason="Pleaded not guilty",
        today=g.today, expected_version=report.version,
    )  # fmt: skip


@row
def set_court_time(g: Ground) -> Call:
    return partial(
        assessing.set_court_time, actor=g.officer, court_type="sheriff_summary", in_force_from=g.ago,
        working_days_before=2, by=time(16),
    )  # fmt: skip


@row
def complete_assessment(g: Ground) -> Call:
    said = {"tool": "ls_cmi", "total": 12, "completed_on": g.today}
    return partial(assessing.complete_assessment, actor=g.worker, order=g.order, today=g.today, **said)


@row
def countersign_override(g: Ground) -> Call:
    made = g.one(Assessment, "assessment")
    return partial(
        assessing.countersign_override, actor=g.manager, assessment=made, today=g.today, comment="Discussed"
    )


@row
def set_level_bands(g: Ground) -> Call:
    return partial(
        assessing.set_level_bands, actor=g.officer, in_force_from=g.today + timedelta(days=30), very_low_to=4,
        low_to=10, medium_to=20, high_to=30, source="Committee paper", moving=0,
    )  # fmt: skip


@row
def remove_level_bands(g: Ground) -> Call:
    set_level_bands(g)()
    bands = LevelBands.objects.get(in_force_from=g.today + timedelta(days=30))
    return partial(
        assessing.remove_level_bands, actor=g.officer, row=bands, moving=0, expected_version=bands.version
    )


def a_draft(g: Ground) -> Plan:
    """A plan that lacks nothing, on an order of its own."""
    order = g.fresh_order()
    plan = assessing.draft_plan(actor=g.worker, order=order, today=g.today)
    return assessing.amend_plan(actor=g.worker, proposed=written(g, plan), today=g.today, **g.about(plan))


def written(g: Ground, plan: Plan) -> ProposedPlan:
    steps = (ProposedStep("Keep a diary", "person"), ProposedStep("Refer to the clinic", "worker"))
    goal = ProposedGoal("alcohol_drug", "Drink less", "Four weeks of diary", g.today, steps)
    stages = assessing.proposed_of(plan).stages
    return ProposedPlan(
        strengths="A steady home", agreement="yes", discussed_on=g.today, goals=(goal,), stages=stages
    )


def submitted(g: Ground) -> Plan:
    return assessing.submit_plan(actor=g.worker, today=g.today, **g.about(a_draft(g)))


def approved(g: Ground) -> Plan:
    plan = submitted(g)
    return assessing.approve_plan(
        actor=g.manager, order=plan.order, approved_on=g.today, today=g.today, late_reason="did_not_turn_up",
        **g.about(plan),
    )  # fmt: skip


@row
def draft_plan(g: Ground) -> Call:
    return partial(assessing.draft_plan, actor=g.worker, order=g.fresh_order(), today=g.today)


@row
def amend_plan(g: Ground) -> Call:
    plan = assessing.draft_plan(actor=g.worker, order=g.fresh_order(), today=g.today)
    return partial(
        assessing.amend_plan, actor=g.worker, proposed=written(g, plan), today=g.today, **g.about(plan)
    )


@row
def submit_plan(g: Ground) -> Call:
    return partial(assessing.submit_plan, actor=g.worker, today=g.today, **g.about(a_draft(g)))


@row
def discard_plan(g: Ground) -> Call:
    plan = g.about(a_draft(g))
    return partial(assessing.discard_plan, actor=g.worker, reason="Begun twice", today=g.today, **plan)


@row
def return_plan(g: Ground) -> Call:
    said = {"comments": "Say by when", "today": g.today}
    return partial(assessing.return_plan, actor=g.manager, **said, **g.about(submitted(g)))


@row
def approve_plan(g: Ground) -> Call:
    plan = submitted(g)
    return partial(
        assessing.approve_plan, actor=g.manager, order=plan.order, approved_on=g.today, today=g.today,
        late_reason="did_not_turn_up", **g.about(plan),
    )  # fmt: skip


@row
def set_victim_safety(g: Ground) -> Call:
    return partial(assessing.set_victim_safety, actor=g.worker, plan=a_draft(g), text="No contact by post")


@row
def record_goal_progress(g: Ground) -> Call:
    goal = approved(g).goals.get()
    said = {"status": "under_way", "on": g.today, "today": g.today}
    return partial(assessing.record_goal_progress, actor=g.worker, goal=goal, note="Diary kept", **said)


@row
def add_intervention(g: Ground) -> Call:
    said = {"kind": "substance", "name": "Recovery group", "referred_on": g.today, "today": g.today}
    return partial(assessing.add_intervention, actor=g.worker, order=g.order, **said)


@row
def amend_intervention(g: Ground) -> Call:
    intervention = g.about(g.one(Intervention, "intervention"))
    said = {"name": "Recovery group", "started_on": g.today, "today": g.today}
    return partial(assessing.amend_intervention, actor=g.worker, **said, **intervention)


@row
def plan_review(g: Ground) -> Call:
    return partial(
        assessing.plan_review, actor=g.worker, order=g.fresh_order(), planned_on=g.today + timedelta(days=9),
        today=g.today,
    )  # fmt: skip


@row
def rearrange_review(g: Ground) -> Call:
    meeting = g.one(ReviewMeeting, "meeting")
    return partial(
        assessing.rearrange_review, actor=g.worker, meeting=meeting, planned_on=g.today + timedelta(days=8),
        reason="person_did_not_come", today=g.today, chaired_by=g.manager, expected_version=meeting.version,
    )  # fmt: skip


@row
def record_missed_review(g: Ground) -> Call:
    meeting = assessing.plan_review(actor=g.worker, order=g.fresh_order(), planned_on=g.today, today=g.today)
    return partial(
        assessing.record_missed_review, actor=g.manager, meeting=meeting, reason="person_did_not_come",
        who_did_not_come="person", today=g.today, expected_version=meeting.version,
    )  # fmt: skip


@row
def cancel_review(g: Ground) -> Call:
    meeting = g.one(ReviewMeeting, "meeting")
    return partial(
        assessing.cancel_review, actor=g.worker, meeting=meeting, reason="no_longer_needed",
        expected_version=meeting.version,
    )  # fmt: skip


@row
def hold_review(g: Ground) -> Call:
    return partial(
        assessing.hold_review, actor=g.worker, order=g.fresh_order(), held_on=g.today, extra=True, today=g.today,
        chaired_by=g.manager, outcome="plan_changes",
        decided=[assessing.Decided("Ask the clinic", "task", g.worker, g.today + timedelta(days=9))],
    )  # fmt: skip


@row
def complete_task(g: Ground) -> Call:
    task = g.about(g.one(Task, "task"))
    return partial(assessing.complete_task, actor=g.worker, done_on=g.today, today=g.today, **task)


@row
def record_outcomes(g: Ground) -> Call:
    answers = dict.fromkeys(outcomes.edition_on(g.today).measures, outcomes.Answer("given", 1))
    return partial(
        assessing.record_outcomes, actor=g.worker, order=g.fresh_order(), point="start", on=g.today, by="person",
        readings=answers, today=g.today,
    )  # fmt: skip


@row
def send_feedback_link(g: Ground) -> Call:
    order = g.fresh_order()
    return partial(assessing.send_feedback_link, actor=g.worker, order=order, channel="paper", today=g.today)


@row
def record_feedback(g: Ground) -> Call:
    from tests.assessments.test_outcomes import ANSWERS

    said = {"named": True, "answers": ANSWERS, "comment": "Thank you", "today": g.today}
    clerk = staff(Role.BUSINESS_SUPPORT, team=g.worker.team)
    return partial(assessing.record_feedback, actor=clerk, order=g.order, **said)


@row
def set_review_slots(g: Ground) -> Call:
    return partial(cases.set_review_slots, actor=g.manager, slots_per_week=5, from_on=g.today)


@row
def draw_sample(g: Ground) -> Call:
    said = {"name": f"Sample {uuid4()}", "kind": "random", "seed": "t", "size": 2, "today": g.today}
    return partial(assessing.draw_sample, actor=g.officer, **said)


@row
def record_file_reading(g: Ground) -> Call:
    codes = quality.edition_on(g.today).indicators
    file = draw_sample(g)().files.first()
    return partial(
        assessing.record_file_reading, actor=g.officer, file=file, read_on=g.today, today=g.today,
        scores=dict.fromkeys(codes, 4), notes=dict.fromkeys(codes, "Seen"), themes=["plan_gap"],
    )  # fmt: skip


@row
def settle_reading(g: Ground) -> Call:
    file = g.one(SampledFile, "sampled")
    return partial(
        assessing.settle_reading, actor=g.officer, file=file, score=4, reason="Read together",
        indicator=next(iter(quality.edition_on(g.today).indicators)), settled_on=g.today, today=g.today,
    )  # fmt: skip


@row
def raise_supervision_point(g: Ground) -> Call:
    reading = record_file_reading(g)()
    return partial(
        assessing.raise_supervision_point, actor=g.senior, reading=reading, text="Write goals together",
        agreed_on=g.today, today=g.today,
    )  # fmt: skip


@row
def close_supervision_point(g: Ground) -> Call:
    point = g.one(SupervisionPoint, "supervision")
    return partial(
        assessing.close_supervision_point, actor=g.senior, point=point, done_on=g.today, outcome="Done",
        today=g.today, expected_version=point.version,
    )  # fmt: skip


@row
def register_mappa(g: Ground) -> Call:
    return partial(
        assessing.register_mappa, actor=g.worker, case=a_case(worker=g.worker, opened=g.ago), category=1, level=2,
        subject_to_notification="yes", registered_on=g.today, decision="accepted", lead_agency="police",
        today=g.today,
    )  # fmt: skip


def the_entry(g: Ground) -> dict[str, Any]:
    entry = g.one(MappaMeeting, "mappa_meeting").entry
    return {"mappa_entry": entry, "actor": g.worker, "today": g.today}


@row
def change_mappa_level(g: Ground) -> Call:
    entry = the_entry(g)
    said = {"level": 3, "from_on": g.today, "reason": "New concern"}
    version = entry["mappa_entry"].version
    return partial(assessing.change_mappa_level, expected_version=version, **said, **entry)


@row
def record_mappa_meeting(g: Ground) -> Call:
    said = {
        "held_on": g.today,
        "level": 2,
        "kind": "review",
        "agencies": ["police"],
        "decisions": "Meet again",
    }
    return partial(assessing.record_mappa_meeting, **said, **the_entry(g))


@row
def add_mappa_action(g: Ground) -> Call:
    meeting = g.one(MappaMeeting, "mappa_meeting")
    return partial(
        assessing.add_mappa_action, actor=g.worker, meeting=meeting, text="Check the flat", agency="police"
    )


@row
def complete_mappa_action(g: Ground) -> Call:
    action = g.one(MappaAction, "mappa_action")
    return partial(
        assessing.complete_mappa_action, actor=g.worker, action=action, done_on=g.today, outcome="Done",
        today=g.today, expected_version=action.version,
    )  # fmt: skip


@row
def end_mappa(g: Ground) -> Call:
    entry = the_entry(g)
    said = {"ended_on": g.today, "end_reason": "risk_reduced"}
    return partial(assessing.end_mappa, expected_version=entry["mappa_entry"].version, **said, **entry)


# ---------------------------------------------------------------- figures


@row
def set_target(g: Ground) -> Call:
    said = {"kpi": "K1", "from_on": date(2030, 4, 1), "percent": Decimal("82.5")}
    return partial(performance.set_target, actor=g.officer, **said)


@row
def set_rating_rule(g: Ground) -> Call:
    said = {"kpi": "", "from_on": date(2030, 4, 1), "basis": "points"}
    return partial(
        performance.set_rating_rule, actor=g.officer, green_tolerance=Decimal(2), amber_tolerance=Decimal(4), **said
    )  # fmt: skip


@row
def write_commentary(g: Ground) -> Call:
    said = {"achievements": "Training", "improvements": "Placements"}
    quarter = Quarter.of(g.today)
    return partial(
        performance.write_commentary, actor=g.officer, quarter=quarter, expected_version=None, **said
    )


@row
def publish_return(g: Ground) -> Call:
    over = Quarter.of(g.today).previous.previous
    return partial(performance.publish_return, actor=g.officer, quarter=over, as_of=g.today, code_version="1")


# ---------------------------------------------------------------- settings


@row
def open_council(g: Ground) -> Call:
    return partial(
        cases.open_council, actor=g.administrator, name="Nether Council", administrator="Ann Example",
        email="ann@nether.invalid", password="correct-horse-battery",
    )  # fmt: skip


@row
def amend_council(g: Ground) -> Call:
    council = g.administrator.council
    council.refresh_from_db()
    return partial(cases.amend_council, actor=g.administrator, name="Upper Council", **g.about(council))


@row
def add_locality(g: Ground) -> Call:
    return partial(cases.add_locality, actor=g.officer, name="Harbour")


@row
def amend_locality(g: Ground) -> Call:
    locality = Locality.objects.filter(council=g.officer.council).first()
    return partial(cases.amend_locality, actor=g.officer, name="Harbour", **g.about(locality))


@row
def add_team(g: Ground) -> Call:
    locality = Locality.objects.filter(council=g.officer.council).first()
    return partial(cases.add_team, actor=g.officer, name="East", locality=locality)


@row
def amend_team(g: Ground) -> Call:
    team = g.worker.team
    team.refresh_from_db()
    return partial(
        cases.amend_team, actor=g.officer, name="North and east", locality=team.locality, closed_on=None,
        **g.about(team),
    )  # fmt: skip


@row
def add_member_of_staff(g: Ground) -> Call:
    return partial(
        cases.add_member_of_staff, actor=g.administrator, name="Ann", email="ann@council.invalid",
        role="caseworker", team=g.worker.team, password="correct-horse-battery",
    )  # fmt: skip


@row
def amend_member_of_staff(g: Ground) -> Call:
    user = g.another()
    return partial(
        cases.amend_member_of_staff, actor=g.administrator, name="Bea", team=user.team, today=g.today,
        is_active=False, registered_social_worker=False, **g.about(user),
    )  # fmt: skip


@row
def set_calendar_day(g: Ground) -> Call:
    # A Tuesday ahead: reviews that fall on it move.
    closed = g.today + timedelta(days=15 - g.today.weekday())
    return partial(cases.set_calendar_day, actor=g.officer, day=closed, name="Fair", closed=True)


@row
def remove_calendar_day(g: Ground) -> Call:
    closed = CalendarDay.objects.get()
    return partial(cases.remove_calendar_day, actor=g.officer, row=closed, expected_version=closed.version)


@row
def set_local_standard(g: Ground) -> Call:
    return partial(
        cases.set_local_standard, actor=g.officer, clause="cpo.lscmi", in_force_from=g.ago, then_every="",
        within=["15 working days after"], source="Paper",
    )  # fmt: skip


@row
def remove_local_standard(g: Ground) -> Call:
    own = LocalStandard.objects.get()
    return partial(cases.remove_local_standard, actor=g.officer, row=own, expected_version=own.version)


@row
def import_caseload(g: Ground) -> Call:
    from justice.caseload.importing import bring_in
    from tests.caseload.test_importing import bundle

    folder = bundle(Path(tempfile.mkdtemp()) / "bundle")
    return partial(
        bring_in,
        folder,
        actor=g.officer,
        council=g.officer.council,
        today=date(2026, 11, 24),
        name="a bundle",
    )


# ---------------------------------------------------------------- sight, signing in, exports, retention


@row
def permit_access(g: Ground) -> Call:
    stranger = staff(Role.CASEWORKER, team=a_team("South"))
    return partial(
        cases.permit_access, actor=g.manager, case=g.case, user=stranger, to_on=g.today, reason="Writes the report",
        today=g.today,
    )  # fmt: skip


@row
def end_permission(g: Ground) -> Call:
    permission = g.one(Permission, "permission")
    return partial(cases.end_permission, actor=g.manager, today=g.today, **g.about(permission))


@row
def close_opening(g: Ground) -> Call:
    opening = g.one(Opening, "opening")
    return partial(cases.close_opening, actor=opening.user, opening=opening, at=timezone.now())


@row
def review_opening(g: Ground) -> Call:
    opening = g.one(Opening, "opening")
    return partial(
        cases.review_opening, actor=g.manager, judgement="in_order", at=timezone.now(), **g.about(opening)
    )


@row
def answer_unusual_looking(g: Ground) -> Call:
    looking = g.one(UnusualLooking, "looking")
    return partial(
        cases.answer_unusual_looking, actor=g.manager, looking=looking, answer="explained", note="Was on duty",
        expected_version=looking.version,
    )  # fmt: skip


@row
def reset_second_step(g: Ground) -> Call:
    return partial(
        cases.reset_second_step, actor=g.administrator, reason="Lost the telephone", **g.about(g.another())
    )


@row
def give_new_password(g: Ground) -> Call:
    return partial(
        cases.give_new_password, actor=g.administrator, password="three words apart", reason="Forgot it",
        **g.about(g.another()),
    )  # fmt: skip


@row
def suspend_unused_account(g: Ground) -> Call:
    return partial(cases.suspend_unused_account, actor=system_user(), **g.about(g.another()))


@row
def ask_role_change(g: Ground) -> Call:
    return partial(
        cases.ask_role_change, actor=g.administrator, role=Role.BUSINESS_SUPPORT, reason="Moves to the office",
        **g.about(g.another()),
    )  # fmt: skip


@row
def agree_role_change(g: Ground) -> Call:
    change = RoleChange.objects.get()
    return partial(
        cases.agree_role_change, actor=g.administrator, change=change, expected_version=change.version
    )


@row
def decline_role_change(g: Ground) -> Call:
    change = RoleChange.objects.get()
    return partial(
        cases.decline_role_change, actor=g.administrator, change=change, expected_version=change.version
    )


TAKEN = {
    "page": "overdue",
    "words": "Overdue",
    "address": "/overdue/csv/",
    "reason": "supervision",
    "why": "",
}


@row
def request_export(g: Ground) -> Call:
    return partial(
        cases.request_export, actor=g.worker, rows=900, given_to="self", recipient="", now=timezone.now(), **TAKEN
    )  # fmt: skip


@row
def take_export(g: Ground) -> Call:
    return partial(
        cases.take_export, actor=g.worker, cases=[g.case.pk], rows=1, given_to="self", now=timezone.now(), **TAKEN
    )  # fmt: skip


@row
def agree_export(g: Ground) -> Call:
    return partial(cases.agree_export, actor=g.senior, now=timezone.now(), **g.about(g.one(Export, "export")))


@row
def decline_export(g: Ground) -> Call:
    return partial(
        cases.decline_export, actor=g.senior, now=timezone.now(), **g.about(g.one(Export, "export"))
    )


@row
def set_retention_rule(g: Ground) -> Call:
    return partial(
        cases.set_retention_rule, actor=g.senior, work="other", trigger="case_closed", years=6, from_year_end=True,
        in_force_from=g.today, source="Schedule", today=g.today,
    )  # fmt: skip


@row
def place_hold(g: Ground) -> Call:
    return partial(
        cases.place_hold, actor=g.senior, record="kept-3", kind="complaint", reason="A complaint", from_on=g.today,
        today=g.today,
    )  # fmt: skip


@row
def lift_hold(g: Ground) -> Call:
    return partial(
        cases.lift_hold,
        actor=g.senior,
        reason="It has reported",
        today=g.today,
        **g.about(g.one(Hold, "hold")),
    )


@row
def propose_disposal(g: Ground) -> Call:
    people = [Person.objects.get(reference="kept-3").pk]
    return partial(cases.propose_disposal, actor=g.senior, people=people, today=g.today)


@row
def approve_disposal(g: Ground) -> Call:
    disposals = [g.one(Disposal, "disposal").pk]
    return partial(cases.approve_disposal, actor=g.senior, disposals=disposals, today=g.today)


@row
def decline_disposal(g: Ground) -> Call:
    disposal = g.one(Disposal, "disposal")
    return partial(cases.decline_disposal, actor=g.senior, reason="Still needed", **g.about(disposal))


@row
def release_subject_access_pack(g: Ground) -> Call:
    return partial(
        cases.release_subject_access_pack, actor=g.manager, case=g.case, recipient="The person", asked_on=g.today,
        today=g.today,
    )  # fmt: skip


# The import is done once by its digest and its job's key; a list is taken as often as somebody asks, each time logged;
# what is suspended already is refused the second time.
WITHOUT_KEY = {"import_caseload", "take_export", "suspend_unused_account"}
