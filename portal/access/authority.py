"""The answer to every permission question: grants by scope, evaluated for persons, default deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from portal.access.functions import functions_with, permissions_of
from portal.access.memo import Holding, recall, remember
from portal.access.models import Grant, Role
from portal.access.ports import scope_models
from portal.core.actor import Actor
from portal.core.clock import today


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a permission holds: everywhere, or over scope objects by kind."""

    everywhere: bool
    scopes: dict[str, set[int]]

    @property
    def nowhere(self) -> bool:
        return not self.everywhere and not self.scopes

    def tokens(self) -> list[str]:
        return [f"{kind}:{pk}" for kind, keys in self.scopes.items() for pk in sorted(keys)]


def _in_force() -> QuerySet[Grant]:
    """Grants of active persons that hold today."""
    day = today()
    live = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    return Grant.objects.filter(live, person__is_active=True, valid_from__lte=day)


def active_grants(person_id: int) -> QuerySet[Grant]:
    """Grants of an active person that hold today."""
    return _in_force().filter(person_id=person_id)


def holdings_of(person_id: int) -> tuple[Holding, ...]:
    """What the person's active grants give today."""
    known = recall(person_id)
    if known is not None:
        return known
    rows = active_grants(person_id).values_list("role__functions", "scope_kind", "scope_id")
    found = tuple(
        Holding(frozenset(permissions_of(functions)), kind, scope or 0) for functions, kind, scope in rows
    )
    remember(person_id, found)
    return found


def reach_of(actor: Actor, permission: str) -> Reach:
    """Where the actor holds the permission today. The system holds all; strangers hold none."""
    if actor.is_system:
        return Reach(True, {})
    if actor.person_id is None or (actor.token_scopes is not None and permission not in actor.token_scopes):
        return Reach(False, {})
    scopes: dict[str, set[int]] = {}
    for holding in holdings_of(actor.person_id):
        if permission not in holding.permissions:
            continue
        if not holding.scope_kind:
            return Reach(True, {})
        scopes.setdefault(holding.scope_kind, set()).add(holding.scope_id)
    return Reach(False, scopes)


def _walk(obj: Any, path: str) -> Iterator[int]:
    for name in path.split("__"):
        obj = getattr(obj, "pk" if name == "id" else name, None)
        if obj is None:
            return
    yield int(obj.pk if isinstance(obj, Model) else obj)


def _covering(obj: Model) -> set[tuple[str, int]]:
    """Kinds and ids of the scope objects of which each covers the object."""
    lookups: dict[str, tuple[str, ...]] = getattr(obj, "scope_lookups", {})
    return {(kind, key) for kind, paths in lookups.items() for path in paths for key in _walk(obj, path)}


def holders(permission: str, objects: Iterable[Model]) -> set[int]:
    """Ids of the active persons who hold the permission today over every one of the objects."""
    duties = set(functions_with(permission))
    roles = [role.pk for role in Role.objects.all() if duties.intersection(role.functions)]
    over: dict[int, set[tuple[str, int]]] = {}
    grants = _in_force().filter(role__in=roles)
    for person, kind, key in grants.values_list("person_id", "scope_kind", "scope_id"):
        over.setdefault(person, set()).add((kind, key or 0))
    sought = [{("", 0)} | _covering(obj) for obj in objects]
    return {person for person, held in over.items() if all(held & each for each in sought)}


class GrantAuthority:
    """Fills the core port. Scope lookups of the model say which scope objects cover a row."""

    def allowed(self, actor: Actor, permission: str, obj: Model | None) -> bool:
        reach = reach_of(actor, permission)
        if reach.everywhere or reach.nowhere or obj is None:
            return not reach.nowhere
        token_lookup = getattr(obj, "scope_token_lookup", "")
        if token_lookup or isinstance(obj, Grant):
            return self.restrict(actor, permission, type(obj)._default_manager.filter(pk=obj.pk)).exists()
        if not getattr(obj, "scope_lookups", {}):
            # It belongs to everybody: a grant over one scope lets one read it, never change it.
            return permission == getattr(obj, "view_permission", "")
        return any(key in reach.scopes.get(kind, ()) for kind, key in _covering(obj))

    def allowed_everywhere(self, actor: Actor, permission: str) -> bool:
        return reach_of(actor, permission).everywhere

    def restrict(self, actor: Actor, permission: str, queryset: QuerySet) -> QuerySet:
        reach = reach_of(actor, permission)
        if reach.everywhere:
            return queryset
        if reach.nowhere:
            return queryset.none()
        if queryset.model is Grant:
            return queryset.filter(self._inside(actor, permission))
        token_lookup = getattr(queryset.model, "scope_token_lookup", "")
        if token_lookup:
            covered = Q(**{f"{token_lookup}__in": reach.tokens()}) | Q(**{f"{token_lookup}__isnull": True})
            return queryset.filter(pk__in=queryset.model._default_manager.filter(covered).values("pk"))
        lookups: dict[str, tuple[str, ...]] = getattr(queryset.model, "scope_lookups", {})
        if not lookups:
            return queryset
        condition = Q(pk__in=[])
        for kind, paths in lookups.items():
            for path in paths:
                condition |= Q(**{f"{path}__in": sorted(reach.scopes.get(kind, ()))})
        return queryset.filter(condition)

    def _inside(self, actor: Actor, permission: str) -> Q:
        """Grants over scope objects that the actor's own grants cover: a grant names what it is over."""
        condition = Q(pk__in=[])
        for kind, model in scope_models.all().items():
            covered = self.restrict(actor, permission, model._default_manager.all())
            condition |= Q(scope_kind=kind, scope_id__in=covered.values("pk"))
        return condition


def permissions_held(actor: Actor) -> set[str]:
    """All permissions the actor's person holds anywhere, within the token's scopes if a token acts."""
    if actor.person_id is None:
        return set()
    names: set[str] = set()
    for holding in holdings_of(actor.person_id):
        names |= holding.permissions
    return names if actor.token_scopes is None else names & actor.token_scopes
