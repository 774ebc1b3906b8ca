"""Reminders: of the next working day's appointments, to people who asked for them, each once however jobs die."""

import logging
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail

from cases import contact_points, jobs
from cases.jobs import LEASE
from cases.operations import add_contact_point
from orders import operations, reminders
from orders.models import Reminder
from orders.nightly import NotAllSent, remind
from tests.builders import an_order, day, worker_of

pytestmark = pytest.mark.django_db

FRIDAY = day("6 June 2025")
MORNING = datetime(2025, 6, 6, 5, 45, tzinfo=UTC)
NUMBER, ADDRESS = "0141 496 0000", "somebody@example.invalid"


class Kept:
    """A gateway that keeps what it was given; and one that fails as often as it is told to."""

    sent: list[tuple[str, str]] = []  # noqa: RUF012
    failures = 0

    def send(self, to: str, text: str) -> None:
        if Kept.failures:
            Kept.failures -= 1
            raise ConnectionError(f"no gateway for {to}: {text}")
        Kept.sent.append((to, text))


@pytest.fixture(autouse=True)
def gateway(settings, tmp_path):
    Kept.sent, Kept.failures = [], 0
    here = f"{Kept.__module__}.Kept"
    settings.REMINDER_SENDERS = {"text": here, "email": here}
    settings.REMINDER_FILES = tmp_path / "reminders"


@pytest.fixture(autouse=True)
def opted_in(monkeypatch):
    """Everybody asked for texts; who did not is taken out by the test."""
    people: dict[int, dict[str, str]] = {}

    def reachable(person_ids):
        return {key: people.get(key, {"text": NUMBER}) for key in person_ids}

    monkeypatch.setattr(contact_points, "reachable", reachable)
    return people


def booked(on="9 June 2025", **more):
    order = more.pop("order", None) or an_order()
    given = {
        "kind": "supervision", "on": day(on), "at": time(14), "minutes": 60, "worker": worker_of(order.case),
        "today": day("4 June 2025"), "place": "Mill Lane", "reminder": "text", "all_the_same": True,
    }  # fmt: skip
    return operations.book_appointment(
        actor=worker_of(order.case), case=order.case, order=order, **{**given, **more}
    )


def send(row, on=FRIDAY, at=MORNING):
    return reminders.send_reminders(row.case.council, on, at)


def test_on_friday_people_are_reminded_of_the_weekend_and_of_monday_and_of_nothing_else():
    council = booked("6 June 2025").case.council
    kept = [booked("7 June 2025", kind="unpaid_work"), booked("9 June 2025")]
    booked("10 June 2025")
    assert reminders.to_remind(council, FRIDAY) == kept
    assert reminders.send_reminders(council, FRIDAY, MORNING) == (2, 0)
    assert {text for _, text in Kept.sent} == {
        "Strathmore: you have an appointment on Saturday 7 June at 2pm at Mill Lane. Call us if you cannot keep it.",
        "Strathmore: you have an appointment on Monday 9 June at 2pm at Mill Lane. Call us if you cannot keep it.",
    }


def test_each_appointment_is_reminded_of_once_however_often_the_job_runs():
    row = booked()
    for number in range(3):
        job = jobs.ask("remind", f"run {number}", arguments={"on": "2025-06-06"}, council=row.case.council)
        remind(jobs.Running(job, lambda: MORNING))
    assert Kept.sent == [(NUMBER, reminders.text_of(row))]
    assert Reminder.objects.get().sent_at == MORNING


def test_who_was_killed_after_the_claim_loses_no_message_and_sends_none_twice():
    row = booked()
    assert reminders._claim(row, MORNING) is not None  # and here the worker was killed
    assert send(row, at=MORNING + timedelta(seconds=30)) == (0, 0)  # another run, while that one may yet live
    assert Kept.sent == []
    later = MORNING + LEASE + timedelta(seconds=1)
    assert send(row, at=later) == (1, 0)
    assert send(row, at=later + LEASE * 2) == (0, 0)
    assert len(Kept.sent) == 1


def test_two_runs_at_once_share_the_work():
    row = booked()
    assert [bool(reminders._claim(row, MORNING)) for _ in range(3)] == [True, False, False]


def test_a_gateway_that_fails_is_tried_again_and_the_log_says_neither_to_whom_nor_what(caplog):
    row, other = booked(), booked(at=time(9))
    Kept.failures = 1
    job = jobs.ask("remind", "1", arguments={"on": "2025-06-06"}, council=row.case.council)
    with pytest.raises(NotAllSent), caplog.at_level(logging.INFO):
        remind(jobs.Running(job, lambda: MORNING))
    assert len(Kept.sent) == 1
    with caplog.at_level(logging.INFO):
        assert remind(jobs.Running(job, lambda: MORNING + timedelta(minutes=1))) == {"reminders": 1}
    assert {text for _, text in Kept.sent} == {reminders.text_of(one) for one in (row, other)}
    assert "a text reminder was not sent: ConnectionError" in caplog.text
    assert NUMBER not in caplog.text
    assert "Monday" not in caplog.text


def test_who_has_not_opted_in_hears_nothing(opted_in):
    row = booked()
    opted_in[row.case.person_id] = {}
    assert send(row) == (0, 0)
    assert not Reminder.objects.exists()
    opted_in[row.case.person_id] = {"email": ADDRESS}  # asked by another way than that of the appointment
    assert send(row) == (0, 0)


def test_no_reminder_of_what_was_cancelled_moved_ended_or_never_asked_for():
    def cancel(row):
        operations.cancel_appointment(
            actor=worker_of(row.case), appointment=row, cancelled_by="person", reason="Ill", today=FRIDAY
        )

    def move(row):
        operations.reschedule_appointment(
            actor=worker_of(row.case), appointment=row, on=day("20 June 2025"), at=row.at, minutes=60, place="",
            worker=row.worker, asked_by="person", reason="Ill", today=FRIDAY,
        )  # fmt: skip

    def die(row):
        operations.end_order(
            actor=worker_of(row.case),
            order=row.order,
            on=FRIDAY,
            reason="died",
            today=FRIDAY,
            expected_version=None,
        )

    council = booked(reminder="").case.council
    for happens in (cancel, move, die):
        happens(booked())
    assert reminders.to_remind(council, FRIDAY) == []


def test_what_moves_to_another_day_is_reminded_of_there():
    row = booked()
    send(row)
    new = operations.reschedule_appointment(
        actor=worker_of(row.case), appointment=row, on=day("10 June 2025"), at=row.at, minutes=60, place="Mill Lane",
        worker=row.worker, asked_by="service", reason="Ill", today=FRIDAY,
    )  # fmt: skip
    assert send(new, on=day("9 June 2025"), at=MORNING + timedelta(days=3)) == (1, 0)
    assert Reminder.objects.count() == 2


def test_email_goes_by_the_mail_server(settings, opted_in):
    settings.REMINDER_SENDERS = {
        "text": "orders.reminders.ConsoleSender",
        "email": "orders.reminders.EmailSender",
    }
    row = booked(reminder="email")
    opted_in[row.case.person_id] = {"email": ADDRESS}
    assert send(row) == (1, 0)
    assert (mail.outbox[0].to, mail.outbox[0].subject) == ([ADDRESS], "Your appointment")
    assert reminders.text_of(row) in mail.outbox[0].body


def test_without_a_gateway_the_log_alone_says_that_there_was_one(settings, caplog):
    settings.REMINDER_SENDERS = {"text": "orders.reminders.ConsoleSender", "email": ""}
    with caplog.at_level(logging.INFO):
        assert send(booked()) == (1, 0)
    assert "a text reminder was sent" in caplog.text
    assert NUMBER not in caplog.text


def test_nothing_of_the_demonstration_leaves_the_machine(settings):
    row = booked()
    row.case.council.demonstration = True
    row.case.council.save()
    assert send(row) == (1, 0)
    assert Kept.sent == []
    (file,) = settings.REMINDER_FILES.iterdir()
    assert file.read_text(encoding="utf-8") == f"To: {NUMBER}\n\n{reminders.text_of(row)}\n"


def test_who_agreed_on_their_record_is_texted_at_the_number_they_gave(monkeypatch):
    monkeypatch.undo()
    row, other = booked(), booked()
    add_contact_point(
        actor=row.worker, case=row.case, kind="mobile", value="07700 900123", from_on=FRIDAY, today=FRIDAY,
        reminders=True, agreed_on=FRIDAY,
    )  # fmt: skip
    add_contact_point(
        actor=other.worker, case=other.case, kind="mobile", value="07700 900456", from_on=FRIDAY, today=FRIDAY
    )
    assert set(reminders.addresses_of([row, other])) == {row.pk}
    assert reminders.addresses_of([row])[row.pk].replace(" ", "") == "07700900123"
