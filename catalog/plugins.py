"""What the catalog gives to the ports of lower layers."""

from __future__ import annotations


def register() -> None:
    from catalog import deskplugs
    from catalog.codes import HELP
    from catalog.compatibility.documents import HELP as DOCUMENT_HELP
    from catalog.manifest import SECTIONS
    from catalog.models import System
    from catalog.permissions import LABELS, P
    from catalog.subjects import ConnectionSubject, OwnershipSubject, SchemaSubject
    from portal.access.functions import Function, extend
    from portal.access.ports import scope_models
    from portal.approvals.ports import subjects
    from portal.core import authority, codes
    from portal.core.manifest import sections

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    codes.register(HELP)
    codes.register(DOCUMENT_HELP)
    scope_models.register("system", System)
    for subject in (ConnectionSubject(), OwnershipSubject(), SchemaSubject()):
        subjects.register(subject.kind, subject)
    for section in SECTIONS:
        sections.register(section.name, section)
    view = [P.SYSTEM_VIEW, P.FINANCE_OBJECT_VIEW, P.OWNERSHIP_VIEW]
    extend(Function.VIEW, view)
    extend(Function.CAT_AUTHOR, [*view, P.SYSTEM_EDIT, P.FINANCE_OBJECT_EDIT, P.SCHEMA_PROPOSE])
    extend(Function.CAT_APPR, [*view, P.SCHEMA_APPROVE])
    extend(Function.CONN_ENDPOINT, [*view, P.CONNECTION_PROPOSE])
    extend(Function.CONN_APPR, [*view, P.CONNECTION_APPROVE])
    extend(Function.SOR_ASSIGN, [*view, P.OWNERSHIP_PROPOSE])
    extend(Function.SOR_APPR, [*view, P.OWNERSHIP_APPROVE])
    deskplugs.register()
