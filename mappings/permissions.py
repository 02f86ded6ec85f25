"""Permissions over dimensions, mapping sets and rate sets."""

from enum import StrEnum


class P(StrEnum):
    DIMENSION_EDIT = "mappings:dimension:edit"
    DIMENSION_VIEW = "mappings:dimension:view"
    MAPPING_SET_REGISTER = "mappings:mapping-set:register"
    MAPPING_SET_VIEW = "mappings:mapping-set:view"
    RATE_SET_APPROVE = "mappings:rate-set:approve"
    RATE_SET_EDIT = "mappings:rate-set:edit"
    RATE_SET_VIEW = "mappings:rate-set:view"
    VERSION_APPROVE = "mappings:version:approve"
    VERSION_EDIT = "mappings:version:edit"


LABELS: dict[P, str] = {
    P.DIMENSION_EDIT: "Register dimensions and maintain their members",
    P.DIMENSION_VIEW: "See dimensions and members",
    P.MAPPING_SET_REGISTER: "Register mapping sets",
    P.MAPPING_SET_VIEW: "See mapping sets, versions and rules",
    P.RATE_SET_APPROVE: "Approve exchange rates",
    P.RATE_SET_EDIT: "Prepare and submit exchange rates",
    P.RATE_SET_VIEW: "See exchange rates",
    P.VERSION_APPROVE: "Approve mapping versions",
    P.VERSION_EDIT: "Prepare and submit mapping versions",
}
