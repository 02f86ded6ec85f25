"""Cursor pagination: stable under inserts, no COUNT; page size capped; orderings from a list, each unique."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from portal.core.codes import Code
from portal.core.errors import BadInput, DomainError
from portal.core.text import clean_text

_NUMBER = re.compile(r"[0-9]{1,18}")


class CursorPage(CursorPagination):
    """Views name `cursor_orderings`, the default first; every one is over a unique column."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_size_query_description = "Number of results, 1 to 200."
    ordering = "-id"

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

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor, or BadInput API-012: a forged position must not reach the database."""
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                self._demand_position(str(cursor.position))
        except (NotFound, DomainError):
            raise BadInput(Code.API_012, "The cursor is not one of this list.") from None
        return cursor

    def _demand_position(self, position: str) -> None:
        if self.ordering[0].lstrip("-") == "id":
            if not _NUMBER.fullmatch(position):
                raise NotFound
        else:
            clean_text(position, 200)

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
