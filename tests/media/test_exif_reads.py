"""The counted stream that exifread is given reads as ``io.BytesIO`` does, and ends; values read at once are the same."""

import io
import random

import exifread
import pytest
from exifread.core.exif_header import ExifHeader
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media_builders.samples import jpegs
from witnesskit.media import exif_values
from witnesskit.media.exif import _Counted, _ReadsSpentError, read_exif
from witnesskit.media.walk_jpeg import walk_jpeg
from witnesskit.media_limits import EXIF_READS_MAX

STEP = st.one_of(
    st.tuples(st.just("seek"), st.integers(-5, 40), st.sampled_from([0, 1, 2])),
    st.tuples(st.just("read"), st.integers(-1, 40)),
    st.tuples(st.just("read")),
    st.tuples(st.just("tell")),
)


def _done(stream, name, *arguments):
    try:
        return getattr(stream, name)(*arguments)
    except ValueError:
        return ValueError


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=30), steps=st.lists(STEP, max_size=12))
def test_it_reads_as_a_stream_does(data, steps):
    ours, peer = _Counted(data), io.BytesIO(data)
    for step in steps:
        assert _done(ours, *step) == _done(peer, *step)


def test_it_ends_what_never_ends():
    stream = _Counted(b"ab")
    with pytest.raises(_ReadsSpentError):
        for _ in range(EXIF_READS_MAX + 1):
            stream.read(1)


def _entry(order, tag, kind, count, value):
    return tag.to_bytes(2, order) + kind.to_bytes(2, order) + count.to_bytes(4, order) + value.ljust(4, b"\0")[:4]


def _block(order, note):
    """An Exif block with every kind of field, and a maker note."""
    mark = b"II*\0" if order == "little" else b"MM\0*"
    kinds = [(0xC000 + kind, kind, 5, (0x200).to_bytes(4, order)) for kind in range(1, 13)]
    entries = [(0x010F, 2, 4, b"NOR\0"), (0x8769, 4, 1, (0x100).to_bytes(4, order)), *kinds]
    first = len(entries).to_bytes(2, order) + b"".join(_entry(order, *entry) for entry in entries) + bytes(4)
    inner = (1).to_bytes(2, order) + _entry(order, 0x927C, 7, len(note), (0x300).to_bytes(4, order)) + bytes(4)
    head = (mark + (8).to_bytes(4, order) + first).ljust(0x100, b"\0") + inner
    return (head.ljust(0x200, b"\0") + bytes(range(0x80, 0xE0))).ljust(0x300, b"\0") + note


def _blocks():
    yield from (_block(order, bytes(range(200))) for order in ("little", "big"))
    for path in jpegs():
        yield from (p.body[6:] for p in walk_jpeg(path.read_bytes()).pieces if p.body.startswith(b"Exif\0"))


def _read(block, header, monkeypatch):
    monkeypatch.setattr(exifread, "ExifHeader", header)
    return read_exif(block)


def test_values_read_at_once_are_those_of_exifread(monkeypatch):
    chance = random.Random(7)
    for block in _blocks():
        for _ in range(30):
            theirs = _read(block, ExifHeader, monkeypatch)
            assert theirs.failure == "_ReadsSpentError" or _read(block, exif_values.Header, monkeypatch) == theirs
            hurt = bytearray(block)
            for _ in range(chance.randint(1, 4)):
                hurt[chance.randrange(min(len(hurt), 800))] = chance.choice([0, 1, 255, chance.randrange(256)])
            block = bytes(hurt)


def test_a_maker_note_of_usual_size_is_read():
    facts = read_exif(_block("little", bytes(60_000)))
    assert not facts.failure
    assert {tag.name for tag in facts.tags} >= {"Make", "Tag 0xC001"}
