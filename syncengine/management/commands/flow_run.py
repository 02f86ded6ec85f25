"""Run one flow in the foreground."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from portal.core.actor import Actor, Source, system_actor
from portal.core.codes import Code as CoreCode
from portal.core.codes import help_for
from portal.core.currencies import currency_name
from portal.core.errors import BadInput, Conflict, DomainError, Faults
from portal.people.actors import actor_for
from portal.people.models import User
from syncengine import dispatch
from syncengine.codes import Code
from syncengine.leases import worker_name
from syncengine.models import Partition, Run
from syncengine.permissions import P
from syncengine.runsummary import amount_text, run_summary
from syncengine.runwaits import Waits
from syncengine.selectors import run_by_ref
from syncengine.selectors.releases import release_of
from syncengine.selectors.runs import loaded_word, ties, totals_of
from syncengine.services import run_cancel, run_plan
from syncengine.states import SUCCESS, RunState

_POLL_SECONDS = 0.5
_DOUBT = "Nobody knows whether the target holds this load; replay it: a replay asks the target first."
_JSON = "print one JSON object, also of what is refused (state refused)"
_UNPLANNED = "As far as is known no run was planned; look at the runs of the flow, then run it again."
_UNDEFINED_TABLE = "42P01"  # PostgreSQL's
_EXIT = {RunState.UNRECONCILED: 3, RunState.HELD: 4, RunState.UNKNOWN: 5}


class _Misused(BadInput):
    """The command line itself is wrong: exit code 2."""


class Command(BaseCommand):
    help = (
        "Plans a run of the flow's approved version and carries it out, with its progress on standard error. "
        "A source file that is not there ends it at once; what else may pass, such as a target that does not "
        "answer, is tried up to five times, after 2, 10, 60 and 300 seconds. "
        "A run that waits is cancelled by Ctrl-C, or later by --cancel RUN. "
        "Exit codes: 0 completed, 1 refused or failed, 3 unreconciled, 4 held, 5 unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("flow", metavar="FLOW", nargs="?", help="code of the flow")
        parser.add_argument("--cancel", metavar="RUN", default="", help="cancel a run, for instance R-000001")
        parser.add_argument("--period", metavar="YYYY-PP", default="", help="fiscal period of the slice")
        parser.add_argument("--dry-run", action="store_true", help="do everything but write to the target")
        parser.add_argument("--json", action="store_true", dest="as_json", help=_JSON)
        parser.add_argument("--as", dest="username", metavar="USER", help="account of the person who runs")
        parser.add_argument("--reason", default="Run from the command line.", help="why, for the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        self._ref, self._as_json = options["cancel"], options["as_json"]
        try:
            self._do(options)
        except (InterfaceError, OperationalError, ProgrammingError) as error:
            unmigrated = _lacks_table(error)
            if isinstance(error, ProgrammingError) and not unmigrated:
                raise
            connection.close()
            self._refuse(options, _unmigrated(error) if unmigrated else _away(error, self._ref))
        except DomainError as error:
            self._refuse(options, error)

    def _do(self, options: dict[str, Any]) -> None:
        actor = self._actor(options["username"])
        if bool(options["flow"]) == bool(options["cancel"]):
            raise _Misused(CoreCode.API_005, "Name the flow to run, or a run with --cancel.")
        if options["cancel"]:
            self._cancel(actor, options["reason"], run_by_ref(actor, options["cancel"], P.FLOW_RUN))
            return
        run = run_plan(
            actor=actor,
            reason=options["reason"],
            flow_code=options["flow"],
            period=options["period"],
            dry_run=options["dry_run"],
            trigger=Run.Trigger.COMMAND,
        )
        self._ref = run.ref
        run = self._carry_out(run)
        if not run.is_final:
            self._stopped(actor, run)
        self._answer(run_summary(run) if self._as_json else _sentences(run))
        if run.state not in SUCCESS:
            raise CommandError(_trouble(run), returncode=_EXIT.get(RunState(run.state), 1))

    def _answer(self, answer: dict[str, Any] | str) -> None:
        """What is told on standard output; with --json every end tells exactly one object."""
        self.stdout.write(answer if isinstance(answer, str) else json.dumps(answer))

    def _refuse(self, options: dict[str, Any], error: DomainError) -> NoReturn:
        """The end without a run's own; of one that goes on elsewhere no state is told."""
        if self._as_json:
            run = {"run": self._ref} if self._ref else {}
            told = {"flow": options["flow"], "period": options["period"] or None}
            gone = error.code in (Code.RUN_017, Code.RUN_019)
            self._answer({**run, **told, "state": None if gone else "refused", "error": _error(error)})
        faults = error.faults if isinstance(error, Faults) else ()
        words = "\n".join([*map(str, faults), error.hint]) if faults else f"{error} {error.hint}".strip()
        raise CommandError(words, returncode=2 if isinstance(error, _Misused) else 1) from None

    def _actor(self, username: str | None) -> Actor:
        if not username:
            return system_actor("Command line", Source.CLI)
        user = User.objects.select_related("person").filter(username=username).first()
        if user is None or not user.may_sign_in:
            hint = "Name the account of a person who may sign in."
            raise BadInput(CoreCode.API_005, f"There is no active account {username!r}.", hint=hint)
        return actor_for(user, source=Source.CLI)

    def _carry_out(self, run: Run) -> Run:
        """Work on the run here; when another worker was faster, or it must wait, look on until it ends."""
        owner, stop, waits = worker_name(), threading.Event(), Waits(sys.stderr)
        with _signals(stop), _display(run, sys.stderr):
            while not stop.is_set():
                worked = dispatch.work_once(owner, run.pk, stop.is_set)
                run.refresh_from_db()
                if run.is_final:
                    break
                if not (worked and stop.is_set()):
                    waits.tell(run)
                stop.wait(_POLL_SECONDS)
        return run

    def _cancel(self, actor: Actor, reason: str, run: Run) -> None:
        run = run_cancel(actor=actor, reason=reason, run_id=run.pk)
        later = "" if run.is_final else f" asked to stop; it is {run.get_state_display()}"
        words = f"{run.ref} is{later or ' cancelled, nothing was loaded'}."
        self._answer(run_summary(run) if self._as_json else words)

    def _stopped(self, actor: Actor, run: Run) -> NoReturn:
        """A run that this command leaves before its end is cancelled, unless the target may hold it."""
        words, refused = f"{run.ref} is cancelled: it was stopped here, nothing was loaded.", {}
        try:
            run = run_cancel(actor=actor, reason="Stopped at the command line.", run_id=run.pk)
        except DomainError as error:
            words = f"{error} {run.ref} goes on with the next worker: manage.py runworker."
            refused = {"error": _error(error)}
        if self._as_json:
            self._answer(run_summary(run) | refused)
        raise CommandError(words)


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the work at the next safe point."""

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _display(run: Run, out: TextIO) -> Iterator[None]:
    """A line on a terminal that follows the run; nothing where nobody looks."""
    if not out.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_follow, args=(run.pk, out, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _follow(run_id: int, out: TextIO, done: threading.Event) -> None:
    began = time.monotonic()
    try:
        while not done.wait(0.2):
            row = Partition.objects.filter(run_id=run_id).values(
                "run__state", "progress_stage", "progress_done", "progress_total"
            )[0]
            share = row["progress_total"] and f" of {row['progress_total']:,}"
            count = f" {row['progress_done']:,}{share or ''}" if row["progress_done"] else ""
            out.write(f"\r\x1b[K{row['run__state']}{count} ({time.monotonic() - began:.0f} s)")
            out.flush()
        out.write("\r\x1b[K")
        out.flush()
    except (InterfaceError, OperationalError):
        out.write("\r\x1b[K")  # the work itself meets the same and tells it
    finally:
        connection.close()


def _away(error: Exception, ref: str) -> Conflict:
    """That the portal's database is not usable, and what becomes of the run."""
    then = f"{ref} goes on with the next worker: manage.py runworker." if ref else _UNPLANNED
    return Conflict(Code.RUN_017, f"The portal's database went away: {_first_line(error)}.", hint=then)


def _lacks_table(error: Exception) -> bool:
    """Whether the portal's database has not the tables of this release."""
    missing = getattr(error.__cause__, "sqlstate", None) == _UNDEFINED_TABLE
    return missing or str(error).startswith("no such table")


def _unmigrated(error: Exception) -> Conflict:
    words = f"The portal's database is not migrated: {_first_line(error)}."
    return Conflict(Code.RUN_019, words, hint="Run manage.py migrate, then run the flow again.")


def _first_line(error: Exception) -> str:
    return " ".join(str(error).strip().splitlines()[:1])[:200]


def _error(error: DomainError) -> dict[str, str]:
    """A refusal in the shape that a run's summary has for its trouble, with what to do next."""
    faults = error.faults if isinstance(error, Faults) else ()
    message = "; ".join(map(str, faults)) if len(faults) > 1 else error.message
    return {"code": error.code, "message": message, "place": error.place, "hint": error.hint}


def _trouble(run: Run) -> str:
    """Why a run is no success: code, sentence, place and what to do next."""
    place = f" ({run.error_place})" if run.error_place else ""
    page = help_for(run.error_code)
    step = _DOUBT if run.is_in_doubt else page.fix if page else ""
    words = f"{run.ref} is {run.get_state_display()}. {run.error_code} {run.error_message}".strip()
    return f"{words}{place} {step}".strip()


def _sentences(run: Run) -> str:
    """The run for people: totals that tie, confirmation, reconciliation."""
    summary = run_summary(run)
    dry = "dry run, " if run.dry_run else ""
    lines = [f"{run.ref}  {run.flow.code}  {run.period}  {dry}{run.get_state_display()}"]
    if summary["source_records_read"] is not None:
        lines.append(f"  {summary['source_records_read']:,} records in the source")
    for bucket, item in summary["totals"].items():
        amounts = "" if item["debit"] is None else _amounts(item)
        name = loaded_word(run) if bucket == "loaded" else bucket
        lines.append(f"  {name:<12}{item['records']:>10,}{amounts}")
        for currency, part in summary.get("by_currency", {}).get(bucket, {}).items():
            lines.append(f"    {currency_name(currency):<10}{part['records']:>10,}{_amounts(part)}")
    for code, count in summary["quarantined_by_code"].items():
        lines.append(f"    {code}: {count:,} {'record' if count == 1 else 'records'}")
    if run.output_hash:
        lines.append(f"  {_balance(run)}")
    lines.append(f"  target: {_target(run)}")
    if release := release_of(run):
        lines.append(f"  release: {release.words}")
    lines += [f"  {item['code']} {item['message']}" for item in summary["warnings"]]
    lines.append(f"  reconciliation: {run.get_reconciliation_display()}")
    return "\n".join(lines)


def _balance(run: Run) -> str:
    """Whether every record and every cent of the slice went somewhere."""
    parts = f"{loaded_word(run)} + excluded + quarantined + accepted"
    return f"it ties: source = {parts}" if ties(totals_of(run)) else f"it does not tie: source is not {parts}"


def _amounts(item: dict[str, Any]) -> str:
    return f"{item['debit']:>22}{item['credit']:>22}"


def _target(run: Run) -> str:
    if run.dry_run:
        return "nothing was sent, this was a dry run"
    if run.target_rows is None:
        return run.get_confirmation_display()
    net = "" if run.target_net is None else f", net {amount_text(run.target_net)}"
    return f"{run.target_rows} rows{net}, {run.get_confirmation_display()}"
