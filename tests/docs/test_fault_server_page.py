"""docs/fault-server.md holds the table of the fault server as it is.

Regenerate with: WITNESSKIT_REGENERATE=1 python -m pytest tests/docs/test_fault_server_page.py -n0
"""

import ast
import os
import sys
from pathlib import Path

from tests.simulators.faults.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fault-server.md"
HEAD = "## The cases\n"
FAULTS = ROOT / "tests" / "simulators" / "faults"


def cases_part() -> str:
    rows = "".join(f"| {one.name} | {one.via} `{one.path}` | {one.what} | {one.outcome} | {one.kept} |\n" for one in CASES)
    return f"{HEAD}\n{len(CASES)} cases.\n\n| case | where | what the server does | outcome | kept |\n|---|---|---|---|---|\n{rows}"


def test_the_page_holds_the_table_of_the_server():
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("WITNESSKIT_REGENERATE") == "1":
        text = text.partition(HEAD)[0] + cases_part()
        PAGE.write_text(text, encoding="utf-8")
    assert text.endswith(cases_part())


def test_what_is_shipped_imports_nothing_of_ours_and_little_of_others():
    for path in FAULTS.glob("*.py"):
        assert path.read_text(encoding="utf-8").count("\n") <= 300, path.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module)
            roots = {name.partition(".")[0] for name in names}
            assert roots <= {*sys.stdlib_module_names, "cryptography"}, path.name
