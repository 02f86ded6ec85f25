"""Rows of mappings, one module per noun."""

from mappings.models.dimensions import Dimension, Member
from mappings.models.rates import Rate, RateSet, RateSetVersion, RateType
from mappings.models.sets import MappingRule, MappingSet, MappingVersion

__all__ = [
    "Dimension",
    "MappingRule",
    "MappingSet",
    "MappingVersion",
    "Member",
    "Rate",
    "RateSet",
    "RateSetVersion",
    "RateType",
]
