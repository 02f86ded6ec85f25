"""Cursor pagination: stable under inserts, no COUNT; page size capped; orderings from a list, each unique."""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, Signer
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from portal.core.canonical import canonical_json
from portal.core.codes import Code
from portal.core.errors import BadInput

_NOT_ASKED = {"cursor", "page_size", "fields", "format", "ordering"}  # changes neither rows nor their order


class CursorPage(CursorPagination):
    """Views name `cursor_orderings`, the default first; every one is over a unique column."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_size_query_description = "Number of results, 1 to 200."
    ordering = "-id"
    request: Request

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (
            text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= self.max_page_size
        ):
            raise BadInput(Code.API_012, f"page_size must be a number from 1 to {self.max_page_size}.")
        return int(text)

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        offered: tuple[str, ...] = getattr(view, "cursor_orderings", ("-id", "id"))
        wanted = request.query_params.get("ordering", offered[0])
        if wanted not in offered:
            raise BadInput(Code.API_012, f"ordering must be one of: {', '.join(offered)}.")
        return (wanted,)

    def encode_cursor(self, cursor: Cursor) -> str:
        token = self._signer(self.request).sign_object([cursor.offset, cursor.reverse, cursor.position])
        return str(replace_query_param(self.base_url or "", self.cursor_query_param, token))

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor, or BadInput API-012 for one that this list did not give out for the same question."""
        token = request.query_params.get(self.cursor_query_param)
        if token is None:
            return None
        try:
            return Cursor(*self._signer(request).unsign_object(token))
        except (BadSignature, UnicodeError):
            words = "The cursor is not one of this list with this ordering and these filters."
            hint = "Start again without cursor, then follow next and previous as they are given."
            raise BadInput(Code.API_012, words, hint=hint) from None

    def _signer(self, request: Request) -> Signer:
        """A cursor is good for one list in one order with the same filters."""
        filters = sorted((k, v) for k, v in request.query_params.items() if k not in _NOT_ASKED)
        return Signer(salt=canonical_json(["cursor", request.path, list(self.ordering), filters]))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        offered = list(getattr(view, "cursor_orderings", ("-id", "id")))
        ordering = {
            "name": "ordering",
            "required": False,
            "in": "query",
            "description": "Order of the list.",
            "schema": {"type": "string", "enum": offered, "default": offered[0]},
        }
        return [*super().get_schema_operation_parameters(view), ordering]
