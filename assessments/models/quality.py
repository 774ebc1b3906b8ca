"""Files drawn to be read, what readers found, what they settled, and what it led to in a worker's supervision."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from cases.models import Case, Council, Recorded, Role, Team, User, Versioned, managed_by, tracked

# Who reads across files to learn about the service; whose own files they are, and who manages them, see theirs.
READ_ACROSS: frozenset[str] = frozenset(
    {Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER}
)


class SampleQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SampleQuerySet:
        """Samples of the whole council, and of one's own team; which of their files is another question."""
        if not user.is_active or user.role not in READ_ACROSS | {Role.CASEWORKER}:
            return self.none()
        seen = self.filter(council=user.council_id)
        if user.role in (Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER):
            return seen
        return seen.filter(Q(team=None) | Q(team=user.team_id))


class Sample(Recorded):
    """Files drawn to be read, with all that is needed to draw them again. Add-only.

    `frame` holds the key of every file that could have been drawn, in strata by the key of their team ("" for one
    stratum), as the person who drew it could see them on the day.
    """

    class Kind(models.TextChoices):
        RANDOM = "random", "Random"
        TARGETED = "targeted", "Targeted"

    council = models.ForeignKey(Council, models.PROTECT, related_name="samples")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="samples")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    made_on = models.DateField()
    seed = models.CharField(max_length=50)
    criteria = models.JSONField(default=list, blank=True)
    asked_for = models.PositiveSmallIntegerField()
    stratified = models.BooleanField(default=False)
    frame_size = models.PositiveIntegerField()
    frame = models.JSONField(default=dict)

    objects = SampleQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-made_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("council", "name"), name="one_sample_of_a_name_per_council"),
            models.CheckConstraint(condition=Q(asked_for__gte=1), name="a_sample_asks_for_a_file"),
        )

    def __str__(self) -> str:
        return f"sample {self.pk}"


class SampledFileQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SampledFileQuerySet:
        """Those of a sample the user may see whose case they may see."""
        return self.filter(sample__in=Sample.objects.visible_to(user), case__in=Case.objects.visible_to(user))


class SampledFile(models.Model):
    """One case of a sample, and whose work it was on the day it was drawn. Never changed."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="files")
    case = models.ForeignKey(Case, models.PROTECT, related_name="sampled")
    position = models.PositiveSmallIntegerField()
    read_twice = models.BooleanField(default=False)
    worker = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SampledFileQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("sample", "position")
        constraints = (
            models.UniqueConstraint(fields=("sample", "case"), name="a_file_once_in_a_sample"),
            models.UniqueConstraint(fields=("sample", "position"), name="one_file_at_a_position"),
        )

    def __str__(self) -> str:
        return f"file {self.pk} of a sample"


class FileReadingQuerySet(models.QuerySet):
    def readable(self) -> FileReadingQuerySet:
        """Not hidden from a second reader: of a file read twice, nothing before both have read it."""
        second = FileReading.objects.filter(file=OuterRef("file"), place=FileReading.Place.SECOND)
        return self.filter(Q(file__read_twice=False) | Exists(second))

    def visible_to(self, user: User) -> FileReadingQuerySet:
        """Their own; and once it can no longer sway a second reader, for the worker, who manages them, and who reads
        across. Only of cases they may see, and never as somebody's work to those who do not manage them."""
        if not user.is_active:
            return self.none()
        about = Q(file__worker=user)
        if user.role in (Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER):
            about |= managed_by(user, "file__worker__") | Q(file__worker=None)
        if user.role == Role.PERFORMANCE_OFFICER:
            about |= Q(file__sample__council=user.council_id)
        readable = Q(pk__in=FileReading.objects.readable().filter(about).values("pk"))
        return self.filter(Q(reader=user) | readable, file__case__in=Case.objects.visible_to(user))


class FileReading(Recorded):
    """What one reader found in one file: scores by indicator, with a note each, and themes. Add-only."""

    class Place(models.TextChoices):
        FIRST = "first", "First reader"
        SECOND = "second", "Second reader"

    file = models.ForeignKey(SampledFile, models.PROTECT, related_name="readings")
    reader = models.ForeignKey(User, models.PROTECT, related_name="file_readings")
    read_on = models.DateField()
    place = models.CharField(max_length=10, choices=Place)
    # The edition of assessments.domain.quality that it was read for
    edition = models.CharField(max_length=50)
    # {"planning": 4, …} and {"planning": "Goals are the person's own", …}
    scores = models.JSONField(default=dict)
    notes = models.JSONField(default=dict, blank=True)
    strengths = models.TextField(max_length=5000, blank=True)
    to_improve = models.TextField(max_length=5000, blank=True)
    themes = models.JSONField(default=list, blank=True)

    objects = FileReadingQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("file", "place")
        constraints = (
            models.UniqueConstraint(fields=("file", "place"), name="one_first_and_one_second_reading"),
            models.UniqueConstraint(fields=("file", "reader"), name="nobody_reads_a_file_twice"),
        )

    def __str__(self) -> str:
        return f"reading {self.pk} of a file"


class SettledScoreQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SettledScoreQuerySet:
        return self.filter(file__readings__in=FileReading.objects.visible_to(user).readable()).distinct()


class SettledScore(Recorded):
    """The score that two readers agreed on after they had differed, and why. Add-only."""

    file = models.ForeignKey(SampledFile, models.PROTECT, related_name="settled")
    indicator = models.CharField(max_length=30)
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=1000)
    settled_on = models.DateField()

    objects = SettledScoreQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("file", "pk")
        constraints = (
            models.UniqueConstraint(fields=("file", "indicator"), name="a_difference_is_settled_once"),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=6), name="settled_on_the_six_point_scale"
            ),
        )

    def __str__(self) -> str:
        return f"settled score {self.pk}"


class SupervisionPointQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SupervisionPointQuerySet:
        """The worker's own, and those of the staff they manage."""
        return self.filter(managed_by(user, "worker__")) if user.is_active else self.none()

    def open(self) -> SupervisionPointQuerySet:
        return self.filter(done_on=None)


class SupervisionPoint(Recorded, Versioned):
    """What a worker and their manager agreed to take up in supervision, from a reading of a file."""

    worker = models.ForeignKey(User, models.PROTECT, related_name="supervision_points")
    reading = models.ForeignKey(FileReading, models.PROTECT, related_name="supervision_points")
    text = models.CharField(max_length=1000)
    agreed_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=1000, blank=True)

    objects = SupervisionPointQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("done_on").desc(nulls_first=True), "-agreed_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(done_on=None) | Q(done_on__gte=F("agreed_on")),
                name="supervision_point_done_after_agreed",
            ),
        )

    def __str__(self) -> str:
        return f"supervision point {self.pk}"
