"""Sync engine: flows, runs, quarantine, reconciliation."""

from django.apps import AppConfig


class SyncengineConfig(AppConfig):
    name = "syncengine"

    def ready(self) -> None:
        from syncengine.plugins import register

        register()
