"""Where a change request is read, from the reference that other objects keep."""

from __future__ import annotations

import re

from django.urls import reverse

REFERENCE = re.compile(r"CR-([0-9]{6,18})", re.ASCII)


def change_url(ref: str) -> str:
    """Address of the change request with this reference; "" for anything else, such as "bootstrap"."""
    found = REFERENCE.fullmatch(ref)
    return reverse("approvals:change-detail", kwargs={"pk": int(found[1])}) if found else ""
