"""A world with one of everything, shared by the page tests."""

from __future__ import annotations

import pytest

from tests.factories.web import WebWorld, make_world, with_engine


@pytest.fixture
def world(users, settings, tmp_path) -> WebWorld:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return with_engine(make_world(users), tmp_path)


@pytest.fixture
def sign_in(world, client):
    def enter(person: str) -> None:
        client.force_login(world.users[person], backend="django.contrib.auth.backends.ModelBackend")

    return enter
