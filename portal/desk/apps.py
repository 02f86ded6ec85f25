"""Desk: the pages that belong to no single app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "portal.desk"
    label = "desk"

    def ready(self) -> None:
        from portal.desk import plugins

        plugins.register()
