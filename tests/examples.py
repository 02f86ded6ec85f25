"""How much a property test tries: all of it where nothing may be left out, a quarter on a quick run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = bool(os.environ.get("TIEOUT_NO_SKIPS"))


def examples(number: int) -> settings:
    """`number` examples where nothing may be skipped (.ci/run on PostgreSQL), a quarter of them elsewhere."""
    tried = number if THOROUGH else max(number // 4, 12)
    return settings(max_examples=tried, deadline=None, suppress_health_check=list(HealthCheck))
