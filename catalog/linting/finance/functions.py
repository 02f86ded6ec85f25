"""The functions that only `tieout:finance` uses."""

from catalog.linting.finance.operations import OPERATIONS
from catalog.linting.finance.properties import PROPERTIES
from catalog.linting.targets import Function

FINANCE: dict[str, Function] = {**OPERATIONS, **PROPERTIES}
