"""Write the vectors of proofs: one defect each, named after the code it must raise (docs/spec/proof.md, "Vectors").

Run ``python -m tests.vectors.tlog_proof.generate``; tests/verify/test_proof.py makes them again and compares.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.vectors.custody_log.anchored import (
    HOUR,
    NOON,
    NORTH,
    NOW,
    SOUTH,
    broken,
    one_item,
    policy,
    proof_of,
)
from tests.vectors.custody_log.generate import trust_json
from tests.vectors.custody_log.honest import DESK, STRANGER, digest_of, sign
from tests.vectors.custody_log.second_key import SECOND
from tests.vectors.tlog_proof.sentences import SENTENCES
from witnesskit.formats import disclosure
from witnesskit.formats.tlog_proof import TlogProof, proof_bytes
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.verify import Found, Trust

HERE = Path(__file__).parent
CHANGED, CANNOT_TELL, UNCHANGED = "CHANGED", "CANNOT TELL", "UNCHANGED"
FILE = Found("film.mp4", digest_of("first media"), 9000)


@dataclass(frozen=True)
class Shown:
    """What a verifier is shown: the bytes of a proof, a file or none, and what the person brought."""

    data: bytes
    found: Found | None = FILE
    trust: Trust = field(default_factory=lambda: Trust((DESK.vkey,), now=NOW))
    policy: str = ""


VECTORS: list[tuple[str, str, str, tuple[str, ...], Callable[[], Shown]]] = []


def vector(name: str, state: str, *codes: str) -> Callable[[Callable[[], Shown]], Callable[[], Shown]]:
    def add(make: Callable[[], Shown]) -> Callable[[], Shown]:
        VECTORS.append((name, (make.__doc__ or "").strip(), state, codes, make))
        return make

    return add


def honest(*names: str) -> TlogProof:
    """The line of an item's arrival, in a log of four lines."""
    with one_item("stamped") as made:
        return proof_of(made, 2, *names)


def shown(*names: str, **changes: Any) -> Shown:
    return Shown(proof_bytes(replace(honest(*names), **changes)))


def replaced(old: bytes, new: bytes) -> Shown:
    data = proof_bytes(honest())
    assert old in data
    return Shown(data.replace(old, new, 1))


def witnessed(*lines: str, quorum: str = "none", data: TlogProof | None = None) -> Shown:
    proof = data or honest()
    text = policy(quorum)
    trust = Trust((DESK.vkey,), policy=parse_trust_policy(text.encode()), now=NOW)
    return Shown(proof_bytes(replace(proof, note=proof.note + "".join(lines).encode())), FILE, trust, text)


@vector("ok", UNCHANGED)
def ok() -> Shown:
    """a line with all its openings, and the file it commits"""
    return shown()


@vector("ok-line-alone", UNCHANGED)
def ok_line() -> Shown:
    """one opened field, and no file"""
    return replace(shown("day"), found=None)


@vector("ok-two-witnesses", UNCHANGED)
def ok_witnesses() -> Shown:
    """two witnesses cosigned the checkpoint: its time is proven"""
    note = honest().note
    return witnessed(NORTH.line(note, NOON), SOUTH.line(note, NOON + HOUR), quorum="both")


@vector("ok-one-line-in-the-log", UNCHANGED)
def ok_first() -> Shown:
    """the first line of a log of one line: no hash is needed"""
    with one_item("stamped") as made:
        lines = made.team.journal.lines()
        proof = proof_of(made, 0)
        note = sign(lines[0] + b"\n", DESK)
        return Shown(proof_bytes(replace(proof, hashes=(), note=note)), None)


@vector("warning-UNKNOWN-FIELD-line", UNCHANGED, "UNKNOWN-FIELD")
def unknown_field() -> Shown:
    """a line with a field that this version does not know, in a log of its own"""
    line = honest().line[:-1] + b',"z":1}'
    with one_item("stamped") as made:
        lines = made.team.journal.lines()
        log = b"".join(one + b"\n" for one in (*lines[:2], line, *lines[3:]))
        proof = proof_of(made, 2)
        return Shown(proof_bytes(replace(proof, line=line, note=sign(log, DESK))))


@vector("PROOF-FILE-other-first-line", CANNOT_TELL, "PROOF-FILE")
def file_first() -> Shown:
    """another version of the form"""
    return replaced(b"tlog-proof@v1", b"tlog-proof@v2")


@vector("PROOF-FILE-index-with-zeroes", CANNOT_TELL, "PROOF-FILE")
def file_index() -> Shown:
    """an index with a leading zero"""
    return replaced(b"index 2", b"index 02")


@vector("PROOF-FILE-without-extra", CANNOT_TELL, "PROOF-FILE")
def file_extra() -> Shown:
    """a proof that does not bring its line"""
    data = proof_bytes(honest()).split(b"\n")
    return Shown(b"\n".join(data[:1] + data[2:]))


@vector("PROOF-FILE-extra-member", CANNOT_TELL, "PROOF-FILE")
def file_member() -> Shown:
    """a third member beside the line and the openings"""
    proof = honest()
    extra = json.dumps({"disclosures": [], "line": proof.line.decode(), "z": 1}, separators=(",", ":")).encode()
    data = proof_bytes(proof).split(b"\n")
    return Shown(b"\n".join([data[0], b"extra " + base64.b64encode(extra), *data[2:]]))


@vector("PROOF-FILE-short-hash", CANNOT_TELL, "PROOF-FILE")
def file_hash() -> Shown:
    """a hash of 31 bytes"""
    return replaced(base64.b64encode(honest().hashes[0]), base64.b64encode(honest().hashes[0][:31]))


@vector("PROOF-FILE-loose-base64", CANNOT_TELL, "PROOF-FILE")
def file_base64() -> Shown:
    """a hash whose unused bits are not zero"""
    text = base64.b64encode(honest().hashes[0])
    return replaced(text, text[:-2] + bytes([text[-2] + 1]) + b"=")


@vector("DUPKEY-line", CHANGED, "DUPKEY")
def line_twice() -> Shown:
    """the line holds a key twice"""
    return shown(line=honest().line.replace(b'"n":2,', b'"n":2,"n":2,'))


@vector("NEWER-FORMAT-line", CANNOT_TELL, "NEWER-FORMAT")
def line_newer() -> Shown:
    """a line of version 2"""
    return shown(line=honest().line.replace(b'"v":1', b'"v":2'))


@vector("SEQ-other-index", CHANGED, "SEQ", "PROOF")
def other_index() -> Shown:
    """a proof that calls its line another one"""
    return shown(index=1)


@vector("PROOF-line-edited", CHANGED, "PROOF")
def line_edited() -> Shown:
    """the claimed day of the line was changed"""
    return shown(line=honest().line.replace(b"2026-11-23", b"2019-11-23"))


@vector("PROOF-hash-dropped", CHANGED, "PROOF")
def hash_dropped() -> Shown:
    """one hash too few"""
    return shown(hashes=honest().hashes[:-1])


@vector("PROOF-hash-added", CHANGED, "PROOF")
def hash_added() -> Shown:
    """one hash too many"""
    return shown(hashes=(*honest().hashes, bytes(32)))


@vector("PROOF-hashes-swapped", CHANGED, "PROOF")
def hashes_swapped() -> Shown:
    """the hashes in another order"""
    return shown(hashes=honest().hashes[::-1])


@vector("PROOF-checkpoint-of-other-size", CHANGED, "PROOF")
def other_size() -> Shown:
    """a proof beside a checkpoint of fewer lines"""
    with one_item("stamped") as made:
        return shown(note=sign(made.team.journal.log_bytes(), DESK, 3))


@vector("PROOF-line-behind-the-checkpoint", CHANGED, "PROOF")
def behind() -> Shown:
    """a checkpoint that does not reach the line"""
    with one_item("stamped") as made:
        return shown(note=sign(made.team.journal.log_bytes(), DESK, 2))


@vector("NOTE-extension-line", CANNOT_TELL, "NOTE")
def note_four() -> Shown:
    """a checkpoint with a fourth line"""
    text = honest().note.partition(b"\n\n")[0].decode() + "\nextension\n"
    return shown(note=DESK.note(text))


@vector("UNTRUSTED-no-key", CANNOT_TELL, "UNTRUSTED")
def nobody() -> Shown:
    """the person brought no key"""
    return replace(shown(), trust=Trust())


@vector("UNTRUSTED-other-key-of-same-name", CANNOT_TELL, "UNTRUSTED")
def same_name() -> Shown:
    """the checkpoint is signed by another key of the trusted name"""
    with one_item("stamped") as made:
        return Shown(proof_bytes(proof_of(made, 2, signer=STRANGER)))


@vector("SIG-bit-flipped", CHANGED, "SIG")
def signature() -> Shown:
    """one bit of the signature"""
    return shown(note=broken(honest().note))


@vector("UNSIGNED-second-key", CANNOT_TELL, "UNSIGNED")
def second() -> Shown:
    """the log's ML-DSA-44 key was given from outside, and did not sign"""
    return replace(shown(), trust=Trust((DESK.vkey, SECOND.text), now=NOW))


@vector("SIG-witness-time-moved", CHANGED, "SIG")
def witness_moved() -> Shown:
    """the time of a cosignature was changed"""
    return witnessed(NORTH.line(honest().note, NOON - HOUR, of=NOON))


@vector("FUTURE-witness", CANNOT_TELL, "FUTURE")
def witness_future() -> Shown:
    """a cosignature from the day after tomorrow"""
    return witnessed(NORTH.line(honest().note, NOW + 25 * HOUR))


@vector("QUORUM-one-of-two", CANNOT_TELL, "QUORUM")
def one_of_two() -> Shown:
    """one witness cosigned where two were demanded"""
    return witnessed(NORTH.line(honest().note, NOON), quorum="both")


@vector("OPENING-value-differs", CHANGED, "OPENING")
def opening_differs() -> Shown:
    """an opened value is not the committed one"""
    proof = honest()
    told = [disclosure.parse(text) for text in proof.disclosures]
    forged = [disclosure.make(one.name, "1999-01-01" if one.name == "day" else one.value, one.salt) for one in told]
    return shown(disclosures=tuple(forged))


@vector("OPENING-twice", CHANGED, "OPENING")
def opening_twice() -> Shown:
    """one name is opened twice"""
    proof = honest("day")
    return shown(disclosures=proof.disclosures * 2)


@vector("OPENING-unreadable", CHANGED, "OPENING")
def opening_garbage() -> Shown:
    """an opening that is not base64url"""
    return shown(disclosures=("é",))


@vector("ALTERED-file", CHANGED, "ALTERED")
def altered() -> Shown:
    """one byte of the file was changed"""
    return replace(shown(), found=replace(FILE, sha256=digest_of("another film")))


@vector("NOTHING-no-digest-opened", CANNOT_TELL, "NOTHING")
def nothing() -> Shown:
    """a file is given, and no digest of a file is opened"""
    return shown("day", "item")


def as_json(name: str, says: str, state: str, codes: tuple[str, ...], made: Shown) -> str:
    content = {
        "name": name,
        "says": says,
        "expect": {"state": state, "codes": sorted(set(codes)), **SENTENCES[name]},
        "trust": trust_json(made.trust, made.policy),
        "proof": base64.b64encode(made.data).decode(),
    }
    if made.found:
        content["found"] = {key: value for key, value in vars(made.found).items() if value is not None}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def all_vectors() -> dict[str, str]:
    return {name: as_json(name, says, state, codes, make()) for name, says, state, codes, make in VECTORS}


def main() -> None:
    for name, text in all_vectors().items():
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
