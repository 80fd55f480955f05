"""What a desk saw of every log, signed by its log's key: bytes <-> objects (docs/spec/exchange.md).

One line of canonical JSON, and under it a signed note over the line's SHA-256. A head is the checkpoint as its log
signed it: whoever shows two that do not agree shows what the log's key did, and need not be believed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.formats import BadJson, BadKey, BadNote, NewerFormat
from witnesskit.errors.peers import BadExchange, ExchangeForged
from witnesskit.formats.checkpoint import Checkpoint, SignatureState, note_bytes, parse_checkpoint, parse_note
from witnesskit.formats.strict_json import canonical, loads_canonical
from witnesskit.keys import parse_verifier_key
from witnesskit.limits import EXCHANGE_HEADS_MAX, EXCHANGE_MAX
from witnesskit.model import Json

FORMAT = "witnesskit.exchange/1"
_FAMILY: Final = re.compile(r"witnesskit\.exchange/[0-9]{1,9}", re.ASCII)
_LOG: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Head:
    """Where a log stood: its id (64 hex digits) as it was told, and the checkpoint with its signatures."""

    log: str
    note: bytes

    @property
    def checkpoint(self) -> Checkpoint:
        """Origin, size and root; raises BadNote."""
        return parse_checkpoint(parse_note(self.note).text)


@dataclass(frozen=True)
class Exchange:
    """One file. ``heads``: the sender's own log first, then every log that it saw."""

    sender: str  # verifier key text
    day: str
    heads: tuple[Head, ...]


def exchange_bytes(exchange: Exchange, sign: Callable[[str], str]) -> bytes:
    """The file; ``sign`` gives the sender's signature line under a text."""
    value: dict[str, Json] = {
        "format": FORMAT,
        "sender": exchange.sender,
        "day": exchange.day,
        "heads": heads_json(exchange.heads),
    }
    line = canonical(value) + b"\n"
    text = _signed_text(line)
    return line + note_bytes(text, sign(text))


def parse_exchange(untrusted_data: bytes) -> Exchange:
    """Read a file and check that ``sender`` signed it; who that is, the caller asks.

    Raises BadExchange, NewerFormat, ExchangeForged.
    """
    line, separator, signature = untrusted_data.partition(b"\n")
    if len(untrusted_data) > EXCHANGE_MAX or not separator:
        raise BadExchange(f"its size, at most {EXCHANGE_MAX} bytes are read")
    try:
        value = loads_canonical(line, max_size=EXCHANGE_MAX, max_depth=4)
    except BadJson as error:
        raise BadExchange(error.code) from None
    exchange = _exchange(value)
    _check_signature(exchange, line + separator, signature)
    _check_own_head(exchange)
    return exchange


def heads_json(heads: Sequence[Head]) -> list[Json]:
    """Heads as they stand in a document."""
    return [{"log": head.log, "note": head.note.decode()} for head in heads]


def head_from(untrusted_value: Any) -> Head:
    """One head of a document; raises BadExchange. No signature is checked here."""
    if not isinstance(untrusted_value, dict) or set(untrusted_value) != {"log", "note"}:
        raise BadExchange("a head")
    log, note = untrusted_value["log"], untrusted_value["note"]
    if not isinstance(log, str) or not _LOG.fullmatch(log) or not isinstance(note, str):
        raise BadExchange("a head")
    head = Head(log, note.encode())
    try:
        size = head.checkpoint.size
    except BadNote as error:
        raise BadExchange(f"a head, {error.detail}") from None
    if size < 1:
        raise BadExchange("a head without lines")
    return head


def _exchange(value: Any) -> Exchange:
    found = value.get("format") if isinstance(value, dict) else None
    if isinstance(found, str) and found != FORMAT and _FAMILY.fullmatch(found):
        raise NewerFormat("a file of seen logs")
    if found != FORMAT or set(value) != {"format", "sender", "day", "heads"}:
        raise BadExchange("its keys")
    sender, day, heads = value["sender"], value["day"], value["heads"]
    if not isinstance(sender, str) or not isinstance(day, str) or not _DAY.fullmatch(day):
        raise BadExchange("its sender or day")
    if not isinstance(heads, list) or not 1 <= len(heads) <= EXCHANGE_HEADS_MAX:
        raise BadExchange(f"its heads, 1 to {EXCHANGE_HEADS_MAX}")
    return Exchange(sender, day, tuple(map(head_from, heads)))


def _check_signature(exchange: Exchange, line: bytes, untrusted_signature: bytes) -> None:
    try:
        key, note = parse_verifier_key(exchange.sender), parse_note(untrusted_signature)
    except (BadKey, BadNote) as error:
        raise BadExchange(error.detail or error.code) from None
    if key.text != exchange.sender:
        raise BadExchange("its sender")
    if note.text != _signed_text(line) or len(note.signatures) != 1 or note.signed_by(key) is not SignatureState.GOOD:
        raise ExchangeForged


def _check_own_head(exchange: Exchange) -> None:
    """A desk that tells of others tells of itself first, under the same key."""
    key, own = parse_verifier_key(exchange.sender), exchange.heads[0]
    if own.checkpoint.origin != key.name or parse_note(own.note).signed_by(key) is not SignatureState.GOOD:
        raise BadExchange("its first head is not the sender's own")


def _signed_text(line: bytes) -> str:
    return f"witnesskit exchange v1\n{sha256_hex(line)}\n"
