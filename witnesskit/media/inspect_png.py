"""What a PNG gives away. CLEAN only if every chunk is one that a copy holds, in the form a copy holds it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

from witnesskit.media.blocks import of_credentials, of_exif, of_photoshop, of_profile, of_xmp
from witnesskit.media.colour_png import STATEMENTS, in_range, pixel_shape
from witnesskit.media.groups import group_of, shown
from witnesskit.media.palette_png import tables
from witnesskit.media.picture_png import PngFacts, read_png
from witnesskit.media.texts_png import TEXTS, all_texts, orientation_png, raw_block, unpacked
from witnesskit.media.trailing import after_picture
from witnesskit.media.walk_png import Piece
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_ONCE: Final = frozenset({"PLTE", "tRNS", "bKGD", "pHYs", "eXIf", "acTL", "iCCP", "IHDR", "IEND", *STATEMENTS})
_QUIET: Final = _ONCE | {"IDAT", "fdAT", *TEXTS}  # what is looked at elsewhere
_PROFILE_HEAD: Final = b"colour profile\0\0"

Revelations = Iterator[Revelation]


def inspect_png(reader: SeekableReader) -> Inspection:
    """Inspect the PNG or APNG in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    facts = read_png(reader)
    failures: list[str] = []
    profile = facts.walk.first("iCCP")  # of further ones only that they are there
    pieces = [one for one in facts.walk.pieces if one.name != "iCCP" or one.body is profile or not one.sound]
    revelations = [one for piece in pieces for one in _of_piece(piece, failures)]
    revelations += _of_whole(facts)
    if facts.walk.end:
        revelations += after_picture(reader, facts.walk.end)
    found = Finding.FOUND if revelations else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if facts.doubts else found,
        media_type="image/png",
        revelations=tuple(dict.fromkeys(revelations)),
        reason="; ".join(facts.doubts),
        facts=_facts(facts, failures),
    )


def _facts(facts: PngFacts, failures: list[str]) -> dict[str, Json]:
    head = facts.walk.head
    seen: dict[str, Json] = {
        "width": head.width,
        "height": head.height,
        "orientation": orientation_png(facts.walk),
        "coding": "APNG" if facts.plays >= 0 else "PNG",
        "frames": len(facts.frames),
    }
    return {**seen, "exifread": failures} if failures else seen


def _of_piece(piece: Piece, failures: list[str]) -> Revelations:
    place, body = f"PNG {piece.name}", piece.body
    if not piece.sound:
        yield Revelation("other", place, "wrong checksum", f"{len(body)} bytes")
    if piece.name == "eXIf":
        yield from _of_exif(place, body, failures)
    elif piece.name in _READERS and piece.sound:
        yield from _READERS[piece.name](place, body)
    elif piece.name in STATEMENTS:
        if not in_range(piece.name, body):
            yield Revelation("other", place, "values out of range", shown(body))
    elif piece.name not in _QUIET or (piece.name == "IEND" and body):
        yield Revelation("other", place, "chunk no viewer needs", shown(body[:400]) or f"{len(body)} bytes")


def _of_exif(place: str, body: bytes, failures: list[str]) -> Revelations:
    yield from of_exif(place, b"Exif\0\0" + body.removeprefix(b"Exif\0\0"), failures)
    if body.startswith(b"Exif"):
        yield Revelation("other", place, "head of another container", "Exif")


def _of_time(place: str, body: bytes) -> Revelations:
    yield Revelation("when", place, "time of change", _time(body))


def _of_plays(place: str, body: bytes) -> Revelations:
    if len(body) != 8 or int.from_bytes(body[4:8], "big") > 65_535:
        yield Revelation("other", place, "count of plays", shown(body))


def _time(body: bytes) -> str:
    return f"{int.from_bytes(body[:2], 'big'):04d}-{'-'.join(f'{part:02d}' for part in body[2:])}"


def _of_profile(place: str, body: bytes) -> Revelations:
    name, _, rest = body.partition(b"\0")
    data = unpacked(rest[1:])
    if not body.startswith(_PROFILE_HEAD):
        yield Revelation("device", place, "name of the colour profile", shown(name))
    elif not _is_stored(rest[1:], data):
        yield Revelation("other", place, "colour profile", "packed in a way of its own")
    yield from of_profile(place, data)


def _is_stored(stream: bytes, data: bytes) -> bool:
    """True for a zlib stream that holds ``data`` in stored blocks, and nothing else (its checksum is zlib's)."""
    place, start = 2, 0
    while start < len(data) or start == 0:
        size = min(65_535, len(data) - start)
        last = start + size == len(data)
        head = bytes([last]) + size.to_bytes(2, "little") + (65_535 - size).to_bytes(2, "little")
        if stream[place : place + 5 + size] != head + data[start : start + size]:
            return False
        place, start = place + 5 + size, start + (size or 1)
    return stream[:2] == b"\x78\x01" and len(stream) == place + 4 and stream != data


def normal_control(control: bytes) -> bytes:
    """fcTL without its number, its delay as a fraction in lowest terms."""
    delay = Fraction(int.from_bytes(control[16:18], "big"), int.from_bytes(control[18:20], "big") or 100)
    middle = delay.numerator.to_bytes(2, "big") + delay.denominator.to_bytes(2, "big")
    return control[:16] + middle + control[20:]


def _of_control(place: str, body: bytes) -> Revelations:
    if normal_control(body[4:]) != body[4:]:
        yield Revelation("other", place, "delay of a frame", shown(body[20:24]) or "in an unusual form")


_READERS: Final[dict[str, Callable[[str, bytes], Revelations]]] = {
    "iCCP": _of_profile,
    "caBX": of_credentials,
    "tIME": _of_time,
    "fcTL": _of_control,
    "acTL": _of_plays,
}


def _of_whole(facts: PngFacts) -> Revelations:
    """What only the chunks together tell."""
    names = [piece.name for piece in facts.walk.pieces]
    for name in sorted(_ONCE):
        if names.count(name) > 1:
            yield Revelation("other", f"PNG {name}", "more than one", str(names.count(name)))
    for name in dict.fromkeys(facts.strays):
        yield Revelation("inside", f"PNG {name}", "pictures that no viewer shows", str(facts.strays.count(name)))
    yield from _of_texts(facts)
    if facts.doubts:
        return
    for hidden in dict.fromkeys(facts.pixels.hidden):
        yield Revelation("inside", "coded picture", "hidden data", hidden)
    for frame in facts.frames:
        if frame.length != len(frame.stream) and not facts.pixels.hidden:
            behind = frame.stream[frame.length :]
            yield Revelation("inside", "coded picture", "bytes behind the picture", shown(behind))
    yield from _of_tables(facts, names)


def _of_tables(facts: PngFacts, names: list[str]) -> Revelations:
    normal = tables(facts)
    for name, body in (("PLTE", normal.palette), ("tRNS", normal.alphas), ("bKGD", normal.ground)):
        there = facts.walk.first(name)
        if there is not None and there != body:
            yield Revelation("other", f"PNG {name}", "values no pixel uses", shown(there))
    if "IDAT" in names:
        late = set(names[names.index("IDAT") :]) & {"PLTE", "tRNS", "bKGD", "pHYs", "iCCP", *STATEMENTS}
        for name in sorted(late):
            yield Revelation("other", f"PNG {name}", "behind the picture", "not looked at by viewers")
    if "iCCP" in names and "sRGB" in names:
        yield Revelation("other", "PNG sRGB", "beside a colour profile", "not looked at by viewers")
    shape = facts.walk.first("pHYs")
    if shape is not None:
        across, down = pixel_shape(shape)
        plain = down.to_bytes(4, "big") + across.to_bytes(4, "big") + b"\0"
        if shape != plain or across == down:
            yield Revelation("device", "PNG pHYs", "resolution", shape.hex())


def _of_texts(facts: PngFacts) -> Revelations:
    for name, keyword, text in all_texts(facts.walk):
        place, label = f"PNG {name}", shown(keyword)
        kind, block = raw_block(keyword, text)
        if keyword == "XML:com.adobe.xmp" or kind == "xmp":
            yield from of_xmp(place, block or text)
        elif kind in ("exif", "app1") and not block.startswith(b"http:"):
            yield from of_exif(f"{place} {label}", b"Exif\0\0" + block.removeprefix(b"Exif\0\0"), [])
        elif kind in ("iptc", "8bim"):
            yield from of_photoshop(f"{place} {label}", block)
        elif kind:
            yield from of_xmp(f"{place} {label}", block)
        else:
            yield Revelation(group_of(keyword), place, label, shown(text))
