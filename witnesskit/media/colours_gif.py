"""Colour tables of a GIF with nothing in them that no pixel uses."""

from __future__ import annotations

from witnesskit.media.walk_gif import GifWalk, Picture


def without_unused(picture: Picture) -> bytes:
    """The own colours of a picture, unused entries zero."""
    return _kept(picture.colours, _named(picture))


def screen_colours(walk: GifWalk) -> bytes:
    """The global colours, unused entries zero; the background counts as used."""
    named = {background(walk)}
    for picture in walk.pictures:
        if not picture.colours:
            named |= _named(picture)
    return _kept(walk.colours, named)


def background(walk: GifWalk) -> int:
    """Index of the background colour, 0 where it names none."""
    return walk.screen[11] if walk.screen[11] < len(walk.colours) // 3 else 0


def _named(picture: Picture) -> set[int]:
    return {*picture.codes.used, picture.clear_index}


def _kept(colours: bytes, named: set[int]) -> bytes:
    out = bytearray(len(colours))
    for index in named:
        if 0 <= index < len(colours) // 3:
            out[3 * index : 3 * index + 3] = colours[3 * index : 3 * index + 3]
    return bytes(out)
