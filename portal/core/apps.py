"""Core: what every other part stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        from portal.core import codes, money  # noqa: F401
        from portal.core.manifest.codes import HELP

        codes.register(codes.HELP)
        codes.register(HELP)
