"""Callers of the API and a small world for them to work on."""

from __future__ import annotations

import copy
import logging

import pytest

from tests.api.client import Caller
from tests.api.world import World, build
from tests.conftest import make_people
from tests.factories.shared import shared_rows


@pytest.fixture(autouse=True)
def quiet_refusals():
    """Thousands of refusals are asserted here; telling each on the log would hide a real failure."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(level)


@pytest.fixture(scope="module")
def built_world(django_db_setup, django_db_blocker):
    """The people and one object of every resource, once for all tests of a module."""
    with shared_rows(django_db_blocker, lambda: build(make_people()), "resources") as made:
        yield made


@pytest.fixture
def world(built_world, db) -> World:
    return copy.deepcopy(built_world)


@pytest.fixture
def users(world):
    return world.users


@pytest.fixture
def call(users):
    """`call("architect")`: that person's session, opened before any test's savepoint."""
    callers = {name: Caller(user) for name, user in users.items()}
    return callers.__getitem__
