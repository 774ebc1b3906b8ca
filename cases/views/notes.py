"""Writing a note on a case, putting one right, and the notes as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases import forms, operations
from cases.models import Note
from cases.note_templates import label_of, templates
from justice.web.dates import plain_date
from justice.web.listing import Column, Table
from justice.web.status import Status
from justice.web.views import OperationView, today


class RecordNote(OperationView):
    """Something is written down; the address may name a kind, whose headings the box then begins with."""

    operation = "record_note"
    call = staticmethod(operations.record_note)
    title = "Write a note"
    button = "Save the note"
    form_class = forms.NoteForm
    done = "The note was saved"
    template_name = "cases/note.html"

    def get_initial(self) -> dict[str, Any]:
        chosen = templates().get(self.request.GET.get("template", ""))
        return {"kind": chosen.key, "text": chosen.text} if chosen else {}

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, chosen = reverse("record_note", args=[self.case.pk]), self.request.GET.get("template")
        kinds = [
            {"label": one.label, "href": f"{page}?template={one.key}", "current": one.key == chosen}
            for one in templates().values()
            if one.headings
        ]
        return {"kinds": kinds, **super().get_context_data(**kwargs)}


class CorrectNote(OperationView):
    """A note was wrong: the first stays, and a new one takes its place."""

    operation = "correct_note"
    call = staticmethod(operations.correct_note)
    title = "Correct a note"
    button = "Save the correction"
    form_class = forms.CorrectNoteForm
    done = "The note was corrected; both stay on the record"

    def note(self) -> Note:
        rows = Note.objects.visible_to(self.request.user).select_related("case__person", "case__council")
        return get_object_or_404(rows, pk=self.kwargs["note"], case=self.case)

    def get_initial(self) -> dict[str, Any]:
        row = self.note()
        return {name: getattr(row, name) for name in ("kind", "on", "at", "text", "sensitive")}

    def about(self) -> dict[str, Any]:
        return {"note": self.note(), "today": today()}


def table(rows: Iterable[Note], may_correct: bool) -> Table:
    """Notes with who wrote each. A corrected one stays, and says so."""

    def corrected(row: Note) -> bool:
        return hasattr(row, "corrected_by")

    def kind(row: Note) -> str:
        return f"{label_of(row.kind)}, sensitive" if row.sensitive else label_of(row.kind)

    columns = [
        Column("on", "Date", kind="date", heads=True),
        Column("at", "Time"),
        Column("kind", "Kind", kind),
        Column("text", "Note", lambda row: Status("Corrected", "grey") if corrected(row) else row.text),
        Column("by", "Written by", lambda row: row.recorded_by.name if row.recorded_by else ""),
    ]
    if may_correct:
        columns.append(
            Column(
                "correct",
                "Correct",
                lambda row: "" if corrected(row) else "Correct",
                href=lambda row: (
                    "" if corrected(row) else reverse("correct_note", args=[row.case_id, row.pk])
                ),
                context=lambda row: f"the note of {plain_date(row.on)}: {label_of(row.kind)}",
                hidden_label=True,
            )
        )
    return Table(columns, rows, "Notes", "No note is written.")
