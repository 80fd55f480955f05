"""``bundle.json`` and ``bundle.sig``: bytes <-> objects (docs/spec/bundle.md); the members: bundle_members.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from witnesskit.digest import sha256_hex
from witnesskit.errors.bundle import BadManifest, BadSignature
from witnesskit.errors.formats import BadJson, BadKey, BadNote, NewerFormat
from witnesskit.formats.checkpoint import SignatureState, note_bytes, parse_note
from witnesskit.formats.strict_json import canonical, loads_canonical
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.limits import (
    BUNDLE_CHAINS_MAX,
    BUNDLE_JSON_DEPTH_MAX,
    BUNDLE_JSON_MAX,
    BUNDLE_MEMBERS_MAX,
    BUNDLE_RECIPIENTS_MAX,
    VOLUME_MAX,
    VOLUMES_MAX,
)
from witnesskit.model import Audience, Json

META_NAME = "bundle.json"
SIGNATURE_NAME = "bundle.sig"
FORMAT = "witnesskit.bundle/1"
_FAMILY = "witnesskit.bundle/"

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DIGEST_OR_NONE = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)
_ORIGIN = re.compile(r"[a-z0-9/._-]{1,64}", re.ASCII)
_RECIPIENT = re.compile(r"age1[0-9a-z]{1,4000}", re.ASCII)
_ENROL = re.compile(r"[a-z0-9]{0,40}", re.ASCII | re.IGNORECASE)
_ROOT = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_DISCLOSURE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True)
class ChainHead:
    """Where one log stood when the bundle was made: origin, log id (64 hex), lines, root (base64)."""

    origin: str
    log: str
    size: int
    root: str


@dataclass(frozen=True)
class TransferOpening:
    """Disclosure texts of event ``n``, the transfer that carries this bundle."""

    n: int
    disclosures: tuple[str, ...]


@dataclass(frozen=True)
class BundleMeta:
    """``bundle.json``: who sends what to whom, after what. Field names are the JSON keys."""

    id: str
    sender: str  # verifier key text
    counter: int  # from 1, of this sender
    previous: str  # SHA-256 of this sender's bundle.json before, "" for the first
    recipients: tuple[str, ...]
    audience: str
    enrol: str
    chain: tuple[ChainHead, ...]
    members: int
    bytes: int  # of payload
    manifest_sha256: str
    members_sha256: str
    policy: str
    openings: tuple[TransferOpening, ...]
    set: str  # 32 hex digits: which volumes belong together; of one volume its ``id``
    volume: int = 1
    volumes: int = 1
    decoys: int = 0  # stanzas of the header that nobody can open; the key is absent where there are none

    @property
    def is_first(self) -> bool:
        """Whether the bundle is one volume, or this the first of them: the next bundle's ``previous`` names it."""
        return self.volume == 1


def meta_bytes(meta: BundleMeta) -> bytes:
    """The file: RFC 8785 JSON and a line feed."""
    value: dict[str, Json] = {field.name: getattr(meta, field.name) for field in fields(meta)}
    value["format"] = FORMAT
    if not meta.decoys:
        del value["decoys"]
    value["chain"] = [vars(head) for head in meta.chain]
    value["openings"] = [{"n": opening.n, "disclosures": list(opening.disclosures)} for opening in meta.openings]
    return canonical(value) + b"\n"


def parse_meta(untrusted_data: bytes) -> BundleMeta:
    """Read ``bundle.json``; raises BadManifest with the key that breaks a rule, or NewerFormat."""
    if untrusted_data[-1:] != b"\n":
        raise BadManifest(f"{META_NAME}: no line feed at its end")
    try:
        value = loads_canonical(untrusted_data[:-1], max_size=BUNDLE_JSON_MAX, max_depth=BUNDLE_JSON_DEPTH_MAX)
    except BadJson as error:
        raise BadManifest(f"{META_NAME}: {error.code}") from None
    if not isinstance(value, dict):
        raise BadManifest(f"{META_NAME}: not an object")
    _check_format(value.get("format"))
    return _meta(value)


def signed_text(meta_data: bytes) -> str:
    """The two lines that are signed: a domain line and the SHA-256 of ``bundle.json``."""
    return f"witnesskit bundle v1\n{sha256_hex(meta_data)}\n"


def signature_bytes(meta_data: bytes, sign: Callable[[str], str]) -> bytes:
    """``bundle.sig``: a signed note; ``sign`` gives the signature line under a text."""
    text = signed_text(meta_data)
    return note_bytes(text, sign(text))


def check_signature(meta: BundleMeta, meta_data: bytes, untrusted_signature: bytes) -> VerifierKey:
    """The sender's key when ``bundle.sig`` is its one signature over ``meta_data``; raises BadSignature.

    Whether that key is anybody's is the caller's to decide.
    """
    key = _key(meta.sender)
    try:
        note = parse_note(untrusted_signature)
    except BadNote as error:
        raise BadSignature(error.detail) from None
    if note.text != signed_text(meta_data):
        raise BadSignature("it signs another bundle")
    if len(note.signatures) != 1 or note.signed_by(key) is not SignatureState.GOOD:
        raise BadSignature
    return key


def _check_format(untrusted_format: Any) -> None:
    if untrusted_format == FORMAT:
        return
    if isinstance(untrusted_format, str) and re.fullmatch(re.escape(_FAMILY) + "[0-9]{1,9}", untrusted_format):
        raise NewerFormat(untrusted_format)
    raise BadManifest(f"{META_NAME}: format")


def _meta(value: Mapping[str, Any]) -> BundleMeta:
    names = {field.name for field in fields(BundleMeta)} - ({"decoys"} - value.keys())
    if set(value) != names | {"format"}:
        raise BadManifest(f"{META_NAME}: its keys")
    for name, valid in _RULES.items():
        if name in names and not valid(value[name]):
            raise BadManifest(f"{META_NAME}: {name}")
    _key(value["sender"])
    content = {name: value[name] for name in names}
    content["recipients"] = tuple(value["recipients"])
    content["chain"] = tuple(ChainHead(**head) for head in value["chain"])
    content["openings"] = tuple(TransferOpening(one["n"], tuple(one["disclosures"])) for one in value["openings"])
    meta = BundleMeta(**content)
    if not 1 <= meta.volume <= meta.volumes:
        raise BadManifest(f"{META_NAME}: volume")
    if (meta.volumes == 1) != (meta.set == meta.id):
        raise BadManifest(f"{META_NAME}: set")
    return meta


def _key(untrusted_text: str) -> VerifierKey:
    try:
        key = parse_verifier_key(untrusted_text)
    except BadKey as error:
        raise BadManifest(f"{META_NAME}: sender, {error.detail}") from None
    if key.text != untrusted_text:
        raise BadManifest(f"{META_NAME}: sender, not in its one form")
    return key


def _text(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _number(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _listing(most: int, valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(valid, value))


def _record(rules: Mapping[str, Callable[[Any], bool]]) -> Callable[[Any], bool]:
    def valid(value: Any) -> bool:
        return isinstance(value, dict) and set(value) == set(rules) and all(rules[key](value[key]) for key in rules)

    return valid


_COUNT = _number(0, 2**53 - 1)
_HEAD = _record({"origin": _text(_ORIGIN), "log": _text(_DIGEST), "size": _COUNT, "root": _text(_ROOT)})
_OPENING = _record({"n": _COUNT, "disclosures": _listing(1_000, _text(_DISCLOSURE))})
_RULES: Mapping[str, Callable[[Any], bool]] = {
    "id": _text(_ID),
    "set": _text(_ID),
    "volume": _number(1, VOLUMES_MAX),
    "volumes": _number(1, VOLUMES_MAX),
    "decoys": _number(1, BUNDLE_RECIPIENTS_MAX),
    "sender": lambda value: isinstance(value, str) and len(value) < 256,
    "counter": _number(1, 2**53 - 1),
    "previous": _text(_DIGEST_OR_NONE),
    "recipients": lambda value: (
        _listing(BUNDLE_RECIPIENTS_MAX, _text(_RECIPIENT))(value) and 0 < len(value) == len(set(value))
    ),
    "audience": lambda value: value in tuple(Audience),
    "enrol": _text(_ENROL),
    "chain": _listing(BUNDLE_CHAINS_MAX, _HEAD),
    "members": _number(1, BUNDLE_MEMBERS_MAX),
    "bytes": _number(0, VOLUME_MAX),
    "manifest_sha256": _text(_DIGEST),
    "members_sha256": _text(_DIGEST),
    "policy": lambda value: isinstance(value, str) and len(value) <= 512,
    "openings": _listing(16, _OPENING),
}
