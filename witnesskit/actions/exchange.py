"""``trust exchange``: two desks that never meet compare what they saw, by a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions import heads, witnessing
from witnesskit.actions.given_file import open_given
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.peers import peer_named
from witnesskit.actions.seen import SeenLog, known_logs
from witnesskit.actions.session import Session
from witnesskit.custody.journal import utc_day
from witnesskit.errors.cli import FileUnreadable, OutputExists, WrongVaultKind
from witnesskit.errors.peers import BadExchange, ExchangeUnknown
from witnesskit.formats import custody_event
from witnesskit.formats.age_armor import armoured, is_armoured, unarmoured
from witnesskit.formats.exchange import Exchange, Head, exchange_bytes, parse_exchange
from witnesskit.keys import parse_verifier_key
from witnesskit.limits import EXCHANGE_MAX, MIB
from witnesskit.model import VaultKind
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault import durable, layout
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.layout import Vault

_AGE = b"age-encryption.org/"


@dataclass(frozen=True)
class ExchangeWritten:
    """``logs``: how many the file names; ``withheld``: devices' logs that an open file does not name."""

    logs: int
    withheld: int


@dataclass(frozen=True)
class ExchangeRead:
    """What became of the heads; ``older``: the desk itself told of more before."""

    peer: str
    agreed: int
    ahead: int
    unknown: int
    unsigned: int
    older: bool


def write_exchange(
    vault: Vault, passphrase: str, path: Path, recipient: str = "", *, armour: bool = False
) -> ExchangeWritten:
    """Write what this desk saw, signed by its log's key, and sealed to ``recipient`` if there is one.

    With ``armour`` the sealed file is text, for a mail or a chat.

    An open file names no device: found beside one, it would tell whose device that is. Raises OutputExists, BadKey
    for the recipient, BadExchange where there are too many logs, NoRoom, StorageFault.
    """
    layout.demand(vault, VaultKind.DESK)
    if path.exists() or path.is_symlink():
        raise OutputExists
    with open_for_saving(vault, passphrase) as session:
        own = Head(session.journal.log, session.journal.checkpoint(session.signer))
        known = {log.log: log for log in known_logs(vault)}.values()
        told = [log for log in known if recipient or not _is_of_a_device(log)]
        exchange = Exchange(session.signer.vkey, utc_day(), (own, *(Head(log.log, log.note) for log in told)))
        data = exchange_bytes(exchange, session.signer.sign_note)
        parse_exchange(data)  # what a reader would refuse is not written
        sealed = seal_bytes(data, [recipient]) if recipient else data
        durable.replace(path, b"".join(armoured([sealed])) if armour else sealed)
    return ExchangeWritten(len(exchange.heads), len(known) - len(told))


def read_exchange(vault: Vault, passphrase: str, path: Path) -> ExchangeRead:
    """Compare what another desk saw; armour is taken off.

    Raises ExchangeUnknown, ExchangeForged, BadExchange, HistoryForked, WrongKey, ArmourMalformed.
    """
    layout.demand(vault, VaultKind.DESK)
    untrusted_data = _read(path)
    with open_for_saving(vault, passphrase) as session:
        if session.keyring is None:
            raise WrongVaultKind
        if is_armoured(untrusted_data):
            untrusted_data = b"".join(unarmoured([untrusted_data]))
        if untrusted_data.startswith(_AGE):
            untrusted_data = open_bytes(untrusted_data, desk_identities(session.keyring))
        return _take(session, session.keyring, untrusted_data)


def _take(session: Session, keyring: Keyring, untrusted_data: bytes) -> ExchangeRead:
    exchange = parse_exchange(untrusted_data)
    peer = peer_named(keyring, exchange.sender)
    if peer is None or parse_verifier_key(exchange.sender) not in witnessing.keys_of(session, peer):
        raise ExchangeUnknown
    if witnessing.is_of_a_replaced_key(session, peer, exchange.heads[0]):
        raise ExchangeUnknown("its key was replaced")
    sender = exchange.heads[0].checkpoint
    older = sender.size < _newest_of(session, sender.origin)
    found = witnessing.take(session, keyring, sender.origin, exchange.heads, (untrusted_data, "exchange"))
    return ExchangeRead(peer.name, found.agreed, found.ahead, found.unknown, found.unsigned, older)


def _newest_of(session: Session, origin: str) -> int:
    """Lines of the largest head that was ever told or held of a log."""
    heard = [one.head.checkpoint for one in heads.load(session.vault)]
    held = [log.head for log in known_logs(session.vault)]
    return max((head.size for head in (*heard, *held) if head.origin == origin), default=0)


def _is_of_a_device(log: SeenLog) -> bool:
    return custody_event.parse(log.lines.split(b"\n", 1)[0]).by == "field"


def _read(path: Path) -> bytes:
    most = 3 * EXCHANGE_MAX // 2  # sealing adds some hundred bytes for each 65,536, armour a third
    try:
        with open_given(path) as stream:
            data = b"".join(iter(lambda: stream.read(MIB), b"")) if path.stat().st_size <= most else b""
    except OSError as error:
        raise FileUnreadable(error.strerror or "") from None
    if not data:
        raise BadExchange(f"its size, at most {EXCHANGE_MAX} bytes are read")
    return data
