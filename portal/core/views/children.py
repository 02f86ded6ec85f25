"""A page about one object whose body is a long list of its rows: a version and its rules, a dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.querysets import Governed
from portal.core.views.base import Fact
from portal.core.views.listing import ListPage


class ObjectListPage(ListPage):
    """Declare `parent_model` and `permission` (over the parent), and give the rows in `get_queryset`."""

    parent_model: type[Governed]
    lookup: str = "pk"
    code_field: str = ""
    state_field: str = ""
    template_name = "generic/object_list.html"
    object: Any

    def prepare(self) -> None:
        self.object = self.get_parents().get_for(
            self.actor, self.permission, **{self.lookup: self.kwargs[self.lookup]}
        )

    def get_parents(self) -> Any:
        return self.parent_model.objects.all()

    def get_title(self) -> str:
        return self.title or str(self.object)

    def facts(self) -> Sequence[Fact]:
        return ()

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(
            object=self.object,
            facts=self.facts(),
            code=getattr(self.object, self.code_field, "") if self.code_field else "",
            state=getattr(self.object, self.state_field, "") if self.state_field else "",
            **extra,
        )
