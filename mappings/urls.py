"""Addresses of mappings."""

from django.urls import path

from mappings.views import dimensions, members, rate_acts, rates, rules, sets, versions

app_name = "mappings"
urlpatterns = [
    path("sets/", sets.MappingSetListView.as_view(), name="mapping-set-list"),
    path("sets/register/", sets.MappingSetRegisterView.as_view(), name="mapping-set-register"),
    path("sets/<int:pk>/", sets.MappingSetDetailView.as_view(), name="mapping-set-detail"),
    path("sets/<int:pk>/start/", sets.VersionStartView.as_view(), name="version-start"),
    path("versions/<int:pk>/", versions.VersionDetailView.as_view(), name="version-detail"),
    path("versions/<int:pk>/periods/", versions.VersionEditView.as_view(), name="version-edit"),
    path("versions/<int:pk>/submit/", versions.VersionSubmitView.as_view(), name="version-submit"),
    path("versions/<int:pk>/withdraw/", versions.VersionWithdrawView.as_view(), name="version-withdraw"),
    path("versions/<int:pk>/export/", versions.RulesExportView.as_view(), name="rules-export"),
    path("versions/<int:pk>/import/", rules.RulesImportView.as_view(), name="rules-import"),
    path("versions/<int:pk>/rules/add/", rules.RuleAddView.as_view(), name="rule-add"),
    path("versions/<int:pk>/rules/<int:rule>/", rules.RuleEditView.as_view(), name="rule-edit"),
    path("versions/<int:pk>/rules/<int:rule>/remove/", rules.RuleRemoveView.as_view(), name="rule-remove"),
    path("dimensions/", dimensions.DimensionListView.as_view(), name="dimension-list"),
    path("dimensions/register/", dimensions.DimensionRegisterView.as_view(), name="dimension-register"),
    path("dimensions/<int:pk>/edit/", dimensions.DimensionEditView.as_view(), name="dimension-edit"),
    path("dimensions/<int:pk>/import/", members.MembersImportView.as_view(), name="members-import"),
    path("dimensions/<int:pk>/export/", members.MembersExportView.as_view(), name="members-export"),
    path("dimensions/<int:pk>/members/add/", members.MemberAddView.as_view(), name="member-add"),
    path("dimensions/<int:pk>/members/<int:member>/", members.MemberEditView.as_view(), name="member-edit"),
    path("dimensions/<int:pk>/", dimensions.DimensionDetailView.as_view(), name="dimension-detail"),
    path("rates/", rates.RateSetListView.as_view(), name="rate-set-list"),
    path("rates/register/", rate_acts.RateSetRegisterView.as_view(), name="rate-set-register"),
    path("rates/<int:pk>/", rates.RateSetDetailView.as_view(), name="rate-set-detail"),
    path("rates/<int:pk>/start/", rate_acts.RateSetVersionStartView.as_view(), name="rate-set-version-start"),
    path(
        "rates/versions/<int:pk>/", rates.RateSetVersionDetailView.as_view(), name="rate-set-version-detail"
    ),
    path("rates/versions/<int:pk>/import/", rate_acts.RatesImportView.as_view(), name="rates-import"),
    path(
        "rates/versions/<int:pk>/submit/",
        rate_acts.RateSetVersionSubmitView.as_view(),
        name="rate-set-version-submit",
    ),
    path(
        "rates/versions/<int:pk>/withdraw/",
        rate_acts.RateSetVersionWithdrawView.as_view(),
        name="rate-set-version-withdraw",
    ),
]
