"""Fiscal: calendars, periods and, later, freeze windows and the release gate."""

from django.apps import AppConfig


class FiscalConfig(AppConfig):
    name = "portal.fiscal"
    label = "fiscal"

    def ready(self) -> None:
        from portal.fiscal.plugins import register

        register()
