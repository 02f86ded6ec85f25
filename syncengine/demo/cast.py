"""The people of the demo: who they are, how they sign in, and how quickstart plays them."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from portal.access.services.bootstrap import FirstPerson
from portal.core.actor import Actor, Source
from portal.people.actors import actor_for
from portal.people.models import User

# Public on purpose: it opens a demo on this machine and nothing else.
PASSWORD = "halden-pumps-2025"  # noqa: S105
REASON = "Quickstart of the demo organisation"

ADMINISTRATOR = FirstPerson("ruth", "Ruth Adler", PASSWORD)
APPROVER = FirstPerson("oskar", "Oskar Lind", PASSWORD)

PARTS = {
    "anna": "architect: proposes systems, connections, ownership, flows",
    "jonas": "accountant: prepares mappings, members, rates; works exceptions",
    "mira": "controller: approves what others prepared",
    "erik": "controller: approves flows",
    "olga": "operator: runs flows",
    "paul": "auditor: reads everything, changes nothing",
    "ruth": "role administrator: proposes roles and grants",
    "oskar": "role approver: approves roles and grants",
}


def played(username: str) -> Actor:
    """The person's actor; label and request id say in every audit entry that quickstart played the part."""
    user = User.objects.select_related("person").get(username=username)
    actor = actor_for(user, source=Source.CLI, request_id="quickstart")
    return replace(actor, label=f"{actor.label}, played by quickstart")


def planning_config() -> dict[str, str]:
    """The target's connection: PLANNING_URL when it is set, else a SQLite file beside the demo's files."""
    from sqlalchemy.engine import make_url

    if not settings.PLANNING_URL:
        return {}
    url = make_url(settings.PLANNING_URL.replace("postgres://", "postgresql://", 1))
    return {"url": "env:PLANNING_URL", "host": url.host or "", "port": str(url.port or 5432)}
