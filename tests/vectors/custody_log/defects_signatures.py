"""Defects of checkpoints, trust and memory."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from tests.vectors.custody_log.catalogue import (
    CANNOT_TELL,
    CHANGED,
    UNATTESTED,
    desk_lines,
    desk_log,
    joined,
    vector,
    without_event,
)
from tests.vectors.custody_log.defects_files import opened_files
from tests.vectors.custody_log.defects_lines import root_edited
from tests.vectors.custody_log.honest import (
    DESK,
    FIELD,
    STRANGER,
    Example,
    listed,
    resigned,
    sign,
    with_case,
    with_desk,
)
from witnesskit.formats import disclosure
from witnesskit.verify import LogFiles, Trust


@vector("FORK-remade-history", CHANGED, "FORK")
def fork(example: Example) -> Example:
    """an insider re-made and signed the log; the receiver remembers a root"""
    forked = root_edited(example)
    size = len(desk_lines(example))
    root = example.case.logs[0].notes[0].split(b"\n")[2].decode()
    trust = replace(example.trust, remembered={DESK.origin: (size, root)})
    return replace(resigned(forked, forked.case.logs[0].log), trust=trust)


@vector("FORK-two-copies", CHANGED, "FORK")
def fork_two(example: Example) -> Example:
    """two copies of the desk's log, both signed, tell two histories"""
    forked = root_edited(example).case.logs[0].log
    return with_case(example, logs=(*example.case.logs, LogFiles(forked, (sign(forked, DESK),))))


@vector("ROLLBACK-tail-cut", CHANGED, "ROLLBACK")
def rollback(example: Example) -> Example:
    """the last event and its checkpoint were cut; the receiver saw them before"""
    log = joined(desk_lines(example)[:-1])
    root = example.case.logs[0].notes[0].split(b"\n")[2].decode()
    trust = replace(example.trust, remembered={DESK.origin: (6, root)})
    return replace(without_event(resigned(example, log), 5), trust=trust)


@vector("ROLLBACK-older-bundle", CANNOT_TELL, "ROLLBACK", "WITHHELD")
def rollback_older(example: Example) -> Example:
    """the same in a bundle, which may simply be older than what was seen"""
    older = rollback(opened_files(example))
    return with_case(older, expected=listed(older.case.found[0].sha256))


@vector("UNTRUSTED-empty", CANNOT_TELL, "UNTRUSTED", "NOTHING")
def untrusted(example: Example) -> Example:
    """self-consistent, and the person brought no key"""
    return replace(example, trust=Trust())


@vector("UNTRUSTED-other-key-of-same-name", CANNOT_TELL, "UNTRUSTED", "NOTHING")
def untrusted_name(example: Example) -> Example:
    """the person trusts another key of the same name"""
    return replace(example, trust=Trust((STRANGER.vkey,)))


@vector("UNTRUSTED-no-receipt", CANNOT_TELL, "UNTRUSTED")
def untrusted_field(example: Example) -> Example:
    """the receipt that vouches for the field's log is not opened"""
    return without_event(example, 4)


@vector("UNTRUSTED-receipt-without-its-root", CANNOT_TELL, "UNTRUSTED")
def untrusted_rootless(example: Example) -> Example:
    """of the receipt that vouches for the field's log the root is not opened: it names no lines, and accuses nobody"""
    openings = tuple(
        one
        for one in example.case.openings
        if one.log != desk_log(example) or disclosure.parse(one.disclosure).name != "root"
    )
    return with_case(example, openings=openings)


@vector("UNSIGNED-other-key-of-same-name", CANNOT_TELL, "UNSIGNED", *UNATTESTED)
def unsigned(example: Example) -> Example:
    """the checkpoint is signed by another key of the same name"""
    log = example.case.logs[0].log
    return with_desk(example, log, sign(log, STRANGER))


@vector("UNSIGNED-no-checkpoint", CANNOT_TELL, "UNSIGNED", *UNATTESTED)
def unsigned_none(example: Example) -> Example:
    """no checkpoint at all"""
    return with_desk(example, example.case.logs[0].log)


@vector("SIG-bit-flipped", CHANGED, "SIG")
def sig(example: Example) -> Example:
    """one bit of a signature, beside a good older checkpoint"""
    log, (note,) = example.case.logs[0].log, example.case.logs[0].notes
    head, _, encoded = note.rstrip(b"\n").rpartition(b" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[40] ^= 1
    return with_desk(example, log, note, head + b" " + base64.b64encode(raw) + b"\n")


@vector("ORIGIN-checkpoint-of-another-log", CANNOT_TELL, "ORIGIN")
def origin(example: Example) -> Example:
    """a checkpoint of the field's log beside the desk's own"""
    return with_desk(example, example.case.logs[0].log, *example.case.logs[0].notes, *example.case.logs[1].notes)


@vector("NOTE-carriage-return", CANNOT_TELL, "NOTE")
def note_cr(example: Example) -> Example:
    """a checkpoint with a carriage return, beside a good one"""
    log, (note,) = example.case.logs[0].log, example.case.logs[0].notes
    return with_desk(example, log, note, note.replace(b"\n", b"\r\n", 1))


@vector("NOTE-extension-line", CANNOT_TELL, "NOTE")
def note_extension(example: Example) -> Example:
    """a signed checkpoint with a fourth line, beside a good one"""
    log, (note,) = example.case.logs[0].log, example.case.logs[0].notes
    text = note.partition(b"\n\n")[0].decode() + "\nextension\n"
    return with_desk(example, log, note, DESK.note(text))


@vector("RECEIPT-of-another-root", CHANGED, "RECEIPT", "UNTRUSTED")
def receipt_root(example: Example) -> Example:
    """the field's log was re-made after the desk received it"""
    field = example.case.logs[1]
    lines = field.log.split(b"\n")[:-1]
    event = json.loads(lines[1])
    event["sd"] = sorted([*event["sd"][1:], disclosure.digest("forged")])
    lines[1] = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
    opened = tuple(one for one in example.case.openings if one.log == desk_log(example) or one.n != 1)
    logs = (example.case.logs[0], LogFiles(joined(lines), (sign(joined(lines), FIELD),)))
    return with_case(example, logs=logs, openings=opened)


@vector("TAIL-item-in-it", CANNOT_TELL, "TAIL", "NOTHING")
def item_in_tail(example: Example) -> Example:
    """the checkpoint signs only the first two events; the items come after it"""
    log = example.case.logs[0].log
    field = tuple(one for one in example.case.openings if one.log == desk_log(example))
    example = with_case(example, openings=field, found=example.case.found[2:])
    return with_case(with_desk(example, log, sign(log, DESK, 2)), logs=(LogFiles(log, (sign(log, DESK, 2),)),))
