"""Brings a test organisation to life: different people propose and approve, through the services."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command

from portal.access.services.bootstrap import FirstPerson, bootstrap
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.approvals.states import DECIDABLE
from portal.core.actor import Actor, Source, system_actor
from portal.core.canonical import sha256_hex
from portal.core.manifest import Outcome, read_manifest
from portal.desk.manifests import manifest_apply
from portal.people.actors import actor_for
from portal.people.models import User

ROUNDS = 8


def person(username: str) -> Actor:
    return actor_for(User.objects.select_related("person").get(username=username), source=Source.CLI)


def apply_until_done(path: Path, proposer: str, approver: str) -> None:
    """Apply, have the other person approve what was proposed, and again until nothing is left to do."""
    for _ in range(ROUNDS):
        plan = read_manifest(path, settings.FILE_ROOTS)
        applied = manifest_apply(
            actor=person(proposer),
            reason="The organisation of this scenario.",
            name=path.name,
            sha256=sha256_hex(path.read_bytes()),
            plan=plan,
        )
        for change in ChangeRequest.objects.filter(state__in=DECIDABLE).order_by("id"):
            change_approve(
                actor=person(approver),
                reason="Compared with the ledger's own documentation.",
                change_id=change.pk,
                content_sha256=change.content_sha256,
            )
        if all(each.result.outcome is Outcome.UNCHANGED for each in applied):
            return
    raise RuntimeError(f"{path.name} did not settle after {ROUNDS} rounds")


def propose_and_approve(manifest: Path) -> None:
    """A migrated, empty database becomes the approved organisation of a manifest, with people."""
    bootstrap(
        actor=system_actor("Scenario", Source.CLI),
        reason="First two administrators.",
        administrator=FirstPerson("ruth", "Ruth Adler", secrets.token_urlsafe(24)),
        approver=FirstPerson("oskar", "Oskar Lind", secrets.token_urlsafe(24)),
    )
    apply_until_done(Path(__file__).with_name("people.yaml"), "ruth", "oskar")
    apply_until_done(manifest, "ada", "carl")


def run_flow(code: str, period: str = "") -> int:
    """Run a flow as the operator; prints its JSON line; gives the exit code."""
    try:
        call_command("flow_run", code, period=period, as_json=True, username="otto")
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.returncode
    return 0
