"""A field day under a trace: every path that is written is in the vault or where the person said, and there only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.journeys.program import command
from tests.oracles import require
from tests.simulators import traced

DEMO = Path(__file__).resolve().parents[2] / "demo"
NO_DISK = ("/dev/null", "/dev/tty", "/proc/", "/newroot", "/oldroot")  # the last two: a jail's, in memory
ITS_OWN = ("newroot", "oldroot")  # the same, before the jail stands


def is_of_the_disk(path: str) -> bool:
    """Compiled modules of an installation that was not compiled say nothing of the day."""
    return not path.startswith(NO_DISK) and "/__pycache__/" not in path and Path(path).name not in ITS_OWN


@pytest.fixture
def day(own, site, tmp_path):
    """[(command, paths written)] of a whole day of a field device; receipt and bundle as with a real desk."""
    require("strace")
    shutil.copy(DEMO / "photo.jpg", own.path)
    (own.path / "stick").mkdir()
    told = []

    def run(*words, given="", status=0):
        trace = tmp_path / f"trace-{len(told)}"
        done = traced.run([*command(), *words], trace, own.path, own.environment(), given)
        assert done.returncode == status, done.stderr
        told.append((words[0], traced.written(trace, own.path)))

    run("archive", "--vault", "field", "--allow-local", given=f"{site.url}/p/good.html\n")
    run("archive", "--vault", "field", "--allow-local", given=f"{site.url}/e/404\n", status=4)
    run("add", "photo.jpg", "--vault", "field")
    run("status", "--items", "--vault", "field")
    run("bundle", "stick", "--vault", "field")
    (bundle,) = (own.path / "stick").iterdir()
    own.desk("import", bundle, "--receipts", "receipts", "--second-copy", "copies")
    (receipt,) = (own.path / "receipts").iterdir()
    run("receipt", str(receipt), "--vault", "field")
    run("forget", "--delivered", "--vault", "field")
    run("panic", "--vault", "field")
    return own, told


def test_every_path_that_a_field_day_writes_is_in_the_vault_or_on_the_stick(day):
    own, told = day
    allowed = {name: [str(own.path / "field")] for name, _paths in told}
    allowed["bundle"].append(str(own.path / "stick"))
    listed = {(name, path) for name, paths in told for path in paths if is_of_the_disk(path)}
    assert {name for name, _path in listed} >= {"archive", "add", "bundle", "receipt", "forget", "panic"}
    outside = {(name, path) for name, path in listed if not path.startswith(tuple(allowed[name]))}
    assert outside == set()
    told_by_names = [path for _name, path in listed if "good" in path or "photo" in path or "127.0.0.1" in path]
    assert told_by_names == []
    for place in ("home", "tmp"):
        assert list((own.path / place).rglob("*")) == []
