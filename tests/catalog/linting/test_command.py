"""The command: text, JSON and batch, exit statuses, the same bytes on every run, refusals in time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catalog.linting.__main__ import main
from tests.catalog.linting.linting_cases import OAS2, OAS3, changed

_COMMAND = [sys.executable, "-m", "catalog.linting"]
_BAD = changed(
    OAS3, {"/info/description": "", "/info/version": 1, "/paths/~1things~1{id}/get/tags": ["x", "y"]}
)


def _file(folder: Path, name: str, value: Any) -> str:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1), encoding="utf-8")
    return str(path)


def test_text_tells_each_finding_with_its_place_and_the_status_says_whether_an_error_is_among_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([_file(tmp_path, "good.json", OAS3)]) == 0
    assert capsys.readouterr().out == "0 findings, 0 excepted\n"
    assert main([_file(tmp_path, "bad.json", _BAD)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('error   oas3-schema: "version" property type must be string  (document line ')
    assert lines[-1] == "4 findings, 0 excepted"


def test_json_has_the_documented_members_and_rulesets_come_from_files_with_their_exceptions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exception = {"rule": "oas3-schema", "pointer": "/info", "reason": "Old clients.", "expires": "2026-12-31"}
    ruleset = {
        "extends": ["spectral:oas"],
        "rules": {"operation-tag-defined": "off"},
        "exceptions": [exception],
    }
    files = [_file(tmp_path, "bad.json", _BAD), "--ruleset", _file(tmp_path, "rules.json", ruleset)]
    assert main([*files, "--json", "--today", "2026-11-22"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["breaking"] is False
    assert [finding | {"fingerprint": "", "message": ""} for finding in report["findings"]] == [
        {"document": "document", "fingerprint": "", "id": "info-description", "level": "warning", "line": 6, "message": "", "pointer": "/info/description"}
    ]  # fmt: skip
    assert [(item["id"], item["reason"], item["expires"]) for item in report["excepted"]] == [
        ("oas3-schema", "Old clients.", "2026-12-31")
    ]
    assert main([*files, "--today", "2027-01-01"]) == 1


def test_what_cannot_be_read_has_a_code_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = _file(tmp_path, "good.json", OAS3)
    assert main([str(tmp_path / "none.yaml"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "CTR-112"
    for ruleset, code in (("rules: [", "CTR-105"), ("a: 1\n", "LNT-101")):
        assert main([good, "--ruleset", _file(tmp_path, "rules.yaml", ruleset)]) == 2
        assert capsys.readouterr().err.startswith(code)
    assert main([good, "--today", "soon"]) == 2


def _answers(lines: list[Any], folder: Path, **environment: str) -> tuple[list[dict[str, Any]], str]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n"
    command = [*_COMMAND, "--batch", _file(folder, "batch.jsonl", text)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.stdout


def test_a_batch_answers_each_line_and_is_the_same_for_every_hash_seed(tmp_path: Path) -> None:
    lines = [
        {"id": "inline", "document": _BAD},
        {"id": "path", "document": _file(tmp_path, "bad.json", _BAD), "ruleset": ["spectral:oas", "tieout:finance"]},
        {"id": "text", "document": json.dumps(OAS2), "ruleset": "rules:\n  r: {given: $.host, then: {function: falsy}}\n"},
        {"id": 4, "document": "/no/such/file.yaml"},
        {"id": "x", "ruleset": {}},
        '{"id": "broken", ',
        {"id": "bad ruleset", "document": OAS2, "ruleset": {"a": 1}},
        {"id": "list", "document": [1]},
    ]  # fmt: skip
    answers, _ = _answers(lines, tmp_path, PYTHONHASHSEED="1")
    assert [answer["id"] for answer in answers] == [
        "inline",
        "path",
        "text",
        4,
        "x",
        "broken",
        "bad ruleset",
        "list",
    ]
    assert (
        answers[0]["breaking"] is True
        and {"id", "level", "pointer", "message"} < answers[0]["findings"][0].keys()
    )
    assert {"oas3-schema", "finance-owner"} <= {finding["id"] for finding in answers[1]["findings"]}
    assert [(finding["id"], finding["pointer"]) for finding in answers[2]["findings"]] == [("r", "/host")]
    assert [answer.get("code") for answer in answers[3:]] == ["CTR-112", None, None, "LNT-101", "CTR-106"]
    assert all(answer["error"] and "findings" not in answer for answer in answers[3:])
    again, _ = _answers(lines, tmp_path, PYTHONHASHSEED="7")
    assert [{**answer, "ms": 0} for answer in again] == [{**answer, "ms": 0} for answer in answers]


def _rule(given: str, function: str = "falsy", **options: Any) -> dict[str, Any]:
    return {"rules": {"r": {"given": given, "then": {"function": function, "functionOptions": options}}}}


def _operation(number: int) -> dict[str, Any]:
    schema = {"type": "string", "enum": ["a", "b"]}
    return {
        "get": {"operationId": f"o{number}", "parameters": [{"name": "a", "in": "query", "schema": schema}]}
    }


_BIG = {"openapi": "3.0.0", "paths": {f"/p{n}": _operation(n) for n in range(800)}}
_LONG = {"openapi": "3.0.0", "info": {"description": "a" * 300_000}}
_CHAIN = {
    f"S{n}": {"anyOf": [{"$ref": f"#/components/schemas/S{n + 1}"}] * 2, "example": {}} for n in range(140)
}
_DEEP_RULES = {
    "rules": {f"r{n}": {"given": "$..*..*..*..*", "then": {"function": "falsy"}} for n in range(100)}
}
# id, document, ruleset, code of the refusal (or of the finding, where the rest of the lint can be told)
_HOSTILE: list[tuple[str, Any, Any, str]] = [
    ("remote", {"openapi": "3.0.0", "paths": {"/a": {"$ref": "https://example.com/a"}}}, None, "CTR-108"),
    ("file", {"openapi": "3.0.0", "paths": {"/a": {"$ref": "/etc/passwd"}}}, None, "CTR-108"),
    ("circle", {"openapi": "3.0.0", "components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}}}, None, "CTR-109"),
    ("parts", {"openapi": "3.0.0", "components": {"schemas": {"A": {"allOf": [{}] * 10_000}}}}, None, "CTR-110"),
    ("bomb", "a0: &a0 [1]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(12)), None, "CTR-103"),
    ("brackets", "[" * 100_000, None, "CTR-102"),
    ("pattern in document", {"openapi": "3.0.0", "components": {"schemas": {"A": {"pattern": "^(a+)+$"}}}}, None, "CTR-111"),
    ("combinations", {"openapi": "3.0.0", "components": {"schemas": {**_CHAIN, "S140": {"type": "string"}}}}, None, ""),
    ("deep paths", _BIG, _DEEP_RULES, "LNT-121"),
    ("nested in ruleset", OAS3, "rules: " + "[" * 5_000 + "\n", "CTR-102"),
    ("many paths", OAS3, {"aliases": {"A": ["$.a"] * 199}, "rules": {f"r{n}": {"given": "#A", "then": {"function": "truthy"}} for n in range(30)}}, "LNT-101"),
    ("pattern", _LONG, _rule("$..description", "pattern", match="^(a+)+$"), ""),
    ("exploding pattern", _LONG, _rule("$..description", "pattern", match="(a|b)*a(a|b){20}c"), ""),
    ("look-around", _LONG, _rule("$..description", "pattern", match="^(?!b).*.*.*c$"), "LNT-122"),
    ("endless look-around", _LONG, _rule("$..description", "pattern", match="^(?!b)(a*)*$"), "LNT-108"),
    ("alias circle", OAS3, {"aliases": {"A": ["#B"], "B": ["#A"]}, **_rule("#A")}, "LNT-103"),
    ("remote ruleset", OAS3, {"extends": ["https://example.com/rules.yaml"]}, "LNT-105"),
]  # fmt: skip
_MEASURED = """
import json, resource, sys
from catalog.compatibility.documents.batch import answer_line, read_path
from catalog.linting.batch import MAX_NODES, lint_line
import datetime as dt
worst = 0.0
for line in open(sys.argv[1], "rb"):
    before = resource.getrusage(resource.RUSAGE_SELF)
    lint = lambda request: lint_line(request, dt.date(2026, 11, 22), read_path)
    answer = answer_line(line, lint, max_nodes=MAX_NODES)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({**answer, "ms": 0, "seconds": seconds}))
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps({"peak_kb": int(peak[0].split()[1])}))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_hostile_documents_and_rulesets_are_refused_in_time_and_memory(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": name, "document": document, "ruleset": rules})
        for name, document, rules, _ in _HOSTILE
    ]
    path = _file(tmp_path, "hostile.jsonl", "\n".join(lines) + "\n")
    done = subprocess.run([sys.executable, "-c", _MEASURED, path], capture_output=True, text=True, check=True)
    *answers, peak = [json.loads(line) for line in done.stdout.splitlines()]
    for (name, _, _, code), answer in zip(_HOSTILE, answers, strict=True):
        told = {answer.get("code"), *(finding.get("code") for finding in answer.get("findings", []))}
        assert (code or None) in told, (name, answer)
        assert answer["seconds"] < 2, name
    assert peak["peak_kb"] < 200 * 1024, [(answer["id"], answer["seconds"]) for answer in answers]
