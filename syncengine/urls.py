"""Addresses of the sync engine."""

from django.urls import path

from syncengine.views import evidence, exceptions, flows, plans, records, runs, versions

app_name = "syncengine"
urlpatterns = [
    path("flows/", flows.FlowListView.as_view(), name="flow-list"),
    path("flows/define/", versions.FlowDefineView.as_view(), name="flow-define"),
    path("flows/<int:pk>/", flows.FlowDetailView.as_view(), name="flow-detail"),
    path("flows/<int:pk>/run/", plans.RunPlanView.as_view(), name="run-plan"),
    path("flows/<int:pk>/start/", versions.VersionStartView.as_view(), name="version-start"),
    path("versions/<int:pk>/", versions.VersionDetailView.as_view(), name="version-detail"),
    path("versions/<int:pk>/edit/", versions.VersionEditView.as_view(), name="version-edit"),
    path("versions/<int:pk>/submit/", versions.VersionSubmitView.as_view(), name="version-submit"),
    path("periods/", flows.PeriodGridView.as_view(), name="period-grid"),
    path("runs/", runs.RunListView.as_view(), name="run-list"),
    path("runs/<int:pk>/", runs.RunDetailView.as_view(), name="run-detail"),
    path("runs/<int:pk>/cancel/", plans.RunCancelView.as_view(), name="run-cancel"),
    path("runs/<int:pk>/differences/", runs.RunDifferencesView.as_view(), name="run-differences"),
    path("runs/<int:pk>/live/", runs.RunLiveView.as_view(), name="run-live"),
    path("runs/<int:pk>/release/", plans.RunReleaseView.as_view(), name="run-release"),
    path("runs/<int:pk>/replay/", plans.RunReplayView.as_view(), name="run-replay"),
    path("runs/<int:pk>/totals/", runs.RunTotalsView.as_view(), name="run-totals"),
    path(
        "runs/<int:pk>/evidence/<int:file>/",
        evidence.EvidenceDownloadView.as_view(),
        name="evidence-download",
    ),
    path(
        "runs/<int:pk>/evidence/<int:file>/rows/", evidence.EvidenceRowsView.as_view(), name="evidence-rows"
    ),
    path("exceptions/", exceptions.ExceptionListView.as_view(), name="exception-list"),
    path("exceptions/records/", exceptions.RecordListView.as_view(), name="record-list"),
    path("exceptions/records/<int:pk>/", records.RecordDetailView.as_view(), name="record-detail"),
    path("exceptions/accept/", records.QuarantineAcceptView.as_view(), name="quarantine-accept"),
    path("exceptions/assign/", records.QuarantineAssignView.as_view(), name="quarantine-assign"),
    path("exceptions/fix/", records.QuarantineFixView.as_view(), name="quarantine-fix"),
]
