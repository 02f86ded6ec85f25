"""A world with one of everything, shared by the page tests."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.factories.shared import shared_rows
from tests.factories.web import WebWorld, with_engine


@pytest.fixture(scope="module")
def engine_world(module_world, django_db_blocker, tmp_path_factory):
    """The world with an engine, and the folder of its evidence."""
    folder = tmp_path_factory.mktemp("desk")

    def make() -> tuple[WebWorld, Path]:
        return with_engine(copy.deepcopy(module_world), folder), folder

    with shared_rows(django_db_blocker, make, EVIDENCE_DIR=folder / "evidence") as made:
        yield made


@pytest.fixture
def world(engine_world, db, settings) -> WebWorld:
    made, folder = engine_world
    settings.EVIDENCE_DIR = folder / "evidence"
    return copy.deepcopy(made)


@pytest.fixture
def sign_in(world, client):
    def enter(person: str) -> None:
        client.force_login(world.users[person], backend="django.contrib.auth.backends.ModelBackend")

    return enter
