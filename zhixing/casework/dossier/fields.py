"""The form field for a paper that goes into the dossier: looked at with the rest of the form, so that all that is wrong is told at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from zhixing.rulebook.refusals import Refusal

from .checking import check


class ScanField(forms.FileField):
    """A file that `checking.check` would take; anything else is refused beside the field. `add_scan` checks again when it files it."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            try:
                check(file, file.name or "", file.size or 0)  # type: ignore[arg-type]
            except Refusal as refusal:
                raise forms.ValidationError([f"{r.why}。{r.now}" for r in refusal.reasons]) from None
        return file
