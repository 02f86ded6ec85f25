"""Rows that are dear to make, made once for all tests of a module; each test rolls back to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from django.test import override_settings

T = TypeVar("T")
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def shared_rows(blocker: Any, make: Callable[[], T], **settings: Any) -> Iterator[T]:
    """What `make` gives, under these settings; it is rolled back after the module's last test."""
    with blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=QUICK_HASHERS, **settings):
            made = make()
        yield made
        transaction.set_rollback(True)
