"""Ports of the catalog: connectors that connections may name, filled by the sync engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.core.errors import Fault
from portal.core.ports import Registry

ConfigCheck = Callable[[dict[str, Any]], list[Fault]]
connectors: Registry[ConfigCheck] = Registry("connector")
