"""One command from an empty folder to a portal with a demo organisation."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.core.errors import DomainError, Faults
from syncengine.demo import loading, summary, year
from syncengine.demo.codes import Code
from syncengine.demo.serving import HOST, Supervisor, collect_static, demand_free_port, portal_children


class Command(BaseCommand):
    help = (
        "Loads a demo organisation into an empty database, once: its people propose and approve all of it, "
        "a year of actuals runs, a summary that ties out is printed, and the portal is served with its "
        "worker until Ctrl-C. Repeating it loads nothing twice. A database with other content is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the summary")
        parser.add_argument("--port", type=int, default=8000, help="port of the portal, default 8000")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if not 1 <= options["port"] <= 65_535:
            raise CommandError("A port is a number from 1 to 65535.", returncode=2)
        try:
            if not options["no_serve"]:
                demand_free_port(options["port"])
            self._prepare()
        except Faults as error:
            raise CommandError("\n".join(str(fault) for fault in error.faults)) from None
        except DomainError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from None
        self.stdout.write("\n" + "\n".join(summary.lines()))
        if untied := summary.untied():
            raise CommandError(f"{Code.RUN_903} The demo does not tie out: {', '.join(untied)}.")
        self._say(f"\n{summary.verdict()}\nReady after {time.monotonic() - started:.0f} seconds.")
        if not options["no_serve"]:
            self._serve(options["port"])

    def _prepare(self) -> None:
        loading.demand_demo_or_empty()
        self._say("The database is brought up to date")
        call_command("migrate", verbosity=0)
        loading.begin()
        manifest = loading.prepare_files()
        done = loading.progress_so_far()
        if done == loading.READY:
            self._say("The demo is loaded already; nothing is loaded again.")
            return
        if done == loading.LOADING:
            loading.load(manifest, self._say)
        self._say("olga runs the year")
        year.run_year(self.stdout)
        loading.mark(loading.READY)

    def _serve(self, port: int) -> None:
        connections.close_all()
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        collect_static(manage)
        self._say(f"Tieout serves http://{HOST}:{port}/ - stop it with Ctrl-C.")
        code = Supervisor(portal_children(port, manage), self._say).run()
        if code:
            sys.exit(code)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
