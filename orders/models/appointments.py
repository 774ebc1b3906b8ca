"""Appointments: when somebody is to be met, what came of it, and the reminder that was sent."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models import Case, Handover, Recorded, User, Versioned, tracked
from orders.models.orders import Order
from orders.models.work import Attendance, Contact


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> AppointmentQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))

    def on(self, day: date) -> AppointmentQuerySet:
        return self.filter(on=day)

    def of_worker(self, worker: User) -> AppointmentQuerySet:
        return self.filter(worker=worker)

    def standing(self) -> AppointmentQuerySet:
        """Neither cancelled nor moved nor over, and not for a day after the order or the case ended."""
        ended = Q(order__ended_on__lt=F("on")) | Q(case__closed_on__lt=F("on"))
        return self.filter(outcome="").exclude(ended)

    def upcoming(self, day: date) -> AppointmentQuerySet:
        """Still to be kept, on the day or after it."""
        return self.standing().filter(on__gte=day)

    def waiting_for_outcome(self, on: date) -> AppointmentQuerySet:
        """Before the day or on it, and nobody has said what came of it."""
        return self.standing().filter(on__lte=on)


class Appointment(Recorded, Versioned):
    """Somebody is to be met at a time, and what came of it. The outcome of most kinds is a contact or a session too.

    The time is what clocks in Scotland show on the day. What moves is a new row: `moved_to` of the old one.
    """

    class Kind(models.TextChoices):
        # As Contact.Kind, which the first six become when their outcome is recorded.
        FIRST_CONTACT = "first_contact", "First direct contact"
        INDUCTION = "induction", "Induction or first case management meeting"
        SUPERVISION = "supervision", "Supervision appointment"
        HOME_VISIT = "home_visit", "Home visit"
        TELEPHONE = "telephone", "Telephone call"
        OTHER = "other", "Other appointment"
        UNPAID_WORK = "unpaid_work", "Unpaid work session"
        REVIEW = "review", "Departmental review"

    class Outcome(models.TextChoices):
        ATTENDED = "attended", "Attended"
        DID_NOT_ATTEND = "did_not_attend", "Did not attend"
        CANCELLED_BY_SERVICE = "cancelled_by_service", "Cancelled by the service"
        CANCELLED_BY_PERSON = "cancelled_by_person", "Cancelled by the person"
        RESCHEDULED_BY_SERVICE = "rescheduled_by_service", "Rescheduled by the service"
        RESCHEDULED_BY_PERSON = "rescheduled_by_person", "Rescheduled by the person"

    class Reminder(models.TextChoices):
        TEXT = "text", "Text message"
        EMAIL = "email", "Email"

    # Those that may be with somebody who is not on an order, such as for a report or on a licence.
    WITHOUT_ORDER = (Kind.HOME_VISIT, Kind.TELEPHONE, Kind.OTHER)
    KEPT_OR_NOT = (Outcome.ATTENDED, Outcome.DID_NOT_ATTEND)
    MOVED = (Outcome.RESCHEDULED_BY_SERVICE, Outcome.RESCHEDULED_BY_PERSON)

    case = models.ForeignKey(Case, models.PROTECT, related_name="appointments")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="appointments")
    kind = models.CharField(max_length=20, choices=Kind)
    on = models.DateField()
    at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=200, blank=True)
    worker = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    note = models.CharField(max_length=500, blank=True)
    # What was booked together with it, and is cancelled together with it from a day on.
    series = models.UUIDField(null=True, blank=True, editable=False)
    reminder = models.CharField(max_length=10, blank=True, choices=Reminder)
    outcome = models.CharField(max_length=30, blank=True, choices=Outcome)
    outcome_on = models.DateField(null=True, blank=True)
    outcome_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Why it was cancelled or moved; or what happened, where no contact and no session holds that.
    outcome_note = models.TextField(max_length=10_000, blank=True)
    contact = models.OneToOneField(Contact, models.PROTECT, null=True, blank=True, related_name="appointment")
    attendance = models.OneToOneField(
        Attendance, models.PROTECT, null=True, blank=True, related_name="appointment"
    )
    # Whose it was before the handover that moved it, so that undoing gives it back to exactly them.
    handover = models.ForeignKey(Handover, models.PROTECT, null=True, blank=True, related_name="appointments")
    handed_over_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    moved_to = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="moved_from")

    objects = AppointmentQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "on", "at"), condition=Q(outcome=""), name="one_appointment_at_a_time"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="appointment_lasts"),
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(kind__in=("home_visit", "telephone", "other")),
                name="appointment_of_this_kind_has_an_order",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_on=None, outcome_by=None)
                | (~Q(outcome="") & Q(outcome_on__isnull=False, outcome_by__isnull=False)),
                name="outcome_has_a_day_and_a_recorder",
            ),
            models.CheckConstraint(
                condition=Q(contact=None, attendance=None)
                | Q(contact=None, attendance__isnull=False, kind="unpaid_work")
                | (Q(contact__isnull=False, attendance=None) & ~Q(kind__in=("unpaid_work", "review"))),
                name="appointment_becomes_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(contact=None, attendance=None) | Q(outcome__in=("attended", "did_not_attend")),
                name="only_a_kept_or_missed_appointment_becomes_one",
            ),
            models.CheckConstraint(
                condition=Q(moved_to=None)
                | Q(outcome__in=("rescheduled_by_service", "rescheduled_by_person")),
                name="only_a_rescheduled_appointment_moved",
            ),
        )
        indexes = (
            models.Index(fields=("worker", "on"), name="appointments_of_a_worker"),  # diary, double booking
            # Outcomes to record, reminders of the morning: both read only what nobody has closed.
            models.Index(fields=("on",), condition=Q(outcome=""), name="appointments_without_outcome"),
            models.Index(
                fields=("series", "on"), condition=Q(series__isnull=False), name="appointments_of_a_series"
            ),
        )

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class ReminderQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReminderQuerySet:
        return self.filter(appointment__in=Appointment.objects.visible_to(user))


class Reminder(models.Model):
    """A message about one appointment at its day and time: the unique row is the right to send it, once."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="reminders")
    on = models.DateField()
    at = models.TimeField()
    channel = models.CharField(max_length=10, choices=Appointment.Reminder)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Who sends it says so first; a claim that is old, with nothing sent, was left by somebody who was killed.
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("appointment", "on", "at"), name="reminded_once"),)

    def __str__(self) -> str:
        return f"reminder {self.pk}"
