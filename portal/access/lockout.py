"""Wrong passwords lock a sign-in: those for one name from one address, or more of them from anywhere."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.db.models import Sum
from django.http import HttpRequest

FROM_ANYWHERE = 5
"""So many times the failures of one address lock a name for every address."""


class NameLockHandler(AxesDatabaseHandler):
    """Never by address alone: people behind one proxy or one office do not lock each other out."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """AXES_LOCKOUT_PARAMETERS give the two sets of attempts: of name and address, of the name."""
        here, anywhere = (
            attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return int(max(here, anywhere // FROM_ANYWHERE))
