"""What a GIF gives away. CLEAN only if every block is one that a copy holds, in the form a copy holds it in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.media.blocks import of_credentials, of_profile, of_xmp
from witnesskit.media.colours_gif import screen_colours, without_unused
from witnesskit.media.groups import group_of, shown
from witnesskit.media.readable import runs, table
from witnesskit.media.trailing import after_picture
from witnesskit.media.walk_gif import Block, GifWalk, Picture, walk_gif
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_READABLE: Final = table(bytes(range(0x20, 0x7F)))
_TEXT_MIN: Final = 8  # bytes of colours that read as a text
_LOOPS: Final = ("application NETSCAPE2.0", "application ANIMEXTS1.0")
_PROFILE: Final = "application ICCRGBG1012"

Revelations = Iterator[Revelation]


def inspect_gif(reader: SeekableReader) -> Inspection:
    """Inspect the GIF in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    walk = walk_gif(reader)
    revelations = [one for block in walk.blocks for one in _of_block(block)]
    revelations += _of_whole(walk)
    if walk.end:
        revelations += after_picture(reader, walk.end)
    elif not walk.doubts:
        revelations.append(Revelation("other", "GIF", "no trailer", "the file may have been cut"))
    found = Finding.FOUND if revelations else Finding.CLEAN
    facts: dict[str, Json] = {
        "width": int.from_bytes(walk.screen[6:8], "little"),
        "height": int.from_bytes(walk.screen[8:10], "little"),
        "orientation": 1,
        "coding": walk.screen[:6].decode("latin-1"),
        "frames": len(walk.pictures),
    }
    return Inspection(
        finding=Finding.UNKNOWN if walk.doubts else found,
        media_type="image/gif",
        revelations=tuple(dict.fromkeys(revelations)),
        reason="; ".join(walk.doubts),
        facts=facts,
    )


def _of_block(block: Block) -> Revelations:
    place, data = f"GIF {shown(block.name)}", block.data
    if block.label == 0xF9:
        yield from _of_control(place, block)
    elif block.name == _PROFILE:
        yield from of_profile(place, b"".join(block.parts[1:]))
        yield from _of_cut(place, block.parts[1:])
    elif block.name in _LOOPS:
        plain = len(block.parts) == 2 and len(block.parts[1]) == 3 and block.parts[1][0] == 1
        if block.name != _LOOPS[0] or not plain:
            yield Revelation(
                "software", place, "loops in an unusual form", shown(b"".join(block.parts[1:])) or "loops"
            )
    elif block.name.startswith("application XMP Data"):
        yield from of_xmp(place, _raw(block.parts[1:]))
    elif block.name.startswith("application C2PA_GIF"):
        yield from of_credentials(place, b"".join(block.parts[1:]))
    elif block.label == 0xFE:
        yield Revelation(group_of(shown(data), "other"), place, "comment", shown(data) or f"{len(data)} bytes")
    else:
        yield Revelation("other", place, "block no viewer needs", shown(data[:400]) or f"{len(data)} bytes")


def _raw(parts: tuple[bytes, ...]) -> bytes:
    """Bytes as they stand in the file: XMP is written across the length bytes of sub-blocks."""
    return b"".join(bytes([len(part)]) + part for part in parts)


def _of_control(place: str, block: Block) -> Revelations:
    body = block.parts[0] if block.parts else b""
    exact = len(block.parts) == 1 and len(body) == 4
    if not exact or body[0] & 0xE2 or (not body[0] & 1 and body[3]):
        yield Revelation(
            "other", place, "bits that mean nothing", shown(block.data) or block.data[:8].hex() or "empty"
        )


def _of_cut(place: str, parts: tuple[bytes, ...]) -> Revelations:
    if any(len(part) != 255 for part in parts[:-1]):
        yield Revelation("other", place, "sub-blocks of unusual sizes", f"{len(parts)} sub-blocks")


def _of_whole(walk: GifWalk) -> Revelations:
    """What only the blocks together tell."""
    if walk.orphans:
        yield Revelation("other", "GIF graphic control", "belongs to no picture", str(walk.orphans))
    names = [block.name for block in walk.blocks]
    for name in (*_LOOPS, _PROFILE):
        if names.count(name) > 1:
            yield Revelation("other", f"GIF {name}", "more than one", str(names.count(name)))
    if _LOOPS[0] in names and len(walk.pictures) == 1:
        yield Revelation("other", f"GIF {_LOOPS[0]}", "loops of a still picture", "of no effect")
    if not walk.screen or walk.doubts:
        return
    if walk.screen[12] == 49 or walk.screen[11] >= max(1, len(walk.colours) // 3):
        yield Revelation("other", "GIF screen", "values in an unusual form", walk.screen[11:].hex())
    yield from _of_colours(walk.colours, screen_colours(walk))
    for picture in walk.pictures:
        yield from _of_picture(picture)


def _of_colours(colours: bytes, used: bytes) -> Revelations:
    places = range(0, len(colours), 3)
    unused = b"".join(colours[at : at + 3] for at in places if colours[at : at + 3] != used[at : at + 3])
    if unused:
        text = b" ".join(unused[start:end] for start, end in runs(unused, _READABLE, _TEXT_MIN))
        yield Revelation("other", "GIF colours", "values no pixel uses", shown(text) or f"{len(unused) // 3} colours")


def _of_picture(picture: Picture) -> Revelations:
    if picture.flags & 0x38 or (not picture.flags & 0x80 and picture.flags & 7):
        yield Revelation("other", "GIF picture", "bits that mean nothing", f"{picture.flags:02x}")
    yield from _of_colours(picture.colours, without_unused(picture))
    coded = b"".join(picture.parts)
    if coded != picture.codes.exact:
        behind = coded[len(picture.codes.exact) - 2 :] if len(coded) >= len(picture.codes.exact) else b""
        yield Revelation(
            "inside", "coded picture", "codes behind the picture", shown(behind) or f"{len(behind)} bytes"
        )
    yield from _of_cut("coded picture", picture.parts)
