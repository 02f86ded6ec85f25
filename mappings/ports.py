"""Ports of mappings: what upper apps tell a reviewer about a mapping version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mappings.models import MappingVersion
from portal.core.ports import Registry

impact_preview: Registry[Callable[[MappingVersion], dict[str, Any] | None]] = Registry("impact preview")
"""What the version would move, by name of the provider; None when there is nothing to compute."""
