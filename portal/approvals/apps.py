"""Approvals: one engine for every change under four eyes."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "portal.approvals"
    label = "approvals"

    def ready(self) -> None:
        from portal.approvals.plugins import register

        register()
