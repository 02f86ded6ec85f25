"""The audit timeline and one entry of it: who did what, when, why, before and after, and the proof."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from portal.audit.filters import AuditFilter
from portal.audit.models import AuditEntry
from portal.audit.naming import add_names
from portal.audit.permissions import P
from portal.audit.verification import verify
from portal.core import authority
from portal.core.actor import Actor
from portal.core.views import Column, Crumb, DetailPage, Empty, Fact, ListPage


def entry_url(entry: AuditEntry) -> str:
    return reverse("audit:entry-detail", kwargs={"pk": entry.pk})


def stream_url(entry: AuditEntry) -> str:
    return f"{reverse('audit:entry-list')}?stream_type={entry.stream_type}&stream_id={entry.stream_id}"


class WholeAudit:
    """Mixin before a page: entries hold no scope, so a duty over some objects reads none of them."""

    actor: Actor

    def prepare(self) -> None:
        authority.check_everywhere(self.actor, P.ENTRY_VIEW)
        super().prepare()  # type: ignore[misc]


class EntryListView(WholeAudit, ListPage):
    title = "Audit"
    lead = (
        "Append-only, chained by hash for each object. Kept too: writes that a control refused to a known "
        "account, among them decisions on content that has changed since; each name and password refused at "
        "sign-in; and refused tokens, at most one entry an hour for each. Not kept: looking without "
        "permission, guessed tokens, refused second factors, and any other write that was faulty, outdated, "
        "impossible in its state or sent from another site."
    )
    model = AuditEntry
    permission = P.ENTRY_VIEW
    filterset_class = AuditFilter
    by_key = True
    template_name = "audit/entry_list.html"
    empty = Empty("No act was recorded yet.")
    columns = (
        Column("at", "Time", kind="time", link=entry_url),
        Column("actor_label", "Who"),
        Column("action", "Act", kind="code", primary=True, link=entry_url),
        Column(
            "subject_label",
            "Object",
            clip=True,
            value="named",
        ),
        Column("reason", "Reason", clip=True),
        Column("source", "Through"),
        Column("code", "Code", kind="code"),
        Column("outcome", "Outcome", kind="status"),
    )

    def exported_rows(self, rows: QuerySet) -> Iterator[Any]:
        found = super().exported_rows(rows)
        while some := list(islice(found, 2000)):
            add_names(some)
            yield from some

    def get_context(self, **extra: Any) -> dict[str, Any]:
        add_names(extra["page"].rows)
        params = self.request.GET
        stream = (params.get("stream_type", ""), params.get("stream_id", ""))
        check = verify(stream) if all(stream) else None
        return super().get_context(verification=check, stream=" ".join(stream), **extra)


class EntryDetailView(WholeAudit, DetailPage):
    model = AuditEntry
    permission = P.ENTRY_VIEW
    template_name = "audit/entry_detail.html"
    state_field = "outcome"

    def prepare(self) -> None:
        super().prepare()
        add_names([self.object])

    def get_title(self) -> str:
        return str(self.object.action)

    def crumbs(self) -> Sequence[Crumb]:
        entry = self.object
        return [
            ("Audit", reverse("audit:entry-list")),
            (entry.named, stream_url(entry)),
            (f"#{entry.stream_seq}", ""),
        ]

    def facts(self) -> Sequence[Fact]:
        entry = self.object
        return [
            Fact("Time", entry.at, "time"),
            Fact("Who", entry.actor_label),
            Fact("Through", f"{entry.source}, {entry.actor_kind}"),
            Fact("Object", entry.named, url=stream_url(entry)),
            Fact("Request", entry.request_id, "code"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        entry = self.object
        payload = json.loads(entry.payload)
        before, after = payload.get("before"), payload.get("after")
        return super().get_context(
            before=before,
            after=after,
            changes=changes_of(before, after),
            verification=verify((entry.stream_type, entry.stream_id)),
            **extra,
        )


def changes_of(before: Any, after: Any) -> list[dict[str, str]]:
    """Rows of a side-by-side difference when both sides are flat dictionaries, else none."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    rows = []
    for key in sorted(before.keys() | after.keys()):
        old, new = _text(before.get(key)), _text(after.get(key))
        if old != new:
            kind = "added" if not old else "removed" if not new else "changed"
            rows.append({"field": key, "before": old, "after": new, "kind": kind})
    return rows


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
