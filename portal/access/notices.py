"""What is told by mail."""

from __future__ import annotations

from django.core.mail import send_mail


def tell_old_address(name: str, old: str, who: str) -> None:
    """That the portal no longer mails here, and by whom; where it mails instead is nobody else's business."""
    send_mail(
        "Your address in Tieout was changed",
        f"{who} changed the e-mail address registered for {name} in Tieout. Links to set a password are no "
        "longer sent to this address.\n\nIf you did not ask for that, tell another role administrator: the "
        "audit names who did it and why.\n",
        None,
        [old],
    )
