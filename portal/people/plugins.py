"""What people gives to the ports of lower layers."""

from __future__ import annotations


def register() -> None:
    from portal.core import authority
    from portal.people.permissions import LABELS

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
