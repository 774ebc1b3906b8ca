"""One assessment of risk and need: its page, its correction, and the countersigning of an override."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from assessments import forms, operations
from assessments.domain import lscmi, lscmi_answers, tools
from assessments.domain.lscmi_answers import Change, Movement
from assessments.models import Assessment
from assessments.wording import answer_words, item_label, section_label
from cases import permissions
from cases.models import Role
from cases.views.lists import show
from justice.web import charts
from justice.web.dates import plain_date
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import CaseView, OperationView, PersonPage, today

MOVED = {
    Movement.WORSE: Status("Risk up", "red"),
    Movement.BETTER: Status("Risk down", "green"),
    Movement.HIDDEN_BETTER: Status("Better, same score", "blue"),
    Movement.HIDDEN_WORSE: Status("Worse, same score", "amber"),
    Movement.ANSWERED: Status("Left out before", "grey"),
    Movement.LEFT_OUT: Status("Left out now", "grey"),
}


def title_of(assessment: Assessment) -> str:
    return f"{assessment.get_tool_display()} completed on {plain_date(assessment.completed_on)}"


def level_words(level: str) -> str:
    """A level of the LS/CMI by its name; another tool's as it was stated."""
    return lscmi.LEVELS.get(level, level)


class AssessmentView(CaseView):
    """A page about one assessment, found through what the user may see."""

    assessment: Assessment

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Assessment.objects.visible_to(request.user).select_related(
                "order__case__person", "order__case__council", "recorded_by", "corrects", "corrected_by",
                "countersignature__recorded_by",
            )  # fmt: skip
            self.assessment = get_object_or_404(rows, pk=kwargs["assessment"])
            self.case = self.assessment.order.case
            self.assessment.order.case = self.case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.setdefault("caption", f"Order {self.assessment.order.reference}")
        return context


class AssessmentOperation(AssessmentView, OperationView):
    """A form about one assessment, which goes back to its page."""

    def get_success_url(self) -> str:
        return reverse("assessment", args=[self.assessment.pk])


class CorrectAssessment(AssessmentOperation):
    """A record was wrong: it stays, and another takes its place."""

    operation = "complete_assessment"
    api_name = "correct_assessment"
    call = staticmethod(operations.complete_assessment)
    title = "Correct an assessment"
    button = "Save the correction"
    done = "The assessment was corrected; both records are kept"
    form_class = forms.CorrectAssessmentForm

    def about(self) -> dict[str, Any]:
        row = self.assessment
        return {"order": row.order, "tool": row.tool, "corrects": row, "today": today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "corrected": self.assessment}

    def get_initial(self) -> dict[str, Any]:
        """The record as it stands; what is worked out from the answers is left to be worked out again."""
        row, answers = self.assessment, self.assessment.answered
        found: dict[str, Any] = {
            name: getattr(row, name)
            for name in ("completed_on", "reason", "strengths", "override_level", "override_kind", "override_reason")
        }  # fmt: skip
        found["level"] = tools.LEVELS.get(row.stated_level, row.stated_level)
        if answers:
            items = {forms.item_name(item): forms.item_value(item, one) for item, one in answers.items()}
            return {**found, **items, "detail": "items", "acknowledged": row.acknowledged}
        if len(row.sub_scores) == len(lscmi.MAXIMA):
            return {**found, **row.sub_scores, "detail": "sections"}
        return {
            **found,
            **row.sub_scores,
            "detail": "sections" if row.sub_scores else "total",
            "total": row.total,
        }

    def get_success_url(self) -> str:
        latest = Assessment.objects.visible_to(self.request.user).filter(corrects=self.assessment).first()
        return reverse("assessment", args=[(latest or self.assessment).pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = f"You correct the {title_of(self.assessment)}. It stays on the record with what was wrong."
        return super().get_context_data(intro=intro, back=self.back, **kwargs)

    @property
    def back(self) -> str:
        return reverse("assessment", args=[self.assessment.pk])


class CountersignOverride(AssessmentOperation):
    """A manager agrees with an override."""

    operation = "countersign_override"
    call = staticmethod(operations.countersign_override)
    title = "Countersign an override"
    button = "Countersign"
    done = "The override was countersigned"
    form_class = forms.CountersignForm

    def about(self) -> dict[str, Any]:
        return {"assessment": self.assessment, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.assessment
        intro = ""
        if row.override_level:
            score = f" (score {row.total})" if row.total is not None else ""
            intro = (
                f"{title_of(row)}: {row.level or 'no level'}{score}, overridden to "
                f"{level_words(row.override_level)}. Reason: {row.override_reason}"
            )
        return super().get_context_data(intro=intro, **kwargs)


# --- The page ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SectionRow:
    """One section of an LS/CMI: its score now, and before where there is an assessment to compare with."""

    name: str
    score: int
    highest: int
    before: int | None
    strong: bool
    left_out: int

    @property
    def label(self) -> str:
        return section_label(self.name)

    @property
    def scored(self) -> str:
        left = f" ({self.left_out} omitted)" if self.left_out else ""
        return f"{self.score} of {self.highest}{left}"

    @property
    def moved(self) -> Status | str:
        if self.before is None or self.before == self.score:
            return "" if self.before is None else "Same"
        apart = abs(self.score - self.before)
        return Status(f"Up {apart}", "red") if self.score > self.before else Status(f"Down {apart}", "green")


def section_rows(row: Assessment, before: Assessment | None) -> list[SectionRow]:
    left_out = set(lscmi.omitted(row.answered)) if row.answers else set()
    earlier = before.sub_scores if before else {}
    return [
        SectionRow(
            name,
            row.sub_scores[name],
            highest,
            earlier.get(name),
            name in row.strengths,
            len(left_out & set(lscmi.ITEMS[name])),
        )
        for name, highest in lscmi.MAXIMA.items()
        if name in row.sub_scores
    ]


class AssessmentPage(AssessmentView, PersonPage):
    """One assessment: what it found, what stands beside it, and what moved since the one before."""

    page = "assessment"
    template_name = "assessments/assessment.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.assessment
        before = self.before()
        sections = section_rows(row, before)
        return {
            **super().get_context_data(**kwargs),
            "title": title_of(row),
            "back": reverse("order", args=[row.order_id]),
            "corrected_by": self.link(getattr(row, "corrected_by", None)),
            "corrects": self.link(row.corrects),
            "correction_reason": row.correction_reason,
            "primary": self.actions(),
            "found": self.found(),
            "override": self.override(),
            "doubts": doubts(row),
            "wrong": bool(row.mismatches),
            "sections": sections_table(sections, before) if sections else None,
            "answers": answers_table(row) if row.answers else None,
            "comparison": comparison(row, before, sections) if before else None,
        }

    def link(self, row: Assessment | None) -> dict[str, str] | None:
        if row is None:
            return None
        return {"href": reverse("assessment", args=[row.pk]), "words": title_of(row)}

    def before(self) -> Assessment | None:
        """The LS/CMI before this one, of the same person; of a record that was corrected there is none to compare."""
        row = self.assessment
        if row.tool != Assessment.Tool.LS_CMI or row.total is None or hasattr(row, "corrected_by"):
            return None
        rows = Assessment.objects.visible_to(self.request.user).standing()
        return rows.before(row).first()

    def actions(self) -> list[tuple[str, str]]:
        row, user = self.assessment, self.request.user
        if hasattr(row, "corrected_by"):
            return []
        found = []
        waits = row.override_level and not hasattr(row, "countersignature") and row.recorded_by_id != user.pk
        if waits and permissions.allows(user, "countersign_override"):
            found.append(("Countersign the override", reverse("countersign_override", args=[row.pk])))
        if permissions.allows(user, "complete_assessment"):
            found.append(("Correct this record", reverse("correct_assessment", args=[row.pk])))
        return found

    def found(self) -> list[tuple[Any, ...]]:
        row = self.assessment
        rows: list[tuple[Any, ...]] = []
        if row.tool == Assessment.Tool.LS_CMI:
            omitted = lscmi.omitted(row.answered) if row.answers else ()
            rows.append(("Level that follows from the score", row.level))
            total = f"{row.total} of {lscmi.HIGHEST}" if row.total is not None else ""
            rows.append(("Total score", f"{total}, {len(omitted)} omitted" if omitted else total))
            rows.append(("Bands used", bands_words(row)))
            if row.answers:
                named = ", ".join(item_label(item) for item in omitted)
                rows.append(("Items left out", named or "None"))
        else:
            rows += [("Level", row.level), ("Score", row.total)]
        rows.append(("Why it was made", row.get_reason_display() if row.reason else "Not recorded"))
        recorded = row.recorded_by.name if row.recorded_by else "Not known"
        rows.append(("Recorded by", f"{recorded}, {plain_date(row.recorded_at.date())}"))
        return rows

    def override(self) -> list[tuple[Any, ...]]:
        row = self.assessment
        if not row.override_level:
            return []
        signed = getattr(row, "countersignature", None)
        by = row.recorded_by.name if row.recorded_by else "Not known"
        rows: list[tuple[Any, ...]] = [
            ("Overridden to", level_words(row.override_level)),
            ("Kind of override", row.get_override_kind_display() if row.override_kind else "Not recorded"),
            ("Reason", row.override_reason),
            ("Overridden by", by),
        ]
        if signed is None:
            rows.append(("Countersigned", Status("Not countersigned", "amber")))
        else:
            who = signed.recorded_by.name if signed.recorded_by else "Not known"
            rows.append(("Countersigned", f"{who}, {plain_date(signed.signed_on)}"))
            if signed.comment:
                rows.append(("Comment", signed.comment))
        return rows


def bands_words(row: Assessment) -> str:
    bands = row.bands
    lowest, said = 0, []
    for level, highest in bands.highest.items():
        said.append(f"{lscmi.LEVELS[level].lower()} {lowest} to {highest}")
        lowest = highest + 1
    first = plain_date(bands.in_force_from)
    return f"In force from {first}: {', '.join(said)}. Source: {bands.source}"


def doubts(row: Assessment) -> list[str]:
    """What was asked about the answers and said to be right."""
    rules = lscmi_answers.rules_on(row.completed_on).consistency
    return [rule.words(row.answered) for rule in rules if rule.key in row.acknowledged]


def sections_table(sections: Sequence[SectionRow], before: Assessment | None) -> Table:
    columns = [Column("label", "Section", heads=True), Column("scored", "Score")]
    if before is not None and before.sub_scores:
        columns += [Column("before", "Before", kind="number"), Column("moved", "Change")]
    columns.append(Column("strong", "Strength", lambda row: "Strength" if row.strong else ""))
    return Table(columns, sections, "Scores of the eight sections")


@dataclass(frozen=True)
class ItemRow:
    """One item and its answer."""

    item: int
    answer: int | None


def answers_table(row: Assessment) -> Table:
    rows = [ItemRow(item, row.answered.get(item)) for items in lscmi.ITEMS.values() for item in items]
    sections = {item: name for name, items in lscmi.ITEMS.items() for item in items}
    return Table(
        (
            Column("item", "Item", lambda one: item_label(one.item), heads=True),
            Column("section", "Section", lambda one: section_label(sections[one.item])),
            Column("answer", "Answer or rating", lambda one: answer_words(one.item, one.answer)),
            Column("point", "Points", lambda one: lscmi.point(one.item, one.answer), kind="number"),
        ),
        rows,
        "Answers to the items",
    )


# --- What moved -------------------------------------------------------------------------------------------------


def comparison(row: Assessment, before: Assessment, sections: Sequence[SectionRow]) -> dict[str, Any]:
    """This assessment beside the one before: in a sentence, as a picture, and item by item."""
    compared = [one for one in sections if one.before is not None]
    found: dict[str, Any] = {
        "before": {"href": reverse("assessment", args=[before.pk]), "words": title_of(before)},
        "sentence": moved_words(row, before),
    }
    if compared:
        pairs = [charts.Pair(one.label, one.before or 0, one.score, one.highest) for one in compared]
        found["svg"] = charts.pairs(
            pairs,
            prefix="sections",
            title="Section scores beside those before",
            before=plain_date(before.completed_on),
            after=plain_date(row.completed_on),
        )
        found["said"] = sections_words(compared)
    if row.answers and before.answers:
        found["items"] = changes_table(lscmi_answers.changes(before.answered, row.answered))
    return found


def moved_words(row: Assessment, before: Assessment) -> str:
    now, then = row.total or 0, before.total or 0
    if now == then:
        total = f"The total is {now}, as before"
    else:
        total = f"The total {'rose' if now > then else 'fell'} from {then} to {now}"
    level = f"the level is {row.level.lower()}, as before"
    if row.level != before.level:
        level = f"the level went from {before.level.lower()} to {row.level.lower()}"
    return f"{total}, and {level}."


def sections_words(sections: Iterable[SectionRow]) -> str:
    """Which sections rose and which fell."""
    rose, fell = [], []
    for one in sections:
        if one.before is not None and one.score != one.before:
            (rose if one.score > one.before else fell).append(f"{one.label} {one.before} to {one.score}")
    said = [f"{verb}: {'; '.join(names)}." for verb, names in (("Rose", rose), ("Fell", fell)) if names]
    return " ".join(said) or "No section score moved."


def changes_table(changes: Sequence[Change]) -> Table:
    return Table(
        (
            Column("item", "Item", lambda one: item_label(one.item), heads=True),
            Column("before", "Before", lambda one: answer_words(one.item, one.before)),
            Column("after", "Now", lambda one: answer_words(one.item, one.after)),
            Column("movement", "What it means", lambda one: MOVED[one.movement]),
        ),
        changes,
        "Items that were answered otherwise than before",
        "No item was answered otherwise than before. The two records differ in nothing but their day.",
    )


# --- The list ---------------------------------------------------------------------------------------------------


def overrides(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Overrides that wait for a first line manager's countersignature."""
    if request.user.role != Role.FIRST_LINE_MANAGER:
        raise PermissionDenied
    rows = Assessment.objects.visible_to(request.user).to_countersign_by(request.user)
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=lambda row: f"{row.order.case.person.family_name}, {row.order.case.person.given_name}",
                order_by=("order__case__person__family_name", "order__case__person__given_name"),
                href=lambda row: reverse("assessment", args=[row.pk]),
                context=lambda row: f"for the {title_of(row)}",
                heads=True,
            ),
            Column("order", "Order", "order.reference", order_by=("order__reference",)),
            Column("tool", "Tool", "get_tool_display"),
            Column("completed_on", "Completed", kind="date", order_by=("completed_on",)),
            Column("level", "Level"),
            Column("override", "Overridden to", lambda row: level_words(row.override_level)),
            Column("kind", "Kind", lambda row: row.get_override_kind_display() or "Not recorded"),
            Column("by", "Recorded by", lambda row: row.recorded_by.name if row.recorded_by else ""),
        ),
        rows.select_related("order__case__person", "recorded_by"),
        request,
        default_order="completed_on",
        caption="Overrides to countersign",
        counts=("override", "overrides"),
        empty="No override waits for you. One recorded by somebody else on an order that has not ended stands here.",
        case_of="order.case_id",
    )
    return show(request, listing, "cases/list.html", "overrides to countersign", file)
