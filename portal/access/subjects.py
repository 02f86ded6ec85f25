"""Approval subjects of access: roles and grants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from portal.access import administrators
from portal.access.codes import Code
from portal.access.models import Grant, Role
from portal.access.permissions import P
from portal.access.ports import scope_models
from portal.access.scopes import scope_words
from portal.access.tags import Tag
from portal.approvals.correcting import corrected
from portal.approvals.differing import flat_diff
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow, Finding, Subject
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.clock import today
from portal.core.errors import Denied409
from portal.people.models import Person


def _payload(change: ChangeRequest) -> dict[str, Any]:
    return dict(change.payload or {})


def _over(payload: dict[str, Any]) -> str:
    """What a proposed grant is over, as it is called today: earlier payloads hold the bare name."""
    return scope_words(payload["scope_kind"], payload["scope_id"], payload["scope_label"])


def _days(payload: dict[str, Any]) -> tuple[dt.date, dt.date]:
    """First and last day of a proposed grant; an open one never ends."""
    last = dt.date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else dt.date.max
    return dt.date.fromisoformat(payload["valid_from"]), last


def _demand_no_loss(loss: Callable[[ChangeRequest], str], change: ChangeRequest) -> None:
    """Validation asked already; an activation asks again, with the lock of those who disable people."""
    administrators.lock()
    if words := loss(change):
        raise Denied409(Code.IAM_019, words)


def overlapping(payload: dict[str, Any]) -> QuerySet[Grant]:
    """Grants of the same role to the same person in the same scope that share a day with the proposal."""
    first, last = _days(payload)
    return Grant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=first),
        person__code=payload["person"],
        role__code=payload["role"],
        scope_kind=payload["scope_kind"],
        scope_id=payload["scope_id"],
        valid_from__lte=last,
    )


class RoleSubject(Subject):
    kind = "access.role"
    label = "role"
    approve_permission = P.ROLE_APPROVE
    propose_permission = P.ROLE_PROPOSE

    def title(self, change: ChangeRequest) -> str:
        return f"Role {_payload(change)['code']}: {', '.join(_payload(change)['functions'])}"

    def correction_url(self, change: ChangeRequest) -> str:
        return corrected(reverse("access:role-propose"), change)

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        payload = _payload(change)
        role = Role.objects.filter(code=payload["code"]).first()
        return {**payload, "base": role.number if role else 0}

    def barred(self, change: ChangeRequest) -> list[int]:
        """Editing a role that one holds counts as granting oneself (controls.md 1.4.12)."""
        ended = Q(valid_to__lt=today())
        holders = Grant.objects.filter(role__code=_payload(change)["code"]).exclude(ended)
        return list(holders.values_list("person_id", flat=True))

    def validate(self, change: ChangeRequest) -> list[Finding]:
        words = self._loss(change)
        return [Finding("error", Code.IAM_019, words, "functions")] if words else []

    @staticmethod
    def _loss(change: ChangeRequest) -> str:
        payload, before = _payload(change), administrators.tenures()
        duties = frozenset(payload["functions"]) & administrators.NEEDED.keys()
        after = [replace(t, duties=duties) if t.role == payload["code"] else t for t in before]
        return administrators.loss(before, after)

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        payload = _payload(change)
        role = Role.objects.filter(code=payload["code"]).first()
        old, new = set(role.functions if role else ()), set(payload["functions"])
        heads = {name: payload[name] for name in ("code", "name")}
        rows = flat_diff({"code": role.code, "name": role.name} if role else {}, heads)
        rows += [DiffRow("duty", "", name, "added") for name in sorted(new - old)]
        return rows + [DiffRow("duty", name, "", "removed") for name in sorted(old - new)]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload = _payload(change)
        _demand_no_loss(self._loss, change)
        role = Role.objects.filter(code=payload["code"]).first()
        before = {"code": role.code, "name": role.name, "functions": role.functions} if role else None
        if role is None:
            role = Role(code=payload["code"])
        else:
            role.number += 1
        role.name, role.functions = payload["name"], payload["functions"]
        role.full_clean()
        role.save()
        record(Tag.ROLE_ACTIVATE, actor=actor, subject=role, before=before, after=payload)


class GrantSubject(Subject):
    kind = "access.grant"
    label = "grant"
    approve_permission = P.GRANT_APPROVE
    propose_permission = P.GRANT_PROPOSE

    def title(self, change: ChangeRequest) -> str:
        payload = _payload(change)
        return f"Grant {payload['role']} to {payload['person']} over {_over(payload)}"

    def correction_url(self, change: ChangeRequest) -> str:
        return corrected(reverse("access:grant-propose"), change)

    def _changed(self, change: ChangeRequest) -> Grant | None:
        """The grant whose days this proposal changes; None when it is a new one."""
        return Grant.objects.filter(pk=_payload(change)["changes"]).select_related("person", "role").first()

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        payload, old = _payload(change), self._changed(change)
        role = Role.objects.filter(code=payload["role"]).first()
        base = {
            "role": [role.number, sorted(role.functions)] if role else None,
            "days": [old.valid_from, old.valid_to] if old else None,
        }
        return {**payload, "base": base}

    def barred(self, change: ChangeRequest) -> list[int]:
        return list(Person.objects.filter(code=_payload(change)["person"]).values_list("pk", flat=True))

    def scopes(self, change: ChangeRequest) -> list[Model]:
        payload = _payload(change)
        if not payload["scope_kind"]:
            return []
        return [scope_models.get(payload["scope_kind"])._default_manager.get(pk=payload["scope_id"])]

    def validate(self, change: ChangeRequest) -> list[Finding]:
        payload = _payload(change)
        findings = []
        if not Role.objects.filter(code=payload["role"]).exists():
            words = f"There is no approved role with the code {payload['role']}."
            findings.append(Finding("error", Code.IAM_012, words, "role"))
        if not Person.objects.filter(code=payload["person"], is_active=True).exists():
            words = f"There is no active person with the code {payload['person']}."
            findings.append(Finding("error", Code.IAM_012, words, "person"))
        others = overlapping(payload).exclude(pk=payload["changes"]).order_by("valid_from")
        for other in others[:1]:
            until = other.valid_to or "further notice"
            words = f"The person has this role here from {other.valid_from} to {until} already."
            findings.append(Finding("error", Code.IAM_017, words, "valid_from"))
        if words := self._loss(change):
            findings.append(Finding("error", Code.IAM_019, words, "valid_to"))
        return findings

    @staticmethod
    def _loss(change: ChangeRequest) -> str:
        payload, before = _payload(change), administrators.tenures()
        first, last = _days(payload)
        after = [
            replace(t, first=first, last=last) if t.grant_id == payload["changes"] else t for t in before
        ]
        return administrators.loss(before, after)

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        """A new grant whole; of an existing one its days, each with what that grant is over."""
        payload, old, over = _payload(change), self._changed(change), _over(_payload(change))
        if old is None:
            new = {**payload, "scope": over}
            fields = ("person", "role", "scope", "valid_from", "valid_to")
            return [DiffRow(field, "", new[field], "added") for field in fields if new[field]]
        stored = {"valid_from": str(old.valid_from), "valid_to": str(old.valid_to or "")}
        days = ((field, was, payload[field] or "") for field, was in stored.items())
        named = [("name of the scope", old.scope_label, payload["scope_label"])]
        return [DiffRow(field, was, will, place=over) for field, was, will in [*days, *named] if was != will]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        payload, grant = _payload(change), self._changed(change)
        _demand_no_loss(self._loss, change)
        before = None
        if grant is not None:
            before = {name: getattr(grant, name) for name in ("scope_label", "valid_from", "valid_to")}
        else:
            grant = Grant(
                person=Person.objects.get(code=payload["person"]),
                role=Role.objects.get(code=payload["role"]),
                scope_kind=payload["scope_kind"],
                scope_id=payload["scope_id"],
            )
        grant.scope_label = payload["scope_label"]
        grant.valid_from = dt.date.fromisoformat(payload["valid_from"])
        grant.valid_to = dt.date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else None
        grant.change_ref = change.ref
        grant.full_clean()
        grant.save()
        record(Tag.GRANT_ACTIVATE, actor=actor, subject=grant, before=before, after=payload)
