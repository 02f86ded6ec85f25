"""Verbs of mappings, one module per noun."""

from mappings.services.dimensions import dimension_edit, dimension_register
from mappings.services.imports import ImportResult, rules_import
from mappings.services.member_files import member_headings, member_rows, member_specs
from mappings.services.members import (
    KEPT,
    Kept,
    MemberSpec,
    MembersResult,
    member_edit,
    member_faults,
    members_load,
)
from mappings.services.rate_files import RATE_COLUMNS, rate_specs
from mappings.services.rate_sets import (
    RateSpec,
    RatesResult,
    rate_set_register,
    rate_set_version_start,
    rate_set_version_submit,
    rate_set_version_withdraw,
    rates_load,
)
from mappings.services.rules import rule_add, rule_edit, rule_remove
from mappings.services.sets import mapping_set_register
from mappings.services.versions import version_edit, version_start, version_submit, version_withdraw

__all__ = [
    "KEPT",
    "RATE_COLUMNS",
    "ImportResult",
    "Kept",
    "MemberSpec",
    "MembersResult",
    "RateSpec",
    "RatesResult",
    "dimension_edit",
    "dimension_register",
    "mapping_set_register",
    "member_edit",
    "member_faults",
    "member_headings",
    "member_rows",
    "member_specs",
    "members_load",
    "rate_set_register",
    "rate_set_version_start",
    "rate_set_version_submit",
    "rate_set_version_withdraw",
    "rate_specs",
    "rates_load",
    "rule_add",
    "rule_edit",
    "rule_remove",
    "rules_import",
    "version_edit",
    "version_start",
    "version_submit",
    "version_withdraw",
]
