"""Roles and grants are proposed here and come into force only by another person's approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from portal.access.codes import Code
from portal.access.functions import Function
from portal.access.models import Grant, Role
from portal.access.permissions import P
from portal.access.ports import scope_models
from portal.access.scopes import kind_words, scope_object
from portal.access.subjects import overlapping
from portal.access.tags import Tag
from portal.approvals.codes import Code as Approvals
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit
from portal.audit.services import audited
from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.text import clean_code, clean_text
from portal.people.models import Person


@audited(Tag.ROLE_PROPOSE)
def role_propose(
    *, actor: Actor, reason: str, code: str, name: str, functions: Sequence[str]
) -> ChangeRequest:
    """Propose a role, or a new version of it, as a set of duties. Holders never approve their own role."""
    authority.check_everywhere(actor, P.ROLE_PROPOSE)
    unknown = sorted(set(functions) - {str(f) for f in Function})
    if unknown:
        raise BadInput(Code.IAM_012, f"There is no duty named {unknown[0]}.", place="functions")
    payload = {
        "code": clean_code(code, place="code"),
        "name": clean_text(name, 200, place="name"),
        "functions": sorted(set(functions)),
    }
    role = Role.objects.filter(code__iexact=code).first()
    if role is not None and role.code != code:
        raise Conflict(Code.IAM_010, f"There is a role with the code {role.code} already.", place="code")
    if role is not None and (role.name, sorted(role.functions)) == (payload["name"], payload["functions"]):
        raise Conflict(Approvals.APR_008, f"The role {code} has exactly these duties already.")
    return change_submit(actor=actor, reason=reason, kind="access.role", subject_key=code, payload=payload)


def _scope(actor: Actor, scope_kind: str, scope_id: int | None) -> Model | None:
    """What the grant is limited to. Raises BadInput IAM-016 alike for what is hidden or not there.

    Half a scope is refused: what was meant as one thing is never taken for everything.
    """
    if not scope_kind and scope_id is None:
        return None
    if not scope_kind or scope_id is None:
        missing = "id" if scope_kind else "kind"
        how = "Give the scope's kind and id together, or neither for a grant over everything."
        what = f"A scope has a kind and an id; the {missing} is missing."
        raise BadInput(Code.IAM_016, what, place=f"scope_{missing}", hint=how)
    if scope_kind not in scope_models:
        kinds = ", ".join(sorted(map(kind_words, scope_models.all())))
        how = f"Kinds of scopes are: {kinds}."
        raise BadInput(Code.IAM_016, f"A grant cannot be scoped to {scope_kind!r}.", place="scope", hint=how)
    obj = scope_object(scope_kind, scope_id)
    if obj is None or not (authority.visible(actor, obj) or authority.allowed(actor, P.GRANT_PROPOSE, obj)):
        raise BadInput(Code.IAM_016, "The scope object does not exist in your scope.", place="scope")
    return obj


def grant_key(payload: dict[str, Any]) -> str:
    """Subject of a grant proposal: person, role and scope."""
    return f"{payload['person']}/{payload['role']}/{payload['scope_kind']}:{payload['scope_id'] or ''}"


@audited(Tag.GRANT_PROPOSE)
def grant_propose(
    *,
    actor: Actor,
    reason: str,
    person: str,
    role: str,
    scope_kind: str = "",
    scope_id: int | None = None,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
) -> ChangeRequest:
    """Propose to give a person (by code) a role (by code) in a scope. The beneficiary never approves it.

    A grant of the same role and scope that shares a day with the proposal gets the proposed days; one
    that does not stays as it is, and a new grant comes beside it. Raises BadInput IAM-012 (unknown person,
    dates), IAM-016 (half a scope, or an unknown one), Faults IAM-012 (no approved role), IAM-017 (several
    grants overlap), Conflict APR-008 (nothing changes).
    """
    authority.check(actor, P.GRANT_PROPOSE)
    if not Person.objects.filter(code=person).exists():
        how = "Use a code shown on the page of people, or register the person first."
        raise BadInput(Code.IAM_012, f"There is no person with the code {person}.", place="person", hint=how)
    scope = _scope(actor, scope_kind, scope_id)
    if scope is None:
        authority.check_everywhere(actor, P.GRANT_PROPOSE)
    else:
        authority.check(actor, P.GRANT_PROPOSE, scope)
    limits = (scope_kind, scope_id, str(scope or ""))
    payload = _grant_payload(person, role, limits, valid_from, valid_to)
    touched = list(overlapping(payload).order_by("valid_from")[:2])
    if len(touched) == 1:
        payload["changes"] = touched[0].pk
    return _submit(actor, reason, payload)


def _grant_payload(
    person: str, role: str, limits: tuple[str, int | None, str], first: dt.date, last: dt.date | None
) -> dict[str, Any]:
    if last is not None and last < first:
        how = "Choose a last day on or after the first day."
        raise BadInput(Code.IAM_012, "The grant ends before it begins.", place="valid_to", hint=how)
    return {
        "person": person,
        "role": role,
        "scope_kind": limits[0],
        "scope_id": limits[1],
        "scope_label": limits[2],
        "valid_from": first.isoformat(),
        "valid_to": last.isoformat() if last else None,
        "changes": None,
    }


def _submit(actor: Actor, reason: str, payload: dict[str, Any]) -> ChangeRequest:
    same = Grant.objects.filter(
        pk=payload["changes"], valid_from=payload["valid_from"], valid_to=payload["valid_to"]
    )
    if payload["changes"] and same.exists():
        raise Conflict(Approvals.APR_008, "The person has exactly this grant already.")
    return change_submit(
        actor=actor, reason=reason, kind="access.grant", subject_key=grant_key(payload), payload=payload
    )


@audited(Tag.GRANT_PROPOSE)
def grant_revoke(*, actor: Actor, reason: str, grant_id: int, last_day: dt.date) -> ChangeRequest:
    """Propose the last day of a grant, not before its first. To end access at once, disable the person."""
    grants = Grant.objects.select_related("person", "role")
    grant = grants.get_for(actor, P.GRANT_PROPOSE, pk=grant_id)
    limits = (grant.scope_kind, grant.scope_id, grant.scope_label)
    payload = _grant_payload(grant.person.code, grant.role.code, limits, grant.valid_from, last_day)
    return _submit(actor, reason, {**payload, "changes": grant.pk})
