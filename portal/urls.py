"""Addresses of the portal; apps are named as strings only."""

from django.urls import include, path

handler400 = "portal.core.faults.bad_request"
handler500 = "portal.core.faults.server_error"
urlpatterns = [
    path("", include("portal.desk.urls")),
    path("accounts/", include("portal.people.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("portal.api")),
    path("changes/", include("portal.approvals.urls")),
    path("access/", include("portal.access.urls")),
    path("audit/", include("portal.audit.urls")),
    path("calendars/", include("portal.fiscal.urls")),
    path("catalog/", include("catalog.urls")),
    path("mappings/", include("mappings.urls")),
    path("sync/", include("syncengine.urls")),
]
