"""The fault server as the tests know it; it lives in ``faults``, so that it can be shipped."""

from tests.simulators.faults.asked import Request, Site
from tests.simulators.faults.bodies import (
    KEY,
    LAST_MODIFIED,
    SEGMENTS,
    SIZE,
    body,
    joined,
    sealed_pieces,
    segment,
    sha256,
)
from tests.simulators.faults.pages import bomb
from tests.simulators.faults.pieces import manifest
from tests.simulators.faults.server import serve

__all__ = [
    "KEY", "LAST_MODIFIED", "SEGMENTS", "SIZE", "Request", "Site", "body", "bomb", "joined", "manifest", "sealed_pieces",
    "segment", "serve", "sha256",
]  # fmt: skip
