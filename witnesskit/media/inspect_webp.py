"""What a WebP gives away. CLEAN only if every chunk is one that a copy holds, in the form a copy holds it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.media.blocks import of_credentials, of_exif, of_profile, of_xmp
from witnesskit.media.groups import shown
from witnesskit.media.readable import runs, table, word_at_end, words_near_end
from witnesskit.media.texts_png import orientation_of, xmp_orientation
from witnesskit.media.trailing import after_picture
from witnesskit.media.walk_webp import IMAGES, Piece, Still, WebpWalk, alpha_length, walk_webp
from witnesskit.media_limits import CODED_TAIL_MIN, CODED_TEXT_MIN
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_FLAGS: Final = {"ICCP": 0x20, "EXIF": 0x08, "XMP": 0x04, "ANIM": 0x02}
_ORDER: Final = ("VP8X", "ICCP", "ANIM", "ANMF", "ALPH", "VP8", "VP8L", "EXIF")
_MANY: Final = frozenset({"ANMF"})
_TEXT: Final = table(bytes(range(0x20, 0x7F)) + b"\n\r\t")
_WIDE: Final = table(bytes(range(0x20, 0x7F)) + b"\n\r\t\0")

Revelations = Iterator[Revelation]


def inspect_webp(reader: SeekableReader) -> Inspection:
    """Inspect the WebP in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    walk = walk_webp(reader)
    failures: list[str] = []
    revelations = [one for piece in walk.pieces for one in _of_piece(piece, failures)]
    revelations += _of_whole(walk)
    if 12 <= walk.end <= reader.size:
        revelations += after_picture(reader, walk.end)
    found = Finding.FOUND if revelations else Finding.CLEAN
    facts: dict[str, Json] = {
        "width": walk.canvas[0],
        "height": walk.canvas[1],
        "orientation": orientation_webp(walk),
        "coding": " ".join(sorted({piece.name for still in walk.stills for piece in still.pieces})),
        "frames": len(walk.stills),
    }
    return Inspection(
        finding=Finding.UNKNOWN if walk.doubts else found,
        media_type="image/webp",
        revelations=tuple(dict.fromkeys(revelations)),
        reason="; ".join(dict.fromkeys(walk.doubts)),
        facts={**facts, "exifread": failures} if failures else facts,
    )


def orientation_webp(walk: WebpWalk) -> int:
    """Of Exif; where there is none, of XMP; only of what VP8X announces."""
    exif, xmp = walk.announced("EXIF", 8), walk.announced("XMP", 4)
    return orientation_of(exif) if exif is not None else xmp_orientation(xmp) if xmp is not None else 1


def _of_piece(piece: Piece, failures: list[str]) -> Revelations:
    place, body = f"WebP {piece.name}", piece.body
    if not piece.padded:
        yield Revelation("other", place, "padding", "not a zero byte")
    if piece.name == "EXIF":
        yield from of_exif(place, b"Exif\0\0" + body.removeprefix(b"Exif\0\0"), failures)
        if body.startswith(b"Exif"):
            yield Revelation("other", place, "head of another container", "Exif")
    elif piece.name in _READERS:
        yield from _READERS[piece.name](place, body)
    elif piece.name not in _ORDER:
        yield Revelation("other", place, "chunk no viewer needs", shown(body[:400]) or f"{len(body)} bytes")


def _of_head(place: str, body: bytes) -> Revelations:
    if len(body) != 10 or any(body[1:4]) or body[0] & 0xC1:
        yield Revelation("other", place, "reserved bits", shown(body) or f"{len(body)} bytes")


def _of_animation(place: str, body: bytes) -> Revelations:
    if len(body) != 6:
        yield Revelation("other", place, "bytes behind its values", shown(body[6:]) or f"{len(body)} bytes")


def _of_frame(place: str, body: bytes) -> Revelations:
    if body[15:16] > b"\x03":
        yield Revelation("other", place, "reserved bits", str(body[15]))


_READERS: Final[dict[str, Callable[[str, bytes], Revelations]]] = {
    "VP8X": _of_head,
    "ICCP": of_profile,
    "ANIM": _of_animation,
    "ANMF": _of_frame,
    "XMP": of_xmp,
    "C2PA": of_credentials,
}


def _of_whole(walk: WebpWalk) -> Revelations:
    """What only the chunks together tell."""
    names = [piece.name for piece in walk.pieces]
    ranks = [_ORDER.index(name) for name in names if name in _ORDER]
    if ranks != sorted(ranks) or any(names.count(name) > 1 for name in set(names) - _MANY):
        yield Revelation("other", "WebP", "order and number of chunks", " ".join(dict.fromkeys(names)))
    yield from _of_use(walk, names)
    for piece in walk.inner:
        value = shown(piece.body[:400]) or f"{len(piece.body)} bytes"
        yield Revelation("other", f"WebP ANMF/{piece.name}", "chunk no viewer needs", value)
    for loose in walk.loose:
        yield Revelation("other", "WebP", "bytes between chunks", shown(loose[:400]) or f"{len(loose)} bytes")
    for still in walk.stills:
        yield from _of_still(still)


def _of_use(walk: WebpWalk, names: list[str]) -> Revelations:
    """Chunks and flags that have no effect, and so no place in a copy."""
    if walk.flags < 0 and len(names) > 1:
        yield Revelation("other", "WebP", "chunks of no use in the simple form", " ".join(names[1:]))
    for name, flag in _FLAGS.items():
        if walk.flags >= 0 and (name in names) != bool(walk.flags & flag):
            yield Revelation("other", "WebP VP8X", "a flag that does not fit", name)
    if names.count("VP8") + names.count("VP8L") > 1 or (walk.flags & 2 == 0 and "ANMF" in names):
        yield Revelation("inside", "WebP", "pictures that no viewer shows", " ".join(names))
    alphas = sum(piece.name == "ALPH" for still in walk.stills for piece in still.pieces)
    if "ALPH" in names and not alphas:
        yield Revelation("inside", "WebP ALPH", "alpha that no viewer shows", str(names.count("ALPH")))
    if walk.flags > 0 and walk.flags & 0x10 and not alphas and not _lossless_alpha(walk):
        yield Revelation("other", "WebP VP8X", "a flag that does not fit", "ALPH")


def _lossless_alpha(walk: WebpWalk) -> bool:
    images = [piece.body for still in walk.stills for piece in still.pieces if piece.name == "VP8L"]
    return any(len(body) > 4 and body[4] & 0x10 for body in images)


def _of_still(still: Still) -> Revelations:
    for piece in still.pieces:
        place, body = f"WebP {piece.name}", piece.body
        if still.head and not piece.padded:
            yield Revelation("other", place, "padding", "not a zero byte")
        if piece.name == "ALPH" and body:
            if body[0] >= 0x40:
                yield Revelation("other", place, "reserved bits", str(body[0]))
            behind = body[alpha_length(body, still.width * still.height) :]
            if behind:
                yield Revelation("inside", place, "bytes behind the pixels", shown(behind) or f"{len(behind)} bytes")
        if piece.name in IMAGES or (body[:1] and body[0] & 3):
            yield from _of_coded(place, body)


def _ends(coded: bytes) -> Iterator[int]:
    """Where partitions of a VP8 picture may end, for each number of them that fits (RFC 6386 clause 9.5)."""
    begin = 10 + int.from_bytes(coded[:3], "little") // 32
    yield begin
    for further in (1, 3, 7):
        place = begin + 3 * further
        for at in range(begin, place, 3):
            place += int.from_bytes(coded[at : at + 3], "little")
            if place > len(coded):
                break
            yield place


def _of_coded(place: str, coded: bytes) -> Revelations:
    """Readable text where only coded picture should be; sooner at its end, where only a decoder sees what is over."""
    tail = coded[-256:].rstrip(b"\0")
    last = [(start, end) for start, end in runs(tail, _WIDE, CODED_TAIL_MIN) if end == len(tail)]
    if last and len(set(tail[last[0][0] :]) - {0}) >= 6:
        yield Revelation("other", place, "readable text at the end", shown(tail[last[0][0] :].replace(b"\0", b"")))
    found = words_near_end(coded)
    for end in _ends(coded) if place.endswith("VP8") else ():
        found = found or word_at_end(coded[max(0, end - 256) : end])
    if found and not last:
        yield Revelation("other", place, "readable text at the end of a partition", shown(found))
    for start, end in runs(coded, _TEXT, CODED_TEXT_MIN):
        text = coded[start : min(end, start + 400)]
        if len(set(text)) >= 10:
            yield Revelation("other", place, "readable text", shown(text))
