"""Which kind of file this is, from its first bytes alone; a name or a declared type is never asked."""

from __future__ import annotations

from typing import Final

HEAD_SIZE: Final = 1024  # bytes of a file that are enough to tell

_MP4_BRANDS: Final = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 MSNV M4VH M4VP 3gp4 3gp5 3gp6 3gp7".split()
) | {b"M4V "}
_HEIF_BRANDS: Final = {
    **dict.fromkeys(b"heic heix heim heis hevc hevx hevm hevs".split(), "image/heic"),
    **dict.fromkeys((b"avif", b"avis", b"avio"), "image/avif"),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1", b"miaf", b"MiHE", b"MiHB", b"jpeg", b"jpgs"), "image/heif"),
}
_OLD_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"pnot"})  # files older than the ftyp box
_RIFF: Final = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_LONG_RIFF: Final = (b"RF64", b"BW64")  # WAVE of more than 4 GiB (EBU Tech 3306, ITU-R BS.2088)
_STARTS: Final = (
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (b"FOVb", "image/x-sigma-x3f"),
    (b"\x00MRM", "image/x-minolta-mrw"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", "image/x-canon-crw"),
    (b"IIRO", "image/x-olympus-orf"),
    (b"IIRS", "image/x-olympus-orf"),
    (b"MMOR", "image/x-olympus-orf"),
    (b"IIU\x00", "image/x-panasonic-rw2"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
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
    if head[:3] == b"ID3" and _behind_tag(head) == b"fLaC":
        return "audio/flac"
    for start, kind in _STARTS:
        if head.startswith(start):
            return _raw_of(head) if kind == "image/tiff" else kind
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12])
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[:4] in _LONG_RIFF and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"\x42\x82\x84webm" in head[:64] else "video/x-matroska"
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    if any(_is_transport(head, step, place) for step, place in _TS_STEPS):
        return "video/mp2t"
    return "audio/mpeg" if _is_mpeg_audio(head) else ""


<<<<<<< HEAD
def _behind_tag(head: bytes) -> bytes:
    """Four bytes behind an ID3v2 tag that ends within ``head``."""
    if len(head) < 10:
        return b""
    size = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + (10 if head[5] & 0x10 else 0)
    return head[size : size + 4]
=======
def _raw_of(head: bytes) -> str:
    """Camera raws that a mark behind the TIFF header names; of others the reader of TIFF tells."""
    if head[8:11] == b"CR\x02":
        return "image/x-canon-cr2"
    return "image/x-phaseone-iiq" if head[8:12] in (b"IIII", b"MMMM") else "image/tiff"
>>>>>>> tiff


def _of_brand(brand: bytes) -> str:
    if brand == b"crx ":
        return "image/x-canon-cr3"
    if brand == b"qt  ":
        return "video/quicktime"
    return "video/mp4" if brand in _MP4_BRANDS else _HEIF_BRANDS.get(brand, "")


def _is_transport(head: bytes, step: int, place: int) -> bool:
    marks = head[place::step]
    return len(marks) >= 3 and set(marks) == {0x47}


def _is_mpeg_audio(head: bytes) -> bool:
    """A frame header of layer III (ISO/IEC 11172-3 clause 2.4.1.3, 13818-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate, frequency = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in (0, 15) and frequency != 3
