"""What an auditor must follow to believe a verdict: how many lines it is, and no writer, no clock.

The aim was 2,000 lines that are not blank. It is missed by a quarter: only without documentation and imports is the
closure below 2,000. Both figures are bounded where they stand, so that they can only come down.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import grimp
import pytest

import witnesskit

ROOT = Path(witnesskit.__file__).parent
LINES_MAX = 2546  # lines that are not blank; 2,000 were aimed at and are not reached (docs/decisions/0004)
LOGIC_MAX = 1917  # of these, lines that are neither documentation nor imports


def _file_of(module: str) -> Path | None:
    path = ROOT.parent.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in found if name.split(".")[0] == "witnesskit"}


def _closure() -> set[Path]:
    todo = {"witnesskit.verify", "witnesskit"}
    files: set[Path] = set()
    while todo:
        module = todo.pop()
        path = _file_of(module)
        if path is None or path in files:
            continue
        files.add(path)
        packages = {module.rsplit(".", depth)[0] for depth in range(1, module.count(".") + 1)}
        todo |= _imports(path) | packages
    return files


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _logic(path: Path) -> int:
    """Lines without comments, docstrings and imports."""
    tree, other = ast.parse(path.read_text(encoding="utf-8")), set()
    for node in ast.walk(tree):
        quiet = isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        if quiet:
            other.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return sum(number not in other and not line.lstrip().startswith("#") for number, line in lines if line.strip())


@pytest.mark.parametrize(("count", "most"), [(_logic, LOGIC_MAX), (lambda path: len(_lines(path)), LINES_MAX)])
def test_what_an_auditor_follows_does_not_grow(count, most):
    counted = {path: count(path) for path in _closure()}
    assert sum(counted.values()) <= most, sorted(counted.items(), key=lambda entry: -entry[1])


def test_the_verifier_reaches_no_writer_and_no_room_that_opens_anything():
    rooms = {path.relative_to(ROOT).parts[0] for path in _closure()}
    allowed = {"__init__.py", "verify", "formats", "errors", "keys.py", "custody_limits.py", "custody_model.py"}
    assert rooms <= allowed


def test_the_recipe_reads_no_clock_and_no_file():
    outside = {"os", "pathlib", "time", "socket", "subprocess", "io", "tempfile", "random"}
    for path in _closure():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not outside & {name.split(".")[0] for name in names}, path
        source = path.read_text(encoding="utf-8")  # datetime may write POSIX seconds as text, and tell no time
        assert not any(clock in source for clock in (".now(", ".today(", "utcnow", "localtime")), path


def test_the_engine_of_import_linter_finds_no_way_to_what_the_contract_forbids():
    config = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    forbidden = next(one for one in contracts if one.get("source_modules") == ["witnesskit.verify"])[
        "forbidden_modules"
    ]
    graph = grimp.build_graph("witnesskit", include_external_packages=True, cache_dir=None)
    reached = [
        name
        for name in forbidden
        if name in graph.modules
        and graph.chain_exists("witnesskit.verify", name, as_packages=name.startswith("witnesskit"))
    ]
    ways = {name: graph.find_shortest_chains("witnesskit.verify", name) for name in reached}
    assert not ways
    assert "witnesskit.custody" in graph.modules
