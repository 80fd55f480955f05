"""Palette, transparency and background of a PNG with nothing in them that no pixel uses."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.media.colour_png import ground, key_colour, said, see_through_colour
from witnesskit.media.picture_png import PngFacts


@dataclass(frozen=True)
class Tables:
    """Bodies of PLTE, tRNS and bKGD in the form a copy has; empty: no such chunk."""

    palette: bytes
    alphas: bytes
    ground: bytes


def tables(facts: PngFacts) -> Tables:
    """What the chunks of ``facts`` come to, given what the pixels use."""
    walk, pixels = facts.walk, facts.pixels
    if walk.head.colour != 3:
        colour = see_through_colour(walk)
        if key_colour(walk) and not pixels.key_used:
            colour = b""
        shows_through = walk.head.colour > 3 or colour
        return Tables(b"", colour, ground(said(walk, "bKGD"), walk.head, 0) if shows_through else b"")
    palette, alphas = walk.first("PLTE") or b"", said(walk, "tRNS")
    if len(alphas) > pixels.palette:
        alphas = b""
    alphas = bytes(255 if index not in pixels.used else alpha for index, alpha in enumerate(alphas))
    while alphas.endswith(b"\xff"):
        alphas = alphas[:-1]
    backdrop = ground(said(walk, "bKGD"), walk.head, pixels.palette) if alphas else b""
    shown = pixels.used | set(backdrop)
    colours = bytearray(palette[: 3 * pixels.palette])
    for index in set(range(pixels.palette)) - shown:
        colours[3 * index : 3 * index + 3] = bytes(3)
    return Tables(bytes(colours), alphas, backdrop)
