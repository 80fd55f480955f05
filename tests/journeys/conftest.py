"""One desk and two field devices, made once by the installed command; every module works on its own copy."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.journeys.program import Folder
from tests.simulators import site as sites


@pytest.fixture(scope="session")
def team(tmp_path_factory) -> Path:
    """``desk`` ``fresh-desk`` ``field`` ``locked`` ``fresh-field``, secrets and invites; never written to again."""
    place = tmp_path_factory.mktemp("first") / "team"
    _make(Folder(place))
    return place


def _make(folder: Folder) -> None:
    folder.path.mkdir()
    folder.quick("init", "desk", "--desk", "--secrets-out", "sec", "--quiet")
    shutil.copytree(folder.path / "desk", folder.path / "fresh-desk")
    typed = ("--typed-back", "sec/recovery-sheet.txt")
    folder.quick("init", "desk", "--confirm-sheet", "--passphrase-file", "sec/passphrase.txt", *typed)
    for vault, name in (("field", "Aisha"), ("locked", "Marat")):
        options = ("--lock-key", "--secrets-out", "sec-locked") if vault == "locked" else ()
        folder.quick("init", vault, "--field", *options)
        invited = folder.desk("invite", f"{vault}.wkid", "--name", name, "--json")
        (folder.path / f"{vault}.digits").write_text(invited.json()["digits"])
    shutil.copytree(folder.path / "field", folder.path / "fresh-field")
    for vault in ("field", "locked"):
        digits = (folder.path / f"{vault}.digits").read_text()
        unlock = ("--passphrase-file", "sec-locked/passphrase.txt") if vault == "locked" else ()
        folder.quick("trust", "add", f"{vault}.wkid", "--digits", digits, "--vault", vault, *unlock)


def copy_of(team: Path, target: Path) -> Folder:
    shutil.copytree(team, target, dirs_exist_ok=True)
    return Folder(target)


@pytest.fixture(scope="module")
def folder(team, tmp_path_factory) -> Folder:
    """The team's folder, shared by the tests of one module."""
    return copy_of(team, tmp_path_factory.mktemp("team"))


@pytest.fixture
def own(team, tmp_path) -> Folder:
    """The team's folder for one test alone."""
    return copy_of(team, tmp_path / "team")


@pytest.fixture(scope="module")
def site():
    with sites.serve() as found:
        yield found


@pytest.fixture
def open_place():
    """A folder that other users of this computer can reach."""
    with tempfile.TemporaryDirectory(prefix="witnesskit-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
