"""What others say about checkpoints: stamps, cosignatures, blocks, receipts; good ones and bad ones."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from tests.simulators import calendar
from tests.vectors.custody_log.anchored import (
    BETA,
    HOUR,
    NOON,
    NORTH,
    NOW,
    OTHER,
    ROOTS,
    SOUTH,
    STRANGE,
    block,
    broken,
    desk,
    one_item,
    policy,
    receipt_file,
    receipt_of,
    stamp,
    standard,
    text_of,
    twice,
    with_anchors,
)
from tests.vectors.custody_log.catalogue import CANNOT_TELL, CHANGED, UNCHANGED, vector
from tests.vectors.custody_log.honest import DAY, DESK, FIELD, Example, digest_of
from witnesskit.custody import prepare
from witnesskit.formats.tlog_proof import parse_proof, proof_bytes
from witnesskit.verify import CaseFiles


def _stamped(**recipe: object) -> Example:
    """One item; alpha's stamp made after a recipe, at noon if it tells no other time."""
    with one_item("stamped") as made:
        time = int(recipe.pop("time", NOON))
        made.anchor("4.alpha.tsr", stamp(made.notes[0], time, **recipe), logged=False)
        return made.example()


def _cosigned(data: bytes, name: str = "4.north.cosig", **trust: object) -> Example:
    with one_item("stamped") as made:
        made.anchor(name, data, logged=False)
        return made.example(**{"policy": policy(), **trust})


def _note() -> bytes:
    with one_item("stamped") as made:
        return made.notes[0]


@vector("ok-two-authorities", UNCHANGED)
def two_authorities(_: Example) -> Example:
    """two items; two authorities stamped each checkpoint, and the log holds their digests: both ends are proven"""
    return standard()


@vector("warning-TAIL-and-UNANCHORED", UNCHANGED, "TAIL")
def tail_unanchored(_: Example) -> Example:
    """an anchored log with two more events: one is signed, and one stands on nobody's word"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON))
        made.checkpoint()
        made.log(prepare("check", {"day": DAY, "kind": "fixity"}))
        return made.example()


@vector("ok-one-authority", UNCHANGED)
def one_authority(_: Example) -> Example:
    """one authority alone: its time is told, and not proven"""
    return _stamped()


@vector("ok-authority-and-witness", UNCHANGED)
def authority_and_witness(_: Example) -> Example:
    """a time authority and a witness that told a time are two"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        made.anchor("4.north.cosig", NORTH.cosig(made.notes[0], NOON + 30), logged=False)
        return made.example(policy=policy())


@vector("ok-one-certificate-under-two-names", UNCHANGED)
def two_names(_: Example) -> Example:
    """two names of one root certificate are one authority: nothing is proven"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        made.anchor("4.beta.tsr", stamp(made.notes[0], NOON + 60), logged=False)
        return made.example(roots={"alpha": ROOTS["alpha"], "beta": ROOTS["alpha"]})


@vector("ok-block", UNCHANGED)
def in_a_block(_: Example) -> Example:
    """an OpenTimestamps proof that leads to a block, beside a stamp"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        made.anchor("4.calendar.ots", block(made.notes[0], 900_000), logged=False)
        header = calendar.header(hashlib.sha256(made.notes[0]).digest(), NOON + HOUR)
        return made.example(headers={900_000: header})


@vector("ok-witness-in-the-note", UNCHANGED)
def in_the_note(_: Example) -> Example:
    """a witness's line stands in the checkpoint's own file"""
    with one_item("stamped") as made:
        made.notes[0] += NORTH.line(made.notes[0], NOON).encode()
        return made.example(policy=policy())


@vector("ok-receipt-of-another-desk", UNCHANGED)
def receipt_good(_: Example) -> Example:
    """another trusted desk logged a receipt of exactly these lines: a second party, and no time"""
    with one_item("stamped") as made:
        made.anchor("4.other.proof", receipt_file(made), logged=False)
        return made.example(keys=(DESK.vkey, OTHER.vkey))


@vector("warning-TSA-other-checkpoint", UNCHANGED, "TSA")
def tsa_other(_: Example) -> Example:
    """a stamp of another checkpoint"""
    return _stamped(imprint=bytes(32))


@vector("warning-TSA-own-root-in-it", UNCHANGED, "TSA")
def tsa_rogue(_: Example) -> Example:
    """a stamp by a self-made authority, which brings its own root certificate"""
    rogue = _stamped(signer="rogue-signer", certificates=("rogue-signer", "rogue-root"))
    return replace(rogue, trust=replace(rogue.trust, roots={"alpha": ROOTS["alpha"]}))


@vector("warning-TSA-sha1", UNCHANGED, "TSA")
def tsa_sha1(_: Example) -> Example:
    """a stamp over a SHA-1 digest"""
    return _stamped(imprint=bytes(20), imprint_hash="sha1")


@vector("warning-TSA-chain-expired", UNCHANGED, "TSA")
def tsa_expired(_: Example) -> Example:
    """the signer's certificate had expired at the stamp's time"""
    return _stamped(signer="signer-expired")


@vector("warning-TSA-no-checkpoint-of-that-size", UNCHANGED, "TSA")
def tsa_no_note(_: Example) -> Example:
    """a stamp filed under a number of lines of which no checkpoint is here"""
    good = _stamped()
    return with_anchors(good, replace(good.case.logs[0].anchors[0], name="3.alpha.tsr"))


@vector("warning-OTS-pending", UNCHANGED, "OTS")
def ots_pending(_: Example) -> Example:
    """a block whose header nobody gave"""
    return _cosigned(block(_note(), 900_000), "4.calendar.ots", headers={1: calendar.header(bytes(32), NOON)})


@vector("warning-OTS-other-root", UNCHANGED, "OTS")
def ots_root(_: Example) -> Example:
    """a block with another Merkle root"""
    return _cosigned(block(_note(), 7), "4.calendar.ots", headers={7: calendar.header(bytes(32), NOON)})


@vector("warning-WITNESS-unknown", UNCHANGED, "WITNESS")
def witness_unknown(_: Example) -> Example:
    """a cosignature by a witness that nobody named"""
    return _cosigned(STRANGE.cosig(_note(), NOON))


@vector("warning-WITNESS-name-with-dots", UNCHANGED, "WITNESS")
def witness_name(_: Example) -> Example:
    """evidence whose name would leave its folder"""
    good = _cosigned(NORTH.cosig(_note(), NOON))
    return with_anchors(good, replace(good.case.logs[0].anchors[0], name="../4.north.cosig"))


@vector("warning-WITNESS-unreadable", UNCHANGED, "WITNESS")
def witness_unreadable(_: Example) -> Example:
    """a cosignature file without a signature block"""
    return _cosigned(_note().partition(b"\n\n")[0])


@vector("SIG-witness-after-remaking", CHANGED, "SIG")
def witness_remade(_: Example) -> Example:
    """an insider re-made and re-signed everything and kept the witness's line"""
    with one_item("stamped") as honest:
        line = NORTH.line(honest.notes[0], NOON)
    with one_item("another history") as made:
        made.notes[0] += line.encode()
        return made.example(policy=policy())


@vector("SIG-witness-time-moved-back", CHANGED, "SIG")
def witness_time(_: Example) -> Example:
    """a cosignature whose time was moved back"""
    note = _note()
    moved = NORTH.line(note, NOON - 400 * 24 * HOUR, of=NOON)
    return _cosigned(note.partition(b"\n\n")[0] + b"\n\n" + moved.encode())


@vector("FORK-witness-saw-another-root", CHANGED, "FORK")
def witness_fork(_: Example) -> Example:
    """a witness cosigned another root of as many lines"""
    with one_item("another history") as made:
        other = made.notes[0]
    return _cosigned(NORTH.cosig(other, NOON))


@vector("FUTURE-witness", CANNOT_TELL, "FUTURE")
def future_witness(_: Example) -> Example:
    """a cosignature from the day after tomorrow"""
    return _cosigned(NORTH.cosig(_note(), NOW + 25 * HOUR))


@vector("FUTURE-stamp", CANNOT_TELL, "FUTURE")
def future_stamp(_: Example) -> Example:
    """a stamp from the day after tomorrow"""
    return _stamped(time=NOW + 25 * HOUR)


@vector("TIMEORDER-stamp-older-than-one-inside", CANNOT_TELL, "TIMEORDER")
def timeorder(_: Example) -> Example:
    """a stamp that is an hour older than the stamp which its checkpoint already names"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON))
        made.anchor("5.beta.tsr", stamp(made.checkpoint(), NOON - HOUR, **BETA), logged=False)
        return made.example()


@vector("ok-clocks-five-minutes-apart", UNCHANGED)
def clocks_apart(_: Example) -> Example:
    """a stamp five minutes older than the one its checkpoint names: clocks differ"""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON))
        made.anchor("5.beta.tsr", stamp(made.checkpoint(), NOON - 300, **BETA), logged=False)
        return made.example()


@vector("ok-quorum", UNCHANGED)
def quorum_met(_: Example) -> Example:
    """two distinct witnesses are the quorum"""
    with one_item("stamped") as made:
        made.anchor("4.north.cosig", NORTH.cosig(made.notes[0], NOON), logged=False)
        made.anchor("4.south.cosig", SOUTH.cosig(made.notes[0], NOON + 5), logged=False)
        return made.example(policy=policy("both"))


@vector("QUORUM-one-witness-twice", CANNOT_TELL, "QUORUM", "TAIL", "NOTHING")
def quorum_twice(_: Example) -> Example:
    """one witness signed twice, and two were demanded"""
    return _cosigned(NORTH.cosig(_note(), NOON, NOON + 60), policy=policy("both"))


@vector("QUORUM-evidence-dropped", CANNOT_TELL, "QUORUM", "TAIL", "NOTHING")
def quorum_dropped(_: Example) -> Example:
    """an insider re-made and re-signed everything and dropped the witnesses' files"""
    with one_item("another history") as made:
        return made.example(policy=policy("both"))


@vector("warning-TAIL-after-the-quorum", UNCHANGED, "TAIL")
def quorum_older(_: Example) -> Example:
    """the quorum cosigned an older checkpoint: the log attests no more than that one"""
    with one_item("stamped") as made:
        for witness in (NORTH, SOUTH):
            made.notes[0] += witness.line(made.notes[0], NOON).encode()
        made.log(prepare("check", {"day": DAY, "kind": "fixity"})).checkpoint()
        return made.example(policy=policy("both"))


def _received(file: bytes, *keys: str) -> Example:
    with one_item("stamped") as made:
        made.anchor("4.other.proof", file, logged=False)
        return made.example(keys=(DESK.vkey, *keys))


def _receipt(**other: object) -> bytes:
    with one_item("stamped") as made:
        return receipt_file(made, **other)


@vector("RECEIPT-another-root-in-a-proof", CHANGED, "RECEIPT")
def receipt_other_root(_: Example) -> Example:
    """another trusted desk received another history of as many lines"""
    return _received(_receipt(root=text_of(bytes(32))), OTHER.vkey)


@vector("warning-RECEIPT-by-nobody-trusted", UNCHANGED, "RECEIPT")
def receipt_untrusted(_: Example) -> Example:
    """a receipt by a desk that nobody named"""
    return _received(_receipt())


@vector("warning-RECEIPT-edited-by-nobody-trusted", UNCHANGED, "RECEIPT")
def receipt_planted(_: Example) -> Example:
    """a receipt by a desk that nobody named, whose line was edited too: planted, it changes nothing"""
    proof = parse_proof(_receipt())
    return _received(proof_bytes(replace(proof, line=proof.line.replace(DAY.encode(), b"2019-01-01"))))


@vector("warning-RECEIPT-of-another-log", UNCHANGED, "RECEIPT")
def receipt_other_log(_: Example) -> Example:
    """a receipt of some other log"""
    return _received(_receipt(log=digest_of("some other log")), OTHER.vkey)


@vector("RECEIPT-of-more-lines", CANNOT_TELL, "RECEIPT")
def receipt_more(_: Example) -> Example:
    """another trusted desk received more lines than are here"""
    return _received(_receipt(size=9), OTHER.vkey)


@vector("PROOF-receipt-edited", CHANGED, "PROOF")
def receipt_edited(_: Example) -> Example:
    """the line of a receipt was edited"""
    proof = parse_proof(_receipt())
    edited = proof.line.replace(DAY.encode(), b"2019-01-01")
    return _received(proof_bytes(replace(proof, line=edited)), OTHER.vkey)


@vector("SIG-receipt", CHANGED, "SIG")
def receipt_signature(_: Example) -> Example:
    """one bit of the signature under a receipt's checkpoint"""
    proof = parse_proof(_receipt())
    return _received(proof_bytes(replace(proof, note=broken(proof.note))), OTHER.vkey)




def _received_log(committed: int = 6) -> Example:
    """A field log that commits this checkpoint of the desk (0: none), taken in by the desk and stamped."""
    with desk("receives") as made:
        twice(made.item("first"), 4, made.checkpoint(), NOON)
        made.checkpoint()
        told = {"not_before": made.notes[{4: 0, 6: 1}[committed]].decode()} if committed else {}
        with desk("received", "field", FIELD, **told) as field:
            field.item("in the field")
            field.checkpoint()
            received, given = receipt_of(field, result="complete"), field.example().case
        made.log(prepare("receipt", received))
        twice(made, 7, made.checkpoint(), NOON + HOUR)
        made.checkpoint()
        example = made.example()
        case = CaseFiles(
            (*example.case.logs, *given.logs), example.case.openings + given.openings, example.case.found + given.found
        )
        return replace(example, case=case)


@vector("ok-received-log-between-times", UNCHANGED)
def received_between(_: Example) -> Example:
    """a field log that commits a checkpoint of the desk, and that the desk took in: both ends are proven"""
    return _received_log()


@vector("ok-received-log-without-a-beginning", UNCHANGED)
def received_open(_: Example) -> Example:
    """the same without that checkpoint: only the end is proven"""
    return _received_log(0)


@vector("ok-received-log-commits-a-checkpoint-before-its-stamp", UNCHANGED)
def received_early(_: Example) -> Example:
    """the field log commits a checkpoint that was there before its stamps: they say nothing of its beginning"""
    return _received_log(4)
