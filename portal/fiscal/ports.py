"""What upper layers tell fiscal calendars."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from portal.core.ports import Registry


class PeriodUses(Protocol):
    """What stands on the days of a calendar's periods, in words by period; those without use are left out."""

    def __call__(self, calendar: str, codes: Collection[str], /) -> Mapping[str, str]: ...


period_uses: Registry[PeriodUses] = Registry("use of periods")
