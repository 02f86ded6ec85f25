"""What fiscal gives to the ports of lower layers."""

from __future__ import annotations


def register() -> None:
    from portal.access.functions import Function, extend
    from portal.audit.ports import namings
    from portal.core import authority, codes
    from portal.core.manifest import sections
    from portal.fiscal.codes import HELP
    from portal.fiscal.manifest import CalendarsSection
    from portal.fiscal.permissions import LABELS, P
    from portal.fiscal.references import CALENDAR_NAMING, CALENDARS, PERIOD_NAMING, PERIODS

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    codes.register(HELP)
    namings.register(CALENDARS, CALENDAR_NAMING)
    namings.register(PERIODS, PERIOD_NAMING)
    sections.register(CalendarsSection.name, CalendarsSection())
    extend(Function.VIEW, [P.CALENDAR_VIEW])
    extend(Function.CAL_MAINT, [P.CALENDAR_VIEW, P.CALENDAR_MAINTAIN])
