"""How the audit calls calendars and their periods."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.audit.ports import Naming
from portal.fiscal.models import FiscalCalendar, FiscalPeriod

_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
CALENDARS = FiscalCalendar._meta.label_lower
PERIODS = FiscalPeriod._meta.label_lower


def _ids(keys: Collection[str]) -> list[int]:
    return [int(key) for key in keys if _KEY.fullmatch(key)]


def _calendars(keys: Collection[str]) -> dict[str, str]:
    return {str(each.pk): str(each) for each in FiscalCalendar.objects.filter(pk__in=_ids(keys))}


def _periods(keys: Collection[str]) -> dict[str, str]:
    found = FiscalPeriod.objects.filter(pk__in=_ids(keys)).select_related("calendar")
    return {str(each.pk): each.full_name for each in found}


def _no_reference(word: str) -> str:
    return ""


CALENDAR_NAMING = Naming(_calendars, _no_reference, "calendar_id")
PERIOD_NAMING = Naming(_periods, _no_reference, "period_id")
