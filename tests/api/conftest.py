"""Callers of the API and a small world for them to work on."""

from __future__ import annotations

import logging

import pytest

from tests.api.client import Caller
from tests.api.world import World, build


@pytest.fixture(autouse=True)
def quiet_refusals():
    """Thousands of refusals are asserted here; telling each on the log would hide a real failure."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(level)


@pytest.fixture
def call(users):
    """`call("architect")`: that person's session, opened before any test's savepoint."""
    callers = {name: Caller(user) for name, user in users.items()}
    return callers.__getitem__


@pytest.fixture
def world(users) -> World:
    return build(users)
