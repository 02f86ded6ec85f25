"""A table that somebody uploads or pastes: size-limited, and kept from its dry run to the act."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.core.codes import Code
from portal.core.errors import TooLarge
from portal.core.forms import reason_field

MAX_TEXT = 1024 * 1024  # characters that may be pasted
MAX_UPLOAD = 64 * 1024 * 1024
ENDINGS = ("", ".csv", ".tsv", ".txt", ".xls", ".xlsx")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # the reader says more about these: old, or encrypted


class UploadForm(forms.Form):
    """A file, pasted lines, or the reference to the file kept from the dry run (`portal.core.staging`)."""

    first: tuple[str, ...] = ()  # fields above the file
    reason_needed = True  # for the import; a dry run needs none
    file = forms.FileField(label="CSV or XLSX file", required=False)
    text = forms.CharField(
        label="or paste lines",
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )
    carried = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    reason = reason_field(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.reason_needed:
            self.fields["reason"].help_text = "The import needs one; kept in the audit trail with your name."
        first = (*self.first, "file", "text")
        self.order_fields([*first, *(name for name in self.fields if name not in (*first, "reason"))])

    def clean_file(self) -> Any:
        """Refuse by its name what is no table, and a workbook that is none."""
        upload = self.cleaned_data.get("file")
        if upload is None:
            return None
        ending = PurePath(upload.name).suffix.lower()
        if ending not in ENDINGS:
            raise ValidationError(f"{self.fields['file'].label} is expected, not {ending[:20]}.")
        start = upload.read(4)
        upload.seek(0)
        if ending == ".xlsx" and start[:2] != b"PK" and start != _OLD_EXCEL:
            raise ValidationError(
                "This is no XLSX workbook, though its name says so. Save it as XLSX or CSV UTF-8."
            )
        return upload

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("file") or data.get("text") or data.get("carried")) and (why := self.lines_wanted()):
            raise ValidationError(why)
        if self.reason_needed and "apply" in self.data and not data.get("reason"):
            self.add_error("reason", "Say why; it is kept in the audit trail with your name.")
        return data

    def lines_wanted(self) -> str:
        """What to say when no lines come at all; "" where the form says enough without them."""
        return "Choose a file or paste lines."

    @property
    def is_new(self) -> bool:
        """Whether the form says itself what to read, and not only by the reference to a kept file."""
        data = self.cleaned_data
        return data.get("file") is not None or bool(data.get("text")) or not data.get("carried")

    def content(self) -> bytes:
        """The bytes of what is new. Raises TooLarge API-002."""
        upload = self.cleaned_data.get("file")
        if upload is None:
            return str(self.cleaned_data["text"]).replace("\r\n", "\n").encode()
        if upload.size > MAX_UPLOAD:
            limit = MAX_UPLOAD // 1024 // 1024
            raise TooLarge(Code.API_002, f"The file has {upload.size:,} bytes; at most {limit} MB are read.")
        return bytes(upload.read())

    def options(self) -> str:
        """What else decides what an import does, as one text."""
        aside = {"file", "text", "carried", "reason", "revision"}
        chosen = {name: self.cleaned_data.get(name) for name in self.fields if name not in aside}
        return json.dumps(chosen, sort_keys=True, default=str)
