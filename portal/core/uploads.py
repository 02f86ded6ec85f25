"""A table that somebody uploads or pastes: size-limited, and carried from its dry run to the act."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.core.codes import Code
from portal.core.errors import TooLarge
from portal.core.forms import reason_field

MAX_CARRIED = 1024 * 1024  # bytes of a dry run's file that the page carries to the act
MAX_UPLOAD = 64 * 1024 * 1024


class UploadForm(forms.Form):
    """A file, pasted lines, or the content carried over from the dry run; `content` gives the bytes."""

    first: tuple[str, ...] = ()  # fields above the file
    reason_needed = True  # for the import; a dry run needs none
    file = forms.FileField(label="CSV or XLSX file", required=False)
    text = forms.CharField(
        label="or paste lines",
        required=False,
        strip=False,
        max_length=MAX_CARRIED,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )
    carried = forms.CharField(required=False, max_length=2 * MAX_CARRIED, widget=forms.HiddenInput)
    reason = reason_field(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.reason_needed:
            self.fields["reason"].help_text = "The import needs one; kept in the audit trail with your name."
        first = (*self.first, "file", "text")
        self.order_fields([*first, *(name for name in self.fields if name not in (*first, "reason"))])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("file") or data.get("text") or data.get("carried")):
            raise ValidationError("Choose a file or paste lines.")
        if self.reason_needed and "apply" in self.data and not data.get("reason"):
            self.add_error("reason", "Say why; it is kept in the audit trail with your name.")
        return data

    def content(self) -> bytes:
        """The bytes of a valid form. Raises TooLarge API-002, ValidationError (damaged carried bytes)."""
        data = self.cleaned_data
        upload = data.get("file")
        if upload is not None:
            if upload.size > MAX_UPLOAD:
                limit = MAX_UPLOAD // 1024 // 1024
                raise TooLarge(
                    Code.API_002, f"The file has {upload.size:,} bytes; at most {limit} MB are read."
                )
            return bytes(upload.read())
        if data.get("text"):
            return str(data["text"]).replace("\r\n", "\n").encode()
        try:
            return base64.b64decode(data["carried"], validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("The carried file is damaged; choose it again.") from None


def carry(content: bytes) -> str:
    """Content as the hidden field takes it, or nothing when it is too large to travel."""
    return base64.b64encode(content).decode() if len(content) <= MAX_CARRIED else ""
