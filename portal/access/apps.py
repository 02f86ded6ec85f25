"""Access: who may do what, where and until when."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "portal.access"
    label = "access"

    def ready(self) -> None:
        from portal.access import signals  # noqa: F401
        from portal.access.plugins import register

        register()
