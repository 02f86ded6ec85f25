"""Port of access: the scope objects that grants can name, filled by the apps that own them."""

from __future__ import annotations

from django.db.models import Model

from portal.core.ports import Registry

scope_models: Registry[type[Model]] = Registry("scope kind")
