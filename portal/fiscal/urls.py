"""Addresses of fiscal calendars."""

from django.urls import path

from portal.fiscal import views

app_name = "fiscal"
urlpatterns = [
    path("", views.CalendarListView.as_view(), name="calendar-list"),
    path("register/", views.CalendarRegisterView.as_view(), name="calendar-register"),
    path("<int:pk>/", views.CalendarDetailView.as_view(), name="calendar-detail"),
    path("<int:pk>/edit/", views.CalendarEditView.as_view(), name="calendar-edit"),
    path("periods/<int:pk>/state/", views.PeriodSetStateView.as_view(), name="period-set-state"),
]
