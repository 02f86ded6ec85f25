"""The framework's name for setting a password, so that none is set past the audit."""

from portal.access.management.commands.account_set_password import Command

__all__ = ["Command"]
