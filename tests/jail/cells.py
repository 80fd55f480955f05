"""Cells of the tests, and a sink in memory."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from witnesskit.jail.run import Cell

ROOT = str(Path(__file__).resolve().parents[2])
TABLE = Cell("tests.jail.table", folder=ROOT, wall_seconds=30)


def limited(**changes):
    return dataclasses.replace(TABLE, **changes)


class Memory:
    """A sink that keeps what it gets."""

    def __init__(self):
        self.data = bytearray()

    def write(self, data, /):
        self.data += data
        return len(data)
