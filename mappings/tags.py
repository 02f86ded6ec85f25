"""Audit tags of mappings."""

from enum import StrEnum


class Tag(StrEnum):
    DIMENSION_EDIT = "mappings:dimension:edit"
    DIMENSION_REGISTER = "mappings:dimension:register"
    MAPPING_SET_REGISTER = "mappings:mapping-set:register"
    MEMBERS_LOAD = "mappings:members:load"
    MEMBER_EDIT = "mappings:member:edit"
    RATES_LOAD = "mappings:rates:load"
    RATE_SET_REGISTER = "mappings:rate-set:register"
    RATE_SET_VERSION_APPROVE = "mappings:rate-set-version:approve"
    RATE_SET_VERSION_START = "mappings:rate-set-version:start"
    RATE_SET_VERSION_SUBMIT = "mappings:rate-set-version:submit"
    RATE_SET_VERSION_WITHDRAW = "mappings:rate-set-version:withdraw"
    RULES_IMPORT = "mappings:rules:import"
    RULE_ADD = "mappings:rule:add"
    RULE_EDIT = "mappings:rule:edit"
    RULE_REMOVE = "mappings:rule:remove"
    VERSION_APPROVE = "mappings:version:approve"
    VERSION_EDIT = "mappings:version:edit"
    VERSION_START = "mappings:version:start"
    VERSION_SUBMIT = "mappings:version:submit"
    VERSION_WITHDRAW = "mappings:version:withdraw"
