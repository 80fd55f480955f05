"""One desk and two devices, made once for a module; every test works on its own copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.desks import Desk, copies, make_desk
from tests.actions.stage import PATIENCE, Device, Stage, copy_of, make_stage
from tests.simulators import site as sites
from witnesskit import limits
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.worker import prestart


@pytest.fixture(scope="session", autouse=True)
def _quick_keys():
    """Little work for each key file: they open as any others do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "SCRYPT_LOG_N", 10)
        yield


@pytest.fixture(scope="session")
def first_stage(tmp_path_factory, _quick_keys) -> Stage:
    """A lone researcher's desk with devices ``a`` and ``b``; never written to again."""
    stage = make_stage(tmp_path_factory.mktemp("stage") / "first")
    for name in "ab":
        stage.device(name)
        (stage.folder / f"{name}.txt").write_text(name * 100)
    return stage


@pytest.fixture
def stage(first_stage: Stage, tmp_path: Path) -> Stage:
    return copy_of(first_stage, tmp_path / "stage")


@pytest.fixture
def device(stage: Stage) -> Device:
    """Device ``a`` with one saved file."""
    return _with_item(stage, "a")


@pytest.fixture
def other(stage: Stage) -> Device:
    """Device ``b`` with one saved file."""
    return _with_item(stage, "b")


@pytest.fixture
def stick(stage: Stage) -> Path:
    return stage.folder / "stick"


@pytest.fixture(scope="session")
def first_desks(tmp_path_factory, _quick_keys) -> list[Desk]:
    """Desks a, b and c; a has one item of a device; a and b trust each other. Never written to again."""
    folder = tmp_path_factory.mktemp("desks")
    a, b, c = (make_desk(folder, name) for name in ("a", "b", "c"))
    a.collect("field")
    a.trust(b)
    b.trust(a)
    return [a, b, c]


@pytest.fixture
def desks(first_desks, tmp_path) -> list[Desk]:
    return copies(first_desks, tmp_path)


@pytest.fixture(scope="module")
def _site():
    with sites.serve() as served:
        yield served


@pytest.fixture
def site(_site):
    """A site that knows nothing of the tests before."""
    _site.reset()
    return _site


@pytest.fixture(scope="module")
def worker():
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as running:
        yield running


def _with_item(stage: Stage, name: str) -> Device:
    found = Device(stage.folder / name)
    found.add(stage.folder / f"{name}.txt")
    return found
