"""Defects in the bytes of a log."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.vectors.custody_log.catalogue import (
    CANNOT_TELL,
    CHANGED,
    UNATTESTED,
    UNCHANGED,
    decoy_of,
    desk_lines,
    desk_log,
    joined,
    profile,
    vector,
    without_event,
)
from tests.vectors.custody_log.honest import (
    DAY,
    DESK,
    Example,
    digest_of,
    resigned,
    sign,
    with_case,
    with_desk,
)
from witnesskit.formats import disclosure


@vector("ROOT-event-edited", CHANGED, "ROOT", *UNATTESTED)
def root_edited(example: Example) -> Example:
    """one digest of an event was replaced"""
    old = decoy_of(example, 2)
    lines = desk_lines(example)
    event = json.loads(lines[2])
    event["sd"] = sorted([*(one for one in event["sd"] if one != old), disclosure.digest("forged")])
    lines[2] = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
    return with_desk(example, joined(lines), *example.case.logs[0].notes)


@vector("ROOT-removed-and-renumbered", CHANGED, "ROOT", *UNATTESTED)
def root_renumbered(example: Example) -> Example:
    """event 1 was removed, later events renumbered, and one added at the end"""
    lines = desk_lines(example)
    last = lines[-1].replace(b'"n":5', b'"n":6')
    lines = [line.replace(f'"n":{n}'.encode(), f'"n":{n - 1}'.encode()) for n, line in enumerate([*lines, last])]
    lines = [desk_lines(example)[0], *lines[2:]]
    log = desk_log(example)
    openings = tuple(
        replace(one, n=one.n - (one.n > 0)) if one.log == log else one
        for one in example.case.openings
        if (one.log, one.n) != (log, 1)
    )
    return with_case(with_desk(example, joined(lines), *example.case.logs[0].notes), openings=openings)


@vector("SEQ-event-removed", CHANGED, "SEQ")
def seq_removed(example: Example) -> Example:
    """event 1 was removed and the log signed again"""
    lines = desk_lines(example)
    openings = tuple(
        replace(one, n=one.n - (one.n > 0)) if one.log == desk_log(example) else one
        for one in example.case.openings
        if (one.log, one.n) != (desk_log(example), 1)
    )
    return with_case(resigned(example, joined(lines[:1] + lines[2:])), openings=openings)


@vector(
    "ORIGIN-genesis-removed", CHANGED,
    "ORIGIN", "SEQ", "LOGID", "OPENING", "UNTRUSTED", "UNLISTED", "NOTHING", "WITHHELD",
)  # fmt: skip
def genesis_removed(example: Example) -> Example:
    """the genesis event was removed"""
    return with_desk(example, joined(desk_lines(example)[1:]), *example.case.logs[0].notes)


@vector("SEQ-events-swapped", CHANGED, "SEQ")
def seq_swapped(example: Example) -> Example:
    """events 1 and 2 were swapped and the log signed again"""
    lines = desk_lines(example)
    lines[1], lines[2] = lines[2], lines[1]
    places = {1: 2, 2: 1}
    openings = tuple(
        replace(one, n=places.get(one.n, one.n)) if one.log == desk_log(example) else one
        for one in example.case.openings
    )
    return with_case(resigned(example, joined(lines)), openings=openings)


@vector("TRUNCATED-tail-cut", CHANGED, "TRUNCATED")
def truncated(example: Example) -> Example:
    """the last event was cut, its checkpoint was kept beside an older one"""
    log = joined(desk_lines(example)[:-1])
    example = without_event(example, 5)
    return with_desk(example, log, sign(log, DESK), *example.case.logs[0].notes)


@vector("TORN-last-line", CANNOT_TELL, "TORN", "TAIL")
def torn(example: Example) -> Example:
    """after the signed events and one more, a line is cut"""
    log = unsigned_tail(example).case.logs[0].log + desk_lines(example)[5][:40]
    return with_desk(example, log, *example.case.logs[0].notes)


@vector("DUPKEY-twice", CHANGED, "DUPKEY")
def dupkey(example: Example) -> Example:
    """a line holds the key n twice"""
    return profile(example, b'"n":5,', b'"n":5,"n":5,')


@vector("NUMBER-float", CHANGED, "NUMBER")
def number_float(example: Example) -> Example:
    """a line holds 5.0 for 5"""
    return profile(example, b'"n":5,', b'"n":5.0,')


@vector("NUMBER-huge", CHANGED, "NUMBER")
def number_huge(example: Example) -> Example:
    """a line holds 2**53"""
    return profile(example, b'"x":{}', b'"x":{"y":9007199254740992}')


@vector("NFC-decomposed", CHANGED, "NFC")
def nfc(example: Example) -> Example:
    """a line holds a letter and a combining accent instead of one letter"""
    return profile(example, b'"x":{}', '"x":{"y":"e\u0301"}'.encode())


@vector("CANON-space", CHANGED, "CANON")
def canon_space(example: Example) -> Example:
    """a line holds a space after a colon"""
    return profile(example, b'"n":5,', b'"n": 5,')


@vector("CANON-key-order", CHANGED, "CANON")
def canon_order(example: Example) -> Example:
    """a line's keys are not sorted"""
    return profile(example, b'"v":1,"x":{}', b'"x":{},"v":1')


@vector("CANON-escape", CHANGED, "CANON")
def canon_escape(example: Example) -> Example:
    """a line spells a letter as an escape"""
    return profile(example, b'"by":"desk"', b'"by":"\\u0064esk"')


@vector("JSON-null", CHANGED, "JSON")
def json_null(example: Example) -> Example:
    """a line holds null"""
    return profile(example, b'"x":{}', b'"x":{"y":null}')


@vector("JSON-deep", CHANGED, "JSON")
def json_deep(example: Example) -> Example:
    """a line opens 60,000 brackets"""
    return profile(example, b'"x":{}', b'"x":' + b"[" * 60000)


@vector("LINE-count-of-digests", CHANGED, "LINE")
def line_count(example: Example) -> Example:
    """a close event holds seven digests instead of eight"""
    return profile(example, b'"' + decoy_of(example, 5).encode() + b'",', b"")


@vector("LINE-digests-not-sorted", CHANGED, "LINE")
def line_unsorted(example: Example) -> Example:
    """the digests of an event are not in order"""
    digests = json.loads(desk_lines(example)[5])["sd"]
    old, new = (json.dumps(pair).encode()[1:-1] for pair in (digests[:2], digests[1::-1]))
    return profile(example, old.replace(b" ", b""), new.replace(b" ", b""))


@vector("LINE-second-genesis", CHANGED, "LINE")
def line_genesis(example: Example) -> Example:
    """a later event calls itself genesis"""
    return profile(example, b'"type":"close"', b'"type":"genesis"')


@vector("NEWER-FORMAT-line", CANNOT_TELL, "NEWER-FORMAT")
def newer(example: Example) -> Example:
    """a line of version 2"""
    return profile(example, b'"v":1', b'"v":2')


@vector("NEWER-FORMAT-line-in-the-middle", CANNOT_TELL, "NEWER-FORMAT", "OPENING", "UNLISTED", "UNTRUSTED", "NOTHING")
def newer_in_the_middle(example: Example) -> Example:
    """a line of version 2, and older lines behind it that are opened: what a newer program wrote is not called changed"""
    lines = desk_lines(example)
    lines[1] = lines[1].replace(b'"v":1', b'"v":2')
    return resigned(example, joined(lines))


@vector("LINE-by-nobody-known", CHANGED, "LINE")
def line_by(example: Example) -> Example:
    """a line by a role that there is not"""
    return profile(example, b'"by":"desk"', b'"by":"boss"')


@vector("LINE-time-of-a-field-log", CHANGED, "LINE")
def line_time(example: Example) -> Example:
    """a line by a desk that does not say its day"""
    return profile(example, b'"t":"2026-11-23"', b'"t":"sealed"')


@vector("warning-UNKNOWN-FIELD-type", UNCHANGED, "UNKNOWN-FIELD")
def unknown_type(example: Example) -> Example:
    """an event of a type that this version does not know: kept, reported"""
    return profile(example, b'"type":"close"', b'"type":"blessing"')


@vector("warning-UNKNOWN-FIELD-field", UNCHANGED, "UNKNOWN-FIELD")
def unknown_field(example: Example) -> Example:
    """a line with a field that this version does not know: kept, reported"""
    return profile(example, b'"x":{}', b'"x":{},"z":1')


@vector("LOGID-line-of-another-log", CHANGED, "LOGID")
def log_id(example: Example) -> Example:
    """the last event names another log, and the log was signed again"""
    own = desk_log(example).encode()
    return profile(example, own, digest_of("another log").encode())


@vector("ITEM-enters-twice", CHANGED, "ITEM", "WITHHELD")
def item_twice(example: Example) -> Example:
    """an item enters the log a second time"""
    line = desk_lines(example)[2].replace(b'"n":2', b'"n":6')
    return resigned(example, joined([*desk_lines(example), line]))


@vector("warning-CLOCK", UNCHANGED, "CLOCK")
def clock(example: Example) -> Example:
    """the last event claims an earlier day"""
    return profile(example, DAY.encode(), b"2026-11-01")


@vector("warning-TAIL", UNCHANGED, "TAIL")
def unsigned_tail(example: Example) -> Example:
    """one event after the last signed one; it holds nothing that was asked for"""
    line = desk_lines(example)[5].replace(b'"n":5', b'"n":6')
    return with_desk(example, joined([*desk_lines(example), line]), *example.case.logs[0].notes)
