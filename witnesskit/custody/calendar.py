"""OpenTimestamps: what calendars are asked, and the proofs that their answers make (docs/spec/anchor.md).

No network here: whoever calls posts ``Submission.digest`` to CALENDAR/digest, and later gets each ``Question.path``.
A proof is first pending; hours later the calendar tells the block. Both are kept, each as a file of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from witnesskit.errors.custody import OtsMissing, StampRefused
from witnesskit.errors.verify import BadToken
from witnesskit.formats.ots_proof import HEAD, block_claims, read_branch, read_proof

ACCEPT = "application/vnd.opentimestamps.v1"
NONCE_BYTES = 16  # as the library's own client


@dataclass(frozen=True)
class Submission:
    """What a calendar is asked to stamp. The nonce keeps it from knowing whose checkpoint it may be."""

    data: bytes = field(repr=False)
    nonce: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """SHA-256(SHA-256(data) || nonce): the 32 bytes to post to CALENDAR/digest."""
        return hashlib.sha256(hashlib.sha256(self.data).digest() + self.nonce).digest()


@dataclass(frozen=True)
class Question:
    """What to ask a calendar about a pending proof."""

    calendar: str
    commitment: bytes

    @property
    def path(self) -> str:
        """The end of the address, after the calendar's own."""
        return f"/timestamp/{self.commitment.hex()}"


def submission(data: bytes) -> Submission:
    """A fresh one for each checkpoint; one digest goes to all calendars, as a proof holds one nonce."""
    return Submission(data, secrets.token_bytes(NONCE_BYTES))


def pending_proof(asked: Submission, untrusted_answers: Iterable[bytes]) -> bytes:
    """The proof file that the calendars' answers make, at least one; raises StampRefused, OtsMissing."""
    op, _, core = _library()
    tree = core.Timestamp(hashlib.sha256(asked.data).digest())
    stamped = tree.ops.add(op.OpAppend(asked.nonce)).ops.add(op.OpSHA256())
    for answer in untrusted_answers:
        stamped.merge(_answered(answer, asked.digest))
    return _proof(tree)


def questions(proof: bytes, data: bytes, calendars: Collection[str]) -> list[Question]:
    """What is still open, for these calendars only: a proof may name any address.

    Raises BadToken.
    """
    return [one for one, _ in _open(read_proof(proof, data)) if one.calendar in calendars]


def upgraded(proof: bytes, data: bytes, untrusted_answers: Mapping[Question, bytes]) -> bytes | None:
    """The proof with what the calendars answered; None while no block holds it. Raises BadToken, StampRefused."""
    tree = read_proof(proof, data)
    before = len(block_claims(tree))
    for question, branch in _open(tree):
        if question in untrusted_answers:
            branch.merge(_answered(untrusted_answers[question], question.commitment))
    return _proof(tree) if len(block_claims(tree)) > before else None


def require_library() -> None:
    """Raises OtsMissing where no proof could be written."""
    _library()


def _answered(untrusted_answer: bytes, message: bytes) -> Any:
    try:
        return read_branch(untrusted_answer, message)
    except BadToken as refused:
        raise StampRefused(f"what a calendar answered: {refused.detail}") from None


def _open(tree: Any) -> list[tuple[Question, Any]]:
    """The pending places of a tree, each with the branch that a calendar's answer continues."""
    _, notary, _ = _library()
    found = [
        (Question(one.uri, tree.msg), tree) for one in tree.attestations if isinstance(one, notary.PendingAttestation)
    ]
    return found + [place for branch in tree.ops.values() for place in _open(branch)]


def _proof(tree: Any) -> bytes:
    from opentimestamps.core.serialize import BytesSerializationContext

    context = BytesSerializationContext()
    try:
        tree.serialize(context)
    except ValueError:
        raise StampRefused("no calendar answered") from None
    branch = bytes(context.getbytes())
    _answered(branch, tree.msg)  # what no verifier could read, for its length or depth, is not kept
    return HEAD + bytes(tree.msg) + branch


def _library() -> tuple[Any, Any, Any]:
    try:
        from opentimestamps.core import notary, op, timestamp
    except ImportError:
        raise OtsMissing from None
    return op, notary, timestamp
