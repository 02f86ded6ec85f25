"""Functions: bundles of permissions that are one duty each. Apps add their own permissions to them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Function(StrEnum):
    AUDIT_READ = "AUDIT.READ"
    CAL_MAINT = "CAL.MAINT"
    CAT_APPR = "CAT.APPR"
    CAT_AUTHOR = "CAT.AUTHOR"
    CONN_APPR = "CONN.APPR"
    CONN_ENDPOINT = "CONN.ENDPOINT"
    FLOW_APPR = "FLOW.APPR"
    FLOW_DEF = "FLOW.DEF"
    FLOW_RUN = "FLOW.RUN"
    FX_APPR = "FX.APPR"
    FX_RATE = "FX.RATE"
    MAP_APPR = "MAP.APPR"
    MAP_PREP = "MAP.PREP"
    MDM_MAINT = "MDM.MAINT"
    POLICY_APPR = "POLICY.APPR"
    POLICY_EDIT = "POLICY.EDIT"
    QUAR_FIX = "QUAR.FIX"
    QUAR_RELEASE = "QUAR.RELEASE"
    RECON_SIGN = "RECON.SIGN"
    ROLE_APPR = "ROLE.APPR"
    ROLE_DEF = "ROLE.DEF"
    ROLE_GRANT = "ROLE.GRANT"
    SOR_APPR = "SOR.APPR"
    SOR_ASSIGN = "SOR.ASSIGN"
    TOKEN_ISSUE = "TOKEN.ISSUE"  # noqa: S105
    VIEW = "VIEW"


LABELS: dict[Function, str] = {
    Function.AUDIT_READ: "Read and verify the audit",
    Function.CAL_MAINT: "Maintain fiscal calendars",
    Function.CAT_APPR: "Approve catalog content",
    Function.CAT_AUTHOR: "Author catalog content",
    Function.CONN_APPR: "Approve connection endpoints",
    Function.CONN_ENDPOINT: "Define connection endpoints",
    Function.FLOW_APPR: "Approve flows",
    Function.FLOW_DEF: "Define flows",
    Function.FLOW_RUN: "Run flows",
    Function.FX_APPR: "Approve exchange rates",
    Function.FX_RATE: "Prepare exchange rates",
    Function.MAP_APPR: "Approve mappings",
    Function.MAP_PREP: "Prepare mappings",
    Function.MDM_MAINT: "Maintain dimensions and members",
    Function.POLICY_APPR: "Approve approval policies",
    Function.POLICY_EDIT: "Propose approval policies",
    Function.QUAR_FIX: "Work quarantined records",
    Function.QUAR_RELEASE: "Accept records unloaded",
    Function.RECON_SIGN: "Sign reconciliations",
    Function.ROLE_APPR: "Approve roles and grants",
    Function.ROLE_DEF: "Define roles",
    Function.ROLE_GRANT: "Register people and propose grants",
    Function.SOR_APPR: "Approve systems of record",
    Function.SOR_ASSIGN: "Propose systems of record",
    Function.TOKEN_ISSUE: "Issue API tokens",
    Function.VIEW: "See business objects and change requests",
}

_permissions: dict[Function, set[str]] = {function: set() for function in Function}


def extend(function: Function, permissions: Iterable[str]) -> None:
    """Add permissions to a duty; called from the plugins of the app that defines them."""
    _permissions[function].update(str(permission) for permission in permissions)


def permissions_of(functions: Iterable[str]) -> set[str]:
    """Union of the permissions of duties; unknown names give nothing (default deny)."""
    known = {str(function): granted for function, granted in _permissions.items()}
    return set().union(*(known.get(name, set()) for name in functions))


def functions_with(permission: str) -> list[str]:
    """Duties that contain a permission, so that a role can be searched by what it allows."""
    return sorted(str(function) for function, granted in _permissions.items() if permission in granted)
