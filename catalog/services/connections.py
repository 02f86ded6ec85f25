"""Connections: endpoints are proposed here and bound only by another person's approval."""

from __future__ import annotations

from typing import Any

from catalog.codes import Code
from catalog.models import Connection
from catalog.permissions import P
from catalog.ports import connectors
from catalog.selectors import system_named
from catalog.tags import Tag
from portal.approvals.codes import Code as Approvals
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit
from portal.audit.services import audited
from portal.core import authority
from portal.core.actor import Actor
from portal.core.canonical import content_hash, plain_json
from portal.core.errors import BadInput, Conflict
from portal.core.text import clean_code, clean_tree


def connection_content(
    system: str, code: str, connector: str, environment: str, config: dict[str, Any]
) -> dict[str, Any]:
    return {
        "system": system,
        "code": code,
        "connector": connector,
        "environment": environment,
        "config": config,
    }


def same_as_active(payload: dict[str, Any]) -> bool:
    """Whether the connection in force has exactly this content."""
    active = Connection.objects.filter(code=payload["code"], environment=payload["environment"]).first()
    return active is not None and active.content_sha256 == content_hash(payload)


@audited(Tag.CONNECTION_PROPOSE)
def connection_propose(
    *,
    actor: Actor,
    reason: str,
    system: str,
    code: str,
    connector: str,
    config: dict[str, Any],
    environment: str = "production",
) -> ChangeRequest:
    """Propose a connection of a system (by code), or a new endpoint of it.

    Raises Invalid CTR-002 (unknown system), BadInput CTR-005 (unknown connector), Conflict APR-008 (no
    change), CTR-001 (the code is a connection of another system).
    """
    owner = system_named(actor, P.CONNECTION_PROPOSE, system, "system")
    authority.check(actor, P.CONNECTION_PROPOSE, owner)
    _check_connector(connector)
    if Connection.objects.filter(code=code).exclude(system=owner).exists():
        raise Conflict(Code.CTR_001, f"{code} is a connection of another system.", place="code")
    environment = _clean_environment(environment)
    payload = connection_content(
        system, clean_code(code, place="code"), connector, environment, plain_json(clean_tree(config))
    )
    if same_as_active(payload):
        raise Conflict(Approvals.APR_008, f"The connection {code} has exactly this content already.")
    return change_submit(
        actor=actor,
        reason=reason,
        kind="catalog.connection",
        subject_key=f"{code}@{environment}",
        payload=payload,
    )


def _check_connector(name: str) -> None:
    if name not in connectors:
        raise BadInput(
            Code.CTR_005,
            f"There is no connector named {name!r}.",
            place="connector",
            hint=f"Use one of these connectors: {', '.join(sorted(connectors.all()))}.",
        )


def _clean_environment(text: str) -> str:
    environment = clean_code(text, place="environment")
    if len(environment) > 16:
        raise BadInput(
            Code.CTR_005,
            "An environment has at most 16 characters.",
            place="environment",
            hint="Give a shorter name, for instance production or test.",
        )
    return environment
