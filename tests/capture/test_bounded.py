"""Nothing that a site sends holds the worker for ever or fills its memory, and what came is kept."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.capture.seen import capture
from tests.simulators import site as sites
from witnesskit.capture.bounded import bound
from witnesskit.capture.budget import Budget
from witnesskit.limits import MIB, PAGE_MAX
from witnesskit.model import Outcome


def peak(pid):
    """Most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


@pytest.mark.parametrize("path", ["/endless.html", "/bomb.html"])
def test_a_page_without_an_end_is_kept_up_to_the_maximum_in_bounded_memory(site, worker, path):
    sites.bomb()  # made before it is asked for
    seen = capture(worker, site.url + path)
    assert seen.outcome is Outcome.UNKNOWN
    assert len(seen.page_bytes) <= PAGE_MAX
    assert len(seen.page_bytes) > 100_000
    assert peak(worker.pid) < 400 * MIB


def test_a_page_that_drips_ends_with_the_time_of_the_link(site, worker):
    seen = capture(worker, f"{site.url}/drip.html", seconds=1)
    assert seen.outcome is Outcome.UNKNOWN
    assert (seen.page_end.complete, seen.page_end.reason) == (False, "deadline")
    assert seen.page_bytes.startswith(b"<p>")


def reading(size):
    left = [size]

    def read(amount=None):
        taken = left[0] if amount is None else min(left[0], amount)
        left[0] -= taken
        return b"a" * taken

    return SimpleNamespace(read=read)


def test_a_short_answer_is_read_as_it_is():
    response = reading(10)
    bound(response, None, 100)
    assert (response.read(4), response.read(), response.read()) == (b"aaaa", b"a" * 6, b"")
    assert response.cut_short is False


def test_a_long_answer_ends_and_is_marked():
    response = reading(1000)
    bound(response, None, 100)
    assert response.read() == b"a" * 100
    assert response.cut_short is True


def test_an_answer_ends_with_the_time():
    response, clock = reading(1000), iter([0, 5, 11])
    bound(response, Budget(10, 1, clock=lambda: next(clock, 11)), 100)
    assert response.read(50) == b"a" * 50
    assert response.read(50) == b""
    assert response.cut_short is True
