"""Nobody becomes a second party by another name: a desk's own witness key, a device that says it received."""

from __future__ import annotations

from dataclasses import replace

from tests.vectors.custody_log.anchored import HOUR, NOON, Witness, one_item, policy, receipt_of, stamp
from tests.vectors.custody_log.anchored import desk as a_log
from tests.vectors.custody_log.catalogue import CANNOT_TELL, CHANGED, UNCHANGED, vector
from tests.vectors.custody_log.honest import DAY, DESK, FIELD, Example, id_of, sign
from witnesskit.custody import prepare
from witnesskit.verify import CaseFiles

OWN = Witness(f"{DESK.origin}/witness", b"\x0e" * 32)  # as `trust show` tells it


@vector("warning-WITNESS-own-key-proves-no-time", UNCHANGED, "WITNESS")
def own_witness(_: Example) -> Example:
    """one authority's stamp, and a cosignature of two years before by the desk's own witness key"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        made.anchor("4.north.cosig", OWN.cosig(made.notes[0], NOON - 730 * 24 * HOUR), logged=False)
        return made.example(policy=policy("none", north=OWN))


@vector("QUORUM-own-witness-key", CANNOT_TELL, "QUORUM", "TAIL", "NOTHING", "WITNESS")
def own_quorum(_: Example) -> Example:
    """the desk's own witness key is the quorum that is demanded"""
    with one_item("stamped") as made:
        made.anchor("4.north.cosig", OWN.cosig(made.notes[0], 0), logged=False)
        return made.example(policy=f"witness north {OWN.key.text}\nquorum north\n")


def received_by_device(without: str) -> Example:
    """A desk's log of two items; a trusted device's log says that it received it, and that it erased one of them."""
    with one_item("deletes") as made:
        made.item("second")
        made.notes = [sign(made.team.journal.log_bytes(), DESK)]
        example, told = made.example(keys=(DESK.vkey, FIELD.vkey)), receipt_of(made)
    erased = {"item": id_of("first"), "why": "consent", "scope": "both", "authority": "x", "day": DAY}
    with a_log("device", "field", FIELD) as device:
        device.log(prepare("receipt", told)).log(prepare("delete", erased)).checkpoint()
        given = device.example().case
    found = tuple(one for one in example.case.found if not one.name.startswith(without))
    case = CaseFiles((*example.case.logs, *given.logs), example.case.openings + given.openings, found)
    return replace(example, case=case)


@vector("MISSING-deleted-by-a-device", CHANGED, "MISSING")
def deleted_by_device(_: Example) -> Example:
    """a device's log says that an item of the desk was erased"""
    return received_by_device("first")


@vector("ok-received-by-a-device", UNCHANGED)
def device_receipt(_: Example) -> Example:
    """a device that says it received the desk's log is no second party"""
    return received_by_device("nothing")
