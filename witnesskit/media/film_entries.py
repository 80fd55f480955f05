"""What a sample description gives away, and what the inspector must know to look into the samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.film_configs import decoder_bytes, resilient, spare_bytes
from witnesskit.media.film_words import LONG_WORDS, WORDS
from witnesskit.media.groups import shown
from witnesskit.media.walk_icc import walk_icc
from witnesskit.media.walk_isobmff import Node
from witnesskit.media_model import Revelation

_VIDEO: Final = {
    "h264": "avc1 avc3 dva1 dvav",
    "hevc": "hvc1 hev1 dvh1 dvhe",
    "av1": "av01",
    "vpx": "vp08 vp09",
    "mpeg4": "mp4v",
    "h263": "s263",
    "mjpeg": "jpeg mjpa",
    "prores": "apch apcn apcs apco ap4h ap4x",
}
_AUDIO: Final = {
    "mp4a": "mp4a",
    "coded": "ac-3 ec-3 Opus alac samr sawb fLaC sqcp sevc ssmv",
    "pcm": "sowt twos raw_ NONE in24 in32 fl32 fl64 ulaw alaw lpcm ipcm fpcm",
}
_CODING: Final = {
    name.replace("_", " "): coding for coding, names in (_VIDEO | _AUDIO).items() for name in names.split()
}
_WIDTHS: Final = {"in24": 3, "in32": 4, "fl32": 4, "fl64": 8, "ulaw": 1, "alaw": 1}
# boxes a decoder needs, and their lengths where they have one (0: any)
_NEEDED: Final = {
    "avcC": 0, "avcE": 0, "hvcC": 0, "hvcE": 0, "lhvC": 0, "av1C": 0, "vpcC": 12, "esds": 0, "d263": 7, "colr": 0,
    "pasp": 8, "clap": 32, "fiel": 2, "gama": 4, "mdcv": 24, "clli": 4, "SmDm": 28, "CoLL": 8, "amve": 8, "dvcC": 24,
    "dvvC": 24, "dvwC": 24, "st3d": 5, "wave": 0, "chan": 16, "dac3": 3, "dec3": 0, "dOps": 0, "alac": 0, "damr": 9,
    "dqcp": 6, "devc": 6, "dsmv": 6, "dfLa": 42, "chnl": 0, "sv3d": 0,
    "pcmC": 6, "SA3D": 0, "srat": 8, "enda": 2,
}  # fmt: skip
_STREAM_FACTS: Final = re.compile(rb"\A\0{4}\x80\0\0\x22")
_LENGTH_AT: Final = {"avcC": 4, "hvcC": 21}  # place of the length of unit prefixes


@dataclass
class EntryFacts:
    """What one track's descriptions say."""

    coding: str = ""
    name: str = ""
    frame_size: int = 0
    length: int = 4  # bytes of NAL length prefixes
    width: int = 0
    height: int = 0
    config: bytes = b""  # avcC, hvcC, av1C; of MPEG-4 pictures the decoder's own bytes
    revelations: list[Revelation] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def read_entries(node: Node, handler: str, quicktime: bool) -> EntryFacts:
    """Facts of the stsd box ``node``; never raises on content."""
    facts = EntryFacts()
    found = list(_boxes(node.body, 8))
    if not found or len(found) != int.from_bytes(node.body[4:8], "big"):
        facts.doubts.append(f"{node.path} does not hold what it says")
    for kind, body in found:
        _words(facts, f"{node.path}/{kind}", body, 78 if handler == "vide" else 0)
        coding = _CODING.get(kind, "")
        if not coding or (coding in _AUDIO) != (handler == "soun"):
            facts.doubts.append(f"{node.path}: coding {shown(kind)} is not known")
            continue
        if facts.coding and facts.coding != coding:
            facts.doubts.append(f"{node.path}: two codings in one track")
        facts.coding, facts.name = coding, kind
        longer = quicktime or node.body[0] == 0
        start = _video(facts, node.path, body) if handler == "vide" else _audio(facts, node.path, body, longer)
        for child, inner in _boxes(body, start):
            _child(facts, f"{node.path}/{kind}", child, inner)
    return facts


def _boxes(data: bytes, place: int) -> Iterator[tuple[str, bytes]]:
    """Boxes of ``data``; what cannot be a box comes as one of type "(rest)"."""
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size < 8 or place + size > len(data):
            break
        yield data[place + 4 : place + 8].decode("latin-1"), data[place + 8 : place + size]
        place += size
    if any(data[place:]):
        yield "(rest)", data[place:]


def _words(facts: EntryFacts, path: str, body: bytes, start: int) -> None:
    """Words among the numbers of a description; ``start``: where boxes begin that are looked into one by one."""
    found = (WORDS if start else LONG_WORDS).search(body[: start or len(body)])
    _say(facts, "other", path, "words among numbers", found[0] if found else b"")
    found = None if start else WORDS.search(body[body.find(b"esds") + 4 :][: 30 * (b"esds" in body)])
    _say(facts, "other", path, "words among numbers", found[0] if found else b"")
    for kind, inner in _boxes(body, start) if start else ():
        packed = kind in ("avcC", "avcE", "hvcC", "hvcE", "lhvC", "av1C")
        head = inner[: 30 if kind == "esds" else len(inner)]  # what follows is read unit by unit
        found = None if head[:4] in (b"prof", b"rICC") else (LONG_WORDS if packed else WORDS).search(head)
        _say(facts, "other", f"{path}/{kind}", "words among numbers", found[0] if found else b"")


def _say(facts: EntryFacts, group: str, path: str, name: str, raw: bytes) -> None:
    if any(raw):
        facts.revelations.append(Revelation(group, path, name, shown(raw.rstrip(b"\0")) or raw.hex()))


def _video(facts: EntryFacts, path: str, body: bytes) -> int:
    if len(body) < 78:
        facts.doubts.append(f"{path} is cut")
        return len(body)
    facts.width, facts.height = int.from_bytes(body[24:26], "big"), int.from_bytes(body[26:28], "big")
    name = body[42:74]
    _say(facts, "software", path, "compressor name", name[1 : 1 + min(name[0], 31)] or name)
    _say(facts, "other", path, "bytes behind the compressor name", name[1 + min(name[0], 31) :])
    _say(facts, "software", path, "vendor", body[12:16])
    _say(facts, "other", path, "qualities and revision", body[8:12] + body[16:24] + body[36:40] + body[:6])
    return 78


def _audio(facts: EntryFacts, path: str, body: bytes, longer: bool) -> int:
    version = int.from_bytes(body[8:10], "big")
    start = {0: 28, 1: 44 if longer else 28, 2: 64}.get(version, len(body) + 1)
    if len(body) < start:
        facts.doubts.append(f"{path} is cut or of a version not known")
        return len(body)
    channels, bits = int.from_bytes(body[16:18], "big"), int.from_bytes(body[18:20], "big")
    _say(facts, "software", path, "vendor", body[12:16])
    _say(facts, "other", path, "revision and reserved bytes", body[:6] + body[10:12] + body[22:24])
    if facts.coding == "pcm":
        width = _WIDTHS.get(facts.name, bits // 8)
        for child, inner in _boxes(body, start):
            width = inner[5] // 8 if child == "pcmC" and len(inner) > 5 else width
        facts.frame_size = int.from_bytes(body[56:60], "big") if version == 2 else channels * width
    return start


def _child(facts: EntryFacts, path: str, kind: str, body: bytes) -> None:
    wanted = _NEEDED.get(kind)
    if kind in ("sinf", "schi", "schm"):
        facts.doubts.append("the film is encrypted")
    elif wanted is None:
        _say(facts, "other", path, f"unknown box {shown(kind)}", body or b"\1")
    elif wanted and len(body) != wanted:
        _say(facts, "other", f"{path}/{kind}", "bytes behind the box's fields", body[wanted:] or b"\1")
    elif kind == "colr":
        _colour(facts, f"{path}/colr", body)
    elif kind == "dfLa":
        _say(
            facts,
            "other",
            f"{path}/{kind}",
            "blocks beside the facts of the stream",
            _STREAM_FACTS.sub(b"", body[:8]),
        )
    elif kind in ("dqcp", "devc", "dsmv", "damr", "d263"):
        _say(facts, "software", f"{path}/{kind}", "vendor of the encoder", body[:4])
    elif kind in ("dvcC", "dvvC", "dvwC"):
        _say(facts, "other", f"{path}/{kind}", "reserved bytes", body[5:])
    elif not wanted:
        _config(facts, f"{path}/{kind}", kind, body)


def _config(facts: EntryFacts, path: str, kind: str, body: bytes) -> None:
    for raw in spare_bytes(kind, body):
        _say(facts, "other", path, "bytes no decoder needs", raw)
    if kind == "av1C":
        facts.config = body
    elif kind == "esds" and facts.coding == "mpeg4":
        facts.config = decoder_bytes(body)
    elif kind in ("esds", "wave") and resilient(body):
        facts.coding = "coded"  # its packets have no elements to look into
    if kind in _LENGTH_AT:
        at = _LENGTH_AT[kind]
        facts.length, facts.config = (body[at] % 4 + 1 if len(body) > at else 4), body


def _colour(facts: EntryFacts, path: str, body: bytes) -> None:
    if body[:4] in (b"prof", b"rICC"):
        profile = walk_icc(body[4:])
        for tag, text in profile.texts:
            facts.revelations.append(Revelation("device", path, f"profile {tag}", shown(text)))
        for strange in profile.strange:
            facts.revelations.append(Revelation("other", path, "colour profile", strange))
    elif (body[:4], len(body)) not in ((b"nclx", 11), (b"nclc", 10)):
        _say(facts, "other", path, "unknown colour description", body)
