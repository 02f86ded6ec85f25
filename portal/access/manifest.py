"""Manifest sections of access: people with their accounts, roles, grants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.access.functions import LABELS, Function
from portal.access.models import Grant, Role
from portal.access.ports import scope_models
from portal.access.scopes import scope_object
from portal.access.services import (
    account_create,
    account_set_active,
    grant_propose,
    person_edit,
    person_register,
    role_propose,
)
from portal.access.services.grants import grant_key
from portal.approvals.manifest import propose, same_payload
from portal.core.errors import NotFound
from portal.core.keys import Key
from portal.core.manifest import UNCHANGED, Applying, Entry, Outcome, Reading, Result, Section
from portal.people.models import Person, User


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    kind: str
    active: bool


@dataclass(frozen=True, slots=True)
class PersonItem:
    code: str
    name: str
    email: str
    active: bool
    accounts: tuple[Account, ...]


_ACCOUNT = (
    Key("username", "code", "unique name", example="anna"),
    Key("kind", ", ".join(User.Kind.values), "service accounts propose and run, and never decide",
        "person", "service"),
    Key("active", "true or false", "whether it may sign in", "true", "false"),
)  # fmt: skip


class PeopleSection(Section[PersonItem]):
    name = "people"
    order = 10
    fields = (
        Key("code", "code", "unique code of the natural person", example="anna"),
        Key("name", "text", "full name", example="Anna Berg"),
        Key("email", "text", "address", "", "anna@halden.example"),
        Key("active", "true or false", "whether the person may act", "true", "false"),
        Key("accounts", "list", "what the person signs in with; passwords are never in a manifest", "none",
            "[{username: anna}]", keys=_ACCOUNT),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> PersonItem:
        accounts = tuple(
            Account(
                item.code("username"),
                item.choice("kind", User.Kind.values, User.Kind.PERSON),
                item.boolean("active", True),
            )
            for item in entry.entries("accounts")
        )
        email = entry.text("email", "")
        return PersonItem(entry.code(), entry.text("name"), email, entry.boolean("active", True), accounts)

    def key(self, item: PersonItem) -> str:
        return item.code

    def known(self, key: str) -> bool:
        return Person.objects.filter(code=key).exists()

    def apply(self, item: PersonItem, applying: Applying) -> Result:
        person = Person.objects.filter(code=item.code).first()
        outcome = Outcome.UNCHANGED
        if person is None:
            person = person_register(**applying.who, code=item.code, name=item.name, email=item.email)
            outcome = Outcome.CREATED
        if (person.name, person.email, person.is_active) != (item.name, item.email, item.active):
            person_edit(
                **applying.who, person_id=person.pk, name=item.name, email=item.email, is_active=item.active
            )
            outcome = Outcome.CHANGED if outcome is Outcome.UNCHANGED else outcome
        for account in item.accounts:
            if self._account(account, person, applying) and outcome is Outcome.UNCHANGED:
                outcome = Outcome.CHANGED
        return Result(outcome)

    @staticmethod
    def _account(account: Account, person: Person, applying: Applying) -> bool:
        user = User.objects.filter(username__iexact=account.username, person=person).first()
        changed = user is None
        if user is None:
            user = account_create(
                **applying.who, person_id=person.pk, username=account.username, kind=account.kind
            )
        if user.is_active != account.active:
            account_set_active(**applying.who, account_id=user.pk, active=account.active)
            changed = True
        return changed

    def export(self) -> Iterator[dict[str, Any]]:
        for person in Person.objects.order_by("code").prefetch_related("accounts"):
            yield {
                "code": person.code,
                "name": person.name,
                "email": person.email,
                "active": "" if person.is_active else "false",
                "accounts": [
                    {"username": user.username, "kind": str(user.kind)}
                    | ({} if user.is_active else {"active": "false"})
                    for user in sorted(person.accounts.all(), key=lambda user: user.username)
                ],
            }


@dataclass(frozen=True, slots=True)
class RoleItem:
    code: str
    name: str
    functions: tuple[str, ...]


_DUTIES = "; ".join(f"{function} ({LABELS[function]})" for function in Function)


class RolesSection(Section[RoleItem]):
    name = "roles"
    order = 20
    fields = (
        Key("code", "code", "unique code", example="architect"),
        Key("name", "text", "name", example="Finance architect"),
        Key("functions", "list", f"duties (under approval): {_DUTIES}", example="[VIEW, FLOW.DEF]"),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> RoleItem:
        functions = entry.texts("functions", required=True)
        for index, function in enumerate(functions):
            if function not in list(Function):
                entry.fault("YAM-104", f"There is no duty named '{function[:64]}'.", "functions", index)
        return RoleItem(entry.code(), entry.text("name"), tuple(sorted(set(functions))))

    def key(self, item: RoleItem) -> str:
        return item.code

    def known(self, key: str) -> bool:
        return Role.objects.filter(code=key).exists()

    def apply(self, item: RoleItem, applying: Applying) -> Result:
        role = Role.objects.filter(code=item.code).first()
        if role and (role.name, sorted(role.functions)) == (item.name, list(item.functions)):
            return UNCHANGED
        payload = {"code": item.code, "name": item.name, "functions": list(item.functions)}
        return propose(
            applying,
            kind="access.role",
            subject_key=item.code,
            same=same_payload(payload),
            submit=lambda: role_propose(
                **applying.who, code=item.code, name=item.name, functions=item.functions
            ),
        )

    def export(self) -> Iterator[dict[str, Any]]:
        for role in Role.objects.order_by("code"):
            yield {"code": role.code, "name": role.name, "functions": sorted(role.functions)}


@dataclass(frozen=True, slots=True)
class GrantItem:
    person: str
    role: str
    scope_kind: str
    scope: str
    valid_from: dt.date
    valid_to: dt.date | None


_SCOPE_SECTIONS = {"system": "systems", "mapping_set": "mapping_sets", "flow": "flows"}
_SCOPE = (
    Key("system", "code", "only this system", "", "ERP"),
    Key("mapping_set", "code", "only this mapping set", "", "accounts-to-lines"),
    Key("flow", "code", "only this flow", "", "actuals-to-planning"),
)  # fmt: skip


class GrantsSection(Section[GrantItem]):
    name = "grants"
    order = 900
    fields = (
        Key("person", "code", "the person", example="anna"),
        Key("role", "code", "the role (under approval)", example="architect"),
        Key("scope", "mapping", "where it holds, one of these", "everywhere", "{system: ERP}", keys=_SCOPE),
        Key("valid_from", "date", "first day", example="2026-01-01"),
        Key("valid_to", "date", "last day", "open", "2026-12-31"),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> GrantItem:
        kind, scope = self._scope(entry, reading)
        return GrantItem(
            reading.reference(entry, "person", "people"),
            reading.reference(entry, "role", "roles"),
            kind,
            scope,
            entry.required_day("valid_from"),
            entry.day("valid_to"),
        )

    @staticmethod
    def _scope(entry: Entry, reading: Reading) -> tuple[str, str]:
        """Kind and code; a scope that names nothing is a fault and never everything."""
        scoped = entry.entry("scope")
        if "scope" not in entry:
            return "", ""
        given = [kind for kind in _SCOPE_SECTIONS if scoped and scoped.raw(kind) != ""]
        if scoped and len(given) == 1:
            return given[0], reading.reference(scoped, given[0], _SCOPE_SECTIONS[given[0]])
        kinds = ", ".join(_SCOPE_SECTIONS)
        entry.fault("YAM-103", f"'scope' takes one of {kinds}; leave it out for everywhere.", "scope")
        return "", ""

    def key(self, item: GrantItem) -> str:
        return f"{item.person}/{item.role}/{item.scope_kind}:{item.scope}"

    def known(self, key: str) -> bool:
        return False

    def apply(self, item: GrantItem, applying: Applying) -> Result:
        needs = [("roles", item.role), (_SCOPE_SECTIONS.get(item.scope_kind, ""), item.scope)]
        if waiting := applying.waiting(needs):
            return waiting
        scope_id = self._scope_id(item)
        same = Grant.objects.filter(
            person__code=item.person, role__code=item.role, scope_kind=item.scope_kind, scope_id=scope_id,
            valid_from=item.valid_from, valid_to=item.valid_to,
        )  # fmt: skip
        if same.exists():
            return UNCHANGED
        proposal: dict[str, Any] = {
            "person": item.person, "role": item.role, "scope_kind": item.scope_kind, "scope_id": scope_id,
        }  # fmt: skip
        days = {"valid_from": item.valid_from, "valid_to": item.valid_to}
        texts = {key: day.isoformat() if day else None for key, day in days.items()}
        return propose(
            applying,
            kind="access.grant",
            subject_key=grant_key(proposal),
            same=same_payload({**proposal, **texts}),
            submit=lambda: grant_propose(
                **applying.who,
                **proposal,
                valid_from=item.valid_from,
                valid_to=item.valid_to,
            ),
        )

    @staticmethod
    def _scope_id(item: GrantItem) -> int | None:
        if not item.scope_kind:
            return None
        found = scope_models.get(item.scope_kind)._default_manager.filter(code=item.scope).first()
        if found is None:
            raise NotFound(f"There is no {item.scope_kind} with the code {item.scope}.")
        return int(found.pk)

    def export(self) -> Iterator[dict[str, Any]]:
        for grant in Grant.objects.select_related("person", "role").order_by(
            "person__code", "role__code", "id"
        ):
            found: Any = scope_object(grant.scope_kind, grant.scope_id) if grant.scope_kind else None
            if grant.scope_kind and found is None:  # it covers nothing; without a scope it would cover all
                continue
            yield {
                "person": grant.person.code,
                "role": grant.role.code,
                "scope": {grant.scope_kind: found.code} if found else {},
                "valid_from": grant.valid_from.isoformat(),
                "valid_to": grant.valid_to.isoformat() if grant.valid_to else "",
            }
