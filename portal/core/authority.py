"""Permission questions asked anywhere; the access app answers them through this port."""

from __future__ import annotations

from typing import Protocol

from django.db.models import Model, QuerySet

from portal.core.actor import Actor
from portal.core.codes import Code
from portal.core.errors import Lacking


class Authority(Protocol):
    def allowed(self, actor: Actor, permission: str, obj: Model | None) -> bool: ...

    def allowed_everywhere(self, actor: Actor, permission: str) -> bool: ...

    def restrict(self, actor: Actor, permission: str, queryset: QuerySet) -> QuerySet: ...


class _Nobody:
    """Default deny until the access app is loaded."""

    def allowed(self, actor: Actor, permission: str, obj: Model | None) -> bool:
        return False

    def allowed_everywhere(self, actor: Actor, permission: str) -> bool:
        return False

    def restrict(self, actor: Actor, permission: str, queryset: QuerySet) -> QuerySet:
        return queryset.none()


OUTSIDE = "outside your scope"
"""What stands in place of the name of a thing that the reader may not see."""

_authority: Authority = _Nobody()
_permissions: dict[str, str] = {}


def install(authority: Authority) -> None:
    """Called once by the access app."""
    global _authority
    _authority = authority


def register_permissions(permissions: dict[str, str]) -> None:
    """Permissions of one app with a plain label each, so that roles can be checked and shown."""
    _permissions.update({str(code): label for code, label in permissions.items()})


def all_permissions() -> dict[str, str]:
    return dict(sorted(_permissions.items()))


def allowed(actor: Actor, permission: str, obj: Model | None = None) -> bool:
    """Whether the actor holds the permission: over `obj` when given, else anywhere at all."""
    return _authority.allowed(actor, str(permission), obj)


def allowed_everywhere(actor: Actor, permission: str) -> bool:
    """Whether the actor holds the permission over everything, not over some scope objects only."""
    return _authority.allowed_everywhere(actor, str(permission))


def visible(actor: Actor, obj: Model) -> bool:
    """Whether the actor may see the object at all."""
    return allowed(actor, getattr(obj, "view_permission", ""), obj)


def shown(actor: Actor, obj: Model, field: str = "name") -> str:
    """The object's name (or another field of it), or OUTSIDE when the actor may not see the object."""
    return str(getattr(obj, field)) if visible(actor, obj) else OUTSIDE


def check(actor: Actor, permission: str, obj: Model | None = None, *, name: str = "") -> None:
    """Raises Forbidden IAM-001 (IAM-003 when only the token stands in the way).

    The refusal calls an object by its name only when the actor may see it, or when `name` says so: a name
    that the actor has read already.
    """
    if not allowed(actor, permission, obj):
        named = name or (str(obj) if obj is not None and visible(actor, obj) else "")
        raise _refusal(actor, permission, f" for {named}" if named else "", obj)


def check_everywhere(actor: Actor, permission: str) -> None:
    """As `check`, for what touches no scope object and so all: a grant over one scope is not enough."""
    if not allowed_everywhere(actor, permission):
        raise _refusal(actor, permission, " for everything")


def _refusal(actor: Actor, permission: str, over: str, obj: Model | None = None) -> Lacking:
    if actor.token_scopes is not None and str(permission) not in actor.token_scopes:
        return Lacking(
            Code.IAM_003,
            f"This token does not carry the scope {permission}.",
            hint="Use a token with this scope, or act in the browser as a person where no token may have it.",
            permission=str(permission),
            subject=obj,
        )
    return Lacking(
        Code.IAM_001,
        f"You lack the permission {permission}{over}.",
        hint="Ask a role administrator for a role with this permission.",
        permission=str(permission),
        subject=obj,
    )


def restrict(actor: Actor, permission: str, queryset: QuerySet) -> QuerySet:
    return _authority.restrict(actor, str(permission), queryset)
