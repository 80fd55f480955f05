"""``archive``: save links; bytes are sealed as they arrive, and every attempt is on record, failures too."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from witnesskit.actions.add import Watch
from witnesskit.actions.assigning import Asked, assignment, check
from witnesskit.actions.clock import now
from witnesskit.actions.device_check import demand_quiet
from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.full_disk import room_for_the_end
from witnesskit.actions.incoming import Incoming
from witnesskit.actions.lookout import Spare
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.screenshot import Shoot, shoot_for
from witnesskit.actions.session import Session
from witnesskit.actions.spares import Spares
from witnesskit.capture.assignment import Assignment
from witnesskit.capture.messages import Message
from witnesskit.capture.worker import Worker
from witnesskit.errors.capture import NoWorker
from witnesskit.errors.cli import Interrupted
from witnesskit.limits import MIB, QUEUE_SPARES
from witnesskit.model import Outcome
from witnesskit.vault import room
from witnesskit.vault.layout import Vault

_LEAST_ROOM = 16 * MIB  # bytes that must be free before a link is asked for


@dataclass(frozen=True)
class ArchiveWish:
    """What the person asked for; links are telling."""

    urls: tuple[str, ...] = field(repr=False)
    passphrase: str = field(repr=False)
    asked: Asked = field(default_factory=Asked)


class Tap:
    """Who gives an item its id, and sees what is told of it and that it is about to be logged."""

    def __init__(self) -> None:
        self.item = secrets.token_hex(16)
        self.spare: Spare | None = None
        self.retry_of = ""  # the item of the attempt before
        self.place = ""  # town or district, as the person says
        self.shoot: Shoot | None = None  # what is done about a picture of the page

    def told(self, message: Message) -> None:
        """One message of the worker."""

    def ending(self, gathered: Gathered) -> None:
        """All has been told; nothing is logged yet."""


def archive(vault: Vault, wish: ArchiveWish, running: Worker, watch: Watch) -> None:
    """Save every link as an item of its own; raises BadUrl before anything is sent, Interrupted after Ctrl-C.

    A link that fails is an item too: its attempt is logged with the evidence.
    """
    for url in wish.urls:
        check(vault, wish.asked, url)
    with open_for_saving(vault, wish.passphrase) as session:
        demand_quiet(session.policy, vault.path)
        spares = Spares(vault.work, QUEUE_SPARES)
        try:
            for number, url in enumerate(wish.urls, 1):
                saved = _one(session, spares, wish, (number, url), running, watch)
                if saved.interrupted:
                    raise Interrupted(f"{number} of {len(wish.urls)} links were handled")
        finally:
            spares.close()


def _one(
    session: Session, spares: Spares, wish: ArchiveWish, at: tuple[int, str], running: Worker, watch: Watch
) -> SavedItem:
    """One link, number ``at[0]`` of all; the child that looks at its media starts while the worker still loads."""
    number, url = at
    room.require(session.vault.path, _LEAST_ROOM)
    tap = Tap()
    tap.place = wish.asked.place
    tap.shoot = shoot_for(session, wish.asked)
    tap.spare = spares.take(len(wish.urls) - number + 1)
    try:
        saved = archive_one(session, assignment(session.policy, wish.asked, url), running, watch, tap)
    finally:
        spares.back(tap.spare)
    watch.item(saved)
    return saved


def archive_one(
    session: Session, wanted: Assignment, running: Worker, watch: Watch, tap: Tap | None = None
) -> SavedItem:
    """Save one link as one item; ``tap`` gives it its id and sees what happens."""
    tap = tap or Tap()
    saving = Saving(session, tap.item, spare=tap.spare)
    try:
        with room_for_the_end(saving):
            return _saved(saving, wanted, running, watch, tap)
    finally:
        saving.end_lookouts()


def _saved(saving: Saving, wanted: Assignment, running: Worker, watch: Watch, tap: Tap) -> SavedItem:
    """Ctrl-C ends the download or the shot, not the save: what arrived is sealed, logged and signed first."""
    gathered = Gathered("url", now())
    gathered.place = tap.place
    if wanted.cookies:
        gathered.collection["cookies"] = "used"
    if tap.retry_of:
        gathered.source["retry_of"] = tap.retry_of
    incoming = Incoming(saving, gathered, wanted.url, watch)
    interrupted, fault = False, None
    try:
        for message in running.run(wanted):
            tap.told(message)
            incoming.take(message)
    except KeyboardInterrupt:
        interrupted = True
        running.close()
        incoming.cut_off("interrupted")
    except NoWorker as error:  # nothing was sent; that it was tried is on record all the same
        fault = error
        incoming.cut_off("no-worker")
    original = incoming.end()
    if interrupted and gathered.outcome is Outcome.SAVED:
        gathered.outcome = Outcome.PARTIAL
    if tap.shoot and not interrupted:
        interrupted = tap.shoot(saving, gathered)
    tap.ending(gathered)
    saved = finish(saving, gathered, original, interrupted=interrupted)
    if fault is not None:
        raise fault
    return saved
