"""What a WAVE file gives away. CLEAN only if it is head, format, count and sound in one form, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.limits import READ_BLOCK
from witnesskit.media.groups import shown
from witnesskit.media.readable import runs, table
from witnesskit.media.riff_texts import of_chunk
from witnesskit.media.walk_riff import RiffChunk, read_chunks, tag_inside
from witnesskit.media.wave_facts import WaveFacts, wave_facts
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import SeekableReader

_TEXT: Final = table(bytes(range(0x20, 0x7F)))
_QUIET: Final = {"fmt ": range(16, 51), "fact": (4,), "ds64": (28,)}  # lengths; fields are looked at elsewhere
_TEXT_MIN: Final = 32  # bytes; coded sound does not read so by chance
_SHORT: Final = 0xFFFFFFFF - 8  # bytes of sound that need no RF64
_COMPRESSED: Final = ("gsm",)  # the bytes of plain samples and of ADPCM make readable runs by themselves

Revelations = Iterator[Revelation]


def inspect_wave(reader: SeekableReader) -> Inspection:
    """Inspect the WAVE file in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    try:
        facts = wave_facts(reader)
    except WitnesskitError as reason:
        told = tuple(dict.fromkeys(_of_broken(reader)))
        return Inspection(Finding.UNKNOWN, "audio/wav", told, f"{reason.message}: {reason.detail}")
    told = tuple(dict.fromkeys([*_of_form(reader, facts), *_of_chunks(reader, facts), *_of_sound(reader, facts)]))
    one = facts.described
    return Inspection(
        finding=Finding.FOUND if told else Finding.CLEAN,
        media_type="audio/wav",
        revelations=told,
        facts={
            "coding": one.coding,
            "channels": one.channels,
            "rate": one.rate,
            "bits": one.bits,
            "samples": facts.samples,
        },
    )


def _of_broken(reader: SeekableReader) -> Revelations:
    found, _ = read_chunks(reader, 12, reader.size)
    for chunk in found[:1000]:
        if chunk.kind not in ("fmt ", "data", "fact"):
            yield from of_chunk(reader, chunk)


def _of_form(reader: SeekableReader, facts: WaveFacts) -> Revelations:
    """The head, the order, the fields: everything has one form in a clean file."""
    head = reader.read_at(0, 12)
    size = facts.last - facts.first
    order = [chunk.kind for chunk in facts.chunks if chunk.kind in ("ds64", "fmt ", "fact", "data")]
    counted = [] if facts.described.coding == "pcm" else ["fact"]
    long = head[:4] != b"RIFF"
    if order != [*(["ds64"] if long else []), "fmt ", *counted, "data"]:
        yield Revelation("other", "RIFF", "order of chunks", " ".join(order[:20]))
    if long:
        yield from _of_long(reader, facts, size)
    elif int.from_bytes(head[4:8], "little") != reader.size - 8:
        yield Revelation("other", "RIFF", "length that is not the file's", str(int.from_bytes(head[4:8], "little")))
    for strange in facts.described.strange:
        yield Revelation("other", "fmt", "format", strange)
    if counted and facts.fact != facts.samples:
        yield Revelation("other", "fact", "count of samples that the sound contradicts", str(facts.fact))


def _of_long(reader: SeekableReader, facts: WaveFacts, size: int) -> Revelations:
    expected = [(reader.size - 8).to_bytes(8, "little"), size.to_bytes(8, "little")]
    body = b"".join([*expected, facts.samples.to_bytes(8, "little"), bytes(4)])
    found = [chunk for chunk in facts.chunks if chunk.kind == "ds64"]
    written = reader.read_at(0, 8) == b"RF64\xff\xff\xff\xff"
    if size < _SHORT - 100 or not written or [chunk.text(reader) for chunk in found] != [body]:
        yield Revelation("other", "ds64", "lengths", "not those of the file")


def _of_chunks(reader: SeekableReader, facts: WaveFacts) -> Revelations:
    for chunk in facts.chunks:
        if chunk.kind == "data":
            yield from _of_end(reader, facts, chunk)
        elif not (chunk.whole and chunk.told in _QUIET.get(chunk.kind, ())):
            yield from of_chunk(reader, chunk)


def _of_end(reader: SeekableReader, facts: WaveFacts, chunk: RiffChunk) -> Revelations:
    if facts.open_end:
        yield Revelation("other", "data", "length", "not told: the recording was cut")
    elif not chunk.whole:
        yield Revelation("other", "data", "pad byte", chunk.pad.hex() or "missing")
    if facts.last != facts.end:
        rest = reader.read_at(facts.last, min(facts.end - facts.last, 400))
        yield Revelation("other", "data", "bytes of no whole block", shown(rest) or rest.hex())
    tag = tag_inside(reader, facts.first, facts.end)
    if tag:
        yield Revelation("other", "data", "metadata inside the sound", tag)


def _of_sound(reader: SeekableReader, facts: WaveFacts) -> Revelations:
    """Readable text in compressed sound."""
    if facts.described.coding not in _COMPRESSED:
        return
    for place in range(facts.first, facts.last, READ_BLOCK):
        block = reader.read_at(place, min(READ_BLOCK + 400, facts.last - place))
        for start, end in runs(block, _TEXT, _TEXT_MIN):
            text = block[start : min(end, start + 400)]
            if len(set(text)) >= 12:
                yield Revelation("other", "data", "readable text in the sound", shown(text))
