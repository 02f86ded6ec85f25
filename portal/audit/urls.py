"""Addresses of the audit."""

from django.urls import path

from portal.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.EntryListView.as_view(), name="entry-list"),
    path("<int:pk>/", views.EntryDetailView.as_view(), name="entry-detail"),
]
