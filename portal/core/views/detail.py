"""The detail page: one object fetched through `get_for`, its facts, its actions and its tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.core.querysets import Governed
from portal.core.views.base import Fact, PageView, render_page


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with its own template; the view's `tab_<key>` method gives its data."""

    key: str
    label: str
    template: str


class ObjectPage(PageView):
    """A page about one object: 404 to strangers, 403 to those who may look but not touch."""

    model: type[Governed]
    lookup: str = "pk"  # field and name of the URL's argument
    object: Any

    def prepare(self) -> None:
        self.object = self.get_queryset().get_for(
            self.actor, self.permission, **{self.lookup: self.kwargs[self.lookup]}
        )

    def get_queryset(self) -> Any:
        return self.model.objects.all()

    def get_title(self) -> str:
        return self.title or str(self.object)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(object=self.object, **extra)


class DetailPage(ObjectPage):
    """Declare model, permission and tabs, or a template of your own."""

    template_name = "generic/detail.html"
    tabs: Sequence[Tab] = ()
    code_field: str = ""  # shown beside the title
    state_field: str = ""  # shown as a status beside the title

    def facts(self) -> Sequence[Fact]:
        return ()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tab = self.current_tab()
        partial = tab.template if tab else ""
        context = self.get_context()
        if tab:
            context.update(getattr(self, f"tab_{tab.key}")())
        return render_page(request, self.template_name, context, partial=partial)

    def current_tab(self) -> Tab | None:
        wanted = self.request.GET.get("tab", "")
        return next((tab for tab in self.tabs if tab.key == wanted), self.tabs[0] if self.tabs else None)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(
            facts=self.facts(),
            tabs=self.tabs,
            tab=self.current_tab(),
            code=getattr(self.object, self.code_field, "") if self.code_field else "",
            state=getattr(self.object, self.state_field, "") if self.state_field else "",
            **extra,
        )
