"""What a grant is over, in words. Kind and code always tell which it is: names need not be unique."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Model, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat

from portal.access.ports import scope_models
from portal.core import authority
from portal.core.actor import Actor

EVERYTHING = "everything"
OFFERED = 2000  # of each kind; what is beyond can be typed


def kind_words(kind: str) -> str:
    return kind.replace("_", " ")


def scope_object(kind: str, key: int | None) -> Model | None:
    """The object that a scope of a registered kind names; None when there is none."""
    return scope_models.get(kind)._default_manager.filter(pk=key).first()


def scope_text(kind: str, scope: Any) -> str:
    return f"{kind_words(kind)} {scope.code} ({scope.name})"


def scope_words(kind: str, key: int | None, label: str) -> str:
    """What a grant is over; `label` is the name it was given with, for what is no longer there."""
    if not kind:
        return EVERYTHING
    found = scope_object(kind, key)
    return scope_text(kind, found) if found else f"{kind_words(kind)} {label}"


def with_scope(grants: QuerySet) -> QuerySet:
    """Grants with `over`, the same words, for lists."""
    named = Concat(F("code"), Value(" ("), F("name"), Value(")"))
    cases = []
    for kind, model in scope_models.all().items():
        found = model._default_manager.filter(pk=OuterRef("scope_id")).values(text=named)
        text = Concat(Value(f"{kind_words(kind)} "), Coalesce(Subquery(found), F("scope_label")))
        cases.append(When(scope_kind=kind, then=text))
    return grants.annotate(over=Case(*cases, default=Value(EVERYTHING)))


def offered(actor: Actor, permission: str) -> list[str]:
    """The words of each scope over which the actor holds the permission."""
    texts = [EVERYTHING] if authority.allowed_everywhere(actor, permission) else []
    for kind, model in scope_models.all().items():
        reach = authority.restrict(actor, permission, model._default_manager.order_by("code"))
        texts += [scope_text(kind, scope) for scope in reach[:OFFERED]]
    return texts


def named_by(actor: Actor, permission: str, text: str) -> tuple[str, int] | None:
    """Kind and id of the scope that the words name, with or without its name; None when they name none."""
    for kind, model in scope_models.all().items():
        code = text.removeprefix(f"{kind_words(kind)} ").partition(" ")[0]
        reach = authority.restrict(actor, permission, model._default_manager.filter(code=code))
        for scope in reach:
            if text in (f"{kind_words(kind)} {code}", scope_text(kind, scope)):
                return kind, scope.pk
    return None
