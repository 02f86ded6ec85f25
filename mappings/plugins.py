"""What mappings gives to the ports of lower layers."""

from __future__ import annotations


def register() -> None:
    from mappings import deskplugs
    from mappings.codes import HELP
    from mappings.manifest import SECTIONS
    from mappings.models import MappingSet
    from mappings.permissions import LABELS, P
    from mappings.subjects import MappingVersionSubject, RateSetVersionSubject
    from portal.access.functions import Function, extend
    from portal.access.ports import scope_models
    from portal.approvals.ports import subjects
    from portal.core import authority, codes
    from portal.core.manifest import sections

    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    codes.register(HELP)
    scope_models.register("mapping_set", MappingSet)
    for subject in (MappingVersionSubject(), RateSetVersionSubject()):
        subjects.register(subject.kind, subject)
    for section in SECTIONS:
        sections.register(section.name, section)
    view = [P.DIMENSION_VIEW, P.MAPPING_SET_VIEW, P.RATE_SET_VIEW]
    extend(Function.VIEW, view)
    extend(Function.MAP_PREP, [*view, P.MAPPING_SET_REGISTER, P.VERSION_EDIT])
    extend(Function.MAP_APPR, [*view, P.VERSION_APPROVE])
    extend(Function.MDM_MAINT, [*view, P.DIMENSION_EDIT])
    extend(Function.FX_RATE, [*view, P.RATE_SET_EDIT])
    extend(Function.FX_APPR, [*view, P.RATE_SET_APPROVE])
    deskplugs.register()
