"""Reads of flows and their versions."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.core.actor import Actor
from portal.core.errors import NotFound
from syncengine.models import Flow, FlowVersion
from syncengine.permissions import P
from syncengine.states import VersionState


def flows(actor: Actor) -> QuerySet[Flow]:
    queryset = Flow.objects.restrict(actor, P.FLOW_VIEW)
    return queryset.select_related("finance_object", "source_system", "target_system")


def flow_versions(actor: Actor) -> QuerySet[FlowVersion]:
    """Versions of the flows the actor may see."""
    return FlowVersion.objects.restrict(actor, P.FLOW_VIEW).select_related("flow")


def flow_by_code(code: str) -> Flow | None:
    return Flow.objects.filter(code=code).first()


def version_key(version: FlowVersion) -> str:
    """`code/number`: names a version in change requests and commands."""
    return f"{version.flow.code}/{version.number}"


def version_by_key(key: str) -> FlowVersion:
    """The version behind `code/number`. Raises NotFound."""
    code, _, number = key.rpartition("/")
    versions = FlowVersion.objects.select_related("flow")
    found = versions.filter(flow__code=code, number=int(number)).first() if number.isdigit() else None
    if found is None:
        raise NotFound(f"There is no flow version {key!r}.")
    return found


def last_approved(flow: Flow) -> FlowVersion | None:
    """The approved version with the highest number: what the next draft starts from."""
    return flow.versions.filter(state=VersionState.APPROVED).order_by("-number").first()


def version_in_force(flow: Flow, period: str) -> FlowVersion | None:
    """The approved version for a fiscal period (blank: no periods); the one approved last wins."""
    approved = flow.versions.filter(state=VersionState.APPROVED)
    if period:
        approved = approved.filter(effective_from__lte=period)
    return approved.order_by("-approved_at", "-number").first()
