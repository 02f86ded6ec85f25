"""Evidence of runs: its rows on a page, as CSV, and the file itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from portal.core.errors import NotFound
from portal.core.export import stream_csv
from portal.core.views import Action, Crumb, ObjectPage, render_page
from portal.core.views.cells import money
from portal.core.views.paging import MAX_PAGE, Page, with_params
from syncengine.codes import Code
from syncengine.evidence import EvidenceKind
from syncengine.models import EvidenceFile
from syncengine.permissions import P
from syncengine.selectors.evidence import EvidencePage, evidence_lines, evidence_path, evidence_rows
from syncengine.views.links import evidence_url, run_url
from syncengine.views.runs import csv_response

PAGE = 100
_FILTER = "is."
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
WORDS = {
    "compiled": "The mapping as it was compiled for the combinations of this run.",
    "members": "The members of the dimension as they were when the run read them.",
    "output": "The rows that the target was given.",
    "quarantine": "The source records that were not loaded, with what was wrong.",
    "reconciliation": "Every amount that differs from the independent figure.",
    "snapshot": "The rows that were extracted, as text; the slice keeps those its conditions name.",
}


def file_name(file: EvidenceFile, suffix: str = "") -> str:
    """A name that is safe in a header and on any disk: run, kind, name, start of the hash."""
    ending = suffix or EvidenceKind(file.kind).suffix
    parts = [file.run.ref, file.kind, _UNSAFE.sub("-", file.name).strip("-.")[:60], file.sha256[:12]]
    return "-".join(part for part in parts if part) + ending


class _OnFile(ObjectPage):
    """One evidence file of one run; the run's number in the address must be the file's."""

    model = EvidenceFile
    permission = P.RUN_VIEW

    def prepare(self) -> None:
        files = EvidenceFile.objects.select_related("run__flow")
        self.object = files.get_for(
            self.actor, self.permission, pk=self.kwargs["file"], run_id=self.kwargs["pk"]
        )


class EvidenceRowsView(_OnFile):
    """A page of rows of a Parquet file, narrowed to those with given values."""

    def get_title(self) -> str:
        kind, name = self.object.kind, self.object.name
        return f"{kind.capitalize()} {name if name != kind else ''}".strip()

    def get_lead(self) -> str:
        return WORDS.get(self.object.kind, "")

    def crumbs(self) -> Sequence[Crumb]:
        run = self.object.run
        return [("Runs", reverse("syncengine:run-list")), (run.ref, run_url(run)), ("evidence", "")]

    def actions(self) -> Sequence[Action]:
        csv = with_params(self.request.GET, format="csv", page=None)
        return [
            Action("CSV", csv, icon="arrow-down-tray"),
            Action("File", download_url(self.object), icon="arrow-down-tray"),
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        equal = {
            name.removeprefix(_FILTER): str(value)
            for name, value in request.GET.items()
            if name.startswith(_FILTER)
        }
        if request.GET.get("format") == "csv":
            lines = evidence_lines(self.object, equal)
            return csv_response(
                file_name(self.object, ".csv"), stream_csv([str(n) for n in next(lines)], lines)
            )
        number = _page_number(request.GET.get("page", ""))
        found = evidence_rows(self.object, equal, start=(number - 1) * PAGE, limit=PAGE)
        return self._show(request, found, number, equal)

    def _show(
        self, request: HttpRequest, found: EvidencePage, number: int, equal: dict[str, str]
    ) -> HttpResponse:
        first = (number - 1) * PAGE + 1
        last = first + len(found.rows) - 1
        more = last < found.total
        page = Page(
            rows=[[_cell(value) for value in row] for row in found.rows],
            summary=f"{first:,}–{last:,} of {found.total:,}" if found.rows else "No row",
            first=with_params(request.GET, page=None) if number > 1 else "",
            previous=with_params(request.GET, page=number - 1) if number > 1 else "",
            next=with_params(request.GET, page=number + 1) if more else "",
        )
        heads = [(name.lstrip("_").replace("_", " "), name) for name in found.columns]
        context = self.get_context(
            page=page,
            heads=heads,
            numeric=_numeric(found),
            equal=[(n.lstrip("_"), v) for n, v in equal.items() if n in found.columns],
            all_url=evidence_url(self.object),
        )
        return render_page(request, "syncengine/evidence_rows.html", context)


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return max(1, min(MAX_PAGE, number))


def _numeric(found: EvidencePage) -> list[int]:
    """Positions (from 1) of the columns that hold numbers, which stand right-aligned."""
    first = found.rows[0] if found.rows else ()
    return [
        at for at, value in enumerate(first, 1) if isinstance(value, (int, Decimal)) and value is not True
    ]


def _cell(value: Any) -> Any:
    """Amounts with grouped digits and a visible minus; everything else as it stands in the file."""
    return money(value) if isinstance(value, Decimal) else value


def download_url(file: EvidenceFile) -> str:
    return reverse("syncengine:evidence-download", kwargs={"pk": file.run_id, "file": file.pk})


class EvidenceDownloadView(_OnFile):
    """The stored bytes, streamed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        path = evidence_path(self.object)
        if path.stat().st_size != self.object.size:
            raise NotFound(f"{self.object} is not what was stored.", code=Code.SRC_024)
        response = FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=file_name(self.object),
            content_type="application/octet-stream",
        )
        response["Cache-Control"] = "private, no-store"
        response["ETag"] = f'"{self.object.sha256}"'
        return response
