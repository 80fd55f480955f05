"""One line and the proof that a signed checkpoint covers it (docs/spec/proof.md): steps 2 to 6."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadNote, NewerFormat
from witnesskit.errors.verify import BadProof
from witnesskit.formats import custody_event
from witnesskit.formats.merkle_read import check_inclusion, leaf_hash
from witnesskit.formats.tlog_proof_read import TlogProof
from witnesskit.keys import ED25519, VerifierKey
from witnesskit.verify.case import LogFiles
from witnesskit.verify.checkpoints import ABSENT, Signed, check_signatures, read_signed
from witnesskit.verify.log_view import LogView
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, CheckResult


class ProvenLine:
    """A line while it is proven: ``entry`` and ``signed`` are there when all of ``check`` is ok."""

    def __init__(self, proof: TlogProof, keys: Collection[VerifierKey]) -> None:
        """Check nothing yet."""
        self.view = LogView("proof", LogFiles(b""))
        self.entry: OpenedEvent | None = None
        self.signed: Signed | None = None
        self.checks = tuple(self._check(proof, keys))
        if any(check.state is not OK for check in self.checks):
            self.entry = None

    def _check(self, proof: TlogProof, keys: Collection[VerifierKey]) -> Iterator[CheckResult]:
        view = self.view
        # 2. the line is in the line profile, and is the one that the proof is about
        try:
            event = custody_event.parse(proof.line)
        except WitnesskitError as error:
            state = UNKNOWN if isinstance(error, NewerFormat) else FAIL
            yield view.says(state, 2, error.code, str(error))
            return
        if event.n != proof.index:
            yield view.says(FAIL, 2, "SEQ", f"event {proof.index} says n = {event.n}")
        # 3. the note is a checkpoint
        try:
            self.signed = read_signed(proof.note)
        except BadNote as error:
            yield view.says(UNKNOWN, 3, "NOTE", str(error))
            return
        # 4. signed by a key that was given from outside
        note, checkpoint = self.signed.note, self.signed.checkpoint
        view.subject = checkpoint.origin
        own = [key for key in keys if (key.kind, key.name) == (ED25519, checkpoint.origin)]
        view.keys = [(-1, key) for key in own if note.signed_by(key) is not ABSENT]
        if not view.keys:
            yield view.says(UNKNOWN, 4, "UNTRUSTED", "its signer is not among the keys given from outside")
            return
        view.voucher, view.attested = checkpoint.origin, checkpoint.size
        for check in check_signatures(view, self.signed, keys):
            yield replace(check, number=4)
        # 5. the hashes lead from the line to the root that was signed
        try:
            check_inclusion(proof.index, checkpoint.size, leaf_hash(proof.line), proof.hashes, checkpoint.root)
            yield view.says(OK, 5, "PROOF", f"event {event.n} is one of {checkpoint.size} events that were signed")
        except BadProof as error:
            yield view.says(FAIL, 5, "PROOF", str(error))
        # 6. every opening leads to a digest of the line
        self.entry = OpenedEvent(view, event.n, event)
        for untrusted_disclosure in proof.disclosures:
            if wrong := self.entry.open(untrusted_disclosure):
                yield view.says(FAIL, 6, "OPENING", f"event {event.n} {wrong}")
