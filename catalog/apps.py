"""Catalog: what exists and who owns it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog.guards import guards
        from catalog.plugins import register

        register()
        guards.add_check()
        post_migrate.connect(guards.install, weak=False, sender=self, dispatch_uid="catalog.guards")
