"""Addresses of people, roles, grants and tokens."""

from django.urls import path

from portal.access.views import grants, people, tokens

app_name = "access"
urlpatterns = [
    path("people/", people.PersonListView.as_view(), name="person-list"),
    path("people/register/", people.PersonRegisterView.as_view(), name="person-register"),
    path("people/<int:pk>/", people.PersonDetailView.as_view(), name="person-detail"),
    path("people/<int:pk>/edit/", people.PersonEditView.as_view(), name="person-edit"),
    path("people/<int:pk>/account/", people.AccountCreateView.as_view(), name="account-create"),
    path("accounts/<int:pk>/password/", people.AccountSetPasswordView.as_view(), name="account-set-password"),
    path("roles/", grants.RoleListView.as_view(), name="role-list"),
    path("roles/propose/", grants.RoleProposeView.as_view(), name="role-propose"),
    path("roles/<int:pk>/", grants.RoleDetailView.as_view(), name="role-detail"),
    path("grants/", grants.GrantListView.as_view(), name="grant-list"),
    path("grants/propose/", grants.GrantProposeView.as_view(), name="grant-propose"),
    path("grants/<int:pk>/revoke/", grants.GrantRevokeView.as_view(), name="grant-revoke"),
    path("tokens/", tokens.TokenListView.as_view(), name="token-list"),
    path("tokens/issue/", tokens.TokenIssueView.as_view(), name="token-issue"),
    path("tokens/<int:pk>/revoke/", tokens.TokenRevokeView.as_view(), name="token-revoke"),
]
