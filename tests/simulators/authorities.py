"""Two authorities of time with roots of their own, on loopback; each tells this computer's time unless a test says other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.simulators import tsa
from tests.simulators.tsa import TIME_STAMPING, Card, Recipe, TimeServer

tsa.CARDS.update(
    {
        "south-root": Card("South Root", "other", "South Root", "other"),
        "south-signer": Card("South Time", "rogue", "South Root", "other", (2024, 2120), (TIME_STAMPING,)),
    }
)
NORTH = Recipe()
SOUTH = Recipe(signer="south-signer", certificates=("south-signer",))


@dataclass
class Pair:
    """Two servers and the folder that holds their roots, ``north.pem`` and ``south.pem``."""

    north: TimeServer
    south: TimeServer
    folder: Path

    def tell(self, at: int) -> None:
        """Both are good again, and tell this time."""
        self.north.recipe, self.south.recipe = replace(NORTH, time=at), replace(SOUTH, time=at)
        self.north.behaviour = self.south.behaviour = ""

    @property
    def roots(self) -> dict[str, bytes]:
        """As a verifier is given them."""
        return {"north": tsa.pem("root"), "south": tsa.pem("south-root")}


@contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """The two authorities."""
    folder.mkdir(parents=True, exist_ok=True)
    with tsa.serving() as north, tsa.serving() as south:
        made = Pair(north, south, folder)
        for name, root in made.roots.items():
            (folder / f"{name}.pem").write_bytes(root)
        made.tell(int(time.time()))
        yield made
