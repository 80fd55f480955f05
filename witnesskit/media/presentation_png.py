"""How a PNG is shown: size, colours, palette, transparency, turn, and the timing of its frames."""

from __future__ import annotations

from witnesskit.digest import sha256_hex
from witnesskit.formats.strict_json import canonical
from witnesskit.media.colour_png import STATEMENTS, in_range, pixel_shape, said
from witnesskit.media.inspect_png import normal_control
from witnesskit.media.palette_png import tables
from witnesskit.media.picture_png import understood
from witnesskit.media.texts_png import orientation_png, unpacked
from witnesskit.media.walk_icc import walk_icc
from witnesskit.media.walk_png import PngWalk
from witnesskit.model import SeekableReader


def presentation_png(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia`` or ``MediaTooLarge``."""
    facts = understood(reader)
    walk, found = facts.walk, tables(facts)
    icc = _colours(walk)
    said_of_colour = {name: said(walk, name) for name in STATEMENTS if in_range(name, said(walk, name))}
    if icc:
        said_of_colour.pop("sRGB", None)
    controls = [normal_control(frame.control) for frame in facts.frames if frame.control]
    document = {
        "definition": "png-presentation",
        "header": walk.pieces[0].body.hex(),
        "orientation": orientation_png(walk),
        "aspect": list(pixel_shape(said(walk, "pHYs"))),
        "colours": {name: body.hex() for name, body in said_of_colour.items()},
        "icc": icc,
        "palette": found.palette.hex(),
        "transparency": found.alphas.hex(),
        "background": found.ground.hex(),
        "plays": facts.plays,
        "frames": sha256_hex(b"".join(controls)),
        "first": bool(facts.frames[0].control),
    }
    return sha256_hex(canonical(document))


def _colours(walk: PngWalk) -> str:
    """Colour digest of the profile; empty if there is none, or none that a copy can keep."""
    profile = said(walk, "iCCP")
    return walk_icc(unpacked(profile.partition(b"\0")[2][1:])).colour_sha256 if profile else ""
