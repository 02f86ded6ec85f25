"""What the log holds of requests that were refused."""

from __future__ import annotations

import logging


class RefusalsInOneLine(logging.Filter):
    """A request that the framework refuses is no fault of ours: its traceback says nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security"):
            record.exc_info = None
        return True
