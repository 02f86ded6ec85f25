"""Ports of the catalog: connectors that connections may name and their keys, filled by the sync engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.core.errors import Fault
from portal.core.keys import Key
from portal.core.ports import Registry

ConfigCheck = Callable[[dict[str, Any]], list[Fault]]
connectors: Registry[ConfigCheck] = Registry("connector")
connector_keys: Registry[tuple[Key, ...]] = Registry("keys of a connector's configuration")
