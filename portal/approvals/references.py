"""How the audit calls change requests, and which one a reference means."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.approvals.addresses import REFERENCE
from portal.approvals.models import ChangeRequest
from portal.audit.ports import Naming

_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
CHANGES = ChangeRequest._meta.label_lower


def _names(keys: Collection[str]) -> dict[str, str]:
    rows = ChangeRequest.objects.filter(pk__in=[int(key) for key in keys if _KEY.fullmatch(key)])
    return {str(change.pk): str(change) for change in rows.only("title")}


def _id_of(word: str) -> str:
    found = REFERENCE.fullmatch(word)
    return str(int(found[1])) if found else ""


NAMING = Naming(_names, _id_of, "change_id")
