"""Addresses of the sync engine's objects, and of what a quarantined record points to."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from mappings import selectors as mappings
from mappings.permissions import P as Mapping
from portal.core import authority
from portal.core.actor import Actor
from portal.core.views import Action, permitted
from syncengine.models import EvidenceFile, Flow, FlowVersion, QuarantinedRecord, Run
from syncengine.selectors.groups import SEPARATOR, Group


def flow_url(flow: Flow) -> str:
    return reverse("syncengine:flow-detail", kwargs={"pk": flow.pk})


def version_url(version: FlowVersion) -> str:
    return reverse("syncengine:version-detail", kwargs={"pk": version.pk})


def run_url(run: Run) -> str:
    return reverse("syncengine:run-detail", kwargs={"pk": run.pk})


def record_url(record: QuarantinedRecord) -> str:
    return reverse("syncengine:record-detail", kwargs={"pk": record.pk})


def records_url(**filters: object) -> str:
    """The list of records with these filters."""
    query = urlencode({name: value for name, value in filters.items() if value not in ("", None)})
    return f"{reverse('syncengine:record-list')}?{query}"


def group_url(group: Group, *, whole: bool) -> str:
    """The page of a group: its held records."""
    return records_url(
        flow=group["flow__code"],
        code=group["code"],
        field=group["field"],
        work="held",
        **{"value" if whole else "member": group["member"]},
    )


def evidence_url(file: EvidenceFile, **equal: object) -> str:
    """The rows of an evidence file whose columns have these values."""
    address = reverse("syncengine:evidence-rows", kwargs={"pk": file.run_id, "file": file.pk})
    query = urlencode({f"is.{name}": value for name, value in equal.items()})
    return f"{address}?{query}" if query else address


def plan_url(flow: Flow, **values: str) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    address = reverse("syncengine:run-plan", kwargs={"pk": flow.pk})
    return f"{address}?{query}" if query else address


def remedy(actor: Actor, code: str, origin: str, value: str) -> Action | None:
    """Where the cause of a fault is mended: the mapping set, dimension or rate set that it names."""
    if code.startswith("MAP-"):
        return _mapping_remedy(actor, origin, value)
    dimension = mappings.dimension_by_code(origin) if code.startswith("MDM-") else None
    if dimension is not None and authority.visible(actor, dimension):
        address = reverse("mappings:dimension-detail", kwargs={"pk": dimension.pk})
        return Action(f"Open {dimension.name}", f"{address}?{urlencode({'q': value})}")
    rates = mappings.rate_set_by_code(origin) if code.startswith("FX-") else None
    if rates is not None and authority.visible(actor, rates):
        return Action(f"Open {rates.name}", reverse("mappings:rate-set-detail", kwargs={"pk": rates.pk}))
    return None


def _mapping_remedy(actor: Actor, origin: str, value: str) -> Action | None:
    """The form for a new rule with the members filled in; without a draft, the form that starts one first."""
    mapping_set = mappings.mapping_set_by_code(origin)
    if mapping_set is None or not authority.visible(actor, mapping_set):
        return None
    opened = mappings.open_version(mapping_set)
    cells = dict(zip(mapping_set.column_names, value.split(SEPARATOR), strict=False))
    query = urlencode({f"column_{name}": cell for name, cell in cells.items()})
    if opened is None:
        address = reverse("mappings:version-start", kwargs={"pk": mapping_set.pk})
    else:
        address = reverse("mappings:rule-add", kwargs={"pk": opened.pk})
    edit = Mapping.VERSION_EDIT
    return permitted(actor, edit, "Propose mapping", f"{address}?{query}", obj=mapping_set, icon="plus")
