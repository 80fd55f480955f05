"""A log in a temporary folder, and events to fill it."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from witnesskit.custody import Journal, Prepared, Signer, prepare

SIGNER = Signer("wk1/example000000", b"\x07" * 32)


def ingest() -> Prepared:
    item = secrets.token_hex(16)
    return prepare("ingest", {"item": item, "day": "2026-11-23"}, item=item)


def observe() -> Prepared:
    return prepare("observe", {"url": "https://example.org/clip", "outcome": "saved"})


def begin(folder: Path, by: str = "field") -> Journal:
    genesis = prepare("genesis", {"kind": by}, x={"next": "0" * 64})
    return Journal.create(folder, signer=SIGNER, by=by, genesis=genesis, today=lambda: "2026-11-23")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "custody"
