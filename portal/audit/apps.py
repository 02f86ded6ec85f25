"""Audit: append-only, hash-chained history of every act and refusal."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "portal.audit"
    label = "audit"

    def ready(self) -> None:
        from portal.audit.guards import guards
        from portal.audit.plugins import register

        register()
        guards.add_check()
        post_migrate.connect(guards.install, weak=False, sender=self, dispatch_uid="audit.guards")
