"""The rules of the house that no linter knows: exact money, one door to states and transactions, small files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from portal.core.money import MoneyField

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("portal", "catalog", "mappings", "syncengine")
MAX_FILE, MAX_FUNCTION = 400, 40
# Columns of MoneyField, by which arithmetic in SQL is recognised.
MONEY = {f.name for m in apps.get_models() for f in m._meta.local_fields if isinstance(f, MoneyField)}


def files(*parts: str) -> list[Path]:
    roots = parts or PACKAGES
    found = [path for part in roots for path in sorted((ROOT / part).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in files()
    )


def named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and named(node.func) in names:
            yield node


def texts(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_the_money_columns_are_known():
    assert {"debit", "credit", "difference"} <= MONEY


def test_no_model_has_a_decimal_or_float_column():
    own = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES}
    bad = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in own
        for field in model._meta.local_fields
        if isinstance(field, models.DecimalField | models.FloatField)
    ]
    assert bad == []


def test_no_source_names_a_decimal_or_float_field_of_django():
    bad = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in calls(tree, "DecimalField", "FloatField")
        if isinstance(node.func, ast.Attribute) and named(node.func.value) == "models"
    ]
    assert bad == []


def test_money_is_never_summed_or_computed_by_sql():
    bad = []
    for path, tree in trees():
        bad += [
            f"{path}:{node.lineno}"
            for node in calls(tree, "Sum", "Avg", "F", "Cast", "Round", "Abs")
            if any(text.rpartition("__")[2] in MONEY for arg in node.args for text in texts(arg))
        ]
    assert bad == []


def test_money_is_never_ordered_by_sql():
    bad = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in calls(tree, "order_by", "Max", "Min")
        if any(text.lstrip("-").rpartition("__")[2] in MONEY for arg in node.args for text in texts(arg))
    ]
    assert bad == []


MONEY_PATHS = (
    "portal/core/money.py", "portal/core/canonical.py", "portal/core/export.py", "syncengine/pipeline",
    "syncengine/connectors", "syncengine/models", "syncengine/services", "mappings/ratevalue.py",
)  # fmt: skip
SECONDS = {"seconds", "timeout", "elapsed", "share", "interval", "started", "deadline", "wait"}


# Workbooks store binary doubles; their shortest text is taken there, without any arithmetic.
STORED_AS_FLOAT = {"syncengine/connectors/file/workbook.py"}


def test_no_float_appears_where_money_flows():
    bad = []
    for path in files():
        relative = str(path.relative_to(ROOT))
        if not relative.startswith(MONEY_PATHS):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            called = isinstance(node, ast.Call) and named(node.func) == "float" and bool(node.args)
            is_float = called or (isinstance(node, ast.Constant) and isinstance(node.value, float))
            timing = any(word in lines[getattr(node, "lineno", 1) - 1].lower() for word in SECONDS)
            if is_float and not timing and relative not in STORED_AS_FLOAT:
                bad.append(f"{relative}:{node.lineno}: {lines[node.lineno - 1].strip()}")
    assert not bad, "\n".join(bad)


def test_states_are_assigned_by_the_one_function():
    bad = []
    for path, tree in trees():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
                bad.append(f"{path}:{node.lineno}")
    assert [place for place in bad if not place.startswith("portal/core/states.py")] == []


def test_no_query_updates_a_state_past_the_machine():
    bad = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in calls(tree, "update")
        if any(keyword.arg == "state" for keyword in node.keywords)
    ]
    assert bad == []


def test_doors_open_no_transaction_of_their_own():
    """Web, REST and commands call services; these are atomic and record their refusals (portal.audit).

    The one exception is the base of all REST views, which keeps an answer with the effect it had.
    """
    doors = ("views", "api", "forms", "serializers", "filters", "management")
    bad = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        if set(Path(path).with_suffix("").parts) & set(doors)
        for node in calls(tree, "atomic")
        if not path.startswith("portal/core/api/")
    ]
    assert bad == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "misc.py", "common.py"])
def test_no_module_is_named_for_nothing(name):
    assert [path for path in files(*PACKAGES, "tests") if path.name == name] == []


def test_files_are_at_most_400_lines():
    long = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in files()}
    assert {path: lines for path, lines in long.items() if lines > MAX_FILE} == {}


def test_functions_are_at_most_40_lines():
    long = [
        f"{path}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_modules_say_what_they_are_and_take_types():
    bad = []
    for path, tree in trees():
        if tree.body and not ast.get_docstring(tree):
            bad.append(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.returns is None:
                bad.append(f"{path}:{node.lineno} {node.name}")
    assert bad == []


def test_services_take_an_actor_by_keyword():
    """`@audited` reads the actor from the keywords, so a positional one would break the record of a refusal."""
    bad = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            if any(named(d.func) == "audited" for d in node.decorator_list if isinstance(d, ast.Call)):
                names = [arg.arg for arg in node.args.kwonlyargs]
                if node.args.args or not names or names[0] != "actor":
                    bad.append(f"{path}:{node.name}")
    assert bad == []


def test_every_permission_belongs_to_a_duty_and_has_a_label():
    from portal.access.functions import Function, permissions_of
    from portal.core.authority import all_permissions

    known = all_permissions()
    held = permissions_of(Function)
    assert held - known.keys() == set(), "held but not registered with a label"
    assert known.keys() - held == set(), "no duty gives it"


def test_every_subject_of_approval_is_decided_by_a_permission_that_exists():
    from portal.approvals.ports import subjects
    from portal.core.authority import all_permissions

    for kind, subject in subjects.all().items():
        assert subject.kind == kind
        assert subject.label
        assert str(subject.approve_permission) in all_permissions(), kind
