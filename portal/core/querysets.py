"""Reads: lists restricted to what the actor may see, and the one way to fetch a single object."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet

from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import OutOfScope
from portal.core.locking import locked

M = TypeVar("M", bound=Model)


class RestrictedQuerySet(QuerySet[M]):
    """Models name `view_permission` and `scope_lookups` (scope kind -> lookups of that scope's key)."""

    def restrict(self, actor: Actor, permission: str) -> RestrictedQuerySet[M]:
        return authority.restrict(actor, permission, self)  # type: ignore[return-value]

    def get_for(self, actor: Actor, permission: str, *, lock: bool = False, **lookup: Any) -> M:
        """One object: OutOfScope to strangers, Forbidden to those who may look but not touch.

        With `lock` the row is held to the end of the transaction, before the permission is asked.
        """
        view = getattr(self.model, "view_permission", permission)
        visible = self.restrict(actor, view)
        key = lookup.get("pk", 0)
        try:
            if isinstance(key, str) and not (key.isascii() and key.isdigit()):
                raise ValueError(key)  # int() would take full-width digits and underscores
            obj = (locked(visible) if lock else visible).get(**lookup)
        except (ObjectDoesNotExist, TypeError, ValueError, OverflowError, ValidationError):
            raise OutOfScope(f"There is no such {self.model._meta.verbose_name} in your scope.") from None
        authority.check(actor, permission, obj)
        return obj


class Governed(Model):
    """Abstract base of objects read through `restrict` and `get_for`."""

    view_permission: ClassVar[str] = ""
    scope_lookups: ClassVar[dict[str, tuple[str, ...]]] = {}

    objects = RestrictedQuerySet.as_manager()

    class Meta:
        abstract = True
