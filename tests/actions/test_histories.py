"""One device, one history: a fork, a rolled back log and a late stick are told apart."""

from __future__ import annotations

import shutil

import pytest

from tests.actions.stage import Device, data_member
from tests.actions.test_import import refused, set_aside
from witnesskit.custody.scan import tree_of
from witnesskit.formats.bundle_manifest import ChainHead
from witnesskit.formats.checkpoint import note_bytes, root_text
from witnesskit.vault import state


@pytest.fixture
def twice(stage, device, stick):
    """A device that sent a bundle, and a copy of it from then; both then write on."""
    first = device.bundle(stick)
    stage.take_in(first)
    shutil.copytree(device.folder, stage.folder / "copied")
    copied = Device(stage.folder / "copied")
    for one, name in ((device, "b.txt"), (copied, "a.txt")):
        one.add(stage.folder / name)
    return device, copied


def continued(device: Device) -> Device:
    """The same folder, sending on from the newest bundle that the honest device sent."""
    newest = max(state.load_state(device.vault).bundles.values(), key=lambda bundle: bundle.counter)
    device.counter, device.previous = newest.counter, newest.meta_sha256
    return device


def cut_log(device: Device, lines: int, *, signed: bool) -> dict:
    """A chain of the first ``lines`` events, with its own checkpoint or with the newest one."""
    with device.session() as session:
        journal = session.journal
        kept = journal.log_bytes().split(b"\n")[:lines]
        root = root_text(tree_of(kept).root(lines))
        text = f"{journal.origin}\n{lines}\n{root}\n"
        note = note_bytes(text, session.signer.sign_note(text)) if signed else journal.notes()[-1]
        members = [
            data_member("chain", b"".join(line + b"\n" for line in kept), origin=journal.origin),
            data_member("checkpoint", note, origin=journal.origin),
        ]
        return {"chain_members": members, "chain": (ChainHead(journal.origin, journal.log, lines, root),)}


def test_two_copies_of_a_device_cannot_both_continue(stage, twice):
    honest, copied = twice
    stage.take_in(honest.bundle(stage.folder / "1"))
    assert set_aside(stage, copied.bundle(stage.folder / "2")) == "ROLLBACK"


def test_a_fork_with_the_right_numbers_is_seen_in_the_log(stage, twice):
    honest, copied = twice
    stage.take_in(honest.bundle(stage.folder / "1"))
    continued(honest)
    copied.counter, copied.previous = honest.counter, honest.previous
    assert refused(stage, copied.pack(stage.folder / "2").path) == "CHAIN-REFUSED"


@pytest.mark.parametrize("signed", [True, False])
def test_a_new_bundle_with_fewer_events_than_were_seen_is_refused(stage, device, stick, signed):
    stage.take_in(device.bundle(stick))
    chain = cut_log(device, 2, signed=signed)
    assert refused(stage, continued(device).pack(stick, **chain).path) == "CHAIN-REFUSED"


def held(stage):
    """Logs of others, as they lie at the desk."""
    folder = stage.folder / "desk" / "custody" / "seen"
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_old_stick_that_comes_late_or_again_is_taken_and_takes_nothing_back(stage, device, stick):
    bundles = []
    for number in range(3):
        device.add(stage.folder / "b.txt")
        bundles.append(device.bundle(stage.folder / f"stick{number}"))
    stage.take_in(bundles[0], bundles[2])
    seen = held(stage)
    late, again = stage.take_in(bundles[1], bundles[0])
    assert (late.counts["new"], again.counts["new"]) == (0, 0)
    assert held(stage) == seen
