import pytest

from tests.simulators import site as sites
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.transport import Patience
from witnesskit.capture.worker import prestart

PATIENCE = Patience(stall_seconds=1, retries=2, backoff_seconds=0)


@pytest.fixture(scope="module")
def _site():
    with sites.serve() as site:
        yield site


@pytest.fixture
def site(_site):
    _site.reset()
    return _site


@pytest.fixture(scope="module")
def worker():
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as worker:
        yield worker
