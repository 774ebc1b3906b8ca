"""The form by which a caseload bundle is sent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from justice.caseload.format import BYTES_AT_MOST
from justice.web.forms import FileField, OperationForm, RadiosField

LARGEST = BYTES_AT_MOST // 4  # of the zip: caseload tables pack to a fifth and less


class ImportForm(OperationForm):
    bundle = FileField(
        "Caseload bundle", hint="A zip of the files, up to 64 MB", missing="Choose the zip to send"
    )
    what = RadiosField(
        "What should be done with it?",
        choices=(
            ("check", "Check only, and save nothing"),
            ("import", "Check, and save if everything is right"),
        ),
        missing="Select whether to check or to save",
        initial="check",
    )

    def clean_bundle(self) -> Any:
        sent = self.cleaned_data["bundle"]
        if sent.size > LARGEST:
            raise ValidationError(f"The zip must be {LARGEST // 1024 // 1024} MB or smaller")
        start = sent.read(4)
        sent.seek(0)
        if start[:2] != b"PK":
            raise ValidationError("This is not a zip. Zip the folder of files and choose the zip")
        return sent
