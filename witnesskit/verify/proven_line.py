"""One line and the proof that a signed checkpoint covers it (docs/spec/proof.md): steps 2 to 6."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadNote, NewerFormat
from witnesskit.errors.verify import BadProof
from witnesskit.formats import custody_event_read
from witnesskit.formats.merkle_read import check_inclusion, leaf_hash
from witnesskit.formats.tlog_proof_read import TlogProof
from witnesskit.keys import ED25519, LOG_NAME, VerifierKey
from witnesskit.verify.case import LogFiles
from witnesskit.verify.checkpoints import ABSENT, BAD, Signed, check_signatures, read_signed
from witnesskit.verify.log_view import LogView
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, WARN, CheckResult


class ProvenLine:
    """A line while it is proven: ``entry`` and ``signed`` are there when all of ``check`` is ok."""

    def __init__(self, proof: TlogProof, keys: Collection[VerifierKey]) -> None:
        """Check nothing yet."""
        self.view = LogView("proof", LogFiles(b""))
        self.entry: OpenedEvent | None = None
        self.signed: Signed | None = None
        self.checks = tuple(self._check(proof, keys))
        if any(check.state in (FAIL, UNKNOWN) for check in self.checks):
            self.entry = None

    def _check(self, proof: TlogProof, keys: Collection[VerifierKey]) -> Iterator[CheckResult]:
        view = self.view
        # 2. the line is in the line profile, and is the one that the proof is about
        try:
            event = custody_event_read.parse(proof.line)
        except WitnesskitError as error:
            state = UNKNOWN if isinstance(error, NewerFormat) else FAIL
            yield view.says(state, 2, error.code, str(error))
            return
        self.entry = OpenedEvent(view, event.n, event)
        if event.n != proof.index:
            yield view.says(FAIL, 2, "SEQ", f"event {proof.index} says n = {event.n}")
        for name in event.unknown_names:
            yield view.says(WARN, 2, "UNKNOWN-FIELD", f"not known to this version: {name}")
        # 3. the note is a checkpoint
        try:
            self.signed = read_signed(proof.note)
        except BadNote as error:
            yield view.says(UNKNOWN, 3, "NOTE", str(error))
            return
        view.subject, checkpoint = self.signed.checkpoint.origin, self.signed.checkpoint
        yield from self._check_signer(self.signed, keys)  # 4
        if not view.voucher:
            return  # of what nobody trusted has signed, nothing more is said
        # 5. the hashes lead from the line to the root that was signed
        try:
            check_inclusion(proof.index, checkpoint.size, leaf_hash(proof.line), proof.hashes, checkpoint.root)
            yield view.says(OK, 5, "PROOF", f"event {event.n} is one of {checkpoint.size} events that were signed")
        except BadProof as error:
            yield view.says(FAIL, 5, "PROOF", str(error))
        yield from self._open(self.entry, proof.disclosures)  # 6

    def _check_signer(self, signed: Signed, keys: Collection[VerifierKey]) -> Iterator[CheckResult]:
        """Step 4: a key that was given from outside signed it; one that does not verify outweighs others."""
        origin, view = signed.checkpoint.origin, self.view
        named = [key for key in keys if (key.kind, key.name) == (ED25519, origin) and LOG_NAME.fullmatch(origin)]
        states = {key: signed.note.signed_by(key) for key in named}
        good_first = sorted((key for key in states if states[key] is not ABSENT), key=lambda key: states[key] is BAD)
        if not good_first:
            yield view.says(UNKNOWN, 4, "UNTRUSTED", "its signer is not among the keys given from outside")
            return
        view.keys, view.voucher, view.attested = [(-1, good_first[-1])], origin, signed.checkpoint.size
        for check in check_signatures(view, signed, keys):
            yield replace(check, number=4)

    @staticmethod
    def _open(entry: OpenedEvent, untrusted_disclosures: Sequence[str]) -> Iterator[CheckResult]:
        """Step 6: every opening leads to a digest of the line."""
        for untrusted_disclosure in untrusted_disclosures:
            if wrong := entry.open(untrusted_disclosure):
                yield entry.view.says(FAIL, 6, "OPENING", f"event {entry.n} {wrong}")
        for name in entry.unknown_names:
            yield entry.view.says(WARN, 6, "UNKNOWN-FIELD", f"event {entry.n} commits {name}")
