"""Defining flows and preparing their versions."""

from __future__ import annotations

from typing import Any

from portal.approvals.codes import Code as Approvals
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_content_edited, change_submit, record_contribution
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.codes import Code as Core
from portal.core.errors import Conflict, Fault, Faults, Invalid, PreconditionFailed
from portal.core.locking import lock_name, locked
from portal.core.text import clean_code, clean_text
from portal.fiscal.periods import is_period
from syncengine.codes import Code
from syncengine.definition import definition_dict
from syncengine.definitions import Names, ends_of, findings_of, names_for, read_definition, version_hash
from syncengine.models import Flow, FlowVersion
from syncengine.permissions import P
from syncengine.selectors.flows import last_approved, version_key
from syncengine.states import VersionState
from syncengine.subjects import FlowVersionSubject
from syncengine.tags import Tag

EDITABLE = (VersionState.DRAFT, VersionState.LOCKED)
_KEEP = "Nothing was saved. Keep your text, open the version again, and put in what is still to change."


def _period(text: str) -> str:
    if text and not is_period(text):
        raise Invalid(Code.RUN_002, f"{text!r} is no fiscal period YYYY-PP.", place="effective_from")
    return text


def _write(version: FlowVersion, definition: Any, effective_from: str, names: Names) -> None:
    """Store a definition in its canonical form with the hash of the version's content."""
    parsed = read_definition(definition)
    ends_of(parsed, names)
    version.definition = definition_dict(parsed)
    version.effective_from = _period(effective_from)
    version.content_sha256 = version_hash(version.flow.code, effective_from, parsed)
    version.full_clean()
    version.save()


def _tell(tag: Tag, actor: Actor, reason: str, version: FlowVersion, before: str = "") -> None:
    record(
        tag,
        actor=actor,
        subject=version,
        reason=reason,
        before={"content_sha256": before} if before else None,
        after={"definition": version.definition, "effective_from": version.effective_from},
        content_sha256=version.content_sha256,
        object_version=str(version.number),
    )


@audited(Tag.FLOW_DEFINE)
def flow_define(
    *,
    actor: Actor,
    reason: str,
    code: str,
    name: str,
    definition: Any,
    description: str = "",
    effective_from: str = "",
) -> FlowVersion:
    """A new flow with its first draft version.

    Raises Faults (definition, or names the catalog does not know), Conflict RUN-013 when the code is taken.
    """
    parsed = read_definition(definition)
    names = Names(actor)
    ends = ends_of(parsed, names)
    lock_name(f"flow:{code}")
    authority.check(actor, P.FLOW_EDIT, ends.source.system)
    if Flow.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.RUN_013, f"There is a flow with the code {code} already.", place="code")
    flow = Flow(
        code=clean_code(code, place="code"),
        name=clean_text(name, 200, place="name"),
        description=clean_text(description, 4000, multiline=True, place="description"),
        finance_object=ends.finance_object,
        source_system=ends.source.system,
        target_system=ends.target.system,
    )
    flow.full_clean()
    flow.save()
    version = FlowVersion(flow=flow, number=1)
    _write(version, definition, effective_from, names)
    record_contribution(actor=actor, kind=FlowVersionSubject.kind, subject_key=version_key(version))
    record(Tag.FLOW_DEFINE, actor=actor, subject=flow, reason=reason, after={"code": code, "name": flow.name})
    _tell(Tag.FLOW_VERSION_START, actor, reason, version)
    return version


@audited(Tag.FLOW_VERSION_START)
def flow_version_start(
    *, actor: Actor, reason: str, flow_id: int, definition: Any = None, effective_from: str = ""
) -> FlowVersion:
    """A new draft: with the given definition, else that of the last approved version.

    Raises Conflict RUN-011 when a version is open already.
    """
    flow = Flow.objects.all().get_for(actor, P.FLOW_EDIT, pk=flow_id)
    locked(Flow.objects.filter(pk=flow.pk)).first()
    opened = flow.versions.filter(state__in=EDITABLE).first()
    if opened is not None:
        raise Conflict(Code.RUN_011, f"Version {opened.number} is open already.", place="flow")
    latest = flow.versions.order_by("-number").first()
    base = last_approved(flow) or latest
    version = FlowVersion(flow=flow, number=latest.number + 1 if latest else 1)
    content = definition if definition is not None else base and base.definition
    _write(version, content, effective_from, names_for(actor, flow))
    record_contribution(actor=actor, kind=FlowVersionSubject.kind, subject_key=version_key(version))
    _tell(Tag.FLOW_VERSION_START, actor, reason, version)
    return version


def _editable(actor: Actor, version_id: int) -> FlowVersion:
    found = FlowVersion.objects.all().get_for(actor, P.FLOW_EDIT, pk=version_id)
    version = locked(FlowVersion.objects.select_related("flow")).get(pk=found.pk)
    if version.state not in EDITABLE:
        raise Conflict(Code.RUN_011, f"{version} is {version.get_state_display()}.")
    return version


@audited(Tag.FLOW_VERSION_EDIT)
def flow_version_edit(
    *,
    actor: Actor,
    reason: str,
    version_id: int,
    definition: Any,
    effective_from: str | None = None,
    content_sha256: str | None = None,
) -> FlowVersion:
    """Change an open version; under review this voids all decisions.

    Raises Faults, Conflict RUN-011, and PreconditionFailed API-007 when `content_sha256`, the content that
    was read, is not the present one.
    """
    version = _editable(actor, version_id)
    before = version.content_sha256
    if content_sha256 is not None and content_sha256 != before:
        raise PreconditionFailed(Core.API_007, f"{version} has changed since you read it.", hint=_KEEP)
    since = version.effective_from if effective_from is None else effective_from
    _write(version, definition, since, names_for(actor, version.flow))
    change_content_edited(actor=actor, kind=FlowVersionSubject.kind, subject_key=version_key(version))
    if version.content_sha256 != before:
        _tell(Tag.FLOW_VERSION_EDIT, actor, reason, version, before)
    return version


@audited(Tag.FLOW_VERSION_SUBMIT)
def flow_version_submit(*, actor: Actor, reason: str, version_id: int) -> ChangeRequest:
    """Propose a draft for approval; one that was pushed back is submitted again under its request.

    Raises Faults with every finding that blocks it, Conflict APR-008 when nothing changes.
    """
    version = _editable(actor, version_id)
    errors = [found for found in findings_of(version, actor) if found.level == "error"]
    if errors:
        raise Faults([Fault(found.code, found.message, found.place) for found in errors])
    base = last_approved(version.flow)
    if base is not None and base.content_sha256 == version.content_sha256:
        raise Conflict(Approvals.APR_008, f"{version} has the same definition and first period as {base}.")
    change = change_submit(
        actor=actor, reason=reason, kind=FlowVersionSubject.kind, subject_key=version_key(version)
    )
    version.refresh_from_db()
    version.change_ref = change.ref
    version.save(update_fields=["change_ref"])
    _tell(Tag.FLOW_VERSION_SUBMIT, actor, reason, version)
    return change
