"""Bases of serializers: bodies refuse what they do not know; representations can be sparse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from portal.core import authority
from portal.core.api.values import Day, Reason
from portal.core.codes import Code
from portal.core.errors import BadInput

PRUNED = "sparse_fields"


class Body(serializers.Serializer):
    """What a write takes. Raises BadInput API-004 for a field it does not take (controls.md 6.4 row 5)."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name) for name in set(data) - known)
            if unknown:
                raise BadInput(
                    Code.API_004,
                    f"The field {unknown[0][:80]!r} is not taken here.",
                    details={"unknown_fields": [name[:80] for name in unknown[:20]]},
                )
        return super().to_internal_value(data)


class ReasonBody(Body):
    """A write that needs only a reason."""

    reason = Reason()


class LastDayBody(Body):
    """Proposes the last day, inclusive, of something dated."""

    last_day = Day()
    reason = Reason()


class Sparse(serializers.BaseSerializer):
    """Mixin of representations: `?fields=id,code` leaves the others out before they are computed."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = super().get_fields()  # type: ignore[misc]
        for field in fields.values():
            field.read_only = True
        wanted = self.context.get(PRUNED) if self._is_outermost() else None
        return fields if wanted is None else {k: v for k, v in fields.items() if k in wanted}

    def _is_outermost(self) -> bool:
        parent = self.parent
        return parent is None or (isinstance(parent, serializers.ListSerializer) and parent.parent is None)


class CodeInScope(serializers.CharField):
    """Code of a related object; null when that lies outside the reader's scope."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return str(value.code) if authority.visible(self.context["request"].actor, value) else None


class IdInScope(serializers.IntegerField):
    """Id of a related object (`source` names that object); null outside the reader's scope, like its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return int(value.pk) if authority.visible(self.context["request"].actor, value) else None


class Representation(Sparse, serializers.ModelSerializer):
    """A read-only view of a model."""


class View(Sparse, serializers.Serializer):
    """A read-only view of a computed value."""


class FaultView(View):
    """One fault of many, with its place."""

    code = serializers.CharField()
    message = serializers.CharField()
    place = serializers.CharField()


class Problem(View):
    """Problem details (RFC 9457) with a stable code; each code has a help page under `type`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField()
    place = serializers.CharField(required=False)
    faults = FaultView(many=True, required=False)
