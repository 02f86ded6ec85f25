"""Addresses that stand before those of the sign-in library."""

from django.urls import path

from portal.people.views import PasswordResetView

urlpatterns = [path("password/reset/", PasswordResetView.as_view(), name="account_reset_password")]
