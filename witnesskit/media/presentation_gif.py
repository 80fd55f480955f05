"""How a GIF is shown: screen, colours, places, timing, loops."""

from __future__ import annotations

from witnesskit.digest import sha256_hex
from witnesskit.formats.strict_json import canonical
from witnesskit.media.colours_gif import background, screen_colours, without_unused
from witnesskit.media.essence_gif import understood
from witnesskit.media.walk_gif import GifWalk, Picture
from witnesskit.media.walk_icc import walk_icc
from witnesskit.model import SeekableReader

_LOOPS = ("application NETSCAPE2.0", "application ANIMEXTS1.0")


def presentation_gif(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia`` or ``MediaTooLarge``."""
    walk = understood(reader)
    screen = walk.screen
    document = {
        "definition": "gif-presentation",
        "screen": [int.from_bytes(screen[6:8], "little"), int.from_bytes(screen[8:10], "little")],
        "aspect": screen[12] if screen[12] != 49 else 0,
        "background": background(walk),
        "colours": screen_colours(walk).hex(),
        "frames": sha256_hex(b"".join(_frame(picture) for picture in walk.pictures)),
        "loops": _loops(walk),
        "icc": _colours(walk),
    }
    return sha256_hex(canonical(document))


def _frame(picture: Picture) -> bytes:
    own, control = without_unused(picture), picture.control[:4]
    if control:
        control = bytes([control[0] & 0x1D]) + control[1:3] + bytes([control[3] if control[0] & 1 else 0])
    interlaced = picture.flags >> 6 & 1
    return picture.place + bytes([interlaced, len(control)]) + control + len(own).to_bytes(2, "big") + own


def _loops(walk: GifWalk) -> int:
    """How often an animation is repeated (0: endlessly); -1 where nothing is said or nothing moves."""
    said = -1
    for block in walk.blocks:
        counts = [part[1:3] for part in block.parts[1:] if block.name in _LOOPS and part[0] == 1 and len(part) > 2]
        said = int.from_bytes(counts[0], "little") if counts else said
    return said if len(walk.pictures) > 1 else -1


def _colours(walk: GifWalk) -> str:
    profiles = [block.parts[1:] for block in walk.blocks if block.name == "application ICCRGBG1012"]
    return walk_icc(b"".join(profiles[0])).colour_sha256 if profiles else ""
