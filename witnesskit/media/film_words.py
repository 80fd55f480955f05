"""Words in the numbers of a film's index: where a clean film has fields of a free value, text is somebody's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.groups import shown
from witnesskit.media.walk_isobmff import Node
from witnesskit.media_model import Revelation

_SIGN: Final = "[A-Za-z0-9 +./:_@-]"
_PAIRS: Final = f"(?:{_SIGN}\\0){{6,}}|(?:\\0{_SIGN}){{6,}}"
WORDS: Final = re.compile(f"{_SIGN}{{8,}}|{_PAIRS}".encode())
LONG_WORDS: Final = re.compile(f"{_SIGN}{{10,}}|{_PAIRS}".encode())
# places of samples and their sizes are numbers of every value; the others have readers that know their texts
_NUMBERS: Final = frozenset(
    ["mvhd", "tkhd", "mdhd", "elst", "cslg", "sgpd", "sbgp", "stts", "ctts", "stss", "stps", "vmhd", "smhd", "dref"]
)
_UNITY: Final = b"".join(number.to_bytes(4, "big") for number in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
_FIXED: Final = {  # what these boxes are in every clean film, behind version and flags
    "vmhd": (bytes(8),),
    "smhd": (bytes(4),),
    "dref": (b"\0\0\0\1\0\0\0\x0curl \0\0\0\1", b"\0\0\0\1\0\0\0\x0calis\0\0\0\1"),
}
_FLAGS: Final = {"vmhd": 1, "tkhd": 15}


def words_in(node: Node, *, again: bool = False) -> Iterator[Revelation]:
    """Words among numbers, numbers where there is nothing to choose, and a matrix that turns no picture.

    ``again``: edit lists may say that players begin again, as those of image sequences do.
    """
    if node.kind in _NUMBERS:
        found = WORDS.search(node.body)
        if found:
            yield Revelation("other", node.path, "words among numbers", shown(found[0][:400]) or found[0].hex())
        yield from _fixed(node, again=again)


def _fixed(node: Node, *, again: bool) -> Iterator[Revelation]:
    wide = node.body[:1] == b"\1"
    flags = int.from_bytes(node.body[1:4], "big")
    if flags & ~_FLAGS.get(node.kind, int(again and node.kind == "elst")):
        yield Revelation("other", node.path, "flags of no known use", f"{flags:06x}")
    if node.kind in _FIXED and node.body[4:] not in _FIXED[node.kind]:
        yield Revelation("other", node.path, "fields that are not as in a clean film", node.body[4:84].hex())
    if node.kind == "mvhd":
        start = 32 if wide else 20
        if node.body[start : start + 6] != b"\0\1\0\0\1\0" or node.body[start + 16 : start + 52] != _UNITY:
            yield Revelation("other", node.path, "fields that are not as in a clean film", node.body[start:].hex())
    if node.kind == "tkhd":
        start = 52 if wide else 40
        yield from _matrix(node, node.body[start : start + 36])


def _matrix(node: Node, raw: bytes) -> Iterator[Revelation]:
    numbers = [int.from_bytes(raw[at : at + 4], "big", signed=True) for at in range(0, 36, 4)]
    limits = (64 << 16, 64 << 16, 0, 64 << 16, 64 << 16, 0, 1 << 30, 1 << 30, 1 << 30)
    if any(abs(number) > limit for number, limit in zip(numbers, limits, strict=True)) or numbers[8] % (1 << 30):
        yield Revelation("other", node.path, "a matrix that turns no picture", shown(raw) or raw.hex())
