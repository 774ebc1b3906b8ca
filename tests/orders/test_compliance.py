"""From an absence to a breach: what is recorded, what is prompted, what is decided, and what is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Entry, Role, Submission, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from orders import compliance, operations
from orders.models import (
    Absence,
    Attendance,
    Breach,
    FormalWarning,
    HoursLine,
    LocalStep,
    Order,
    SetAside,
)
from performance.tallies import ATTENDANCE_RATE
from tests.builders import a_case, a_manager, an_order, day, staff, supervision, work, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.problems}


def everything() -> dict[str, int]:
    tables = (Absence, FormalWarning, SetAside, LocalStep, Breach, Attendance, Timescale, Entry, Submission)
    return {table.__name__: table.objects.count() for table in tables}


def missed(order: Order, on: str, *, recorded: str = "", kind: str = "supervision") -> Absence:
    """An appointment that was not attended, recorded the same day unless said otherwise."""
    contact = operations.record_contact(
        actor=worker_of(order.case),
        order=order,
        kind=kind,
        on=day(on),
        attended=False,
        today=day(recorded or on),
    )
    return Absence.objects.get(contact=contact)


def a_session(order: Order, on: str, outcome: str = "absent", **more) -> Attendance:
    given = {"actor": worker_of(order.case), "today": day(on), **more}
    return operations.record_attendance(order=order, on=day(on), outcome=outcome, **given)


def decide(absence: Absence, decision: str = "unacceptable", on: str | None = None, **more) -> Absence:
    given = {
        "actor": worker_of(absence.order.case),
        "evidence": "medical_note" if decision == "acceptable" else "",
        "reason": "No reason was given",
        "today": TODAY,
        "expected_version": absence.version,
        **more,
    }
    decided_on = day(on) if on else absence.learned_on
    return operations.decide_absence(absence=absence, decision=decision, decided_on=decided_on, **given)


def failed(order: Order, on: str) -> Absence:
    return decide(missed(order, on))


def warn(order: Order, step: str, on: str, **more) -> FormalWarning:
    given = {"actor": worker_of(order.case), "letter": "You did not attend.", "today": TODAY, **more}
    return operations.issue_warning(order=order, step=step, issued_on=day(on), **given)


def breach(order: Order, on: str, **more) -> Breach:
    given = {"actor": worker_of(order.case), "reason": "Did not attend", "today": TODAY, **more}
    return operations.decide_breach(order=order, on=day(on), **given)


def prompted(order: Order, on: str = "1 August 2025") -> str:
    found = compliance.prompts(Order.objects.filter(pk=order.pk), day(on))
    return found[0].prompt.step.key if found else ""


# --- An absence comes with what was not attended ----------------------------------------------------------------


def test_a_contact_not_attended_is_to_be_decided_within_two_working_days():
    absence = missed(an_order(), "6 June 2025")
    assert (absence.on, absence.learned_on, absence.decision) == (day("6 June 2025"), day("6 June 2025"), "")
    row = Timescale.objects.get(clause="absence.decided")
    assert (row.subject, row.due_on, row.met_on) == (absence.subject, day("10 June 2025"), None)


def test_the_time_to_decide_runs_from_the_day_it_was_recorded():
    missed(an_order(), "6 June 2025", recorded="9 June 2025")
    assert Timescale.objects.get(clause="absence.decided").due_on == day("11 June 2025")


def test_what_was_attended_makes_no_absence():
    order = an_order()
    operations.record_contact(
        actor=worker_of(order.case),
        order=order,
        kind="supervision",
        on=day("6 June 2025"),
        attended=True,
        today=TODAY,
    )
    work(order, "6 June 2025", 7)
    a_session(order, "9 June 2025", "sent_home_by_service", minutes=60)
    assert not Absence.objects.exists()


def test_a_session_not_attended_waits_for_a_decision_and_credits_nothing():
    session = a_session(an_order(), "6 June 2025", actor=staff(Role.UNPAID_WORK_SUPERVISOR))
    assert (session.absence.decision, HoursLine.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [("acceptable_absence", "acceptable"), ("unacceptable_absence", "unacceptable")],
)
def test_a_session_recorded_with_its_decision_is_decided_the_same_day(outcome, decision):
    order = an_order()
    absence = a_session(order, "6 June 2025", outcome, note="Called in sick").absence
    assert (absence.decision, absence.reason) == (decision, "Called in sick")
    assert (absence.decided_on, absence.decided_by) == (day("6 June 2025"), worker_of(order.case))
    assert Timescale.objects.get(clause="absence.decided").on_time is True


def test_who_may_not_decide_says_only_that_the_person_did_not_attend():
    supervisor, order = staff(Role.UNPAID_WORK_SUPERVISOR), an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        a_session(order, "6 June 2025", "unacceptable_absence", actor=supervisor)
    assert codes(refused) == {"outcome_decides"}
    assert everything() == before


# --- Corrected sessions -----------------------------------------------------------------------------------------


def correct(session: Attendance, outcome: str, on: str = "6 June 2025", **more) -> Attendance:
    given = {
        "actor": worker_of(session.order.case),
        "reason": "Somebody else was meant",
        "today": TODAY,
        **more,
    }
    return operations.correct_attendance(attendance=session, on=day(on), outcome=outcome, **given)


@pytest.mark.parametrize(
    ("outcome", "minutes"), [pytest.param("attended", 60, id="attended"), ("recorded_in_error", 0)]
)
def test_an_absence_recorded_in_error_is_withdrawn_and_no_longer_due(outcome, minutes):
    session = a_session(an_order(), "6 June 2025")
    correct(session, outcome, minutes=minutes)
    assert Absence.objects.get().withdrawn_because == "Somebody else was meant"
    assert not Absence.objects.to_decide(TODAY).exists()
    assert not Timescale.objects.filter(clause="absence.decided").exists()


def test_a_corrected_day_keeps_the_absence_its_decision_and_its_clock():
    session = a_session(an_order(), "6 June 2025")
    decide(session.absence)
    corrected = correct(session, "absent", "5 June 2025")
    absence = Absence.objects.get()
    assert (absence.attendance, absence.on, absence.decision) == (
        corrected,
        day("5 June 2025"),
        "unacceptable",
    )
    assert absence.learned_on == day("6 June 2025")


def test_a_session_found_not_to_have_been_attended_makes_an_absence():
    order = an_order()
    correct(work(order, "6 June 2025", 7), "absent")
    assert Absence.objects.get().learned_on == TODAY


def test_a_correction_may_bring_the_decision():
    session = a_session(an_order(), "6 June 2025")
    correct(session, "acceptable_absence", note="In hospital", late_reason="other_client")
    absence = Absence.objects.get()
    assert (absence.decision, absence.reason, absence.decided_on) == ("acceptable", "In hospital", TODAY)


# --- The decision -----------------------------------------------------------------------------------------------


def test_a_decision_keeps_evidence_reason_and_who_decided():
    order = an_order()
    absence = decide(missed(order, "6 June 2025"), "acceptable", "9 June 2025", reason="Ill that day")
    absence.refresh_from_db()
    assert (absence.decision, absence.evidence, absence.reason) == (
        "acceptable",
        "medical_note",
        "Ill that day",
    )
    assert (absence.decided_on, absence.decided_by) == (day("9 June 2025"), worker_of(order.case))
    assert Timescale.objects.get(clause="absence.decided").on_time is True
    assert Entry.objects.get(operation="decide_absence").subject == absence.subject


def test_a_late_decision_asks_why():
    absence = missed(an_order(), "6 June 2025")
    with pytest.raises(Refused) as refused:
        decide(absence, on="11 June 2025", late_reason=None)
    assert codes(refused) == {"late_reason_missing"}
    absence.refresh_from_db()
    decide(absence, on="11 June 2025", late_reason="other_client")
    assert Timescale.objects.get(clause="absence.decided").late_reason == "other_client"


def test_another_decision_takes_its_place_and_leaves_the_first_ones_day_to_the_clock():
    absence = decide(missed(an_order(), "6 June 2025"), on="9 June 2025")
    manager = a_manager()
    decide(absence, "acceptable", "20 June 2025", actor=manager, reason="A note came")
    absence.refresh_from_db()
    assert (absence.decision, absence.decided_by) == ("acceptable", manager)
    assert (absence.decided_on, absence.changed_on) == (day("9 June 2025"), day("20 June 2025"))
    assert Timescale.objects.get(clause="absence.decided").on_time is True
    assert [row.decision for row in absence.history.order_by("history_date")] == [
        "",
        "unacceptable",
        "acceptable",
    ]
    assert Entry.objects.filter(operation="decide_absence").latest("at").why == "A note came"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param({"decision": "perhaps"}, "decision_missing", id="no decision"),
        pytest.param(
            {"decision": "acceptable", "evidence": ""}, "evidence_missing", id="accepted on nothing"
        ),
        pytest.param({"reason": " "}, "reason_missing", id="no reason"),
        pytest.param({"on": "5 June 2025"}, "too_early", id="before it happened"),
        pytest.param({"on": "2 August 2025"}, "in_the_future", id="tomorrow"),
    ],
)
def test_a_decision_is_refused_and_nothing_changes(sent, code):
    absence = missed(an_order(), "6 June 2025")
    before = everything()
    with pytest.raises(Refused) as refused:
        decide(absence, **sent)
    assert codes(refused) == {code}
    assert everything() == before
    absence.refresh_from_db()
    assert (absence.decision, absence.version) == ("", 1)


def test_none_seen_is_an_answer():
    assert (
        decide(missed(an_order(), "6 June 2025"), "acceptable", evidence="none_seen").decision == "acceptable"
    )


def test_what_was_recorded_in_error_has_nothing_to_decide():
    session = a_session(an_order(), "6 June 2025")
    correct(session, "recorded_in_error")
    with pytest.raises(Refused) as refused:
        decide(Absence.objects.get())
    assert codes(refused) == {"absence_withdrawn"}


def test_whoever_opened_an_absence_earlier_overwrites_nothing():
    absence = missed(an_order(), "6 June 2025")
    opened = absence.version
    decide(absence)
    with pytest.raises(Stale):
        decide(absence, "acceptable", expected_version=opened)


@pytest.mark.parametrize("role", [Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT, Role.SENIOR_MANAGER])
def test_only_those_who_work_the_case_decide_and_warn(role):
    order = an_order()
    absence, other = missed(order, "6 June 2025"), staff(role)
    with pytest.raises(PermissionDenied):
        decide(absence, actor=other)
    decide(absence)
    with pytest.raises(PermissionDenied):
        warn(order, "first_warning", "9 June 2025", actor=other)
    with pytest.raises(PermissionDenied):
        operations.set_aside_step(actor=other, order=order, step="first_warning", code="risk", today=TODAY)


# --- The ladder -------------------------------------------------------------------------------------------------


def test_from_an_absence_to_a_breach():
    order = an_order()
    assert prompted(order) == ""
    first = failed(order, "6 June 2025")
    assert prompted(order) == "first_warning"
    warning = warn(order, "first_warning", "9 June 2025", next_appointment="Monday 16 June at 2pm")
    assert warning.failures == [first.key]
    assert "after 1 absence decided not acceptable" in warning.rule
    assert warning.sent_to == order.case.person.name
    assert (warning.issued_by, warning.next_appointment) == (worker_of(order.case), "Monday 16 June at 2pm")
    assert prompted(order) == ""
    second = failed(order, "16 June 2025")
    assert prompted(order) == "final_warning"
    assert warn(order, "final_warning", "17 June 2025").failures == [second.key]
    assert prompted(order) == ""
    failed(order, "23 June 2025")
    assert prompted(order) == "breach"
    assert breach(order, "24 June 2025").skipped_because == ""
    assert prompted(order) == ""
    assert Timescale.objects.get(clause="breach.lodged").due_on == day("1 July 2025")


def test_an_acceptable_absence_prompts_nothing():
    order = an_order()
    decide(missed(order, "6 June 2025"), "acceptable")
    missed(order, "9 June 2025")
    assert prompted(order) == ""


def test_a_warning_counts_no_more_once_all_it_was_for_is_accepted():
    order = an_order()
    absence = failed(order, "6 June 2025")
    warn(order, "first_warning", "9 June 2025")
    decide(absence, "acceptable", "12 June 2025", reason="A note came")
    failed(order, "16 June 2025")
    assert prompted(order) == "first_warning"


def test_an_order_that_ended_or_is_queried_prompts_nothing():
    ended, queried = an_order(), an_order()
    for order in (ended, queried):
        failed(order, "6 June 2025")
    operations.end_order(
        actor=worker_of(ended.case), order=ended, on=day("1 July 2025"), reason="completed", today=TODAY,
        expected_version=None,
    )  # fmt: skip
    operations.query_order(
        actor=a_manager(), order=queried, reason="Is it right?", today=TODAY, expected_version=None
    )
    assert (prompted(ended), prompted(queried)) == ("", "")


def test_sessions_that_were_brought_in_with_their_decision_count():
    order = an_order()
    Attendance.objects.create(order=order, on=day("6 June 2025"), outcome="unacceptable_absence")
    found = compliance.prompts(Order.objects.all(), TODAY)[0].prompt
    assert found.facts == "1 absence, of 6 June 2025, was decided not acceptable since the order was imposed"
    assert warn(order, "first_warning", "9 June 2025").failures == [found.failures[0].key]
    assert prompted(order) == ""


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param({"step": "breach"}, "step_missing", id="breach is no letter"),
        pytest.param({"step": ""}, "step_missing", id="no step"),
        pytest.param({"letter": "  "}, "letter_missing", id="an empty letter"),
        pytest.param({"on": "5 June 2025"}, "no_failure", id="before the absence"),
        pytest.param({"on": "2 August 2025"}, "in_the_future", id="tomorrow"),
        pytest.param({"step": "final_warning"}, "step_left_out", id="a step left out without a reason"),
    ],
)
def test_a_warning_is_refused_and_nothing_is_saved(sent, code):
    order = an_order()
    failed(order, "6 June 2025")
    before = everything()
    with pytest.raises(Refused) as refused:
        warn(order, **{"step": "first_warning", "on": "9 June 2025", **sent})
    assert code in codes(refused)
    assert everything() == before


def test_no_second_warning_without_a_further_absence():
    order = an_order()
    failed(order, "6 June 2025")
    warn(order, "first_warning", "9 June 2025")
    with pytest.raises(Refused) as refused:
        warn(order, "final_warning", "10 June 2025")
    assert codes(refused) == {"no_failure"}
    assert refused.value.problems[0].message == (
        "No absence is decided not acceptable since the first formal warning of 9 June 2025. Decide the absence first"
    )


def test_a_step_is_left_out_with_a_reason_that_stays_on_the_warning():
    order = an_order()
    failed(order, "6 June 2025")
    warning = warn(order, "final_warning", "9 June 2025", skipped_because="Threatened staff on the telephone")
    assert warning.skipped_because == "Threatened staff on the telephone"
    failed(order, "16 June 2025")
    assert prompted(order) == "breach"
    assert breach(order, "17 June 2025")


def test_a_breach_without_its_warnings_needs_a_reason():
    order = an_order()
    failed(order, "6 June 2025")
    before = everything()
    with pytest.raises(Refused) as refused:
        breach(order, "9 June 2025")
    assert [(one.field, one.message) for one in refused.value.problems] == [
        ("skipped_because", "No first formal warning or final warning is recorded. Enter why it is left out")
    ]
    assert everything() == before
    made = breach(order, "9 June 2025", skipped_because="Left the area")
    assert made.skipped_because == "Left the area"
    assert Entry.objects.get(operation="decide_breach").why == "Left the area"


def test_no_warning_while_the_court_has_a_breach():
    order = an_order()
    failed(order, "6 June 2025")
    breach(order, "9 June 2025", skipped_because="Serious")
    failed(order, "16 June 2025")
    with pytest.raises(Refused) as refused:
        warn(order, "first_warning", "17 June 2025")
    assert codes(refused) == {"breach_open"}


def test_the_same_warning_sent_twice_is_issued_once():
    order, key = an_order(), uuid.uuid4()
    failed(order, "6 June 2025")
    warning = warn(order, "first_warning", "9 June 2025", key=key)
    with pytest.raises(Repeated) as repeated:
        warn(order, "first_warning", "9 June 2025", key=key)
    assert repeated.value.result == f"warning:{warning.pk}"


def test_an_issued_warning_is_never_changed_or_removed():
    order = an_order()
    failed(order, "6 June 2025")
    warning = warn(order, "first_warning", "9 June 2025")
    warning.letter = "Other words"
    with pytest.raises(DatabaseError), transaction.atomic():
        warning.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        warning.delete()


# --- Not appropriate here ---------------------------------------------------------------------------------------


def aside(order: Order, step: str = "first_warning", code: str = "dealt_with", **more) -> SetAside:
    given = {"actor": worker_of(order.case), "today": TODAY, **more}
    return operations.set_aside_step(order=order, step=step, code=code, **given)


def test_a_step_set_aside_is_prompted_again_after_a_further_absence():
    order = an_order()
    absence = failed(order, "6 June 2025")
    row = aside(order, note="Talked through at home")
    assert (row.step, row.failures, row.on) == ("first_warning", [absence.key], TODAY)
    assert prompted(order) == ""
    failed(order, "16 June 2025")
    assert prompted(order) == "first_warning"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param({"code": "because"}, "code_missing", id="no reason"),
        pytest.param({"code": "other"}, "note_missing", id="another reason, not said"),
        pytest.param({"step": "final_warning"}, "not_prompted", id="a step that is not prompted"),
    ],
)
def test_setting_aside_is_refused_and_nothing_is_saved(sent, code):
    order = an_order()
    failed(order, "6 June 2025")
    before = everything()
    with pytest.raises(Refused) as refused:
        aside(order, **sent)
    assert codes(refused) == {code}
    assert everything() == before


# --- A council's own steps --------------------------------------------------------------------------------------


def own_step(**more) -> LocalStep:
    given = {
        "actor": staff(Role.PERFORMANCE_OFFICER),
        "step": "first_warning",
        "in_force_from": day("1 January 2025"),
        "failures": 2,
        "counted_since": "order",
        "source": "Committee paper, January 2025",
        **more,
    }
    return operations.set_compliance_step(**given)


def test_a_councils_own_number_changes_what_is_prompted_and_can_be_taken_back():
    order = an_order()
    failed(order, "6 June 2025")
    row = own_step()
    assert prompted(order) == ""
    assert Entry.objects.get(operation="set_compliance_step").reason == "Committee paper, January 2025"
    assert warn(order, "first_warning", "9 June 2025").rule.endswith("Committee paper, January 2025")
    operations.remove_compliance_step(actor=staff(Role.ADMINISTRATOR), row=row, expected_version=row.version)
    assert not LocalStep.objects.exists()


def test_the_same_step_and_day_again_is_a_change_of_the_row():
    own_step()
    assert (own_step(failures=3).version, LocalStep.objects.get().failures) == (2, 3)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"step": "talk"}, "step_missing"),
        ({"failures": 0}, "failures_out_of_range"),
        ({"failures": 11}, "failures_out_of_range"),
        ({"counted_since": "birth"}, "counted_since_missing"),
        ({"source": " "}, "source_missing"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(sent, code):
    with pytest.raises(Refused) as refused:
        own_step(**sent)
    assert codes(refused) == {code}
    assert not LocalStep.objects.exists()


def test_only_those_who_keep_the_settings_set_a_step():
    with pytest.raises(PermissionDenied):
        own_step(actor=a_manager())


# --- Read for many at once --------------------------------------------------------------------------------------


def test_prompts_of_a_caseload_take_a_fixed_number_of_queries_and_the_longest_waiting_is_first():
    orders = [an_order() for _ in range(3)]
    for order, on in zip(orders, ("10 June 2025", "6 June 2025", "9 June 2025"), strict=True):
        failed(order, on)
    with CaptureQueriesContext(connection) as few:
        found = compliance.prompts(Order.objects.filter(pk=orders[0].pk), TODAY)
    assert len(found) == 1
    with CaptureQueriesContext(connection) as many:
        found = compliance.prompts(Order.objects.all(), TODAY)
    assert [one.order for one in found] == [orders[1], orders[2], orders[0]]
    assert len(few) == len(many) == 7


def test_undecided_absences_are_those_still_to_be_decided_with_their_day_and_holder():
    order = an_order()
    absence, done = missed(order, "6 June 2025"), missed(order, "9 June 2025")
    decide(done)
    ended = an_order(supervision(12))
    missed(ended, "6 June 2025")
    operations.end_order(
        actor=worker_of(ended.case), order=ended, on=day("1 July 2025"), reason="completed", today=TODAY,
        expected_version=None,
    )  # fmt: skip
    worker = worker_of(order.case)
    row = compliance.undecided(worker, TODAY).get()
    assert (row, row.due_on, row.worker_id) == (absence, day("10 June 2025"), worker.pk)
    assert not compliance.undecided(worker, day("5 June 2025")).exists()
    stranger = worker_of(a_case())
    stranger.team = None
    assert not compliance.undecided(stranger, TODAY).exists()


def test_figures_count_an_absence_alike_whatever_is_decided_of_it():
    """Attendance rate: expected and not attended, before the decision and after either."""
    order = an_order()
    work(order, "5 June 2025", 7)
    session = a_session(order, "6 June 2025")

    def counted() -> tuple[int, int]:
        rows = ATTENDANCE_RATE.rows(None, order.council, day("1 June 2025"), day("30 June 2025"))
        return rows.filter(ATTENDANCE_RATE.above).count(), rows.filter(ATTENDANCE_RATE.below).count()

    assert counted() == (1, 2)
    decide(session.absence)
    assert counted() == (1, 2)
    correct(session, "acceptable_absence", on="6 June 2025")
    assert counted() == (1, 2)


def test_the_walk_of_a_year_can_be_derived_again_from_what_each_prompt_shows():
    """Every day of a summer: what is prompted follows from the days it names, and never two steps at once."""
    order = an_order()
    for on, then in (
        ("6 June 2025", "first_warning"),
        ("16 June 2025", "final_warning"),
        ("30 June 2025", ""),
    ):
        failed(order, on)
        if then:
            warn(order, then, f"{int(on.split()[0]) + 2} June 2025")
    shown = {}
    for number in range(40):
        on = day("2 June 2025") + timedelta(days=number)
        for one in compliance.prompts(Order.objects.filter(pk=order.pk), on):
            shown[on] = (one.prompt.step.key, [failure.on.day for failure in one.prompt.failures])
            assert len(one.prompt.failures) >= one.prompt.step.failures
            assert one.prompt.prompted_on <= on
    assert {on.day: step for on, (step, _) in shown.items() if on.month == 6} == {
        6: "first_warning",
        7: "first_warning",
        16: "final_warning",
        17: "final_warning",
        30: "breach",
    }
