"""What the boxes that hold texts, places and times say: udta, meta with keys or ilst, uuid (QTFF, 3GPP TS 26.244)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from witnesskit.media.blocks import CREDENTIALS, of_credentials
from witnesskit.media.groups import group_of, shown
from witnesskit.media.texts import xmp_values
from witnesskit.media_model import Revelation

_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_TEXT: Final = re.compile(rb"[\x20-\x7e]{4,}")
_GROUPS: Final = {
    "where": "©xyz loci ©loc gps GPS0 ©gpt ©gps gpmd",
    "when": "©day date ©TIM ©dat yrrc",
    "device": "©mak ©mod ©mdl ©cam manu modl CAME LENS MUID GUMI BCID SETT AMBA HMMT MINF CNCV cmid mdln smta ©msn",
    "software": "©swr ©too ©enc ©fmt FIRM ©req",
    "who": "©nam ©ART ©aut ©cpy ©cmt ©inf ©des ©dir ©prd ©wrt auth titl perf dscp cprt gnre albm kywd apID ownr name",
}
_GROUP_OF: Final = {name: group for group, names in _GROUPS.items() for name in names.split()}
_ITEMS_MAX: Final = 2_000


def texts_of(path: str, kind: str, body: bytes) -> Iterator[Revelation]:
    """What a child of udta, a meta box or a uuid box gives away; never nothing."""
    if kind == "meta":
        yield Revelation("other", path, "metadata box", f"{len(body)} bytes")
        yield from _meta(path, body)
    elif kind == "uuid":
        yield from _uuid(path, body)
    elif kind == "XMP_":
        yield from _xmp(path, body)
    else:
        yield Revelation(_GROUP_OF.get(kind) or group_of(kind), path, kind, _value(kind, body))


def _value(kind: str, body: bytes) -> str:
    if kind == "loci":
        return _loci(body)
    if kind.startswith("©") and len(body) >= 4:
        size = int.from_bytes(body[:2], "big")
        if size and size <= len(body) - 4:
            return shown(body[4 : 4 + size].decode("utf-8", "replace"))
    if body[:4] == bytes(4) and len(body) > 6:
        text = body[6:]
        wide = "utf-16" if text[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"
        readable = shown(text.decode(wide, "replace").rstrip("\x00"))
        if len(readable) >= 2 and "�" not in readable:
            return readable
    return " ".join(run.decode() for run in _TEXT.findall(body)[:20]) or f"{len(body)} bytes {body[:32].hex()}"


def _loci(body: bytes) -> str:
    name, _, rest = body[6:].partition(b"\x00")
    if len(rest) < 13:
        return shown(name)
    longitude, latitude, altitude = (value / 65536 for value in struct.unpack(">3i", rest[1:13]))
    body_name = rest[13:].split(b"\x00")[0]
    names = (name + b" " + body_name).decode("utf-8", "replace")
    return shown(f"{latitude:.5f} {longitude:.5f} {altitude:.1f} {names}")


def _uuid(path: str, body: bytes) -> Iterator[Revelation]:
    if body[:16] == _XMP:
        yield from _xmp(path, body[16:])
    elif body[:16] == _C2PA:
        yield Revelation("inside", path, CREDENTIALS, f"{len(body)} bytes")
        store = max(16, body.find(b"jumb") - 4)  # behind its purpose and the place of hashes (C2PA clause A.5)
        yield from of_credentials(path, body[store:])
    else:
        yield Revelation("other", path, f"uuid {body[:16].hex()}", _value("uuid", body[16:]))


def _xmp(path: str, packet: bytes) -> Iterator[Revelation]:
    yield Revelation("other", path, "XMP", f"{len(packet)} bytes")
    for name, value in xmp_values(packet):
        yield Revelation(group_of(name.partition(":")[2]), path, name, value)


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, count = 0, 0
    while place + 8 <= len(body) and count < _ITEMS_MAX:
        size = int.from_bytes(body[place : place + 4], "big")
        if size < 8 or place + size > len(body):
            return
        yield body[place + 4 : place + 8], body[place + 8 : place + size]
        place, count = place + size, count + 1


def _meta(path: str, body: bytes) -> Iterator[Revelation]:
    """The boxes of a meta box, with (ISO) or without (QuickTime) version bytes in front."""
    inner = dict(_boxes(body if body[4:8] in (b"hdlr", b"keys", b"ilst", b"ID32", b"xml ") else body[4:]))
    names = [_key(raw) for raw in _keys(inner.get(b"keys", b""))]
    for kind, item in _boxes(inner.get(b"ilst", b"")):
        number = int.from_bytes(kind, "big")
        label = names[number - 1] if 1 <= number <= len(names) else kind.decode("latin-1")
        yield from _item(f"{path}/ilst", label, item)
    for kind, raw in inner.items():
        if kind not in (b"keys", b"ilst", b"hdlr"):
            yield Revelation("other", path, kind.decode("latin-1"), _value("", raw))


def _keys(body: bytes) -> Iterator[bytes]:
    for namespace, name in _boxes(body[8:]):
        yield name if namespace == b"mdta" else namespace + name


def _key(raw: bytes) -> str:
    return shown(raw.decode("utf-8", "replace"))


def _item(path: str, label: str, item: bytes) -> Iterator[Revelation]:
    group = _GROUP_OF.get(label) or group_of(label.rpartition("quicktime.")[2])
    parts = dict(_boxes(item))
    if label == "----":
        label = " ".join(shown(parts.get(kind, b"")[4:].decode("utf-8", "replace")) for kind in (b"mean", b"name"))
    for kind, data in _boxes(item):
        if kind == b"data" and len(data) >= 8:
            yield Revelation(group if label != "covr" else "inside", path, label, _typed(data[3], data[8:]))
        elif kind not in (b"mean", b"name"):
            yield Revelation(group, path, label, _value("", data))


def _typed(kind: int, raw: bytes) -> str:
    if kind in (13, 14):
        return f"picture of {len(raw)} bytes"
    if kind == 2:
        return shown(raw.decode("utf-16-be", "replace"))
    if kind in (21, 22) and len(raw) <= 8:
        return str(int.from_bytes(raw, "big", signed=kind == 21))
    if kind in (23, 24) and len(raw) in (4, 8):
        return f"{struct.unpack('>f' if len(raw) == 4 else '>d', raw)[0]:.6f}"
    return shown(raw.decode("utf-8", "replace")) or f"{len(raw)} bytes"
