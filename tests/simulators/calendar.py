"""An OpenTimestamps calendar and the block that it waits for, in this process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


# over HTTP


class _Handler(BaseHTTPRequestHandler):
    told: Calendar

    def do_POST(self) -> None:
        self.send(200, self.told.submit(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_GET(self) -> None:
        data = self.told.timestamp(self.path)
        self.send(200 if data else 404, data or b"Pending confirmation in Bitcoin blockchain")

    def send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Calendar]:
    """A calendar at a loopback address."""
    told = Calendar()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"told": told})) as server:
        server.daemon_threads = True
        told.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield told
        server.shutdown()
