"""Reading files for quality: samples, one file, agreement, themes, and what comes back to the worker."""

from __future__ import annotations

import secrets
from fractions import Fraction
from functools import cached_property
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from assessments import forms_quality as forms
from assessments import operations
from assessments.domain import quality as domain
from assessments.domain import sampling
from assessments.domain.quality import Edition, Indicator, ThemeCount
from assessments.models import FileReading, Sample, SampledFile, SettledScore, SupervisionPoint
from assessments.models.quality import READ_ACROSS
from assessments.samples import CRITERIA, is_as_drawn
from cases import permissions
from cases.consultations import looked_through
from cases.models import Allocation, Role, Team, User
from cases.views.lists import DayFilter
from justice.web import exports
from justice.web.dates import plain_date
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import CaseView, OperationView, PersonPage, today


def _require(user: User, *roles: str) -> None:
    if user.role not in roles:
        raise PermissionDenied


def _name(case: Any) -> str:
    return f"{case.person.family_name}, {case.person.given_name}"


# --- Samples --------------------------------------------------------------------------------------------------


def samples(request: HttpRequest) -> HttpResponse:
    """The samples that were drawn, the newest first, and where else quality is shown."""
    user = request.user
    _require(user, *READ_ACROSS, Role.CASEWORKER)
    rows = Sample.objects.visible_to(user).defer("frame").select_related("team", "recorded_by")
    listing = Listing(
        (
            Column(
                "name",
                "Sample",
                order_by=("name",),
                href=lambda row: reverse("sample", args=[row.pk]),
                heads=True,
            ),
            Column("kind", "Kind", "get_kind_display", order_by=("kind",)),
            Column("team", "Team", lambda row: row.team.name if row.team else "Every team"),
            Column("made_on", "Drawn", kind="date", order_by=("made_on",)),
            Column("by", "Drawn by", lambda row: row.recorded_by.name if row.recorded_by else ""),
            Column("files", "Files", "files_count", kind="number"),
            Column("read", "Read", "read_count", kind="number"),
        ),
        _counted(rows),
        request,
        default_order="-made_on",
        caption="Quality of files",
        counts=("sample", "samples"),
        empty="No sample has been drawn. Draw one to choose which files are read.",
    )
    context = {
        "title": listing.caption,
        "listing": listing,
        "may_draw": permissions.allows(user, "draw_sample"),
        "links": _links(user),
    }
    return render(request, "assessments/quality.html", context)


def _counted(rows: QuerySet) -> QuerySet:
    """Each sample with how many files it has, and how many of them somebody has read."""
    return rows.annotate(
        files_count=Count("files", distinct=True), read_count=Count("files__readings__file", distinct=True)
    )


def _links(user: User) -> list[tuple[str, str]]:
    found = []
    if user.role in READ_ACROSS:
        found.append(("Themes by team", reverse("quality_themes")))
    if permissions.allows(user, "close_supervision_point"):
        found.append(("Points for supervision", reverse("supervision_points")))
    if user.role in (Role.CASEWORKER, Role.FIRST_LINE_MANAGER):
        found.append(("My practice feedback", reverse("practice_feedback")))
    return found


class DrawSample(OperationView):
    """Files are drawn to be read."""

    operation = "draw_sample"
    call = staticmethod(operations.draw_sample)
    title = "Draw a sample of files"
    button = "Draw the sample"
    done = "The sample was drawn and is kept as it is"
    form_class = forms.SampleForm

    def about(self) -> dict[str, Any]:
        return {"today": today()}

    def get_initial(self) -> dict[str, Any]:
        return {"seed": secrets.token_hex(4), "size": 10, **super().get_initial()}

    def get_form_kwargs(self) -> dict[str, Any]:
        user = self.request.user
        own = user.role == Role.FIRST_LINE_MANAGER
        teams = None if own else Team.objects.visible_to(user).filter(closed_on=None)
        return {**super().get_form_kwargs(), "teams": teams}

    def get_success_url(self) -> str:
        return reverse("quality")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edition = domain.edition_on(today())
        whose = "your team" if self.request.user.role == Role.FIRST_LINE_MANAGER else "the council"
        intro = (
            f"Files are drawn from the open cases of {whose} that you may see. A record that you may not see cannot be "
            f"drawn. A second reader reads {edition.second_reader_percent}% of the files without having seen the first "
            "reading."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}


def sample(request: HttpRequest, sample: int) -> HttpResponse:
    """One sample: its files, who is to read them, and the proof that it is as it was drawn."""
    user = request.user
    drawn = get_object_or_404(
        Sample.objects.visible_to(user).select_related("team", "recorded_by"), pk=sample
    )
    mine = FileReading.objects.visible_to(user).filter(file=OuterRef("pk"), reader=user)
    own = Allocation.objects.filter(case=OuterRef("case"), worker=user)
    rows = (
        SampledFile.objects.visible_to(user)
        .filter(sample=drawn)
        .select_related("case__person", "team")
        .annotate(readings_count=Count("readings"), mine=Exists(mine), own=Exists(own))
        .order_by("position")
    )
    files = list(rows)
    looked_through(user=user, cases=[row.case_id for row in files], page="sample of files")
    as_drawn = is_as_drawn(drawn)
    hidden = min(drawn.asked_for, drawn.frame_size) - len(files)
    context = {
        "title": drawn.name,
        "summary": [
            ("Kind", drawn.get_kind_display()),
            (
                "What the files have in common",
                ", ".join(CRITERIA[code].label for code in drawn.criteria)
                or "Nothing: all were in the frame",
            ),
            (
                "Team",
                drawn.team.name
                if drawn.team
                else "Every team, each with its share"
                if drawn.stratified
                else "Every team",
            ),
            (
                "Drawn",
                f"{plain_date(drawn.made_on)} by {drawn.recorded_by.name if drawn.recorded_by else 'the system'}",
            ),
            (
                "Files",
                f"{min(drawn.asked_for, drawn.frame_size)} of the {drawn.frame_size:,} that could be drawn",
            ),
            ("Seed", drawn.seed),
            (
                "Drawn again now",
                Status("The same files", "green") if as_drawn else Status("Not the same files", "red"),
            ),
        ],
        "files": _files(files, drawn.seed, user),
        "hidden": hidden,
        "sample": drawn,
        "first": files[0] if files else None,
        "agreement": user.role in READ_ACROSS,
    }
    return render(request, "assessments/quality_sample.html", context)


def _files(files: list[Any], seed: str, user: User) -> Table:
    def stands(row: Any) -> Status:
        if row.readings_count >= (2 if row.read_twice else 1):
            return Status("Read", "green")
        if row.readings_count:
            return Status("Waits for the second reader", "amber")
        return Status("To be read", "blue")

    def may_read(row: Any) -> bool:
        left = row.readings_count < (2 if row.read_twice else 1)
        return left and not row.mine and not row.own and permissions.allows(user, "record_file_reading")

    return Table(
        (
            Column("position", "Number"),
            Column(
                "name",
                "Person",
                lambda row: _name(row.case),
                href=lambda row: reverse("sampled_file", args=[row.pk]),
                heads=True,
            ),
            Column("reference", "Reference", "case.person.reference"),
            Column("team", "Team", lambda row: row.team.name if row.team else "No team"),
            Column("twice", "Readers", lambda row: 2 if row.read_twice else 1, kind="number"),
            Column("stands", "State", stands, kind="status"),
            Column("value", "Draw value", lambda row: sampling.draw_value(seed, row.case_id)[:12]),
            Column(
                "read",
                "Read",
                lambda row: "Read" if may_read(row) else "Yours: a colleague reads it" if row.own else "",
                href=lambda row: reverse("record_file_reading", args=[row.pk]) if may_read(row) else "",
                context=lambda row: f"the file of {_name(row.case)}" if may_read(row) else "",
                hidden_label=True,
            ),
        ),
        files,
        "Files of this sample",
        "You may see none of these files. Ask who drew the sample.",
    )


def sample_frame(request: HttpRequest, sample: int) -> HttpResponseBase:
    """Every key that could have been drawn, with its draw value: what anybody needs to draw the sample again.

    Keys alone: nobody is in it, and it is logged as no look at anybody.
    """
    _require(request.user, *READ_ACROSS)
    drawn = get_object_or_404(Sample.objects.visible_to(request.user), pk=sample)
    rows = [
        {"stratum": stratum, "case": key, "value": sampling.draw_value(drawn.seed, key)}
        for stratum, keys in drawn.frame.items()
        for key in keys
    ]
    listing = Listing(
        (Column("stratum", "Stratum"), Column("case", "Case", kind="number"), Column("value", "Draw value")),
        rows,
        request,
        case_of="case",
        slug=f"sample-{drawn.pk}-frame",
    )
    return exports.csv_response(listing, most=len(rows))


# --- Agreement ------------------------------------------------------------------------------------------------


def agreement(request: HttpRequest, sample: int) -> HttpResponse:
    """How far first and second readers agree, by indicator and over all, and what is still to be settled."""
    user = request.user
    _require(user, *READ_ACROSS)
    drawn = get_object_or_404(Sample.objects.visible_to(user).defer("frame"), pk=sample)
    readings = FileReading.objects.visible_to(user).filter(file__sample=drawn, file__read_twice=True)
    by_file: dict[int, dict[str, FileReading]] = {}
    for one in readings.select_related("file__case__person"):
        by_file.setdefault(one.file_id, {})[one.place] = one
    both = {key: places for key, places in by_file.items() if len(places) == 2}
    settled = set(
        SettledScore.objects.visible_to(user).filter(file__in=list(both)).values_list("file", "indicator")
    )
    edition = domain.edition_on(drawn.made_on)
    pairs: dict[str, list[domain.Pair]] = {code: [] for code in edition.indicators}
    open_differences = []
    for key, places in both.items():
        first, second = places["first"], places["second"]
        for code in first.scores.keys() & second.scores.keys() & pairs.keys():
            pairs[code].append((first.scores[code], second.scores[code]))
        left = [code for code in _differing(first, second) if (key, code) not in settled and code in pairs]
        if left:
            open_differences.append((first.file, [edition.indicators[code].label for code in left]))
    lines = [(one.title, domain.agreement(pairs[code])) for code, one in edition.indicators.items()]
    total = ("All indicators", domain.agreement([pair for found in pairs.values() for pair in found]))
    looked_through(
        user=user, cases=[file.case_id for file, _ in open_differences], page="agreement of readers"
    )
    context = {
        "title": f"Agreement of readers: {drawn.name}",
        "sample": drawn,
        "agreement": _agreement_table(lines, total),
        "both": len(both),
        "left": Table(
            (
                Column(
                    "name",
                    "Person",
                    lambda row: _name(row[0].case),
                    href=lambda row: reverse("sampled_file", args=[row[0].pk]),
                    heads=True,
                ),
                Column("what", "Differ on", lambda row: ", ".join(row[1])),
            ),
            open_differences,
            "Differences to be settled",
            "No difference is left to settle. One stands here once both readers have read a file and differ.",
        ),
    }
    return render(request, "assessments/quality_agreement.html", context)


def _agreement_table(lines: list[Any], total: Any) -> Table:
    return Table(
        (
            Column("indicator", "Indicator", lambda row: row[0], heads=True),
            Column("pairs", "Scores compared", lambda row: row[1].pairs, kind="number"),
            Column("exact", "The same score", lambda row: _share(row[1].exact_share), kind="number"),
            Column("within", "Within one point", lambda row: _share(row[1].within_one_share), kind="number"),
            Column("kappa", "Weighted kappa", lambda row: _kappa(row[1].kappa), kind="number"),
        ),
        lines,
        "Agreement by indicator",
        totals=[total],
    )


def _share(share: Fraction | None) -> str:
    return "None yet" if share is None else f"{round(share * 100)}%"


def _kappa(kappa: Fraction | None) -> str:
    return "Not defined" if kappa is None else f"{float(kappa):.2f}"


def _differing(first: FileReading, second: FileReading) -> list[str]:
    """The indicators on which two readings of one file differ."""
    return [code for code, score in first.scores.items() if second.scores.get(code) != score]


# --- One file -------------------------------------------------------------------------------------------------


class FileView(CaseView):
    """A page about one file of a sample: found through what the user may see, and the look is logged."""

    file: SampledFile

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = SampledFile.objects.visible_to(request.user).defer("sample__frame")
            rows = rows.select_related("sample", "case__person", "case__council", "worker")
            self.file = get_object_or_404(rows, pk=kwargs["sampled"])
            self.case = self.file.case

    @cached_property
    def edition(self) -> Edition:
        return domain.edition_on(self.file.sample.made_on)

    @cached_property
    def readings(self) -> list[FileReading]:
        """Those that the user may see, the first before the second."""
        rows = FileReading.objects.visible_to(self.request.user).filter(file=self.file)
        return list(rows.select_related("reader").order_by("place"))

    @property
    def caption(self) -> str:
        return f"{self.file.sample.name}, file {self.file.position}"


class FilePage(FileView, PersonPage):
    """What was found in one file, by one reader or two, and what can be done next."""

    page = "file of a sample"
    template_name = "assessments/quality_file.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, file = self.request.user, self.file
        settled = {one.indicator: one for one in SettledScore.objects.visible_to(user).filter(file=file)}
        given = file.readings.count()
        wanted = 2 if file.read_twice else 1
        mine = any(one.reader_id == user.pk for one in self.readings)
        own = Allocation.objects.filter(case=self.case, worker=user).exists()
        do: list[tuple[str, str]] = []
        if given < wanted and not mine and not own and permissions.allows(user, "record_file_reading"):
            do.append(("Read this file", reverse("record_file_reading", args=[file.pk])))
        if self.differences(settled) and not own and permissions.allows(user, "settle_reading"):
            do.append(("Settle a difference", reverse("settle_reading", args=[file.pk])))
        may_raise = (
            file.worker is not None
            and file.worker_id != user.pk
            and permissions.allows(user, "raise_supervision_point")
            and permissions.manages(user, file.worker)
        )
        if may_raise and self.readings and given >= wanted:
            last = self.readings[-1]
            do.append(("Raise a point for supervision", reverse("raise_supervision_point", args=[last.pk])))
        return {
            **super().get_context_data(**kwargs),
            "title": f"{self.caption}: {self.case.person.name}",
            "heading": self.case.person.name,
            "caption": self.caption,
            "sample": file.sample,
            "do": do,
            "own": own,
            "hidden": given - len(self.readings),
            "read": bool(self.readings),
            "scores": self.scores(settled),
            "found": [self.found(one) for one in self.readings],
        }

    def differences(self, settled: dict[str, SettledScore]) -> list[str]:
        if len(self.readings) < 2:
            return []
        return [code for code in _differing(*self.readings) if code not in settled]

    def scores(self, settled: dict[str, SettledScore]) -> Table:
        def cell(reading: FileReading, code: str) -> str:
            return _scored(self.edition, reading.scores.get(code))

        columns = [
            Column("indicator", "Indicator", lambda row: row.title, heads=True),
            *(
                Column(
                    one.place,
                    f"{one.get_place_display()}, {one.reader.name}",
                    lambda row, one=one: cell(one, row.code),
                )
                for one in self.readings
            ),
        ]
        if len(self.readings) == 2:
            columns.append(Column("settled", "Agreed", lambda row: self.agreed(row, settled)))
        return Table(columns, list(self.edition.indicators.values()), "Scores by indicator")

    def agreed(self, row: Indicator, settled: dict[str, SettledScore]) -> str:
        if row.code in settled:
            one = settled[row.code]
            return f"{_scored(self.edition, one.score)}: {one.reason}"
        return "To be settled" if row.code in self.differences(settled) else "The same"

    def found(self, reading: FileReading) -> dict[str, Any]:
        """A reading in words."""
        indicators, themes = self.edition.indicators, self.edition.themes
        notes = [(indicators[code].label, text) for code, text in reading.notes.items() if code in indicators]
        return {
            "title": f"{reading.get_place_display()}: {reading.reader.name}, {plain_date(reading.read_on)}",
            "rows": [
                *notes,
                ("What is strong", reading.strengths or "Nothing written"),
                ("What to improve", reading.to_improve or "Nothing written"),
                (
                    "Themes",
                    ", ".join(themes[code].label for code in reading.themes if code in themes) or "None",
                ),
            ],
        }


def _scored(edition: Edition, score: int | None) -> str:
    point = edition.scale.get(score or 0)
    return f"{point.score} {point.label}" if point else ""


class FileOperation(FileView, OperationView):
    """A form about one file, which goes back to its page."""

    def get_success_url(self) -> str:
        return reverse("sampled_file", args=[self.file.pk])

    def about(self) -> dict[str, Any]:
        return {"file": self.file, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": self.caption, **super().get_context_data(**kwargs)}


class RecordFileReading(FileOperation):
    """A reader scores a file; what an earlier reader wrote is not on this page."""

    operation = "record_file_reading"
    call = staticmethod(operations.record_file_reading)
    title = "Read a file"
    button = "Save the reading"
    done = "The reading was saved. It cannot be changed"
    form_class = forms.ReadingForm
    template_name = "assessments/quality_read.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "edition": self.edition}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "scale": [(f"{one.score} {one.label}", one.meaning) for one in self.edition.scale.values()],
            "source": self.edition.source,
            **super().get_context_data(**kwargs),
        }


class SettleReading(FileOperation):
    """Two readers agreed on a score where they had differed."""

    operation = "settle_reading"
    call = staticmethod(operations.settle_reading)
    title = "Settle a difference"
    done = "The agreed score was saved"
    form_class = forms.SettleForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "edition": self.edition, "differences": self.differences}

    @cached_property
    def differences(self) -> list[tuple[Indicator, str]]:
        if len(self.readings) < 2:
            return []
        first, second = self.readings
        rows = SettledScore.objects.visible_to(self.request.user).filter(file=self.file)
        settled = set(rows.values_list("indicator", flat=True))
        return [
            (
                self.edition.indicators[code],
                f"first {first.scores.get(code)}, second {second.scores.get(code)}",
            )
            for code in _differing(first, second)
            if code not in settled and code in self.edition.indicators
        ]


# --- Themes ---------------------------------------------------------------------------------------------------


class ThemeFilter(django_filters.FilterSet):
    """Narrows the readings whose themes are counted to a period; its rows are the counts."""

    read_from = DayFilter(label="Read from", field_name="read_on", lookup_expr="gte")
    read_to = DayFilter(label="Read to", field_name="read_on", lookup_expr="lte")

    class Meta:
        model = FileReading
        fields = ()

    @cached_property
    def qs(self) -> list[ThemeCount]:
        edition = domain.edition_on(today())
        rows = super().qs.values_list("file__team__name", "themes", "file", "file__worker")
        found = [
            (team or "No team", theme, file, worker)
            for team, themes, file, worker in rows
            for theme in themes
            if theme in edition.themes
        ]
        return domain.theme_counts(found, edition.fewest_workers)


def themes(request: HttpRequest) -> HttpResponse:
    """What readers find again and again, by team; nothing that would be about one or two people."""
    user = request.user
    _require(user, *READ_ACROSS)
    edition = domain.edition_on(today())
    filterset = ThemeFilter(request.GET, queryset=FileReading.objects.visible_to(user), request=request)

    def kind(row: ThemeCount) -> Status:
        strength = edition.themes[row.theme].strength
        return Status("Strength", "green") if strength else Status("To improve", "amber")

    listing = Listing(
        (
            Column("team", "Team"),
            Column("theme", "Theme", lambda row: edition.themes[row.theme].label, heads=True),
            Column(
                "files",
                "Files",
                lambda row: "Too few workers" if row.files is None else row.files,
                kind="number",
            ),
            Column("kind", "Kind", kind, kind="status"),
        ),
        filterset.qs,
        request,
        page_size=200,
        filterset=filterset,
        caption="Themes by team",
        counts=("theme", "themes"),
        empty="No theme was found in this period. Themes come from readings of files.",
    )
    return render(
        request,
        "assessments/quality_themes.html",
        {"title": listing.caption, "listing": listing, "fewest": edition.fewest_workers},
    )


# --- Back to the worker ---------------------------------------------------------------------------------------


def supervision_points(request: HttpRequest) -> HttpResponse:
    """What was agreed with the staff that somebody manages, what is still to be done first."""
    user = request.user
    if not permissions.allows(user, "close_supervision_point"):
        raise PermissionDenied
    rows = _points(user).exclude(worker=user)
    listing = Listing(
        (
            Column("worker", "Worker", "worker.name", order_by=("worker__name",), heads=True),
            *_point_columns(),
            Column(
                "close",
                "Close",
                lambda row: "" if row.done_on else "Record as done",
                href=lambda row: "" if row.done_on else reverse("close_supervision_point", args=[row.pk]),
                context=lambda row: f"for {row.worker.name}, {_which(row)}: {row.text}",
                hidden_label=True,
            ),
        ),
        rows,
        request,
        caption="Points for supervision",
        counts=("point", "points"),
        empty="No point is agreed with anybody you manage. Raise one from the page of a file that was read.",
    )
    return render(request, "assessments/quality_points.html", {"title": listing.caption, "listing": listing})


def _points(user: User) -> QuerySet:
    """The points that the user may see, each with the file it came from."""
    rows = SupervisionPoint.objects.visible_to(user).select_related("worker", "reading__file__sample")
    return rows.defer("reading__file__sample__frame")


def _which(row: SupervisionPoint) -> str:
    """The file a point came from, without whose it is."""
    return f"{row.reading.file.sample.name}, file {row.reading.file.position}"


def _point_columns() -> tuple[Column, ...]:
    def stands(row: SupervisionPoint) -> Status:
        return Status(f"Done {plain_date(row.done_on)}", "green") if row.done_on else Status("Agreed", "blue")

    return (
        Column("text", "What was agreed"),
        Column("from", "From", _which),
        Column("agreed_on", "Agreed", kind="date", order_by=("agreed_on",)),
        Column("stands", "State", stands, kind="status"),
        Column("outcome", "What came of it"),
    )


def practice_feedback(request: HttpRequest) -> HttpResponse:
    """What the signed-in person agreed in supervision, and what readers found in files that were theirs."""
    user = request.user
    _require(user, Role.CASEWORKER, Role.FIRST_LINE_MANAGER)
    edition = domain.edition_on(today())
    points = _points(user).filter(worker=user)
    readings = FileReading.objects.visible_to(user).filter(file__worker=user).exclude(reader=user)
    found = list(readings.select_related("file__case__person").order_by("-read_on", "-pk")[:100])
    looked_through(user=user, cases=[one.file.case_id for one in found], page="practice feedback")

    def said(strength: bool) -> Any:
        def words(row: FileReading) -> str:
            known = [edition.themes[code] for code in row.themes if code in edition.themes]
            return ", ".join(one.label for one in known if one.strength is strength) or "None named"

        return words

    context = {
        "title": "My practice feedback",
        "points": Table(
            _point_columns(),
            points,
            "What I agreed in supervision",
            "Nothing is agreed from a reading. Your manager and you add it after a file of yours was read.",
        ),
        "readings": Table(
            (
                Column(
                    "name",
                    "Person",
                    lambda row: _name(row.file.case),
                    href=lambda row: reverse("sampled_file", args=[row.file_id]),
                    context=lambda row: (
                        f"read on {plain_date(row.read_on)} by the {row.get_place_display().lower()}"
                    ),
                    heads=True,
                ),
                Column("read_on", "Read", kind="date"),
                Column("reader", "By the", "get_place_display"),
                Column("strong", "Strengths", said(True)),
                Column("improve", "To improve", said(False)),
            ),
            found,
            "What readers found in my files",
            "No file of yours has been read. What readers find stands here once they have finished.",
        ),
    }
    return render(request, "assessments/quality_feedback.html", context)


class RaiseSupervisionPoint(OperationView):
    """A point from a reading, agreed between a manager and a worker."""

    operation = "raise_supervision_point"
    call = staticmethod(operations.raise_supervision_point)
    title = "Raise a point for supervision"
    button = "Save the point"
    done = "The point was saved. The worker sees it under My practice feedback"
    form_class = forms.PointForm

    @cached_property
    def reading(self) -> FileReading:
        rows = FileReading.objects.visible_to(self.request.user).select_related(
            "file__worker", "file__sample"
        )
        return get_object_or_404(rows.defer("file__sample__frame"), pk=self.kwargs["reading"])

    def there(self) -> FileReading:
        return self.reading

    def about(self) -> dict[str, Any]:
        return {"reading": self.reading, "today": today()}

    def get_success_url(self) -> str:
        return reverse("supervision_points")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        file = self.reading.file
        worker = file.worker.name if file.worker else "Nobody held it"
        return {
            "caption": f"{worker}: {file.sample.name}, file {file.position}",
            **super().get_context_data(**kwargs),
        }


class CloseSupervisionPoint(OperationView):
    """A point was taken up in supervision."""

    operation = "close_supervision_point"
    call = staticmethod(operations.close_supervision_point)
    title = "Record a point as done"
    done = "The point was recorded as done"
    form_class = forms.ClosePointForm

    @cached_property
    def point(self) -> SupervisionPoint:
        rows = SupervisionPoint.objects.visible_to(self.request.user).exclude(worker=self.request.user)
        return get_object_or_404(rows.select_related("worker"), pk=self.kwargs["supervision"])

    def root(self) -> SupervisionPoint:
        return self.point

    def about(self) -> dict[str, Any]:
        return {"point": self.point, "today": today()}

    def get_success_url(self) -> str:
        return reverse("supervision_points")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "caption": self.point.worker.name,
            "intro": self.point.text,
            **super().get_context_data(**kwargs),
        }
