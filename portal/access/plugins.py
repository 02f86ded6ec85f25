"""What access gives to the ports of lower layers, also on behalf of people, audit and approvals below it."""

from __future__ import annotations


def register() -> None:
    from portal.access.api import schemes  # noqa: F401
    from portal.access.authority import GrantAuthority
    from portal.access.codes import HELP
    from portal.access.manifest import GrantsSection, PeopleSection, RolesSection
    from portal.access.permissions import LABELS
    from portal.access.subjects import GrantSubject, RoleSubject
    from portal.approvals.ports import subjects
    from portal.core import authority, codes
    from portal.core.manifest import sections

    authority.install(GrantAuthority())
    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    codes.register(HELP)
    subjects.register(RoleSubject.kind, RoleSubject())
    subjects.register(GrantSubject.kind, GrantSubject())
    for section in (PeopleSection(), RolesSection(), GrantsSection()):
        sections.register(section.name, section)
    _fill_duties()


def _fill_duties() -> None:
    from portal.access.functions import Function, extend
    from portal.access.permissions import P
    from portal.approvals.permissions import P as Approvals
    from portal.audit.permissions import P as Audit
    from portal.people.permissions import P as People

    extend(Function.VIEW, [Approvals.CHANGE_VIEW, Approvals.CHANGE_COMMENT, People.PERSON_VIEW, P.ROLE_VIEW])
    extend(
        Function.AUDIT_READ,
        [Audit.ENTRY_VIEW, P.GRANT_VIEW, P.ROLE_VIEW, People.PERSON_VIEW, Approvals.CHANGE_VIEW],
    )
    extend(Function.ROLE_DEF, [P.ROLE_VIEW, P.ROLE_PROPOSE, P.GRANT_VIEW])
    extend(
        Function.ROLE_GRANT,
        [People.PERSON_MANAGE, People.ACCOUNT_MANAGE, P.GRANT_VIEW, P.GRANT_PROPOSE, P.TOKEN_REVOKE],
    )
    for function in (Function.ROLE_DEF, Function.ROLE_GRANT, Function.ROLE_APPR):
        extend(function, [People.PERSON_VIEW, P.ROLE_VIEW])
    for function in Function:
        if function.endswith((".APPR", ".PREP", ".DEF", ".GRANT", ".ASSIGN", ".EDIT", ".AUTHOR")):
            extend(function, [Approvals.CHANGE_VIEW, Approvals.CHANGE_COMMENT])
    extend(Function.ROLE_APPR, [P.ROLE_VIEW, P.GRANT_VIEW, P.ROLE_APPROVE, P.GRANT_APPROVE])
    extend(Function.POLICY_EDIT, [Approvals.POLICY_PROPOSE])
    extend(Function.POLICY_APPR, [Approvals.POLICY_APPROVE])
    extend(Function.TOKEN_ISSUE, [P.TOKEN_ISSUE])
