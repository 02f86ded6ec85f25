"""Forms of decisions."""

from __future__ import annotations

from django import forms

from portal.core.forms import TextField


class DecisionForm(forms.Form):
    """The comment and the hash of the content that was read."""

    content_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    comment = TextField(
        label="Comment",
        required=False,
        max_length=4000,
        lines=3,
        help_text="To reject or push back, say why in at least ten characters.",
    )


class WordsForm(forms.Form):
    """A reason or comment alone."""

    comment = TextField(label="Comment", required=False, max_length=4000, lines=2)
