"""Related objects that a body names by their code or by their id, as answers name them by both."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from portal.core.api.viewsets import out_of_scope


def take_related(values: dict[str, Any], name: str, known: QuerySet) -> Any:
    """The object of `known` named by `name` (its code) or by `<name>_id`; both are taken out of the values.

    Raises ValidationError unless it is named in exactly one way, NotFound when it is absent or out of scope.
    """
    code, pk = values.pop(name, None), values.pop(f"{name}_id", None)
    if (code is None) == (pk is None):
        raise serializers.ValidationError({name: [f"Give either {name} or {name}_id."]})
    found = known.filter(**({"pk": pk} if code is None else {"code": code})).first()
    if found is None:
        raise out_of_scope()
    return found
