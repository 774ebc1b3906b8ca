"""Writing a note on a case, reading one, and putting it right."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases import forms, operations, permissions
from cases.models import Note
from cases.note_templates import label_of, templates
from justice.web.dates import long_date
from justice.web.templatetags.govuk import clock
from justice.web.views import OperationView, PersonPage, today


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


class NotePage(PersonPage):
    """One note as it was written, what it corrects, and what corrected it."""

    page = "note"
    template_name = "cases/note_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, case = self.request.user, self.case
        rows = Note.objects.visible_to(user).select_related("recorded_by", "corrects", "corrected_by")
        note = get_object_or_404(rows, pk=self.kwargs["note"], case=case)
        replaced = getattr(note, "corrected_by", None)
        written = note.recorded_by.name if note.recorded_by else ""
        when = f"{long_date(note.on)}{f' at {clock(note.at)}' if note.at else ''}"
        return {
            **super().get_context_data(**kwargs),
            "title": label_of(note.kind),
            "caption": f"Note of {when}" + (f", written by {written}" if written else ""),
            "back": reverse("chronology", args=[case.pk]),
            "note": note,
            "earlier": reverse("note", args=[case.pk, note.corrects_id]) if note.corrects_id else "",
            "later": reverse("note", args=[case.pk, replaced.pk]) if replaced else "",
            "correct": reverse("correct_note", args=[case.pk, note.pk])
            if replaced is None and permissions.allows(user, "correct_note")
            else "",
        }
