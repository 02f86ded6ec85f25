"""Addresses that are not there, and the pages about the API itself."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.core.errors import NotFound


class NoSuchAddress(APIView):
    """Every address of the API that no resource has: 401 first, then the same 404 as for a missing object."""

    schema = None

    def _refuse(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is no such object in your scope.")

    get = post = put = patch = delete = options = head = _refuse  # type: ignore[assignment]


class DocsView(LoginRequiredMixin, SpectacularSwaggerSplitView):
    """The OpenAPI document as a page, without inline script or style (web-ui.md 1.6)."""

    template_name = "core/api_docs.html"
    url_name = "api-schema"
