"""What a desk answers to a bundle: a signed note, bytes <-> objects (docs/spec/receipt.md).

    witnesskit receipt v1
    BUNDLE ID
    LOG ID
    LINES OF THE LOG
    BASE64 ROOT
    complete | partial
    checked N opened M copies K
    missing 7            one line for each run of ordinals that did not verify, "missing 7-12"
    missing 2/7-12       the same in volume 2 of a set
    missing 3-4/         volumes 3 and 4 of a set were not seen
    checkpoint BASE64    optional: the desk's newest checkpoint, a note

"Complete" is said exactly where nothing is missing. The text never says whether anything was new or known.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from witnesskit.custody_limits import NOTE_MAX
from witnesskit.errors.bundle import BadReceipt, ReceiptSignature
from witnesskit.errors.formats import BadNote, NewerFormat
from witnesskit.formats.checkpoint import SignatureState, note_bytes, parse_checkpoint, parse_note
from witnesskit.keys import VerifierKey
from witnesskit.limits import BUNDLE_MEMBERS_MAX, RECEIPT_NUMBER_MAX, VOLUMES_MAX

FORMAT_LINE = "witnesskit receipt v1"

_NEWER = re.compile(r"witnesskit receipt v[0-9]{1,9}", re.ASCII)
_BUNDLE = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LOG = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_CHECKED = re.compile(r"checked ([0-9]{1,16}) opened ([0-9]{1,16}) copies ([0-9]{1,16})", re.ASCII)
_MISSING = re.compile(r"missing ([0-9]{1,8})(?:-([0-9]{1,8}))?", re.ASCII)
_MISSING_IN = re.compile(r"missing ([0-9]{1,4})(?:-([0-9]{1,4}))?/(?:([0-9]{1,8})(?:-([0-9]{1,8}))?)?", re.ASCII)
_RESULTS = {True: "complete", False: "partial"}


@dataclass(frozen=True)
class Receipt:
    """What the desk holds of one bundle and of the sender's log; counts are numbers of files."""

    bundle: str  # 32 hex digits
    log: str  # 64 hex digits
    size: int  # lines of the log, as received
    root: bytes  # 32 bytes: root of the log's tree at that size
    checked: int  # files whose bytes were verified and stored
    opened: int  # of these, files that were opened
    copies: int  # verified copies the desk holds
    missing: tuple[int, ...] = ()  # ordinals that did not verify, rising
    checkpoint: str = ""  # the desk's newest checkpoint note, or ""
    volumes: tuple[tuple[int, tuple[int, ...]], ...] = ()  # of a set, rising: what each lacks, () all of it

    @property
    def complete(self) -> bool:
        """Whether every file of the bundle verified."""
        return not self.missing and not self.volumes


def receipt_bytes(receipt: Receipt, sign: Callable[[str], str]) -> bytes:
    """The signed note; ``sign`` gives the signature line. Raises BadReceipt where it would not be read."""
    text = receipt_text(receipt)
    data = note_bytes(text, sign(text))
    if len(data) > NOTE_MAX or _parse_text(text) != receipt:
        raise BadReceipt("a value it cannot hold")
    return data


def receipt_text(receipt: Receipt) -> str:
    """The lines that are signed."""
    lines = [
        FORMAT_LINE,
        receipt.bundle,
        receipt.log,
        str(receipt.size),
        base64.b64encode(receipt.root).decode(),
        _RESULTS[receipt.complete],
        f"checked {receipt.checked} opened {receipt.opened} copies {receipt.copies}",
        *_missing_lines(receipt.missing),
        *_volume_lines(receipt.volumes),
    ]
    if receipt.checkpoint:
        lines.append("checkpoint " + base64.b64encode(receipt.checkpoint.encode()).decode())
    return "\n".join(lines) + "\n"


def parse_receipt(untrusted_data: bytes, key: VerifierKey) -> Receipt:
    """Read and verify a receipt; raises BadReceipt, NewerFormat, ReceiptSignature (``key``: the invite's witness)."""
    try:
        note = parse_note(untrusted_data)
    except BadNote as error:
        raise BadReceipt(error.detail) from None
    if note.signed_by(key) is not SignatureState.GOOD:
        raise ReceiptSignature
    return _parse_text(note.text)


def _parse_text(text: str) -> Receipt:
    lines = text.removesuffix("\n").split("\n")
    if lines[0] != FORMAT_LINE:
        raise NewerFormat("receipt") if _NEWER.fullmatch(lines[0]) else BadReceipt("its first line")
    checked = _CHECKED.fullmatch(lines[6]) if len(lines) >= 7 else None
    if not checked or not (_BUNDLE.fullmatch(lines[1]) and _LOG.fullmatch(lines[2]) and _NUMBER.fullmatch(lines[3])):
        raise BadReceipt("its fixed lines")
    rest = lines[7:]
    checkpoint = _checkpoint(rest.pop()) if rest and rest[-1].startswith("checkpoint ") else ""
    verified, opened, copies = map(int, checked.groups())
    missing = _missing(line for line in rest if "/" not in line)
    volumes = _missing_in(line for line in rest if "/" in line)
    root = _root(lines[4])
    receipt = Receipt(lines[1], lines[2], int(lines[3]), root, verified, opened, copies, missing, checkpoint, volumes)
    _check(receipt, text)
    return receipt


def _check(receipt: Receipt, text: str) -> None:
    """The text must be the one text of this receipt: no leading zero, no other grouping, the right result."""
    if max(receipt.size, receipt.checked, receipt.opened, receipt.copies) > RECEIPT_NUMBER_MAX:
        raise BadReceipt("a number is too large")
    if receipt.opened > receipt.checked:
        raise BadReceipt("more opened than checked")
    if receipt_text(receipt) != text:
        raise BadReceipt("not in its one canonical form")


def _missing_lines(ordinals: Iterable[int]) -> Iterable[str]:
    return (f"missing {run}" for run in _runs(ordinals))


def _volume_lines(volumes: Iterable[tuple[int, tuple[int, ...]]]) -> Iterable[str]:
    """Volumes that were not seen in runs, then what the others lack."""
    volumes = tuple(volumes)
    yield from (f"missing {run}/" for run in _runs(volume for volume, ordinals in volumes if not ordinals))
    for volume, ordinals in volumes:
        yield from (f"missing {volume}/{run}" for run in _runs(ordinals))


def _runs(numbers: Iterable[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


def _missing_in(untrusted_lines: Iterable[str]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """What each volume lacks; the lines' order and form are compared with the one they must have afterwards."""
    found: dict[int, tuple[int, ...]] = {}
    for line in untrusted_lines:
        match = _MISSING_IN.fullmatch(line)
        first, last, low, high = (int(one or 0) for one in match.groups()) if match else (0, 0, 0, 0)
        volumes = range(first, (last or first) + 1)
        if not first or not volumes or volumes[-1] > VOLUMES_MAX or (low and len(volumes) > 1):
            raise BadReceipt("a line of missing files")
        if high > BUNDLE_MEMBERS_MAX or (high and high < low):
            raise BadReceipt("a line of missing files")
        ordinals = range(low, (high or low) + 1) if low else ()
        for volume in volumes:
            found[volume] = (*found.get(volume, ()), *ordinals)
    return tuple(sorted(found.items()))


def _missing(untrusted_lines: Iterable[str]) -> tuple[int, ...]:
    found: list[int] = []
    for line in untrusted_lines:
        match = _MISSING.fullmatch(line)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not (found[-1] if found else 0) < first <= last <= BUNDLE_MEMBERS_MAX:
            raise BadReceipt("a line of missing files")
        found.extend(range(first, last + 1))
    return tuple(found)


def _root(untrusted_text: str) -> bytes:
    try:
        root = base64.b64decode(untrusted_text, validate=True)
    except (binascii.Error, ValueError):
        raise BadReceipt("the root") from None
    if len(root) != 32:
        raise BadReceipt("the root")
    return root


def _checkpoint(untrusted_line: str) -> str:
    """A signed note over three lines; the device cannot judge its signature, it commits to it."""
    try:
        note = base64.b64decode(untrusted_line.removeprefix("checkpoint "), validate=True)
        parse_checkpoint(parse_note(note).text)
        return note.decode()
    except (binascii.Error, ValueError, BadNote):
        raise BadReceipt("the checkpoint") from None
