"""Volumes built by hand, byte for byte the same each time, with a hook at every step for one defect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit.custody.signer import Signer
from witnesskit.formats.age import Stanza, encode64, serialise_header
from witnesskit.formats.ustar import header, padded_size
from witnesskit.sealing.identity import Identity

CHUNK, TAG = 65536, 16
DESK = Identity(hashlib.sha256(b"vectors: desk").digest())
RECOVERY = Identity(hashlib.sha256(b"vectors: recovery").digest())
STRANGER = Identity(hashlib.sha256(b"vectors: stranger").digest())
SENDER = Signer("wk1/vectorsender2", hashlib.sha256(b"vectors: sender").digest())
OTHER_SENDER = Signer("wk1/vectorother2a", hashlib.sha256(b"vectors: other").digest())
FILE_KEY = hashlib.sha256(b"vectors: file key").digest()[:16]
NONCE = hashlib.sha256(b"vectors: nonce").digest()[:16]

Json = dict[str, object]
Change = Callable[[bytes], bytes]


def noise(label: str, size: int) -> bytes:
    return hashlib.shake_256(label.encode()).digest(size)


def hex32(label: str) -> str:
    return hashlib.sha256(label.encode()).hexdigest()[:32]


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def capsule(label: str, size: int) -> tuple[Json, bytes]:
    about = {"kind": "capsule", "item": hex32("item " + label), "capsule": hex32("capsule " + label)}
    return {**about, "role": "record", "part": 1}, noise(label, size)


CHAIN = ({"kind": "chain", "origin": SENDER.origin}, b'{"n":0}\n')
SMALL = (CHAIN, capsule("a", 700), capsule("b", 3000), capsule("c", 10_000))
LARGE = (CHAIN, capsule("a", 700), capsule("b", 70_000), capsule("c", 80_000), capsule("d", 90_000))


def same(data: bytes) -> bytes:
    return data


@dataclass
class Draft:
    """One volume; every hook changes one thing and everything after it is made from the changed thing."""

    payload: Sequence[tuple[Json, bytes]] = SMALL
    line: Callable[[int, Json], Json] = lambda ordinal, line: line
    listing: Change = same
    manifest: Change = same
    meta: Callable[[Json], Json] = lambda meta: meta
    meta_bytes: Change = same
    sender: Signer = SENDER
    signature: Change = same
    bagit: Change = same
    after_signing: Callable[[dict[str, bytes]], dict[str, bytes]] = lambda files: files
    contents: Callable[[int, bytes], bytes] = lambda ordinal, data: data
    entries: Callable[[list[bytes]], list[bytes]] = lambda entries: entries
    plaintext: Change = same
    recipients: Sequence[Identity] = (DESK, RECOVERY)
    signed_recipients: Sequence[Identity] = (DESK, RECOVERY)
    stanzas: Callable[[list[Stanza]], list[Stanza]] = lambda stanzas: stanzas
    sealed: Change = same
    extra: dict[str, object] = field(default_factory=dict)


def volume(draft: Draft) -> bytes:
    return draft.sealed(seal(draft.plaintext(plaintext(draft)), draft))


def plaintext(draft: Draft) -> bytes:
    entries = [entry(name, data) for name, data in tag_files(draft).items()]
    for ordinal, (_, data) in enumerate(draft.payload, 1):
        entries.append(entry(f"data/{ordinal:08d}", draft.contents(ordinal, data)))
    return closed(b"".join(draft.entries(entries)))


def tag_files(draft: Draft) -> dict[str, bytes]:
    lines = []
    for ordinal, (about, data) in enumerate(draft.payload, 1):
        line = {**about, "ordinal": ordinal, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        lines.append(draft.line(ordinal, line))
    listing = draft.listing(b"".join(canonical(line) + b"\n" for line in lines))
    manifest = draft.manifest(
        "".join(f"{line['sha256']}  data/{n:08d}\n" for n, line in enumerate(lines, 1)).encode()
    )
    meta = draft.meta_bytes(canonical(draft.meta(meta_of(draft, listing, manifest))) + b"\n")
    text = f"witnesskit bundle v1\n{hashlib.sha256(meta).hexdigest()}\n"
    files = {
        "bagit.txt": draft.bagit(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        "bundle.json": meta,
        "manifest-sha256.txt": manifest,
        "members.jsonl": listing,
        "bundle.sig": draft.signature((text + "\n" + draft.sender.sign_note(text)).encode()),
    }
    return draft.after_signing(files)


def meta_of(draft: Draft, listing: bytes, manifest: bytes) -> Json:
    return {
        "format": "witnesskit.bundle/1",
        "id": hex32("bundle"),
        "set": hex32("bundle"),
        "volume": 1,
        "volumes": 1,
        "sender": SENDER.vkey,
        "counter": 2,
        "previous": "5" * 64,
        "recipients": sorted(one.recipient for one in draft.signed_recipients),
        "audience": "desk",
        "enrol": "",
        "chain": [{"origin": SENDER.origin, "log": "a" * 64, "size": 1, "root": "A" * 43 + "="}],
        "members": len(draft.payload),
        "bytes": sum(len(data) for _, data in draft.payload),
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "members_sha256": hashlib.sha256(listing).hexdigest(),
        "policy": "",
        "openings": [{"n": 0, "disclosures": ["WyJ4Il0"]}],
        **draft.extra,
    }


def entry(name: str, data: bytes) -> bytes:
    return header(name, len(data)) + data + bytes(-len(data) % 512)


def closed(archive: bytes) -> bytes:
    whole = archive + bytes(1024)
    return whole + bytes(padded_size(len(whole)) - len(whole))


def summed(block: bytes) -> bytes:
    """A header with its checksum made right again."""
    blank = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(blank) + block[156:]


def patched(block: bytes, offset: int, data: bytes) -> bytes:
    return summed(block[:offset] + data + block[offset + len(data) : 512]) + block[512:]


def stanza(identity: Identity, number: int) -> Stanza:
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"vectors: ephemeral %d" % number).digest())
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(identity.public))
    salt, info = share + identity.public, b"age-encryption.org/v1/X25519"
    wrap = HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(shared)
    return Stanza("X25519", (encode64(share).decode(),), ChaCha20Poly1305(wrap).encrypt(bytes(12), FILE_KEY, None))


def seal(content: bytes, draft: Draft) -> bytes:
    stanzas = draft.stanzas([stanza(one, number) for number, one in enumerate(draft.recipients)])
    key = HKDF(algorithm=SHA256(), length=32, salt=NONCE, info=b"payload").derive(FILE_KEY)
    sealed = serialise_header(stanzas, FILE_KEY) + NONCE
    for number in range(-(-len(content) // CHUNK)):
        chunk = content[number * CHUNK : (number + 1) * CHUNK]
        final = (number + 1) * CHUNK >= len(content)
        sealed += ChaCha20Poly1305(key).encrypt((number << 8 | final).to_bytes(12), chunk, None)
    return sealed


def payload_start(sealed: bytes) -> int:
    return sealed.index(b"\n", sealed.index(b"\n--- ") + 1) + 1 + len(NONCE)


def chunk_at(sealed: bytes, number: int) -> slice:
    start = payload_start(sealed) + number * (CHUNK + TAG)
    return slice(start, start + CHUNK + TAG)
