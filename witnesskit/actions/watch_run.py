"""``watch run``: look at what is due, one link after the other, until Ctrl-C or as long as was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from witnesskit.actions.assigning import Asked, check
from witnesskit.actions.session import Session
from witnesskit.actions.watch import WatchList, open_watch
from witnesskit.actions.watch_look import take_a_look
from witnesskit.capture.pace import Hosts, Pace, host_of
from witnesskit.capture.watching import Look, after
from witnesskit.capture.worker import Worker
from witnesskit.errors.capture import BadUrl, UnlistedDirect
from witnesskit.errors.vault import VaultBusy
from witnesskit.formats.watch_list import Watched
from witnesskit.limits import MIB, WATCH_HOST_SECONDS
from witnesskit.vault import lock, room
from witnesskit.vault.layout import Vault

_LEAST_ROOM: Final = 16 * MIB  # bytes that must be free before a page is asked for
_SLICE: Final = 30.0  # seconds asleep at most; the vault is open to other commands meanwhile
_JITTER: Final = 0.2  # of the time between two looks: a desk is not to be known by its beat


@dataclass(frozen=True)
class WatchRunWish:
    """What the person asked for."""

    asked: Asked = field(default_factory=Asked)
    once: bool = False  # what is due now, and no more
    seconds: float = 0  # 0: until Ctrl-C
    pace: Pace = field(default_factory=lambda: Pace(WATCH_HOST_SECONDS))


@dataclass
class WatchRan:
    """What one run did."""

    looks: int = 0
    states: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # items that this run may not ask for
    stopped: str = ""  # interrupted | time


Told = Callable[[Watched, Look], object]  # how the link stands after a look
_NEVER: Final = float("inf")


def run(vault: Vault, passphrase: str, running: Worker, wish: WatchRunWish, tell: Told) -> WatchRan:
    """Look until nothing is due (``once``), nothing is watched, the time is over, or Ctrl-C.

    The vault is open to other commands between two rounds. Raises what vault and disk raise.
    """
    one = _Run(wish, running, tell)
    try:
        with lock.in_use(vault):
            while not one.over:
                one.wait_for(_round(vault, passphrase, one))
    except KeyboardInterrupt:
        one.ran.stopped = "interrupted"
    return one.ran


def _round(vault: Vault, passphrase: str, one: _Run) -> float:
    """Open the vault and look at what is due; returns when something will be."""
    try:
        with open_watch(vault, passphrase) as (session, watched):
            return one.look_at_what_is_due(session, watched)
    except VaultBusy:  # another command is at work: watching waits for it
        if one.wish.once:
            raise
        return one.clock() + _SLICE


class _Run:
    """One run: when each site may be asked, and when all of it is over."""

    def __init__(self, wish: WatchRunWish, running: Worker, tell: Told) -> None:
        self.wish, self.ran, self.over = wish, WatchRan(), False
        self.clock = wish.pace.clock
        self._running, self._tell = running, tell
        self._hosts = Hosts(wish.pace)
        self._until = self.clock() + wish.seconds if wish.seconds else _NEVER

    def look_at_what_is_due(self, session: Session, watched: WatchList) -> float:
        """One after the other; returns when the next one is due, never sooner than its site may be asked."""
        while not self._time_is_over():
            found = self._next(session, watched)
            if found is None:
                return _NEVER
            one, at = found
            if at > self.clock():
                due = one.due_at <= self.clock()  # it only waits for its site
                if not due or at - self.clock() > _SLICE:
                    return at
                self._sleep(at)
            else:
                self._look(session, watched, one)
        return self.clock()

    def wait_for(self, at: float) -> None:
        """Until then, or until all is over."""
        if at == _NEVER or (self.wish.once and at > self.clock() + _SLICE):
            self.over = True
        while not self.over and self.clock() < at and not self._time_is_over():
            self._sleep(at)

    def _time_is_over(self) -> bool:
        if self.clock() >= self._until:
            self.ran.stopped, self.over = "time", True
        return self.over

    def _sleep(self, at: float) -> None:
        self.wish.pace.sleep(min(at - self.clock(), self._until - self.clock(), _SLICE))

    def _next(self, session: Session, watched: WatchList) -> tuple[Watched, float] | None:
        """(which, when): the first that may be asked; with ``once`` only what is due."""
        allowed = [one for one in watched.every.values() if one.active and self._may_ask(session, one)]
        if self.wish.once:
            allowed = [one for one in allowed if one.due_at <= self.clock()]
        when = [(max(one.due_at, self._hosts.ready(host_of(one.url))), one.item, one) for one in allowed]
        at, _item, first = min(when, default=(_NEVER, "", None))
        return None if first is None else (first, at)

    def _may_ask(self, session: Session, one: Watched) -> bool:
        try:
            check(session.vault, self.wish.asked, one.url)
        except (BadUrl, UnlistedDirect):
            self.ran.refused.add(one.item)
            return False
        return True

    def _look(self, session: Session, watched: WatchList, one: Watched) -> None:
        room.require(session.vault.path, _LEAST_ROOM)
        look = take_a_look(session, one, self._running)
        self._hosts.asked(host_of(one.url))
        jitter = 1 + _JITTER * (2 * self.wish.pace.chance() - 1)
        seen = after(one, look, int(self.clock()), jitter)
        watched.put(seen)
        self.ran.looks += 1
        self.ran.states[seen.state] = self.ran.states.get(seen.state, 0) + 1
        self._tell(seen, look)
