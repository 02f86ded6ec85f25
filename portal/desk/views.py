"""Pages of the desk: home, search, palette, help of error codes, styleguide, theme."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View

from portal.core.codes import all_help, help_for
from portal.core.context_processors import THEMES
from portal.core.errors import NotFound
from portal.core.keys import walk
from portal.core.manifest import ordered_sections
from portal.core.views import Crumb, Fragment, PageView, TemplatePage, render_page
from portal.desk import selectors
from portal.desk.samples import styleguide_samples


class HomeView(TemplatePage):
    """The close desk: what must I do today, and is the close safe?"""

    title = "Close desk"
    lead = "What must I do today, and is the close safe?"
    template_name = "desk/home.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(
            queue=selectors.my_queue(self.actor),
            kpis=selectors.numbers(self.actor),
            cards=selectors.cards(self.actor),
            **extra,
        )


class SearchView(TemplatePage):
    title = "Search"
    template_name = "desk/search.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "")[:200]
        groups = selectors.search(self.actor, query, limit=50)
        return super().get_context(
            query=query, groups=groups, total=sum(len(g.hits) for g in groups), **extra
        )


class PaletteView(Fragment, PageView):
    """The list under the palette's input, asked for while typing."""

    def return_address(self) -> str:
        return f"{reverse('desk:search')}?{urlencode({'q': self.request.GET.get('q', '')[:200]})}"

    def get(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.get("q", "")[:200]
        context = {
            "query": query,
            "commands": selectors.matching_commands(self.actor, query)[:8],
            "groups": selectors.search(self.actor, query, limit=6),
        }
        return render_page(request, "desk/palette_results.html", context)


class HelpView(TemplatePage):
    """All error codes by area."""

    title = "Error codes"
    lead = "What each code means, what it does to the numbers, and who can fix it."
    template_name = "desk/help.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        areas: dict[str, list[tuple[str, Any]]] = {}
        for code, page in all_help().items():
            areas.setdefault(code.partition("-")[0], []).append((code, page))
        return super().get_context(areas=areas, **extra)


class HelpCodeView(TemplatePage):
    template_name = "desk/help_code.html"

    def prepare(self) -> None:
        page = help_for(self.kwargs["code"])
        if page is None:
            raise NotFound("There is no such error code.")
        self.page = page

    def get_title(self) -> str:
        return self.page.title

    def crumbs(self) -> list[Crumb]:
        return [("Error codes", reverse("desk:help")), (self.kwargs["code"], "")]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(code=self.kwargs["code"], page=self.page, **extra)


class ManifestKeysView(TemplatePage):
    """Every key of a manifest and of the definitions in it, as `apply --sections` prints them."""

    title = "Manifest keys"
    lead = "What a manifest, a connection and the definition of a flow may contain."
    template_name = "desk/manifest_keys.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        sections = [
            (
                section.name,
                [(depth, item, isinstance(item, str)) for depth, item in walk(section.documented())],
            )
            for section in ordered_sections()
        ]
        return super().get_context(sections=sections, **extra)


class StyleguideView(TemplatePage):
    """Every component of the design system, with every status."""

    title = "Styleguide"
    lead = "Every component of the design system. Use these, and no others."
    template_name = "desk/styleguide.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(**styleguide_samples(), **extra)


class ThemeView(View):
    """Switch between light and dark without a script."""

    def post(self, request: HttpRequest) -> HttpResponse:
        target = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
            target = "/"
        chosen = THEMES[0] if request.COOKIES.get("theme") == THEMES[1] else THEMES[1]
        response = HttpResponseRedirect(target)
        response.set_cookie("theme", chosen, max_age=31536000, samesite="Lax", secure=request.is_secure())
        return response
