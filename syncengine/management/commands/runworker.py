"""The embedded worker: polls the table of partitions, no broker needed."""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from portal.approvals.services import changes_activate_pending
from syncengine import dispatch
from syncengine.leases import worker_name

log = logging.getLogger("tieout.worker")
_SWEEP_SECONDS = 30.0


class Command(BaseCommand):
    help = (
        "Carries out planned runs, one at a time. SIGTERM ends the present one at a safe point and gives its "
        "lease back. Any number of workers may run on any number of machines."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--poll", type=float, default=1.0, metavar="SECONDS", help="pause when idle")
        parser.add_argument("--until-idle", action="store_true", help="end when nothing waits")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def handler(number: int, frame: FrameType | None) -> None:
            stop.set()

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, handler)
        owner, swept = worker_name(), 0.0
        while not stop.is_set():
            try:
                if time.monotonic() - swept > _SWEEP_SECONDS or not swept:
                    swept = time.monotonic()
                    changes_activate_pending()
                    dispatch.sweep()
                worked = dispatch.work_once(owner, should_stop=stop.is_set)
            except DatabaseError as error:
                log.warning("the portal's database is not usable now: %s", type(error).__name__)
                connection.close()
                worked = False
            close_old_connections()
            if not worked:
                if options["until_idle"]:
                    return
                stop.wait(options["poll"])
