"""The schedule keeps fixed hours of UTC: no drift, and nothing of when it was started."""

from __future__ import annotations

import pytest

from witnesskit.actions.anchor_schedule import following, keep_time, when_free
from witnesskit.errors.vault import VaultBusy

HOUR = 3600
MIDNIGHT = 1_795_651_200  # 2026-11-26T00:00:00Z


class FakeClock:
    """Time goes on only while somebody sleeps, or where a test says so."""

    def __init__(self, now: float) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [
        (MIDNIGHT - 1, 6, MIDNIGHT),
        (MIDNIGHT, 6, MIDNIGHT + 6 * HOUR),
        (MIDNIGHT + 0.5, 24, MIDNIGHT + 24 * HOUR),
        (MIDNIGHT + 5 * HOUR, 1, MIDNIGHT + 6 * HOUR),
    ],
)
def test_the_next_hour_is_a_multiple_after_now(now, hours, due):
    assert following(now, hours) == due


def ran_at(clock: FakeClock, takes: list[float], hours: int = 6) -> list[float]:
    times: list[float] = []

    def run() -> None:
        times.append(clock.time)
        if len(times) == len(takes):
            raise KeyboardInterrupt
        clock.time += takes[len(times) - 1]

    with pytest.raises(KeyboardInterrupt):
        keep_time(hours, run, lambda _due: None, clock)
    return times


def test_runs_that_take_their_time_do_not_drift():
    times = ran_at(FakeClock(MIDNIGHT + 123), [70, 4000, 5, 1])
    assert [(time - MIDNIGHT) / HOUR for time in times] == [6, 12, 18, 24]


def test_hours_that_were_slept_through_are_run_once():
    times = ran_at(FakeClock(MIDNIGHT + 1), [20 * HOUR, 1])
    assert [(time - MIDNIGHT) / HOUR for time in times] == [6, 30]


@pytest.mark.parametrize(("busy", "runs"), [(0, 1), (3, 4), (19, 20)])
def test_a_vault_that_another_command_holds_is_waited_for(busy, runs):
    tried = []

    def run() -> None:
        tried.append(1)
        if len(tried) <= busy:
            raise VaultBusy

    when_free(run, FakeClock(0))
    assert len(tried) == runs


def test_a_vault_that_is_never_free_is_told():
    def run() -> None:
        raise VaultBusy

    clock = FakeClock(0)
    with pytest.raises(VaultBusy):
        when_free(run, clock)
    assert clock.time < HOUR
