"""Registering and editing a thing of a register: both lead to its page and call one service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.urls import reverse

from portal.core.views.acting import ActionPage, ObjectActionPage
from portal.core.views.base import Crumb


class Registered:
    """Mixin: `area` is the list's label and address by name, `detail` the page of one, `service` the verb."""

    area: ClassVar[Crumb]
    detail: ClassVar[str]
    service: ClassVar[Callable[..., Any]]
    actor: Any

    def area_crumbs(self, *more: Crumb) -> Sequence[Crumb]:
        label, name = self.area
        return [(label, reverse(name)), *more]

    def success_url(self, result: Any) -> str:
        return reverse(self.detail, kwargs={"pk": result.pk})


class RegisterPage(Registered, ActionPage):
    """Makes a new one."""

    submit_label = "Register"

    def crumbs(self) -> Sequence[Crumb]:
        return self.area_crumbs((self.title, ""))

    def cancel_url(self) -> str:
        return reverse(self.area[1])

    def perform(self, form: Any) -> Any:
        return type(self).service(actor=self.actor, **form.values)

    def success_message(self, result: Any) -> str:
        return f"{result.name} is registered."


class EditPage(Registered, ObjectActionPage):
    """Changes `fields` of one; `key` is the service's argument for its id."""

    fields: Sequence[str] = ("name",)
    key: ClassVar[str]

    def get_title(self) -> str:
        return f"Edit {self.object.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return self.area_crumbs((self.object.name, self.cancel_url()), ("Edit", ""))

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in self.fields}

    def cancel_url(self) -> str:
        return reverse(self.detail, kwargs={"pk": self.object.pk})

    def perform(self, form: Any) -> Any:
        return type(self).service(actor=self.actor, **{self.key: self.object.pk}, **form.values)

    def success_message(self, result: Any) -> str:
        return f"{result.name} is saved."
