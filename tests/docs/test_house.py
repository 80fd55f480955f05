"""The rules of the house: lint, types and floors are green; only rooms that hold something exist."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BESIDE = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["lint-imports"]],
    ids=lambda command: " ".join(command),
)
def test_it_is_green(command):
    done = subprocess.run(
        [str(BESIDE / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_every_room_holds_something_and_is_tested():
    for room in (ROOT / "witnesskit").iterdir():
        if room.is_dir() and not room.name.startswith("_"):
            assert any(path.stem != "__init__" for path in room.glob("*.py")), room.name


def test_actions_and_other_files_stay_small():
    longest = {path: path.read_text(encoding="utf-8").count("\n") for path in (ROOT / "witnesskit").rglob("*.py")}
    assert {path.name: count for path, count in longest.items() if count > 400} == {}


def test_public_functions_are_documented():
    done = subprocess.run(
        [str(BESIDE / "ruff"), "check", "--select", "D1", "--ignore", "D100,D104,D105,D107", "witnesskit"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
