"""Packets of MPEG audio, AC-3, E-AC-3 and DTS as the inspector reads them: whole frames, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from witnesskit.media.ts_mpeg import free_behind

_KILOBITS: Final = {
    "1/1": "0 32 64 96 128 160 192 224 256 288 320 352 384 416 448",
    "1/2": "0 32 48 56 64 80 96 112 128 160 192 224 256 320 384",
    "1/3": "0 32 40 48 56 64 80 96 112 128 160 192 224 256 320",
    "2/1": "0 32 48 56 64 80 96 112 128 144 160 176 192 224 256",
    "2/2": "0 8 16 24 32 40 48 56 64 80 96 112 128 144 160",
}
_AC3: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_NAMED: Final = re.compile(rb"(LAME|Lavc|Lavf|L3)[\d.a-z ]{0,7}\x00{0,7}|\x00{9}")
_FREE: Final = re.compile(rb"[\x20-\x7e]{6,}|(?:[\x20-\x7e]\0){4,}|(?:\0[\x20-\x7e]){4,}")
_WORD: Final = re.compile(rb"[\x20-\x7e]{6}")


def strange_sound(codec: str, packet: bytes) -> tuple[bytes, bool]:
    """Bytes of ``packet`` that are no sound (empty if there are none), and whether it is a table for seeking."""
    size_of = {"A_MP": _mpeg, "A_AC": _ac3, "A_EA": _ac3, "A_DT": _dts}.get(codec[:4])
    if size_of is None:
        return b"", False
    place, tables = 0, 0
    while place < len(packet):
        size = size_of(packet[place : place + 16])
        if not size:
            return packet[place:].strip(b"\0"), False
        if size_of is _mpeg:
            table, spare = _table(packet[place : place + size])
            spare = spare or _words_behind(packet[place : place + size])
            if spare:
                return spare, False
            tables += table
        place += size
    return b"", tables > 0


def _mpeg(head: bytes) -> int:
    bits = int.from_bytes(head[:4], "big")
    if len(head) < 4 or bits >> 21 != 0x7FF:
        return 0
    version = {0: 4, 2: 2, 3: 1}.get(bits >> 19 & 3)
    layer = {1: 3, 2: 2, 3: 1}.get(bits >> 17 & 3)
    rate, sampling = bits >> 12 & 15, {0: 44_100, 1: 48_000, 2: 32_000}.get(bits >> 10 & 3)
    if not version or not layer or not sampling or rate in (0, 15):
        return 0
    row = f"1/{layer}" if version == 1 else f"2/{1 if layer == 1 else 2}"
    kilobits, padding = int(_KILOBITS[row].split()[rate]), bits >> 9 & 1
    samples = 384 if layer == 1 else 576 if layer == 3 and version > 1 else 1152
    slot = 4 if layer == 1 else 1
    return (samples // 8 * 1000 * kilobits // slot // (sampling // version) + padding) * slot


def _words_behind(frame: bytes) -> bytes:
    """Words behind the samples of layers I and II; empty if there are none."""
    free = free_behind(frame) if len(frame) > 4 and frame[1] & 6 != 2 else 0
    found = _FREE.search(frame[(8 * len(frame) - free) // 8 :] if free else b"")
    return found.group() if found else b""


def _table(frame: bytes) -> tuple[bool, bytes]:
    """Whether a frame is a table for seeking instead of sound, and what in it does not belong to one."""
    if len(frame) < 42 or frame[1] & 6 != 2:
        return False, b""
    if frame[36:40] == b"VBRI":
        return True, frame[36:]
    side = 36 if frame[1] & 8 else 21
    if frame[3] & 0xC0 == 0xC0:
        side = 21 if frame[1] & 8 else 13
    if frame[side : side + 4] not in (b"Xing", b"Info"):
        return False, b""
    spare, flags, place = frame[6:side].strip(b"\0"), frame[side + 7], side + 8
    place += 4 * ((flags & 1) + (flags >> 1 & 1))
    if flags & 4:
        steps = frame[place : place + 100]
        spare += b"" if list(steps) == sorted(steps) else steps
        place += 100
    place += 4 if flags & 8 else 0
    name, numbers, rest = frame[place : place + 9], frame[place + 9 : place + 36], frame[place + 36 :]
    spare += b"" if _NAMED.fullmatch(name) else name
    spare += numbers if _WORD.search(numbers) else b""
    return True, spare + rest.strip(b"\0\x55\xaa\xff")


def _ac3(head: bytes) -> int:
    if head[:2] != b"\x0b\x77" or len(head) < 6:
        return 0
    if head[5] > 0x57:
        return (int.from_bytes(head[2:4], "big") & 0x7FF) * 2 + 2
    sampling, code = head[4] >> 6, head[4] & 63
    if sampling == 3 or code > 37:
        return 0
    rate = _AC3[code // 2]
    return (2 * (rate * 960 * 100 // 44_100 // 1 + code % 2), 4 * rate, 6 * rate)[(1, 0, 2)[sampling]]


def _dts(head: bytes) -> int:
    text = "".join(f"{byte:08b}" for byte in head.ljust(16, b"\0"))
    if head[:4] == b"\x7f\xfe\x80\x01":
        return int(text[46:60], 2) + 1
    if head[:4] == b"\x64\x58\x20\x25":
        return int(text[55:75] if text[42] == "1" else text[51:67], 2) + 1
    return 0
