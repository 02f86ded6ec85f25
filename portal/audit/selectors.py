"""Reads of the audit."""

from __future__ import annotations

from django.db.models import QuerySet

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
