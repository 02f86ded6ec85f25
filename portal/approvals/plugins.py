"""What approvals gives to the ports of lower layers and to its own."""

from __future__ import annotations


def register() -> None:
    from portal.approvals.codes import HELP
    from portal.approvals.permissions import LABELS
    from portal.approvals.ports import subjects
    from portal.approvals.references import CHANGES, NAMING
    from portal.approvals.subjects import PolicySubject
    from portal.audit.ports import namings
    from portal.core import authority, codes

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    codes.register(HELP)
    subjects.register(PolicySubject.kind, PolicySubject())
    namings.register(CHANGES, NAMING)
