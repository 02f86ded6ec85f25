"""Limits of one document; they hold before anything is expanded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, levels, values, aliases, parts of one allOf, and pairs of schemas that one comparison may visit.

    The largest vendor contracts seen have 3 MB, some 200,000 values and 20 levels.
    """

    max_bytes: int = 10_000_000
    max_depth: int = 100
    max_nodes: int = 300_000
    max_aliases: int = 5_000
    max_parts: int = 1_000
    max_pairs: int = 250_000
