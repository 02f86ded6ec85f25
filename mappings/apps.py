"""Mappings: how one system's members become another's."""

from django.apps import AppConfig


class MappingsConfig(AppConfig):
    name = "mappings"

    def ready(self) -> None:
        from mappings.plugins import register

        register()
