"""What is the portal's own stays out of reach of connections: its settings and its database."""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path

import pytest

from catalog.models import Connection
from portal.core.errors import DomainError
from syncengine import storage
from syncengine.connectors import connect
from syncengine.connectors.database.address import is_own
from syncengine.plugins import check_connection
from syncengine.storage import adapter_of

SETTINGS = Path(__file__).resolve().parents[2] / "portal" / "settings.py"
OTHERS = {"PLANNING_URL"}  # the demo's target, which is no secret of the portal


def names_in_settings() -> set[str]:
    """The variables that the portal's settings read."""
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_setting_of_the_portal_is_reserved():
    names = names_in_settings()
    assert {"DATABASE_URL", "SECRET_KEY", "BROKER_URL", "EMAIL_HOST_PASSWORD"} <= names
    assert {name for name in names if not is_own(name)} == OTHERS


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "SECRET_KEY", "EMAIL_HOST_PASSWORD", "TIEOUT_X", "secret_key"]
)
def test_a_setting_of_the_portal_is_no_secret_of_a_connection(name):
    config = {"url": f"env:{name}", "host": "h", "port": 1}
    with pytest.raises(DomainError) as error:
        connect("database", config, allowed_roots=[], environ={name: "postgresql://u:geheim@h:1/x"})
    assert error.value.code == "SRC-025"
    assert [fault.code for fault in check_connection("database", config)] == ["SRC-025"]


@pytest.fixture
def portal_on(settings, tmp_path, monkeypatch):
    """Settings in which the portal's database is the given one, and a secret that leads to `url`."""
    settings.FILE_ROOTS = [tmp_path]

    def place(own: dict[str, str], url: str) -> None:
        monkeypatch.setattr(storage, "own_database", lambda: own)
        monkeypatch.setenv("ELSEWHERE", url)

    return place


POSTGRES = {"ENGINE": "django.db.backends.postgresql", "NAME": "tieout", "HOST": "localhost", "PORT": ""}


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("postgres://u:p@127.0.0.1:5432/tieout", ["SRC-026"]),
        ("postgresql://other:p@127.0.0.1/tieout", ["SRC-026"]),
        ("postgresql://u:p@127.0.0.1/plan", []),
    ],
)
def test_no_connection_leads_to_the_portals_own_database(portal_on, url, codes):
    portal_on(POSTGRES, url)
    config = {"url": "env:ELSEWHERE", "host": "127.0.0.1", "port": "5432"}
    assert [fault.code for fault in check_connection("database", config)] == codes


def test_no_connection_leads_to_the_portals_own_file(portal_on, tmp_path, settings):
    own = tmp_path / "tieout.sqlite3"
    sqlite3.connect(own).close()
    portal_on({"ENGINE": "django.db.backends.sqlite3", "NAME": str(own)}, f"sqlite:///{own}")
    for url in ("env:ELSEWHERE", "sqlite:tieout.sqlite3", f"sqlite:{own}"):
        assert [fault.code for fault in check_connection("database", {"url": url})] == ["SRC-026"]
        with pytest.raises(DomainError) as error:
            adapter_of(Connection(connector="database", config={"url": url}))
        assert error.value.code == "SRC-026"
    settings.SHARED_DATABASE = True
    assert check_connection("database", {"url": "env:ELSEWHERE"}) == []
