"""Addresses of change requests."""

from django.urls import path

from portal.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.ChangeListView.as_view(), name="change-list"),
    path("<int:pk>/", views.ChangeDetailView.as_view(), name="change-detail"),
    path("<int:pk>/approve/", views.ChangeApproveView.as_view(), name="change-approve"),
    path("<int:pk>/comment/", views.ChangeCommentView.as_view(), name="change-comment"),
    path("<int:pk>/push-back/", views.ChangePushBackView.as_view(), name="change-push-back"),
    path("<int:pk>/reject/", views.ChangeRejectView.as_view(), name="change-reject"),
    path("<int:pk>/resubmit/", views.ChangeResubmitView.as_view(), name="change-resubmit"),
    path("<int:pk>/withdraw/", views.ChangeWithdrawView.as_view(), name="change-withdraw"),
]
