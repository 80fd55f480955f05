"""Defects of files and openings; the honest cases."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.vectors.custody_log.catalogue import (
    CANNOT_TELL,
    CHANGED,
    UNCHANGED,
    desk_lines,
    desk_log,
    found_as,
    profile,
    vector,
)
from tests.vectors.custody_log.honest import Example, counted_randomness, digest_of, id_of, listed, with_case
from witnesskit.formats import disclosure
from witnesskit.model import Opening
from witnesskit.verify import Found


@vector("ok", UNCHANGED)
def ok(example: Example) -> Example:
    """the honest case: all capsules of two items, a field log received by the desk"""
    return example


@vector("ok-opened-files", UNCHANGED, "WITHHELD")
def opened_files(example: Example) -> Example:
    """a court bundle: opened files instead of capsules, of one item only"""
    item = id_of("at the desk")
    found = (Found("data/00000001", digest_of("at the desk media"), 9000, item=item),)
    log = desk_log(example)
    openings = tuple(one for one in example.case.openings if one.log == log and one.n in (2, 4))
    return with_case(
        example, found=found, openings=openings, expected=listed(found[0].sha256), logs=example.case.logs[:1]
    )


@vector("ALTERED-capsule", CHANGED, "ALTERED")
def altered_capsule(example: Example) -> Example:
    """one byte of a sealed original changed"""
    return found_as(example, 2, sha256=digest_of("another"))


@vector("ALTERED-file", CHANGED, "ALTERED", "NOTHING", "WITHHELD")
def altered_file(example: Example) -> Example:
    """one byte of an opened file changed; it is filed under its item"""
    return found_as(opened_files(example), 0, sha256=digest_of("another"), name="data/00000001")


@vector("MISSING-capsule", CHANGED, "MISSING")
def missing_capsule(example: Example) -> Example:
    """a sealed original is gone and no event says so"""
    return with_case(example, found=example.case.found[:2] + example.case.found[3:])


@vector("MISSING-listed", CHANGED, "MISSING", "NOTHING", "UNLISTED", "WITHHELD")
def missing_listed(example: Example) -> Example:
    """a bundle lists a file that is not in it"""
    example = opened_files(example)
    return with_case(example, found=(replace(example.case.found[0], sha256=digest_of("report"), item=None),))


@vector("UNLISTED-file", CANNOT_TELL, "UNLISTED")
def unlisted(example: Example) -> Example:
    """a file lies there that nobody committed"""
    return with_case(example, found=(*example.case.found, Found("data/00000009", digest_of("planted"), 5)))


@vector("OPENING-value-differs", CHANGED, "OPENING")
def opening_value(example: Example) -> Example:
    """a disclosed value is not the committed one"""

    def forge(one: Opening) -> Opening:
        told = disclosure.parse(one.disclosure)
        if told.name != "day" or one.n != 5:
            return one
        return replace(one, disclosure=disclosure.make("day", "1999-01-01", told.salt))

    return with_case(example, openings=tuple(map(forge, example.case.openings)))


@vector("OPENING-of-another-event", CHANGED, "OPENING")
def opening_moved(example: Example) -> Example:
    """an opening is moved to another event"""
    moved = next(one for one in example.case.openings if one.n == 5)
    rest = tuple(one for one in example.case.openings if one != moved)
    return with_case(example, openings=(*rest, replace(moved, n=1)))


@vector("OPENING-unreadable", CHANGED, "OPENING")
def opening_garbage(example: Example) -> Example:
    """an opening that is not base64url"""
    return with_case(example, openings=(*example.case.openings, Opening(desk_log(example), 5, "é")))


@vector("OPENING-of-a-log-not-here", CANNOT_TELL, "OPENING")
def opening_foreign(example: Example) -> Example:
    """an opening of a log that is not here"""
    text = example.case.openings[0].disclosure
    return with_case(example, openings=(*example.case.openings, Opening(digest_of("elsewhere"), 1, text)))


@vector("OPENING-two-of-one-name", CHANGED, "OPENING")
def opening_twice(example: Example) -> Example:
    """an event committed two values under one name and both are opened"""
    with counted_randomness("two of one name"):
        texts = [disclosure.make("reason", value) for value in ("we stop", "we were told to")]
    digests = json.loads(desk_lines(example)[5])["sd"]
    changed = sorted([*digests[2:], *map(disclosure.digest, texts)])
    dump = json.dumps(digests, separators=(",", ":")).encode(), json.dumps(changed, separators=(",", ":")).encode()
    openings = tuple(Opening(desk_log(example), 5, text) for text in texts)
    example = profile(example, *dump)
    return with_case(example, openings=example.case.openings + openings)


@vector("HANDED-no-files", CANNOT_TELL, "HANDED", "NOTHING", "WITHHELD")
def no_files(example: Example) -> Example:
    """a log and nothing else"""
    return with_case(example, found=(), expected=listed())


@vector("HANDED-no-logs", CANNOT_TELL, "HANDED", "OPENING", "UNLISTED", "NOTHING")
def no_logs(example: Example) -> Example:
    """files and no log"""
    return with_case(example, logs=(), found=example.case.found[:1], openings=example.case.openings[:1])


@vector("warning-WITHHELD-item-not-here", UNCHANGED, "WITHHELD")
def item_not_here(example: Example) -> Example:
    """a bundle opens two items and holds the capsules of one; its list names no others"""
    return with_case(example, found=example.case.found[2:], expected=listed())


@vector("WITHHELD-not-opened", CANNOT_TELL, "WITHHELD", "UNLISTED")
def not_opened(example: Example) -> Example:
    """everything is expected, and the desk's item is not opened"""
    log = desk_log(example)
    openings = tuple(one for one in example.case.openings if one.log != log or one.n in (4, 5))
    return with_case(example, openings=openings)
