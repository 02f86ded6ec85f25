"""Addresses that stand before those of the sign-in library."""

from django.urls import path

from portal.people.views import EmailView, PasswordResetView

urlpatterns = [
    path("email/", EmailView.as_view(), name="account_email"),
    path("password/reset/", PasswordResetView.as_view(), name="account_reset_password"),
]
