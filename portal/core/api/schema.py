"""The OpenAPI document, made from each resource's table of operations."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from portal.core.api.operations import Op
from portal.core.api.serializers import Problem
from portal.core.api.viewsets import Resource

_READ = {401: "Sign in first.", 403: "Not permitted.", 404: "Not there, or out of scope."}
_WRITE = {400: "Not acceptable.", 409: "Another state or content.", 422: "Refused by a rule."}
_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="Fresh for each new request; the same key and body get the same answer.",
)
_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="ETag of the object that was read: 428 without, 412 when stale.",
)
_FIELDS = OpenApiParameter(
    "fields", OpenApiTypes.STR, description="Comma-separated names: only these are answered."
)
_PEOPLE_ONLY = (
    "Also the permission to approve this kind of change, over everything it touches. Only people decide, "
    "signed in to the portal: a token always gets 403 APR-005."
)


class ApiSchema(AutoSchema):
    """Bodies, answers, headers and permissions come from `Resource.operations`."""

    @property
    def _resource(self) -> Any:
        return self.view

    def _op(self) -> Op | None:
        view = self.view
        return view.operations.get(view.action or "") if isinstance(view, Resource) else None

    def _conditional(self, op: Op) -> bool:
        return self.method != "GET" and bool(self._resource.detail) and op.if_match

    def get_operation_id(self) -> str:
        """`<resource>_<action>`: the name used in the matrix of permissions."""
        if self._op() is None:
            return super().get_operation_id()
        return f"{self._resource.basename}_{self._resource.action}".replace("-", "_")

    def get_tags(self) -> list[str]:
        return [self._resource.basename] if self._op() is not None else super().get_tags()

    def get_request_serializer(self) -> Any:
        op = self._op()
        return op.body if op is not None else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        op = self._op()
        if op is None:
            return super().get_response_serializers()
        shape: Any = op.answer or self._resource.serializer_class
        if op.many:
            shape = shape(many=True)
        problems = {**_READ, **(_WRITE if self.method != "GET" else {400: _WRITE[400]})}
        if self._conditional(op):
            problems |= {412: "The object has changed.", 428: "If-Match is missing."}
        return {
            op.status: shape,
            **{
                (status, "application/problem+json"): OpenApiResponse(Problem, description=words)
                for status, words in sorted(problems.items())
            },
        }

    def _is_list_view(self, serializer: Any = None) -> bool:
        op = self._op()
        if op is None:
            return super()._is_list_view(serializer)
        paged = op.paged or self._resource.action == "list"
        return paged and not (isinstance(serializer, type) and issubclass(serializer, Problem))

    def get_override_parameters(self) -> list[Any]:
        op = self._op()
        if op is None:
            return []
        parameters: list[Any] = []
        if self.method == "POST":
            parameters.append(_KEY)
        if self._conditional(op):
            parameters.append(_MATCH)
        if self.method == "GET" and (self._resource.action in ("list", "retrieve") or op.paged):
            parameters.append(_FIELDS)
        return parameters

    def get_description(self) -> str:  # type: ignore[override]
        op = self._op()
        text = str(super().get_description() or "")
        if op is None:
            return text
        needs = f"Needs the permission `{op.permission}`." if op.permission else "For what is one's own."
        if op.people_only:
            needs = f"{needs} {_PEOPLE_ONLY}"
        return f"{text}\n\n{needs}".strip()

    def get_auth(self) -> list[dict[str, Any]]:
        op, ways = self._op(), super().get_auth()
        return [way for way in ways if "token" not in way] if op is not None and op.people_only else ways

    def get_extensions(self) -> dict[str, Any]:
        op = self._op()
        return {} if op is None else {"x-permission": str(op.permission or "own")}

    def map_parsers(self) -> list[str]:
        op = self._op()
        if op is None or not op.upload:
            return ["application/json"]
        return ["multipart/form-data"]
