"""Write the chain: events, the log, its checkpoints, and the signing key."""

from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.custody.signer import Signer

__all__ = ["Journal", "Prepared", "Signer", "prepare"]
