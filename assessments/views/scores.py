"""Scores that do not add up, bands and what they would move, other tools, and orders of which nothing is heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from assessments import activity, bands, operations, scores
from assessments.domain import activity as policy
from assessments.domain import lscmi, soundness, tools
from assessments.domain.lscmi import Bands
from assessments.forms_scores import ConfirmForm, LevelBandsForm, ToolForm, tool_form
from assessments.models import Assessment, LevelBands, ScoreMismatch
from assessments.models.scores import ScoreMismatchQuerySet
from cases import permissions
from cases.consultations import looked_through
from cases.models import Role, User
from cases.operation import council_of
from cases.views.lists import show
from cases.views.settings import Removal, SettingView
from justice.web.listing import Column, Listing, Table
from justice.web.views import today
from orders.models import Order
from orders.views.base import OrderOperation, OrderView

MANAGERS: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER})
SHOWN = 100  # how many records that would move are listed; their number is always the whole


# --- Scores that do not add up ----------------------------------------------------------------------------------


def mismatches(user: User) -> ScoreMismatchQuerySet:
    """The records whose scores do not add up and that the user may see, the longest known first."""
    rows = ScoreMismatch.objects.visible_to(user).standing()
    return rows.select_related("assessment__order__case__person").order_by("found_at", "pk")


def correct(row: ScoreMismatch) -> str:
    """Where a record is put right: by another, which takes its place."""
    return reverse("correct_assessment", args=[row.assessment_id])


def unsound_scores(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Records whose numbers do not follow from one another, as the night found them."""
    user = request.user
    if user.role not in MANAGERS:
        raise PermissionDenied
    own = bands.own_bands(user.council)

    def stored(row: ScoreMismatch) -> str:
        level = bands.in_force(own, row.assessment.completed_on)
        return _numbers(row.assessment.total, _level(row.assessment, level))

    def worked_out(row: ScoreMismatch) -> str:
        found = soundness.worked_out(
            scores.of(row.assessment), bands.in_force(own, row.assessment.completed_on)
        )
        return _numbers(found.total, found.level)

    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=lambda row: _person(row.assessment.order),
                order_by=(
                    "assessment__order__case__person__family_name",
                    "assessment__order__case__person__given_name",
                ),
                href=lambda row: reverse("case", args=[row.assessment.order.case_id]),
                context=_of_which,
                heads=True,
            ),
            Column(
                "reference",
                "Order",
                "assessment.order.reference",
                order_by=("assessment__order__reference",),
                href=lambda row: reverse("order", args=[row.assessment.order_id]),
                context=_of_which,
            ),
            Column(
                "tool",
                "Assessment",
                value=lambda row: row.assessment.get_tool_display(),
                order_by=("assessment__tool",),
            ),
            Column(
                "completed_on",
                "Completed",
                "assessment.completed_on",
                kind="date",
                order_by=("assessment__completed_on",),
            ),
            Column("codes", "What disagrees", value=lambda row: _sentence(row.codes)),
            Column("stored", "On the record", value=stored),
            Column("worked_out", "Worked out again", value=worked_out),
            Column(
                "found_at",
                "Found on",
                value=lambda row: timezone.localdate(row.found_at),
                kind="date",
                order_by=("found_at",),
            ),
            Column(
                "correct",
                "Correct",
                value=lambda row: "Correct",
                href=correct,
                context=_of_which,
                in_files=False,
                hidden_label=True,
            ),
        ),
        mismatches(user),
        request,
        default_order="found_at",
        caption="Scores that do not add up",
        counts=("record", "records"),
        empty="Every score adds up. The records are worked out again each night, and one that does not stands here.",
        case_of="assessment.order.case_id",
    )
    return show(request, listing, "assessments/unsound_scores.html", "scores that do not add up", file)


def _of_which(row: ScoreMismatch) -> str:
    assessment = row.assessment
    return f"for the {assessment.get_tool_display()} of {assessment.completed_on:%-d %B %Y}, record {assessment.pk}"


def _person(order: Order) -> str:
    return f"{order.case.person.family_name}, {order.case.person.given_name}"


def _sentence(codes: Sequence[str]) -> str:
    words = scores.in_words(list(codes))
    return words[:1].upper() + words[1:]


def _level(assessment: Assessment, own: Bands) -> str:
    """The level that the stored total gives."""
    if assessment.tool != Assessment.Tool.LS_CMI:
        return assessment.level_code
    total = assessment.total
    return (
        lscmi.level_of(total, own)
        if total is not None and 0 <= total <= lscmi.HIGHEST
        else assessment.stated_level
    )


def _numbers(total: int | None, level: str) -> str:
    """ "Total 23, high"."""
    parts = [f"Total {total}"] if total is not None else []
    parts += [tools.LEVELS.get(level, level).lower()] if level else []
    said = ", ".join(parts) or "cannot be worked out"
    return said[:1].upper() + said[1:]


# --- Without activity -------------------------------------------------------------------------------------------


def without_activity(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Open supervised orders of which nothing was recorded for months."""
    user, on = request.user, today()
    if user.role not in MANAGERS | {Role.CASEWORKER}:
        raise PermissionDenied
    edition = policy.edition_on(on)
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=_person,
                order_by=("case__person__family_name", "case__person__given_name"),
                href=lambda order: reverse("case", args=[order.case_id]),
                context=lambda order: f"for {order.reference}",
                heads=True,
            ),
            Column(
                "reference",
                "Order",
                order_by=("reference",),
                href=lambda order: reverse("order", args=[order.pk]),
            ),
            Column("imposed_on", "Imposed", kind="date", order_by=("imposed_on",)),
            Column(
                "assessed_on", "Latest LS/CMI", value=lambda order: order.assessed_on or "None", kind="date"
            ),
            Column("last_on", "Last recorded", kind="date", order_by=("last_on",)),
        ),
        activity.without_activity(user, on),
        request,
        default_order="last_on",
        caption="Assessments without activity",
        counts=("order", "orders"),
        empty=(
            "Something was recorded of every supervised order lately. "
            f"An order stands here when nothing was recorded for {edition.months} months."
        ),
        case_of="case_id",
    )
    lead = (
        f"Open orders with supervision, imposed more than {edition.months} months ago, of which nothing was recorded "
        f"since {edition.since(on):%-d %B %Y}: no contact, session, review or assessment, and no note on the case. "
        "Record what was done, or end the order."
    )
    return show(
        request,
        listing,
        "assessments/without_activity.html",
        "assessments without activity",
        file,
        lead=lead,
        source=f"{edition.months} months: {edition.source}.",
    )


# --- Bands ------------------------------------------------------------------------------------------------------


class ShowsWhatMoves(SettingView):
    """A change of bands: first the records whose level would be another, then, with their number, the change."""

    section = "bands"
    button = "Show what would change"
    confirm = ""

    def change(self, form: ConfirmForm) -> tuple[list[Bands], list[Bands]]:
        """The council's bands as they are, and as they would be. Refusals go onto the form."""
        raise NotImplementedError

    def form_valid(self, form: Form) -> HttpResponse:
        if "changed" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        before, after = self.change(form)
        if form.errors:
            return self.form_invalid(form)
        rows = bands.moving(council_of(self.request.user), before, after)
        count = rows.count()
        if "confirmed" not in self.request.POST or form.cleaned_data["moving"] != count:
            return self.check(rows, count, before, after)
        return super().form_valid(form)

    def check(
        self, rows: QuerySet[Assessment], count: int, before: Sequence[Bands], after: Sequence[Bands]
    ) -> HttpResponse:
        """Nothing is saved: what would move, of which those the user may see are listed."""
        seen = rows.visible_to(self.request.user).select_related("order")
        visible = seen.count()
        shown = list(seen[:SHOWN])
        looked_through(
            user=self.request.user,
            cases=[row.order.case_id for row in shown],
            page="levels that would change",
        )
        posted = self.request.POST
        context = {
            "title": "Check which levels would change",
            "count": count,
            "words": _would_change(count),
            "stale": "confirmed" in posted,
            "seen": _seen(count, visible, len(shown)),
            "rows": Table(
                (
                    Column("reference", "Order", "order.reference", heads=True),
                    Column("now", "Level now", lambda row: _label(row, before)),
                    Column("then", "Level then", lambda row: _label(row, after)),
                    Column("total", "Total", kind="number"),
                    Column("completed_on", "Completed", kind="date"),
                ),
                shown,
                "Records whose level would change",
                "No record that you may see would change.",
            ),
            "carried": [
                (name, value)
                for name, values in posted.lists()
                if name not in ("csrfmiddlewaretoken", "moving", "changed", "confirmed")
                for value in values
            ],
            "button": self.confirm,
            "back": self.get_success_url(),
        }
        return render(self.request, "settings/bands_check.html", context)


def _label(row: Assessment, own: Sequence[Bands]) -> str:
    return lscmi.LEVELS[lscmi.level_of(row.total or 0, bands.in_force(own, row.completed_on))]


def _would_change(count: int) -> str:
    if count == 0:
        return "No record would change its level"
    return "1 record would change its level" if count == 1 else f"{count:,} records would change their level"


def _seen(count: int, visible: int, shown: int) -> str:
    parts = []
    if visible < count:
        parts.append(f"You may see {visible:,} of them.")
    if shown < visible:
        parts.append(f"The latest {shown} are listed.")
    return " ".join(parts)


class SetLevelBands(ShowsWhatMoves):
    """The council's own bands of the LS/CMI total, from a day on."""

    operation = "set_level_bands"
    call = staticmethod(operations.set_level_bands)
    title = "Set the bands of the LS/CMI"
    form_class = LevelBandsForm
    confirm = "Save the bands"
    done = "The bands were saved"

    def get_initial(self) -> dict[str, Any]:
        now = bands.bands_for(self.request.user.council, today())
        limits = zip(bands.LIMITS, now.highest.values(), strict=False)
        return {**dict(limits), **super().get_initial()}

    def change(self, form: ConfirmForm) -> tuple[list[Bands], list[Bands]]:
        given = form.cleaned_data
        limits = {name: given[name] for name in bands.LIMITS}
        form.add_problems(bands.problems(limits, given["source"]))
        before = bands.own_bands(self.request.user.council)
        row = LevelBands(in_force_from=given["in_force_from"], source=given["source"], **limits)
        return before, bands.with_row(before, row.bands)


class RemoveLevelBands(ShowsWhatMoves, Removal):
    """Go back to the bands that held before."""

    operation, section, model = "remove_level_bands", "bands", LevelBands
    call = staticmethod(operations.remove_level_bands)
    title = "Remove the council's bands of the LS/CMI"
    button = "Show what would change"
    confirm = "Remove the bands"
    form_class = ConfirmForm
    done = "The bands were removed"

    def change(self, form: ConfirmForm) -> tuple[list[Bands], list[Bands]]:
        before = bands.own_bands(self.request.user.council)
        return before, bands.without_row(before, self.root().in_force_from)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.root()
        words = f"From {row.in_force_from:%-d %B %Y} the bands that held before will hold again."
        return {**super().get_context_data(**kwargs), "intro": words}


# --- Other tools ------------------------------------------------------------------------------------------------


class ChooseTool(OrderView, TemplateView):
    """The tools that an assessment may be recorded with, each with its own form."""

    template_name = "assessments/choose_tool.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not permissions.allows(request.user, "complete_assessment"):
            raise PermissionDenied("complete_assessment")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        labels = dict(Assessment.Tool.choices)
        found = [
            (labels[code], reverse("record_tool", args=[self.order.pk, code]), _about(code, today()))
            for code in tools.codes()
        ]
        first = ("LS/CMI", reverse("complete_assessment", args=[self.order.pk]), "General risk and need")
        return {
            **super().get_context_data(**kwargs),
            "title": "Choose the tool",
            "tools": [first, *sorted(found)],
            "back": reverse("order", args=[self.order.pk]),
        }


def _about(code: str, on: date) -> str:
    """What a tool's record asks, in a line."""
    tool = tools.tool_on(code, on)
    parts = []
    if tool.total:
        parts.append(f"total {tool.total[0]} to {tool.total[1]}")
    if tool.sub_scales:
        parts.append(f"{len(tool.sub_scales)} scales")
    if tool.levels:
        how = "level worked out" if tool.highest else tool.level_label.lower()
        parts.append(how)
    return ", ".join(parts)[:1].upper() + ", ".join(parts)[1:]


class RecordTool(OrderOperation):
    """An assessment with a tool other than the LS/CMI: its file says what is asked."""

    operation = "complete_assessment"
    api_name = "record_tool"
    call = staticmethod(operations.complete_assessment)
    title = "Record an assessment with another tool"
    button = "Save the assessment"
    form_class = ToolForm
    tool: tools.Tool

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            if kwargs["tool"] not in tools.codes():
                raise Http404
            self.tool = tools.tool_on(kwargs["tool"], today())

    def get_form_class(self) -> type[ToolForm]:
        return tool_form(self.tool)

    def about(self) -> dict[str, Any]:
        return {**super().about(), "tool": self.tool.code}

    def run(self, form: Form) -> Any:
        made = super().run(form)
        said = f": {made.level.lower()}" if made.level else ""
        messages.success(self.request, f"The {made.get_tool_display()} was recorded{said}")
        return made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = dict(Assessment.Tool.choices)[self.tool.code]
        intro = f"Source: {self.tool.source}. How sure: {self.tool.confidence}."
        return {**super().get_context_data(**kwargs), "title": f"Record a result: {name}", "intro": intro}
