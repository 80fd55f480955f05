"""What somebody tries who holds a key that is trusted for something else, or for another time."""

from __future__ import annotations

from dataclasses import replace

from tests.simulators import tsa
from tests.vectors.custody_log.anchored import (
    HOUR,
    NEW,
    NOON,
    OTHER,
    ROOTS,
    Desk,
    Witness,
    change_of,
    desk,
    one_item,
    receipt_of,
    stamp,
    twice,
)
from tests.vectors.custody_log.catalogue import CANNOT_TELL, CHANGED, UNCHANGED, vector
from tests.vectors.custody_log.honest import DAY, DESK, FIELD, Example, id_of, sign, with_case
from witnesskit.custody import Signer, prepare
from witnesskit.verify import CaseFiles

OPERATOR = Signer("anna", b"\x0d" * 32)
OWN = Witness("north.example/w", b"\x01" * 32)  # the desk's own key, named as a witness


def _told(item: str, scope: str = "both") -> dict[str, object]:
    return {"item": id_of(item), "why": "consent", "scope": scope, "authority": "somebody", "day": DAY}


def _erased(made: Desk, item: str = "first") -> Example:
    """What the desk's log says, with the capsules of an item gone."""
    example = made.example()
    return with_case(example, found=tuple(one for one in example.case.found if not one.name.startswith(item)))


@vector("MISSING-deletion-in-another-log", CHANGED, "MISSING")
def deletion_elsewhere(_: Example) -> Example:
    """an item is gone, and another trusted log, which never received it, says that it was deleted"""
    with one_item("deletes") as made:
        made.item("second")
        made.notes = [sign(made.team.journal.log_bytes(), DESK)]
        example = _erased(made)
    with desk("another desk", "desk", OTHER) as other:
        other.log(prepare("delete", _told("first"))).checkpoint()
        given = other.example().case
    case = replace(
        example.case, logs=(*example.case.logs, *given.logs), openings=(*example.case.openings, *given.openings)
    )
    return replace(example, case=case, trust=replace(example.trust, keys=(DESK.vkey, OTHER.vkey)))


@vector("MISSING-deletion-before-the-item", CHANGED, "MISSING")
def deletion_before(_: Example) -> Example:
    """an item is gone, and its deletion was logged before it entered"""
    with desk("deletes") as made:
        made.log(prepare("delete", _told("first"))).item("first").item("second").checkpoint()
        return _erased(made)


@vector("MISSING-deletion-of-openings-alone", CHANGED, "MISSING")
def deletion_openings(_: Example) -> Example:
    """the original is gone, and only the deletion of its openings was logged"""
    with one_item("deletes") as made:
        made.item("second").log(prepare("delete", _told("first", "openings")))
        made.notes = [sign(made.team.journal.log_bytes(), DESK)]
        return _erased(made)


@vector("ok-deletion-by-the-desk-that-received-it", UNCHANGED)
def deletion_received(_: Example) -> Example:
    """an item of a received log is gone, and the desk that took it in says that it deleted it"""
    with desk("received", "field", FIELD) as field:
        field.item("in the field").checkpoint()
        received, given = receipt_of(field), field.example().case
    with one_item("deletes") as made:
        made.log(prepare("receipt", received)).log(prepare("delete", _told("in the field")))
        made.notes = [sign(made.team.journal.log_bytes(), DESK)]
        example = made.example()
    case = replace(
        example.case, logs=(*example.case.logs, *given.logs), openings=(*example.case.openings, *given.openings)
    )
    return replace(example, case=case)


@vector("ORIGIN-log-of-an-operator", CHANGED, "ORIGIN", "UNTRUSTED", "NOTHING")
def operators_log(_: Example) -> Example:
    """an operator, who is trusted to sign beside the desk, makes a log of their own"""
    with desk("an operator's", "desk", OPERATOR) as made:
        made.item("first").checkpoint()
        return made.example(keys=(DESK.vkey, OPERATOR.vkey))


@vector("FORK-two-logs-of-one-name", CHANGED, "FORK", "WITHHELD")
def two_beginnings(_: Example) -> Example:
    """an insider began the log a second time under its name and key, and both are here"""
    with one_item("stamped") as made:
        example = made.example()
    with one_item("begun anew") as again:
        logs = again.example().case.logs
    return with_case(example, logs=(*example.case.logs, *logs))


@vector("ROTATE-no-such-day", CHANGED, "ROTATE", "UNSIGNED", "TAIL")
def no_such_day(_: Example) -> Example:
    """the day of a theft is none of the calendar"""
    with one_item("revoked") as made:
        made.log(change_of(made, "revoke", "2026-11-31")).item("second")
        made.signer = NEW
        made.checkpoint()
        return made.example()


@vector("warning-WITNESS-own-key", UNCHANGED, "WITNESS")
def own_witness(_: Example) -> Example:
    """the log's own key cosigned, and was named as a witness: one party's word"""
    with one_item("stamped") as made:
        made.anchor("4.north.cosig", OWN.cosig(made.notes[0], NOON), logged=False)
        return made.example(policy=f"witness north {OWN.key.text}\nquorum none\n")


@vector("QUORUM-own-key", CANNOT_TELL, "QUORUM", "TAIL", "NOTHING", "WITNESS")
def own_quorum(_: Example) -> Example:
    """the log's own key is the whole quorum"""
    with one_item("stamped") as made:
        made.anchor("4.north.cosig", OWN.cosig(made.notes[0], NOON), logged=False)
        return made.example(policy=f"witness north {OWN.key.text}\nquorum north\n")


def _two_roots(**second: object) -> Example:
    """Two roots are given, and two stamps that lead to one each."""
    with one_item("stamped") as made:
        note = made.notes[0]
        made.anchor("4.alpha.tsr", stamp(note, NOON - 400 * 24 * HOUR), logged=False)
        made.anchor("4.beta.tsr", stamp(note, NOON - 300 * 24 * HOUR, **second), logged=False)
        return made.example(intermediates=())


@vector("ok-one-signer-under-two-roots", UNCHANGED)
def one_signer(_: Example) -> Example:
    """two authorities certify one time stamper, who lies alone: nothing is proven"""
    return _two_roots(certificates=("signer", "rogue-intermediate"))


@vector("ok-one-intermediate-under-two-roots", UNCHANGED)
def one_intermediate(_: Example) -> Example:
    """two authorities certify one intermediate, which has two time stampers: nothing is proven"""
    return _two_roots(signer="signer-two", certificates=("signer-two", "rogue-intermediate"))


@vector("ok-one-root-under-another", UNCHANGED)
def one_root(_: Example) -> Example:
    """one root is certified by the other too: its stamp leads to both, and is one party's word"""
    with one_item("stamped") as made:
        note, chain = made.notes[0], ("signer-two", "intermediate", "root-of-gamma")
        made.anchor("4.alpha.tsr", stamp(note, NOON), logged=False)
        made.anchor("4.beta.tsr", stamp(note, NOON + 60, signer="signer-two", certificates=chain), logged=False)
        roots = {"alpha": ROOTS["alpha"], "gamma": tsa.pem("gamma")}
        return made.example(intermediates=(), roots=roots)


@vector("ok-received-log-of-a-trusted-key", UNCHANGED)
def received_direct(_: Example) -> Example:
    """a received log whose own key is trusted too: its word is its own, its end is proven by its receipt"""
    with desk("receives") as made:
        made.checkpoint()
        with desk("received", "field", FIELD) as field:
            field.item("in the field").checkpoint()
            received, given = receipt_of(field, result="complete"), field.example().case
        made.log(prepare("receipt", received))
        twice(made, 2, made.checkpoint(), NOON + HOUR)
        made.checkpoint()
        example = made.example(keys=(DESK.vkey, FIELD.vkey))
    case = CaseFiles((*example.case.logs, *given.logs), example.case.openings + given.openings, given.found)
    return replace(example, case=case)


@vector("ok-revoked-log-that-another-received", UNCHANGED)
def revoked_received(_: Example) -> Example:
    """a trusted log's key was stolen, and a receipt that two authorities saw proves that its item is older"""
    with desk("revoked") as made:
        made.item("first").checkpoint()
        received = receipt_of(made)
        made.log(change_of(made, "revoke", "2026-11-24"))
        made.signer = NEW
        made.checkpoint()
        example = made.example(keys=(DESK.vkey, OTHER.vkey))
    with desk("receives", "desk", OTHER) as other:
        other.log(prepare("receipt", received))
        twice(other, 2, other.checkpoint(), NOON)
        other.checkpoint()
        given = other.example().case
    case = replace(
        example.case, logs=(*example.case.logs, *given.logs), openings=(*example.case.openings, *given.openings)
    )
    return replace(example, case=case)
