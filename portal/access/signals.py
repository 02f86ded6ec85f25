"""Sign-ins, refused ones and new passwords go into the audit (third-party hooks: the one use of signals)."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from portal.access.codes import Code
from portal.access.tags import Tag
from portal.audit.naming import SIGN_IN
from portal.audit.services import record
from portal.core.actor import Source, system_actor
from portal.core.clock import now, today
from portal.core.text import escaped
from portal.people.actors import actor_for
from portal.people.models import User


@receiver(user_logged_in, dispatch_uid="access.sign_in")
def signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    actor = actor_for(user, source=Source.UI, request_id=getattr(request, "request_id", ""))
    record(Tag.SIGN_IN, actor=actor, subject=user.person, after={"username": user.username})


@receiver(password_reset, dispatch_uid="access.mailed_password")
def password_reset_by_mail(sender: Any, user: User, **_: Any) -> None:
    """Who reads the mailbox knows it now: the person, or whoever registered that address for them.

    That the link was followed proves nothing else, so no confirmation of an address lifts this.
    """
    setter = user.person.email_set_by_id
    User.objects.filter(pk=user.pk).update(password_set_by=setter, password_set_at=now() if setter else None)


@receiver([password_changed, password_reset, password_set], dispatch_uid="access.own_password")
def password_set_by_oneself(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    actor = actor_for(user, source=Source.UI, request_id=getattr(request, "request_id", ""))
    record(Tag.ACCOUNT_SET_PASSWORD, actor=actor, subject=user.person, after={"username": user.username})


@receiver(user_login_failed, dispatch_uid="access.sign_in_failed")
def sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """The entry says whose account was meant, as its object: who tried is not known."""
    name = escaped(credentials.get("username") or "", 150)
    account = User.objects.filter(username__iexact=name).select_related("person").first()
    record(
        Tag.SIGN_IN_FAILED,
        actor=system_actor("sign-in", Source.UI, getattr(request, "request_id", "")),
        subject_type=SIGN_IN,
        subject_id=today().isoformat(),
        subject_label=name if account is None else account.label,
        reason="The name and the password do not fit, or the name is locked; who tried is not known.",
        after={"username": name},
        outcome="denied",
        code=Code.IAM_022,
    )
