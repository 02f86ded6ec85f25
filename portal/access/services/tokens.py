"""API tokens: shown once, scoped, dated, never able to approve or to change roles."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence

from portal.access import selectors
from portal.access.authority import permissions_held
from portal.access.codes import Code
from portal.access.models import ApiToken
from portal.access.permissions import P
from portal.access.tags import Tag
from portal.access.tokens import new_token
from portal.approvals.ports import subjects
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import BadInput, Forbidden, OutOfScope
from portal.core.text import clean_text
from portal.people.models import User

MAX_DAYS = 365


def never_on_tokens(scope: str) -> bool:
    """Deciding, policy, role, grant, person and token scopes are for people in the browser (controls.md)."""
    deciding = {str(subject.approve_permission) for subject in subjects.all().values()}
    return scope in deciding or scope.startswith(("access:", "people:", "approvals:policy:"))


def _networks(networks: Sequence[str]) -> list[str]:
    try:
        return [str(ipaddress.ip_network(network)) for network in networks]
    except ValueError as exc:
        how = "Write networks like 192.0.2.0/24, or leave them out to let the token come from everywhere."
        raise BadInput(Code.IAM_014, f"Not a network: {exc}", place="networks", hint=how) from None


def _own_account(actor: Actor, account_id: int) -> User:
    account = User.objects.select_related("person").filter(pk=account_id).first()
    if actor.is_machine or account is None or account.person_id != actor.person_id:
        raise Forbidden(
            Code.IAM_014,
            "A token is issued in the browser, for an account that you own.",
            hint="Sign in as the person who owns the account and issue it there.",
        )
    return account


def _demand_scopes(actor: Actor, scopes: Sequence[str]) -> None:
    held = permissions_held(actor)
    refused = sorted(scope for scope in set(scopes) if never_on_tokens(scope) or scope not in held)
    if not scopes:
        how = "Name at least one permission that you hold and the machine needs."
        raise BadInput(Code.IAM_014, "A token needs a scope.", place="scopes", hint=how)
    if refused:
        what = f"The scope {refused[0]} cannot be put on a token of yours."
        raise BadInput(Code.IAM_014, what, place="scopes")


def _clean_name(name: str) -> str:
    name = clean_text(name, 200, place="name")
    if not name:
        how = "Give it a name, for instance of the machine that will use it."
        raise BadInput(Code.IAM_014, "A token needs a name.", place="name", hint=how)
    return name


@audited(Tag.TOKEN_ISSUE)
def token_issue(
    *,
    actor: Actor,
    reason: str,
    account_id: int,
    name: str,
    scopes: Sequence[str],
    days: int,
    networks: Sequence[str] = (),
) -> tuple[ApiToken, str]:
    """Issue a token for one of the actor's own accounts; the text is returned once and never stored.

    Raises Forbidden IAM-003 (through a token), IAM-014 (another person's account or scope), BadInput IAM-015.
    """
    authority.check(actor, P.TOKEN_ISSUE)
    account = _own_account(actor, account_id)
    name = _clean_name(name)
    _demand_scopes(actor, scopes)
    if not 1 <= days <= MAX_DAYS:
        raise BadInput(Code.IAM_015, f"A token expires within 1 to {MAX_DAYS} days.", place="days")
    parts = new_token()
    token = ApiToken.objects.create(
        account=account,
        name=name,
        key_id=parts.key_id,
        secret_sha256=parts.secret_sha256,
        scopes=sorted(set(scopes)),
        networks=_networks(networks),
        expires_at=now() + dt.timedelta(days=days),
    )
    after = {
        "key_id": parts.key_id,
        "account": account.username,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
    }
    record(Tag.TOKEN_ISSUE, actor=actor, subject=token, reason=reason, after=after)
    return token, parts.text()


@audited(Tag.TOKEN_REVOKE)
def token_revoke(*, actor: Actor, reason: str, token_id: int) -> ApiToken:
    """Revoke at once: one's own token, or anyone's with the permission. A token revokes itself alone."""
    token = selectors.tokens_revocable(actor).filter(pk=token_id).first()
    if token is None:
        raise OutOfScope("There is no such token of yours.")
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        record(Tag.TOKEN_REVOKE, actor=actor, subject=token, reason=reason, after={"key_id": token.key_id})
    return token
