"""Addresses of the catalog."""

from django.urls import path

from catalog.views import objects, ownership, systems

app_name = "catalog"
urlpatterns = [
    path("systems/", systems.SystemListView.as_view(), name="system-list"),
    path("systems/register/", systems.SystemRegisterView.as_view(), name="system-register"),
    path("systems/<int:pk>/", systems.SystemDetailView.as_view(), name="system-detail"),
    path("systems/<int:pk>/edit/", systems.SystemEditView.as_view(), name="system-edit"),
    path("systems/<int:pk>/connection/", systems.ConnectionProposeView.as_view(), name="connection-propose"),
    path("objects/", objects.FinanceObjectListView.as_view(), name="finance-object-list"),
    path("objects/register/", objects.FinanceObjectRegisterView.as_view(), name="finance-object-register"),
    path("objects/<int:pk>/", objects.FinanceObjectDetailView.as_view(), name="finance-object-detail"),
    path("objects/<int:pk>/edit/", objects.FinanceObjectEditView.as_view(), name="finance-object-edit"),
    path("objects/<int:pk>/schema/", objects.SchemaProposeView.as_view(), name="schema-propose"),
    path("ownership/", ownership.OwnershipMatrixView.as_view(), name="ownership-matrix"),
    path("ownership/list/", ownership.OwnershipListView.as_view(), name="ownership-list"),
    path("ownership/propose/", ownership.OwnershipProposeView.as_view(), name="ownership-propose"),
    path("ownership/<int:pk>/end/", ownership.OwnershipEndView.as_view(), name="ownership-end"),
]
