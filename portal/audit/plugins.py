"""What the audit gives to the ports of lower layers."""

from __future__ import annotations


def register() -> None:
    from portal.audit.permissions import LABELS
    from portal.audit.services import record_refusal
    from portal.core import authority, denials

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    denials.install(record_refusal)
