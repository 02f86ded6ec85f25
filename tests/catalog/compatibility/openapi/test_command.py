"""The command: text, JSON and batch, exit statuses, the same bytes on every run, refusals in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from catalog.compatibility.openapi.__main__ import main
from tests.catalog.compatibility.openapi.contracts import api, at
from tests.catalog.compatibility.openapi.schema_cases import SCHEMA_CASES

_COMMAND = [sys.executable, "-m", "catalog.compatibility.openapi"]


def _file(folder: Path, name: str, value: Any) -> str:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    return _file(tmp_path, "a.json", at("request-body", {"type": "string"})), _file(
        tmp_path, "b.json", at("request-body", {"type": "string", "maxLength": 5})
    )


def test_text_tells_each_finding_and_the_verdict(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([pair[0], pair[0]]) == 0
    assert capsys.readouterr().out == "not breaking (0 findings)\n"
    assert main([*pair]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("warning request-body-max-length-set: ")
    assert lines[1].endswith("/schema/maxLength)  [POST /things]")
    assert lines[-1] == "breaking (4 findings)"


def test_json_has_the_documented_members(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*pair, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["breaking"] is True
    found = next(item for item in report["findings"] if item["id"] == "request-body-max-length-set")
    assert found | {"fingerprint": "", "message": ""} == {
        "area": "schema", "direction": "request", "document": "revision", "fingerprint": "", "kind": "constraints",
        "id": "request-body-max-length-set", "level": "warning", "line": 1, "message": "", "new": 5, "old": None,
        "operations": ["POST /things"],
        "pointer": "/paths/~1things/post/requestBody/content/application~1json/schema/maxLength",
    }  # fmt: skip


def test_options_and_severities_are_taken(pair: tuple[str, str], tmp_path: Path) -> None:
    severities = _file(tmp_path, "levels", "request-body-max-length-set info\n")
    assert main([*pair, "--severities", severities, "--today", "2026-01-01"]) == 0
    assert main([*pair, "--severities", _file(tmp_path, "wrong", "a b c")]) == 2
    assert main([*pair, "--today", "tomorrow"]) == 2
    assert main([pair[0], str(tmp_path / "none")]) == 2
    assert main(["--batch", str(tmp_path / "none")]) == 2
    with pytest.raises(SystemExit):
        main([pair[0]])


def test_a_batch_answers_every_line(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = api({"deprecated": True, "x-sunset": "2026-02-01"})
    days = {"deprecation_days_stable": 90, "today": "2026-01-01"}
    lines: list[Any] = [
        {"id": 1, "base": pair[0], "revision": pair[1]},
        {"id": 2, "base": api(), "revision": api()},
        {"id": 3, "base": json.dumps(api()), "revision": "openapi: 3.0.0\npaths: {}\n"},
        {"id": 4, "base": pair[0], "revision": "/no/such/file"},
        {"id": 5, "base": pair[0]},
        {"id": 6, "base": api(), "revision": stop, "options": days},
        {"id": 7, "base": api(), "revision": stop, "options": {"x": 1}},
        {"id": 8, "base": [], "revision": {"swagger": "1.2"}},
        ["no mapping"],
    ]
    text = (
        "\n".join(map(json.dumps, lines)) + "\nnot json\n\n" + '{"id": "deep", "base": ' + "[" * 90_000 + "\n"
    )
    assert main(["--batch", _file(tmp_path, "batch", text)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4, 5, 6, 7, 8, None, None, "deep"]
    assert [answer.get("breaking") for answer in answers[:6]] == [True, False, True, None, None, True]
    assert ["error" in answer for answer in answers] == [False] * 3 + [True] * 2 + [False] + [True] * 5
    assert answers[3]["code"] == "CTR-112"
    assert answers[-1]["code"] == "CTR-102"
    assert answers[0]["ms"] >= 0


def test_two_runs_and_two_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    documents = []
    for side in (0, 1):
        schemas = {f"S{n}": case[side] for n, case in enumerate(SCHEMA_CASES.values())}
        refs = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
        body = {"type": "object", "properties": {f"p{n}": ref for n, ref in enumerate(refs)}}
        document = at("request-body", body, components={"schemas": schemas})
        document["paths"]["/more"] = {"get": at("response-body", body)["paths"]["/things"]["post"]}
        documents.append(_file(tmp_path, f"{side}.json", document))
    outputs = set()
    for seed in ("1", "2", "2"):
        done = subprocess.run(
            [*_COMMAND, *documents, "--json"],
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=False,
        )
        assert done.returncode == 1
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())["findings"]) > 200


def _hostile() -> dict[str, str]:
    letters = "abcdefghi"
    bomb = "".join(
        f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n"
        for old, new in zip(letters, letters[1:], strict=False)
    )
    head = '{"openapi": "3.0.0", "paths": {}, "components": {"schemas": {"A": '
    twins = ", ".join(f'"p{n}": {{"allOf": [{{"$ref": "#/components/schemas/A"}}, {{}}]}}' for n in range(40))
    return {
        "remote": head + '{"$ref": "http://169.254.169.254/latest"}}}}',
        "file": head + '{"$ref": "file:///etc/passwd"}}}}',
        "cycle": head + '{"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}}}',
        "self": '{"$ref": "#"}',
        "allOf": head + '{"allOf": [' + ", ".join(["{}"] * 10_000) + "]}}}}",
        "bomb": f"a: &a [{', '.join('x' * 9)}]\n{bomb}",
        "brackets": "[" * 100_000,
        "yaml brackets": "a: " + "[" * 100_000,
        "regex": head + '{"type": "string", "pattern": "^(a+)+$"}}}}',
        "large": "a: " + "x" * 50_000_000,
        "wide": "- a\n" * 2_400_000,
        "quotes": '{"' + '\\"' * 4_000_000,
        "keys": "{" + ", ".join(f'"k{n}": 0' for n in range(700_000)) + "}",
        "indented": "".join(" " * n + "a:\n" for n in range(3_000)),
        "twins": head + '{"type": "object", "properties": {' + twins + "}}}}}",
    }


_MEASURED = """
import sys
from pathlib import Path
from catalog.compatibility.openapi.__main__ import main
main(sys.argv[1:])
status = Path("/proc/self/status")
text = status.read_text() if status.exists() else "VmHWM: 0 kB"
print(next(line for line in text.splitlines() if line.startswith("VmHWM")).split()[1], file=sys.stderr)
"""


def test_hostile_documents_are_refused_in_two_seconds_and_200_megabytes(tmp_path: Path) -> None:
    """In one process of its own, which measures its memory; `twins` is harmless and compared."""
    good = _file(tmp_path, "good", api())
    names = _hostile()
    batch = "".join(
        json.dumps({"id": name, "base": good, "revision": _file(tmp_path, f"{n}", text)}) + "\n"
        for n, (name, text) in enumerate(names.items())
    )
    command = [sys.executable, "-c", _MEASURED, "--batch", _file(tmp_path, "batch", batch)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert time.perf_counter() - started < 2 * len(names)
    answers = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    assert set(answers) == set(names)
    assert [name for name, answer in answers.items() if "code" not in answer] == ["twins"]
    assert int(done.stderr) < 200 * 1024
