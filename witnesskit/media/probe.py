"""Which kind of file this is, from its first bytes alone; a name or a declared type is never asked."""

from __future__ import annotations

from typing import Final

from witnesskit.model import SeekableReader

HEAD_SIZE: Final = 1024  # bytes of a file that are enough to tell

_MP4_BRANDS: Final = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isoc mp41 mp42 mp71 avc1 avc3 hvc1 hev1 av01 dby1 dash "
    b"msdh msix cmfc cmf2 cmff cmfs MSNV M4VH M4VP M4A M4B M4P M4V F4V F4P F4A F4B f4v XAVC CAEP kddi mmp4 NDSC NDSM "
    b"NDSH NDXC NDXM NDXH NDSP NDSS NDXP NDXS ndsc pana piff ccff uvvu dvr1 3gp1 3gp2 3gp3 3gp4 3gp5 3gp6 3gp7 3gp8 "
    b"3gp9 3ge6 3ge7 3ge9 3gg6 3gg9 3gh9 3gm9 3gr6 3gr9 3gs6 3gs7 3gs9 3gt9 3g2a 3g2b 3g2c".split()
)
_HEIF_BRANDS: Final = {
    **dict.fromkeys(b"heic heix heim heis hevc hevx hevm hevs".split(), "image/heic"),
    **dict.fromkeys((b"avif", b"avis", b"avio"), "image/avif"),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1", b"miaf", b"MiHE", b"MiHB", b"jpeg", b"jpgs"), "image/heif"),
}
_OTHER_BRANDS: Final = frozenset({b"jp2 ", b"jpx ", b"jpm ", b"mjp2", b"mj2s", b"crx ", b"jxl "})  # pictures
_FILM_BOXES: Final = frozenset({b"moov", b"mdat", b"moof", b"wide"})
# files older than the ftyp box begin with one of these
_OLD_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"})
_LONG_RIFF: Final = (b"RF64", b"BW64")  # WAVE of more than 4 GiB (EBU Tech 3306, ITU-R BS.2088)
_RIFF: Final = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (b"FOVb", "image/x-sigma-x3f"),
    (b"\x00MRM", "image/x-minolta-mrw"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", "image/x-canon-crw"),
    (b"IIRO", "image/x-olympus-orf"),
    (b"IIRS", "image/x-olympus-orf"),
    (b"MMOR", "image/x-olympus-orf"),
    (b"IIU\x00", "image/x-panasonic-rw2"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"APETAGEX", "audio/mpeg"),
)
_TS_STEPS: Final = ((188, 0), (192, 4))  # bytes of a packet, place of its sync byte (ISO/IEC 13818-1; BDAV)


def media_type(head: bytes) -> str:
    """The kind of file that begins with ``head`` (``HEAD_SIZE`` bytes, or all of a shorter file); empty if unknown.

    Kinds that no rewriter takes are named too: the table of rewriters refuses, not this.
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return _LOOK_FURTHER.get(kind, _as_it_is)(head, kind)
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    return _of_riff(head) or _of_stream(head)


def kind_of(reader: SeekableReader) -> str:
    """As ``media_type``, with a look behind a long ID3v2 tag: some programs put one before FLAC."""
    head = reader.read_at(0, HEAD_SIZE)
    kind = media_type(head)
    if kind != "audio/mpeg" or head[:3] != b"ID3" or len(head) < 10:
        return kind
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    mark = reader.read_at(10 + size + (10 if head[5] & 0x10 else 0), 4)
    return "audio/flac" if mark == b"fLaC" else kind


def _as_it_is(_: bytes, kind: str) -> str:
    return kind


def _of_raw(head: bytes, kind: str) -> str:
    """Camera raws that a mark behind the TIFF header names; of others the reader of TIFF tells."""
    if head[8:11] == b"CR\x02":
        return "image/x-canon-cr2"
    return "image/x-phaseone-iiq" if head[8:12] in (b"IIII", b"MMMM") else kind


def _of_tag(head: bytes, kind: str) -> str:
    """What stands behind an ID3v2 tag that ends within ``head``: FLAC, or sound as MPEG codes it."""
    if head[:3] != b"ID3":
        return kind
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9] if len(head) >= 10 else 0
    place = 10 + size + (10 if head[5:6] and head[5] & 0x10 else 0)
    return "audio/flac" if head[place : place + 4] == b"fLaC" else kind


_LOOK_FURTHER: Final = {"image/tiff": _of_raw, "audio/mpeg": _of_tag}


def _of_riff(head: bytes) -> str:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    return "audio/wav" if head[:4] in _LONG_RIFF and head[8:12] == b"WAVE" else ""


def _of_stream(head: bytes) -> str:
    """Kinds that have no mark of their own at the start, or a long one."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"\x42\x82\x84webm" in head[:64] else "video/x-matroska"
    if any(_is_transport(head, step, place) for step, place in _TS_STEPS):
        return "video/mp2t"
    if _is_mpeg_audio(head):
        return "audio/mpeg"
    return "video/mp2t" if any(_begins_inside(head, step, place) for step, place in _TS_STEPS) else ""


def _of_brands(head: bytes) -> str:
    """By the first brand if it is known, else by those it says to be compatible with, else by the boxes behind."""
    first, size = head[8:12], int.from_bytes(head[:4], "big")
    known = _of_brand(first)
    if known or first in _OTHER_BRANDS:
        return known
    others = [_of_brand(head[place : place + 4]) for place in range(16, min(size, len(head) - 3), 4)]
    for kind in others:
        if kind.startswith("image/"):
            return kind
    return "video/mp4" if any(others) else _of_boxes(head, size)


def _of_boxes(head: bytes, place: int) -> str:
    """A film, if one of the boxes in ``head`` behind the brands is its index or its media."""
    while 8 <= place <= len(head) - 8:
        if head[place + 4 : place + 8] in _FILM_BOXES:
            return "video/mp4"
        place += max(8, int.from_bytes(head[place : place + 4], "big"))
    return ""


def _of_brand(brand: bytes) -> str:
    if brand == b"qt  ":
        return "video/quicktime"
    if brand == b"crx ":
        return "image/x-canon-cr3"
    return "video/mp4" if brand.rstrip(b" \0") in _MP4_BRANDS else _HEIF_BRANDS.get(brand, "")


def _is_transport(head: bytes, step: int, place: int) -> bool:
    marks = head[place::step]
    return len(marks) >= 3 and set(marks) == {0x47}


def _begins_inside(head: bytes, step: int, place: int) -> bool:
    """A recording of a broadcast that begins inside a packet."""
    rows = (head[start + place :: step] for start in range(1, step))
    return any(len(marks) > 3 and set(marks) == {0x47} for marks in rows)


def _is_mpeg_audio(head: bytes) -> bool:
    """A frame header of layer III (ISO/IEC 11172-3 clause 2.4.1.3, 13818-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate, frequency = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in (0, 15) and frequency != 3
