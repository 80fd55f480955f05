"""An OpenTimestamps calendar and the block that it waits for, in this process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation, TimeAttestation
from opentimestamps.core.op import OpAppend, OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp, make_merkle_tree

TIME = 1_780_003_600


@dataclass
class Calendar:
    """``submit`` answers pending; ``mine`` puts everything submitted into a block; ``timestamp`` then answers whole."""

    url: str = "https://calendar.example"
    pending: list[Timestamp] = field(default_factory=list)
    complete: dict[bytes, bytes] = field(default_factory=dict)  # commitment -> answer
    digests: list[bytes] = field(default_factory=list)

    def submit(self, digest: bytes) -> bytes:
        self.digests.append(digest)
        tree = Timestamp(digest)
        commitment = (
            tree.ops.add(OpPrepend(len(self.digests).to_bytes(4))).ops.add(OpAppend(b"secret-8")).ops.add(OpSHA256())
        )
        commitment.attestations.add(PendingAttestation(self.url))
        self.pending.append(Timestamp(commitment.msg))
        return serialized(tree)

    def timestamp(self, path: str) -> bytes | None:
        return self.complete.get(bytes.fromhex(path.removeprefix("/timestamp/")))

    def mine(self, height: int, time: int = TIME) -> bytes:
        """The header (80 bytes) of a block at this height, whose Merkle root commits to what was submitted."""
        tip = make_merkle_tree(self.pending)
        transaction = (
            tip.ops.add(OpPrepend(b"\x01\x00\x00\x00 inputs"))
            .ops.add(OpAppend(b"outputs"))
            .ops.add(OpSHA256())
            .ops.add(OpSHA256())
        )
        sibling = hashlib.sha256(b"another transaction").digest()
        root = transaction.ops.add(OpAppend(sibling)).ops.add(OpSHA256()).ops.add(OpSHA256())
        root.attestations.add(BitcoinBlockHeaderAttestation(height))
        self.complete |= {tree.msg: serialized(tree) for tree in self.pending}
        return header(root.msg, time)


def header(merkle_root: bytes, time: int) -> bytes:
    return (2).to_bytes(4, "little") + bytes(32) + merkle_root + time.to_bytes(4, "little") + bytes(8)


def serialized(tree: Timestamp) -> bytes:
    context = BytesSerializationContext()
    tree.serialize(context)
    return context.getbytes()


def attested(message: bytes, *attestations: TimeAttestation) -> bytes:
    """A tree of nothing but attestations."""
    tree = Timestamp(message)
    tree.attestations.update(attestations)
    return serialized(tree)
