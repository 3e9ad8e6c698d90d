"""The house rules that a machine can check, over every file of the project.

Neighbours: `project.py` lists the files; ruff, mypy, biome and import-linter check the rest.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator

from tests.architecture.project import CODE, TEXT, files, read, with_suffix

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
# Generated code, dictionaries, drawings, vectors and migrations are as long as their matter is.
LONG_BY_NATURE = re.compile(r"^field_app/src/(generated|i18n)/|/drawings?/|/vectors/|/migrations/")
LOCKS = {"requirements.lock", "requirements-dev.lock", "field_app/package-lock.json"}


def python_trees() -> Iterator[tuple[str, ast.Module]]:
    for name in with_suffix(".py"):
        yield name, ast.parse(read(name), name)


def test_files_are_at_most_500_lines() -> None:
    code = [name for name in with_suffix(*CODE) if not LONG_BY_NATURE.search(name)]
    assert code
    long = {name: lines for name in code if (lines := len(read(name).splitlines())) > FILE_LINES_MAX}
    assert long == {}


def test_python_functions_are_at_most_70_lines() -> None:
    long = {
        f"{name}:{node.name}": lines
        for name, tree in python_trees()
        if not LONG_BY_NATURE.search(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert long == {}


def test_every_python_module_says_what_it_is_for() -> None:
    assert [name for name, tree in python_trees() if not ast.get_docstring(tree)] == []


def test_every_typescript_module_says_what_it_is_for() -> None:
    bare = [
        name
        for name in with_suffix(".ts")
        if not name.endswith(".test.ts") and not LONG_BY_NATURE.search(name) and not read(name).lstrip().startswith("/**")
    ]
    assert bare == []


def test_lock_files_name_no_host() -> None:
    for name in LOCKS - {"field_app/package-lock.json"}:
        assert "://" not in read(name), name
    packages = json.loads(read("field_app/package-lock.json"))["packages"]
    named = {
        f"{package}: {key}"
        for package, facts in packages.items()
        for key, value in facts.items()
        if key != "funding" and isinstance(value, str) and "://" in value
    }
    assert named == set()


def test_every_locked_python_package_has_a_hash() -> None:
    for name in LOCKS - {"field_app/package-lock.json"}:
        blocks = re.split(r"\n(?=[a-z0-9])", read(name))
        assert len(blocks) > 10
        assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_nothing_names_a_path_of_the_machine_it_was_made_on() -> None:
    private = re.compile(r"(?<![\w.~}])/" + "(?:work|root|home)" + r"/\w")
    assert _hits(private, skip=set()) == []


def test_nothing_is_left_to_do_in_a_comment() -> None:
    later = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
    assert _hits(later, skip=LOCKS) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    python = re.compile(r"\bpytest\.(?:mark\.)?(?:" + "skip|skipif|xfail|importorskip" + r")\b|unittest\.skip")
    script = re.compile(r"\b(?:it|test|describe)\.(?:" + "skip|skipIf|runIf|todo|only|fails" + r")\b")
    skipped = [name for name in with_suffix(".py") if name.startswith("tests/") and python.search(read(name))]
    skipped += [name for name in files() if name.endswith(".test.ts") and script.search(read(name))]
    assert skipped == []


def test_the_set_up_needs_nothing_but_the_standard_library() -> None:
    foreign = {
        f"{name}: {module}"
        for name, tree in python_trees()
        if name == "server/bootstrap.py" or name.startswith("server/setup/")
        for module in _imported(tree)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("server.setup")
    }
    assert foreign == set()


def test_nothing_in_the_engine_imports_its_network_client() -> None:
    """The import contract lets `sync.net` alone out into the world; this closes the way round."""
    engine = [(name, tree) for name, tree in python_trees() if name.startswith("sync/") and not name.startswith("sync/net/")]
    assert engine
    assert [name for name, tree in engine for module in _imported(tree) if module.startswith("sync.net")] == []


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _hits(pattern: re.Pattern[str], skip: set[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in with_suffix(*TEXT)
        if name not in skip
        for number, line in enumerate(read(name).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_exception_is_logged_with_its_text_or_its_variables() -> None:
    """Both can quote what a person wrote or is called: `server/logs.py:trail` says where it came from instead."""
    told = re.compile(r"log\.exception|exc_info|dict_tracebacks|format_exc\b")
    assert [name for name in with_suffix(".py") if name.startswith("server/") and told.search(read(name))] == []
