"""A court bundle made by the real program, opened, and the verifier keys that its receiver was told."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.journeys.conftest import copy_of, team
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_sealed

__all__ = ["bag", "court", "team"]
DEMO = Path(__file__).resolve().parents[2] / "demo"


class Court(NamedTuple):
    """The folder of the opened bundle, and its sender's verifier key."""

    bag: Path
    signer: str


@pytest.fixture(scope="module")
def court(team, tmp_path_factory) -> Court:
    folder = copy_of(team, tmp_path_factory.mktemp("court"))
    folder.ok("add", DEMO / "photo.jpg", "--vault", "field")
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    folder.desk("import", *(folder.path / "stick").iterdir(), "--receipts", "receipts")
    identity, out, bag = Identity.generate(), folder.path / "out", folder.path / "bag"
    out.mkdir()
    words = ("--audience", "court", "--to", identity.recipient, "--custodian-sheet", "sec/custodian-sheet.txt")
    folder.desk("bundle", out, *words)
    (bundle,) = out.iterdir()
    with bundle.open("rb", buffering=0) as stream, tarfile.open(fileobj=open_sealed(stream, [identity])) as tar:
        tar.extractall(bag, filter="data")
    return Court(bag, json.loads((bag / "bundle.json").read_text())["sender"])


@pytest.fixture
def bag(court, tmp_path) -> Path:
    """A copy of the opened bundle for one test alone."""
    shutil.copytree(court.bag, tmp_path / "bag")
    return tmp_path / "bag"
