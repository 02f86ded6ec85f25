"""Set the password of an account from the command line, with an entry in the audit."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass, getuser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.access.services import account_set_password
from portal.core.actor import Source, system_actor
from portal.core.errors import DomainError
from portal.people.models import User


class Command(BaseCommand):
    help = (
        "Sets the password of an account. It is asked for twice, or read as one line from standard input; it "
        "is never an argument. The audit names the user of the operating system."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument("--reason", default="Set on the command line", help="why, for the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account named {options['username']}.")
        actor = system_actor(f"command line ({getuser()})", Source.CLI)
        try:
            account_set_password(
                actor=actor, reason=options["reason"], account_id=user.pk, password=self._password()
            )
        except DomainError as error:
            raise CommandError(f"{error} {error.hint}") from None
        self.stdout.write(f"{user.username}: the password is set.")

    def _password(self) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        password = getpass("Password: ")
        if getpass("Again: ") != password:
            raise CommandError("The two are not the same; nothing was changed.")
        return password
