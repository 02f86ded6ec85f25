"""A world with one of everything, shared by the page tests."""

from __future__ import annotations

import pytest

from tests.factories.web import WebWorld, make_world


@pytest.fixture
def world(users) -> WebWorld:
    return make_world(users)
