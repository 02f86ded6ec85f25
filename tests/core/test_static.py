"""Static files: collected once under names with a hash, small enough for a first load, quiet without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

FIRST_LOAD = 100_000  # bytes on the wire of the first page somebody opens, interface.md
LINKED = re.compile(r'(?:href|src)="/static/([^"]+)"')


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    command = [
        sys.executable,
        "-W",
        "error::UserWarning",
        "manage.py",
        "collectstatic",
        "--noinput",
        "-v",
        "0",
    ]
    there = {**os.environ, "TIEOUT_DATA_DIR": str(folder), "STATIC_COLLECTED": "1"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=there, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "static"


def test_the_first_load_of_the_close_desk_is_under_100_kb(client, users, collected):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    html = client.get("/").content
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    sizes = {"page": len(html)}
    for linked in LINKED.findall(html.decode()):
        path = collected / names[linked]
        packed = path.with_name(f"{path.name}.gz")
        sizes[linked] = min(each.stat().st_size for each in (path, packed) if each.exists())
    assert len(sizes) > 5
    assert sum(sizes.values()) < FIRST_LOAD, sizes


def test_every_collected_name_carries_a_hash(collected):
    plain = [
        path.name for path in (collected / "css").iterdir() if not re.search(r"\.[0-9a-f]{12}\.", path.name)
    ]
    assert not plain


def test_a_bare_server_starts_without_collected_files_and_without_a_warning(tmp_path):
    code = "import portal.wsgi"
    there = {**os.environ, "TIEOUT_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    there.pop("STATIC_COLLECTED", None)
    command = [sys.executable, "-W", "error::UserWarning", "-c", code]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=there, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
