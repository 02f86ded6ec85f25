"""Write the organisation back as a manifest."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.manifest import export_manifest, ordered_sections, sections, write_manifest


class Command(BaseCommand):
    help = (
        "Writes what is in force as a manifest: applied to this database it changes nothing, applied to an "
        "empty one it proposes the same organisation. Long tables become CSV files beside FILE; without "
        "--out all is printed inline. Passwords, secrets, runs and the audit are not part of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", metavar="FILE", help="the manifest to write")
        parser.add_argument("--only", metavar="SECTION,...", default="", help="export only these sections")

    def handle(self, *args: Any, **options: Any) -> None:
        only = [name for name in options["only"].split(",") if name]
        for name in only:
            if name not in sections:
                known = ", ".join(section.name for section in ordered_sections())
                raise CommandError(f"There is no section {name!r}; known: {known}.", returncode=2)
        if not options["out"]:
            text, _ = export_manifest(only, inline=True)
            self.stdout.write(text, ending="")
            return
        for path in write_manifest(Path(options["out"]), only):
            self.stdout.write(f"{path}")
