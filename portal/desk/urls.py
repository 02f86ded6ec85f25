"""Addresses of the desk."""

from django.urls import path

from portal.desk import views
from portal.desk.metrics import MetricsView

app_name = "desk"
urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("search/", views.SearchView.as_view(), name="search"),
    path("search/palette/", views.PaletteView.as_view(), name="palette"),
    path("help/", views.HelpView.as_view(), name="help"),
    path("help/<slug:code>/", views.HelpCodeView.as_view(), name="help-code"),
    path("manifest/", views.ManifestKeysView.as_view(), name="manifest-keys"),
    path("styleguide/", views.StyleguideView.as_view(), name="styleguide"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
    path("theme/", views.ThemeView.as_view(), name="theme"),
]
