"""The list page: facets, sorting, pages, permalink and a CSV of exactly what is on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django.utils.text import slugify

from portal.core.clock import now
from portal.core.export import stream_csv
from portal.core.querysets import Governed
from portal.core.views.base import Empty, PageView, render_page
from portal.core.views.columns import Column
from portal.core.views.filtering import chips, facets
from portal.core.views.paging import Page, keyset_page, numbered_page, with_params

EXPORT_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading with the address that sorts by it."""

    column: Column
    url: str
    order: str  # ascending, descending or ""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button of the bulk bar; it posts the picked keys as `pick` to `url`."""

    label: str
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter of the list, shown as a tab; `query` is its query string without "?".

    `empty` is what its page says when nothing is in it.
    """

    label: str
    query: str
    empty: str = ""


class ListPage(PageView):
    """Declare model, permission, columns and a filter set; the rest is here."""

    model: type[Governed]
    columns: Sequence[Column] = ()
    filterset_class: type | None = None
    facets: Sequence[str] = ()
    saved_views: Sequence[SavedView] = ()
    ordering: Sequence[str] = ()
    by_key: bool = False  # newest first by primary key, for lists without an end
    large: bool = False  # keys of the page first, so that sorting and `decorate` never carry whole rows
    facet_cap: int = 0  # more rows than this are not counted by facets; 0: always counted
    page_size = 50
    empty = Empty("Nothing here yet.")
    total: int | None = None  # rows found, once the facets have counted them
    template_name = "generic/list.html"
    partial_template = "generic/list_results.html"

    def get_queryset(self) -> QuerySet:
        return self.model.objects.restrict(self.actor, self.permission)

    def decorate(self, rows: QuerySet) -> QuerySet:
        """Joins and annotations that only the shown rows need; facets count without them."""
        return rows

    def get_filterset(self, base: QuerySet) -> Any:
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=base, request=self.request)

    def bulk_actions(self) -> Sequence[BulkAction]:
        return ()

    def get_columns(self) -> Sequence[Column]:
        return self.columns

    def get_empty(self) -> Empty:
        """What the page says without rows; asked only then."""
        return self.empty

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        base = self.get_queryset()
        filterset = self.get_filterset(base)
        valid = filterset is None or filterset.is_valid()
        found = (filterset.qs if filterset is not None else base) if valid else base.none()
        if request.GET.get("format") == "csv":
            return self._csv(self._sorted(self.decorate(found)))
        shape = self._shape(base, filterset)
        self.total = next((facet.found for facet in shape.get("facets", ())), None)
        context = self.get_context(filterset=filterset, page=self._page(found), **shape)
        return render_page(request, self.template_name, context, partial=self.partial_template)

    def _page(self, found: QuerySet) -> Page:
        if self.by_key:
            return keyset_page(self._sorted(self.decorate(found)), self.request.GET, self.page_size)
        if not self.large:
            return self._numbered(self._sorted(self.decorate(found)))
        page = self._numbered(self._sorted(found).values_list("pk", flat=True))
        rows = self.decorate(found.model._default_manager.filter(pk__in=page.rows)).in_bulk()
        return replace(page, rows=[rows[key] for key in page.rows if key in rows])

    def _numbered(self, rows: QuerySet) -> Page:
        return numbered_page(rows, self.request.GET, self.page_size, self.total)

    def _shape(self, base: QuerySet, filterset: Any) -> dict[str, Any]:
        params = self.request.GET
        quiet = {*self.facets, *(view.query.partition("=")[0] for view in self.saved_views)}
        shape: dict[str, Any] = {
            "columns": self.get_columns(),
            "heads": [self._head(column) for column in self.get_columns()],
            "kept": [(name, params[name]) for name in (*sorted(quiet), "sort") if params.get(name)],
            "filtered": any(value for name, value in params.items() if name not in ("sort", "page")),
            "views": [(view, self._is_current(view)) for view in self.saved_views],
            "empty_view": next((v.empty for v in self.saved_views if self._is_current(v)), ""),
            "csv_url": with_params(params, format="csv", page=None),
            "bulk": self.bulk_actions(),
            "empty": SimpleLazyObject(self.get_empty),
        }
        if filterset is not None:
            shape["facets"] = facets(filterset, base, self.facets, self.facet_cap)
            shape["filter_fields"] = [f for f in filterset.form if f.name not in quiet]
            shape["chips"] = chips(filterset, params, ("q", *quiet))
        return shape

    def _is_current(self, view: SavedView) -> bool:
        ignored = ("sort", "page", "q")
        set_now = "&".join(f"{k}={v}" for k, v in self.request.GET.items() if v and k not in ignored)
        return set_now == view.query

    def _head(self, column: Column) -> Head:
        if not column.sort or self.by_key:
            return Head(column, "", "")
        current = self.request.GET.get("sort", self.ordering[0] if self.ordering else "")
        order = {column.name: "ascending", f"-{column.name}": "descending"}.get(current, "")
        following = f"-{column.name}" if order == "ascending" else column.name
        return Head(column, with_params(self.request.GET, sort=following, page=None), order)

    def _sorted(self, rows: QuerySet) -> QuerySet:
        if self.by_key:
            return rows.order_by("-pk")
        wanted = self.request.GET.get("sort", "")
        for column in self.get_columns():
            if column.sort and wanted.lstrip("-") == column.name:
                sign = "-" if wanted.startswith("-") else ""
                field = f"{sign}{column.sort}"
                return rows.order_by(field) if column.sort in ("id", "pk") else rows.order_by(field, "pk")
        ends_by_key = bool(self.ordering) and self.ordering[-1].lstrip("-") in ("id", "pk")
        return rows.order_by(*self.ordering, *(() if ends_by_key else ("pk",)))

    def exported_rows(self, rows: QuerySet) -> Iterator[Any]:
        """The rows of the CSV: those of all pages, in the order of the screen."""
        return rows[:EXPORT_LIMIT].iterator(chunk_size=2000)

    def _csv(self, rows: QuerySet) -> HttpResponse | StreamingHttpResponse:
        columns = self.get_columns()
        lines = ([column.exported(row) for column in columns] for row in self.exported_rows(rows))
        head = [f"{c.label} ({c.unit})" if c.unit else c.label for c in columns]
        response = StreamingHttpResponse(stream_csv(head, lines), content_type="text/csv; charset=utf-8")
        name = slugify(self.get_title()) or "list"  # a title may hold a value of the source
        response["Content-Disposition"] = f'attachment; filename="{name}-{now():%Y%m%dT%H%MZ}.csv"'
        response["Cache-Control"] = "private, no-store"
        return response
