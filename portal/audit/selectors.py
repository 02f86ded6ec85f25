"""Reads of the audit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from portal.audit.models import AuditEntry
from portal.audit.permissions import P
from portal.core import authority
from portal.core.actor import Actor


def entries(actor: Actor) -> QuerySet[AuditEntry]:
    """Every entry, for those who may read the audit of everything.

    Entries hold no scope. Raises Forbidden IAM-001 to those whose duty covers some objects only.
    """
    authority.check_everywhere(actor, P.ENTRY_VIEW)
    return AuditEntry.objects.all()


def acts_on(subject: Model, actions: Iterable[str]) -> QuerySet[AuditEntry]:
    """These acts on one object, oldest first: for its own page, which whoever may see the object reads."""
    return AuditEntry.objects.filter(
        stream_type=subject._meta.label_lower,
        stream_id=str(subject.pk),
        action__in=[str(action) for action in actions],
        outcome=AuditEntry.Outcome.OK,
    ).order_by("stream_seq")
