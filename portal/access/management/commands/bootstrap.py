"""Create the first two role administrators on an empty database."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.access.services.bootstrap import FirstPerson, bootstrap
from portal.core.actor import Source, system_actor
from portal.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Creates two role administrators, once: CODE proposes roles and grants, the other approves them. "
        "Passwords come from TIEOUT_BOOTSTRAP_PASSWORD_1 and _2; else they are made up and printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--administrator", required=True, help="code=Name of the person who proposes")
        parser.add_argument("--approver", required=True, help="code=Name of the person who approves")

    def _person(self, text: str, number: int) -> FirstPerson:
        code, _, name = text.partition("=")
        password = os.environ.get(f"TIEOUT_BOOTSTRAP_PASSWORD_{number}") or secrets.token_urlsafe(15)
        return FirstPerson(code, name or code, password)

    def handle(self, *args: Any, **options: Any) -> None:
        first = self._person(options["administrator"], 1)
        second = self._person(options["approver"], 2)
        actor = system_actor("bootstrap", Source.CLI)
        try:
            bootstrap(actor=actor, reason="First administrators", administrator=first, approver=second)
        except DomainError as error:
            raise CommandError(f"{error} {error.hint}") from None
        for number, person in ((1, first), (2, second)):
            given = f"TIEOUT_BOOTSTRAP_PASSWORD_{number}" in os.environ
            shown = "the password you gave" if given else f"password {person.password}"
            self.stdout.write(f"{person.code}: {shown}")
