"""Which form an answer takes: JSON, whatever else is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from rest_framework.negotiation import DefaultContentNegotiation

from portal.core.codes import Code
from portal.core.errors import DomainError


class Negotiation(DefaultContentNegotiation):
    """As in the framework, but `?format=` of what is not offered is no missing object."""

    def filter_renderers(self, renderers: Iterable[Any], format: str) -> Any:
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            message = f"The format {format[:40]!r} is not offered here."
            raise DomainError(Code.API_406, message, status=406) from None
