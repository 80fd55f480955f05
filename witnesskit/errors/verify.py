"""Refusals of the chain's own formats; the verifier turns each into a finding with the same code."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadLine(WitnesskitError):
    """A log line is outside the line profile (docs/spec/custody-log.md, "Line profile")."""

    code = "LINE"
    status = ExitStatus.CHANGED
    message = "a line of the custody log does not have the form the specification demands"
    hint = "nothing was changed; keep this copy and ask the sender for a fresh one"


class NotNormal(BadLine):
    """A log line holds text that is not in Unicode normal form C."""

    code = "NFC"
    message = "a line of the custody log holds text that is not in normal form C"


class BadDisclosure(WitnesskitError):
    """A disclosure cannot be read (docs/spec/disclosure.md)."""

    code = "DISCLOSURE"
    status = ExitStatus.CHANGED
    message = "an opening does not have the form the specification demands"
    hint = "nothing was changed; keep this copy and ask the sender for a fresh one"


class BadProof(WitnesskitError):
    """An inclusion or consistency proof does not lead to the root it claims (RFC 6962, section 2.1)."""

    code = "PROOF"
    status = ExitStatus.CHANGED
    message = "a proof does not lead from these events to the signed root"
    hint = "nothing was changed; ask the sender for the whole log and its newest checkpoint"


class BadTlogProof(WitnesskitError):
    """A proof file cannot be read (docs/spec/proof.md)."""

    code = "PROOF-FILE"
    status = ExitStatus.CANNOT_TELL
    message = "a proof file does not have the form the specification demands"
    hint = "nothing was changed; ask whoever gave you the proof for a fresh copy"


class BadTrustPolicy(WitnesskitError):
    """A trust policy cannot be read (c2sp.org/tlog-policy; docs/spec/trust.md)."""

    code = "TRUST-POLICY"
    status = ExitStatus.USAGE
    message = "the trust policy cannot be read"
    hint = "nothing was checked; compare its lines with docs/spec/trust.md"


class BadToken(WitnesskitError):
    """A timestamp does not prove what it should (RFC 3161; docs/spec/anchor.md)."""

    code = "TSA"
    status = ExitStatus.CANNOT_TELL
    message = "a timestamp is not by an authority that was given from outside, or not for this checkpoint"
    hint = "nothing was changed; the file is kept, and proves nothing until its authority's root is given"
