"""Routes of the REST API: resources are named as strings, so that nobody is imported before its time."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.utils.module_loading import import_string
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from portal.core.api.views import DocsView, NoSuchAddress

RESOURCES = {
    "accounts": "portal.access.api.people.AccountViewSet",
    "audit": "portal.audit.api.EntryViewSet",
    "calendars": "portal.fiscal.api.CalendarViewSet",
    "changes": "portal.approvals.api.changes.ChangeViewSet",
    "connections": "catalog.api.systems.ConnectionViewSet",
    "dimensions": "mappings.api.dimensions.DimensionViewSet",
    "finance-object-schemas": "catalog.api.finance_objects.SchemaViewSet",
    "finance-objects": "catalog.api.finance_objects.FinanceObjectViewSet",
    "flow-versions": "syncengine.api.flows.FlowVersionViewSet",
    "flows": "syncengine.api.flows.FlowViewSet",
    "grants": "portal.access.api.roles.GrantViewSet",
    "mapping-sets": "mappings.api.sets.MappingSetViewSet",
    "mapping-versions": "mappings.api.sets.MappingVersionViewSet",
    "members": "mappings.api.dimensions.MemberViewSet",
    "ownerships": "catalog.api.ownerships.OwnershipViewSet",
    "people": "portal.access.api.people.PersonViewSet",
    "periods": "portal.fiscal.api.PeriodViewSet",
    "policies": "portal.approvals.api.changes.PolicyViewSet",
    "quarantine": "syncengine.api.quarantine.QuarantineViewSet",
    "rate-set-versions": "mappings.api.rates.RateVersionViewSet",
    "rate-sets": "mappings.api.rates.RateSetViewSet",
    "roles": "portal.access.api.roles.RoleViewSet",
    "runs": "syncengine.api.runs.RunViewSet",
    "systems": "catalog.api.systems.SystemViewSet",
    "tokens": "portal.access.api.tokens.TokenViewSet",
}

router = SimpleRouter()
for prefix, dotted in RESOURCES.items():
    router.register(prefix, import_string(dotted), basename=prefix)

urlpatterns = [
    path("v1/openapi.json", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("v1/", include(router.urls)),
    path("v1/docs/", DocsView.as_view(), name="api-docs"),
    re_path("", NoSuchAddress.as_view()),
]
