"""x"""

from catalog.linting.targets import Function

FINANCE: dict[str, Function] = {}
