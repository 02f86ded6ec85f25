"""Propose an organisation from a manifest."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core.actor import Actor, Source, system_actor
from portal.core.canonical import sha256_hex
from portal.core.codes import help_for
from portal.core.errors import DomainError, Faults
from portal.core.manifest import Outcome, describe_section, ordered_sections, read_manifest, sections
from portal.desk.manifests import Applied, manifest_apply
from portal.people.actors import actor_for
from portal.people.models import User

_ORDER = (
    Outcome.CREATED,
    Outcome.CHANGED,
    Outcome.PROPOSED,
    Outcome.PENDING,
    Outcome.WAITING,
    Outcome.UNCHANGED,
)


class Command(BaseCommand):
    help = (
        "Reads a manifest, checks all of it, and makes it so: what needs no approval at once, the rest as "
        "change requests of the person named with --as. It decides nothing, changes nothing when there is "
        "one fault, and can be repeated: what waits for an approval is proposed by a later run. Files named "
        "in the manifest are relative to it; other folders must be listed in TIEOUT_FILE_ROOTS. "
        "Exit codes: 0 done or nothing to change, 1 faults (each with file and line), 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="the manifest, a YAML file")
        parser.add_argument(
            "--as", dest="username", metavar="USER", help="account of the person who proposes"
        )
        parser.add_argument("--only", metavar="SECTION,...", default="", help="apply only these sections")
        parser.add_argument("--reason", default="", help="why, for the change requests and the audit")
        parser.add_argument(
            "--sections",
            nargs="?",
            const="",
            metavar="SECTION,...",
            help="print every key that a manifest, or these sections of it, may contain, and end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sections"] is not None:
            self._describe(self._only(options["sections"]))
            return
        if not options["file"]:
            raise CommandError("Name the manifest to apply.", returncode=2)
        actor = self._actor(options["username"])
        only = self._only(options["only"])
        path = Path(options["file"])
        try:
            plan = read_manifest(path, settings.FILE_ROOTS, only)
            applied = manifest_apply(
                actor=actor,
                reason=options["reason"] or f"Manifest {path.name}",
                name=path.name,
                sha256=sha256_hex(path.read_bytes()),
                plan=plan,
            )
        except Faults as error:
            raise self._faulty(error) from None
        except DomainError as error:
            raise CommandError(f"{error} {error.hint} Nothing was changed.") from None
        self._summary(applied)

    def _faulty(self, error: Faults) -> CommandError:
        """Every fault once, then what to do about each code."""
        told = list(dict.fromkeys(map(str, error.faults)))
        for fault in told:
            self.stderr.write(fault)
        pages = {fault.code: help_for(fault.code) for fault in error.faults}
        steps = [f"{code}: {page.fix}" for code, page in pages.items() if page]
        return CommandError("\n".join([f"{len(told)} fault(s); nothing was changed.", *steps]))

    def _actor(self, username: str | None) -> Actor:
        if not username:
            return system_actor("Manifest", Source.CLI)
        user = User.objects.select_related("person").filter(username=username).first()
        if user is None or not user.may_sign_in:
            raise CommandError(f"There is no active account {username!r}.", returncode=2)
        return actor_for(user, source=Source.CLI)

    def _only(self, text: str) -> list[str]:
        only = [name for name in text.split(",") if name]
        unknown = [name for name in only if name not in sections]
        if unknown:
            known = ", ".join(section.name for section in ordered_sections())
            raise CommandError(f"There is no section {unknown[0]!r}; known: {known}.", returncode=2)
        return only

    def _summary(self, applied: list[Applied]) -> None:
        for each in applied:
            if each.result.outcome is not Outcome.UNCHANGED:
                detail = f"  {each.result.detail}" if each.result.detail else ""
                self.stdout.write(
                    f"{each.result.outcome:<9} {each.planned.section.name}/{each.planned.key}{detail}"
                )
        if all(each.result.outcome is Outcome.UNCHANGED for each in applied):
            self.stdout.write(f"Nothing to change: {len(applied)} entries are as the manifest says.")
            return
        counts = [(outcome, sum(each.result.outcome is outcome for each in applied)) for outcome in _ORDER]
        self.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in counts if count) + ".")
        if any(each.result.outcome is Outcome.WAITING for each in applied):
            self.stdout.write("Apply again when the change requests named above are approved.")

    def _describe(self, only: list[str]) -> None:
        self.stdout.write("A manifest starts with 'tieout: 1'. Its sections, in the order of applying:\n")
        for section in ordered_sections():
            if not only or section.name in only:
                self.stdout.write("\n" + "\n".join(describe_section(section)))
        self.stdout.write(_TABLES)


_TABLES = """
Tables are a list of rows with these columns, or {file: NAME.csv}, or a list that mixes both. Beside file:
  columns          our column: theirs, or {from: COLUMN, strip_suffix: .0}, {from: COLUMN, date: "%Y%m%d"},
                   {join: [COLUMN, ...], with: "-"}, {value: TEXT}; without it the names must be ours
  where            rows to take: [{field: COLUMN, equals: TEXT} or {field: COLUMN, in: [TEXT, ...]}]
  dataset          how another format is written, as in a flow's source (separator, quote, encoding, ...)
"""
