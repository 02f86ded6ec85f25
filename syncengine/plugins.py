"""What the sync engine gives to the ports of lower layers."""

from __future__ import annotations

from typing import Any

from portal.core.errors import DomainError, Fault, Faults


def check_connection(name: str, config: dict[str, Any]) -> list[Fault]:
    """The faults a connector finds in a connection's configuration; nothing is opened."""
    from syncengine.storage import configured

    try:
        configured(name, config)
    except Faults as error:
        return list(error.faults)
    except DomainError as error:
        return [Fault(error.code, error.message, error.place)]
    return []


def explain_codes() -> None:
    from portal.core import codes
    from syncengine.connectorhelp import CONNECTOR_HELP
    from syncengine.demo.codes import HELP as DEMO_HELP
    from syncengine.enginehelp import ENGINE_HELP

    codes.register(CONNECTOR_HELP)
    codes.register(ENGINE_HELP)
    codes.register(DEMO_HELP)


def stand_on_calendars() -> None:
    """Runs are what stands on the days of fiscal periods."""
    from portal.fiscal.ports import period_uses
    from syncengine.selectors.calendars import runs_of_periods

    period_uses.register("run", runs_of_periods)


def register() -> None:
    import functools

    from catalog.ports import connector_keys
    from catalog.ports import connectors as known_connectors
    from portal.access.functions import Function, extend
    from portal.access.ports import scope_models
    from portal.approvals.ports import subjects
    from portal.core import authority
    from portal.core.manifest import row_readers, sections
    from syncengine import deskplugs
    from syncengine.connectors import connectors, documented
    from syncengine.manifest import FlowsSection, dataset_rows
    from syncengine.models import Flow
    from syncengine.permissions import LABELS, P
    from syncengine.subjects import AcceptUnloadedSubject, FlowVersionSubject, HeldRunSubject

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    explain_codes()
    scope_models.register("flow", Flow)
    for name in connectors.all():
        known_connectors.register(name, functools.partial(check_connection, name))
        connector_keys.register(name, documented.get(name).config)
    for subject in (FlowVersionSubject(), AcceptUnloadedSubject(), HeldRunSubject()):
        subjects.register(subject.kind, subject)
    sections.register(FlowsSection.name, FlowsSection())
    row_readers.register("dataset", dataset_rows)
    view = [P.FLOW_VIEW, P.RUN_VIEW, P.QUARANTINE_VIEW]
    extend(Function.VIEW, view)
    extend(Function.FLOW_DEF, [*view, P.FLOW_EDIT])
    extend(Function.FLOW_APPR, [*view, P.FLOW_APPROVE])
    extend(Function.FLOW_RUN, [*view, P.FLOW_RUN])
    extend(Function.QUAR_FIX, [*view, P.QUARANTINE_WORK, P.QUARANTINE_ACCEPT])
    extend(Function.QUAR_RELEASE, [*view, P.QUARANTINE_RELEASE, P.RUN_RELEASE])
    deskplugs.register()
    stand_on_calendars()
