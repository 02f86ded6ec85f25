"""Loading the demo once: an own database, its people, the manifest proposed and approved in steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from portal.access.services import account_set_password, bootstrap
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.approvals.states import DECIDABLE
from portal.core.actor import Source, system_actor
from portal.core.canonical import sha256_hex
from portal.core.errors import Conflict
from portal.core.manifest import Outcome, read_manifest
from portal.core.models import SiteFlag
from portal.desk.manifests import manifest_apply
from portal.people.models import Person, User
from syncengine.demo.cast import ADMINISTRATOR, APPROVER, PARTS, PASSWORD, REASON, planning_config, played
from syncengine.demo.codes import Code
from syncengine.demo.generate import write

FLAG = "demo"
LOADING, LOADED, READY = "loading", "loaded", "ready"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """Sections that one person proposes and another approves; no approver where nothing is under approval."""

    proposer: str
    approver: str
    sections: tuple[str, ...]


STEPS = (
    Step("ruth", "oskar", ("people", "roles")),
    Step("ruth", "oskar", ("grants",)),
    Step("anna", "mira", ("systems", "connections", "finance_objects", "ownership")),
    Step("jonas", "mira", ("calendars", "dimensions", "mapping_sets", "rate_sets")),
    Step("anna", "erik", ("flows",)),
)


def demand_demo_or_empty() -> None:
    """Raises Conflict RUN-901 unless the database is a demo already or holds nothing at all."""
    tables = set(connection.introspection.table_names())
    if not tables:
        return
    if "core_siteflag" in tables and SiteFlag.is_demo():
        return
    ours = {config.label for config in apps.get_app_configs()}
    migrated = {app for app, _ in MigrationRecorder(connection).applied_migrations()}
    populated = "people_person" in tables and Person.objects.exists()
    if populated or not migrated or not migrated <= ours:
        raise Conflict(Code.RUN_901, "The database holds something that is not the demo.")


def progress_so_far() -> str:
    """How far an earlier quickstart came: LOADING, LOADED or READY."""
    return SiteFlag.objects.get(key=FLAG).value


def mark(value: str) -> None:
    SiteFlag.objects.filter(key=FLAG).update(value=value)


@transaction.atomic
def begin() -> None:
    """Mark the database as a demo and create its first two people, both or neither."""
    if SiteFlag.objects.filter(key=FLAG).exists():
        return
    SiteFlag.objects.create(key=FLAG, value=LOADING)
    actor = system_actor("quickstart", Source.CLI, "quickstart")
    bootstrap(actor=actor, reason=REASON, administrator=ADMINISTRATOR, approver=APPROVER)


def prepare_files() -> Path:
    """The demo's files in the drop folder; the same ones each time."""
    folder = settings.DROP_DIR / "halden"
    manifest = write(folder, planning=planning_config())
    (folder / "planning.sqlite3").touch()
    return manifest


def load(manifest: Path, say: Say) -> None:
    """Apply the manifest step by step. What an earlier, killed quickstart did is found and not done again."""
    for step in STEPS:
        say(f"{step.proposer} proposes {', '.join(step.sections)}")
        plan = read_manifest(manifest, settings.FILE_ROOTS, step.sections)
        applied = manifest_apply(
            actor=played(step.proposer),
            reason=REASON,
            name=manifest.name,
            sha256=sha256_hex(manifest.read_bytes()),
            plan=plan,
        )
        _approve([each.result.detail for each in applied if each.result.is_pending], step, say)
        waiting = [each.planned.key for each in applied if each.result.outcome is Outcome.WAITING]
        if waiting:
            raise Conflict(Code.RUN_903, f"{', '.join(waiting)} could not be proposed.")
        if "people" in step.sections:
            _give_passwords()
    mark(LOADED)


def _approve(refs: list[str], step: Step, say: Say) -> None:
    """Another person approves exactly what the step proposed; nobody else's change is touched."""
    opened = ChangeRequest.objects.filter(state__in=DECIDABLE).order_by("id")
    mine = [change for change in opened if change.ref in refs]
    if mine:
        say(f"{step.approver} approves {len(mine)} change requests")
    actor = played(step.approver)
    for change in mine:
        seen = change.content_sha256
        change_approve(actor=actor, reason=REASON, change_id=change.pk, content_sha256=seen)
        change.refresh_from_db()
        if change.activation_fault:
            words = f"{change.ref} could not be put in force: {change.activation_fault}"
            raise Conflict(Code.RUN_903, words)


def _give_passwords() -> None:
    """As on the command line: nobody of the demo knows the password of another."""
    actor = system_actor("quickstart", Source.CLI, "quickstart")
    for user in User.objects.filter(username__in=PARTS):
        if not user.has_usable_password():
            account_set_password(actor=actor, reason=REASON, account_id=user.pk, password=PASSWORD)
