"""A HEIC or AVIF picture with one token in every place that can hold one."""

import struct
import zlib

from tests.media_builders.heif import (
    ALPHA,
    HEVC,
    HVCC,
    NCLX,
    Thing,
    auxiliary,
    coded,
    exif_item,
    heif,
    phone,
    size,
)
from tests.media_builders.jpeg_hiding import PLACES, exif, icc, token, wide
from tests.media_builders.mp4 import box, full

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def unit(kind, payload):
    raw = bytes([kind << 1, 1]) + payload
    return struct.pack(">I", len(raw)) + raw


def message(kind, payload):
    return bytes([kind, len(payload)]) + payload + b"\x80"


def obu(kind, payload):
    return bytes([kind << 3 | 2, len(payload)]) + payload


def hvcc_with(unit_bytes, kind=39):
    """hvcC that lists one more unit."""
    array = bytes([0x80 | kind]) + b"\0\1" + struct.pack(">H", len(unit_bytes)) + unit_bytes
    return HVCC[:22] + bytes([HVCC[22] + 1]) + HVCC[23:] + array


def coded_with_words(coding):
    """A coded tile with messages and padding before and behind its picture."""
    if coding == "hevc":
        user = message(5, bytes(range(16)) + token("user data"))
        data = unit(35, b"\x50") + unit(39, user) + HEVC[0] + unit(38, token("filler")) + unit(63, token("unit 63"))
        config = hvcc_with(bytes([39 << 1, 1]) + message(5, bytes(range(16)) + token("in hvcC")))
        data += unit(40, message(4, b"\xb5\x00\x31GA94" + token("captions")))
        return Thing(b"hvc1", data, [(b"hvcC", config, True), size(64, 64)])
    thing = coded("av1")
    itut = obu(5, b"\4\xb5" + token("AV1 T.35") + b"\x80")
    other = obu(5, b"\x1f" + token("AV1 metadata") + b"\x80") + obu(15, token("AV1 padding"))
    thing.data = obu(2, b"") + thing.data[:8] + itut + thing.data[8:] + other + obu(9, token("AV1 reserved"))
    config = thing.properties[0][1] + thing.data[2:10] + obu(15, token("in av1C"))
    return Thing(b"av01", thing.data, [(b"av1C", config, True), size(64, 64)])


def helpers(coding):
    """Items a copy drops, each with words inside."""
    packet = b'<x:xmpmeta><rdf:Description photoshop:City="' + token("XMP attribute") + b'"><dc:creator><rdf:li>'
    packet += token("XMP element") + b"</rdf:li></dc:creator></rdf:Description></x:xmpmeta>"
    thumbnail, depth, gain = (
        coded(coding),
        auxiliary(b"urn:mpeg:hevc:2015:auxid:2", coding, token("depth subtype")),
        (auxiliary(b"urn:com:apple:photo:2020:aux:hdrgainmap", coding)),
    )
    thumbnail.data += (unit(39, message(5, bytes(16) + token("in thumbnail")))) if coding == "hevc" else b""
    return {
        60: exif_item(exif(6)[10:]),
        61: Thing(b"mime", packet, content=b"application/rdf+xml", name=token("XMP item")),
        62: Thing(b"mime", token("text item"), content=b"text/" + token("content type")),
        63: Thing(b"uri ", token("uri item"), content=b"urn:" + token("uri type")),
        64: thumbnail,
        65: depth,
        66: gain,
        67: Thing(b"tmap", token("tone map"), [size(128, 128)]),
        68: coded(coding, 1, extra=[(b"udes", bytes(4) + b"en\0" + token("description") + b"\0", False)]),
        69: Thing(b"abcd", token("unknown item")),
    }


def texts():
    """Properties that tell."""
    return [
        (b"udes", bytes(4) + b"en\0" + token("udes name") + b"\0" + token("udes tags") + b"\0", False),
        (b"altt", bytes(4) + token("alt text") + b"\0en\0", False),
        (b"crtt", bytes(4) + token("crtt")[:8], False),
        (b"cmin", bytes(4) + token("camera"), False),
        (b"uuid", bytes(range(16)) + token("uuid property"), False),
        (b"colr", b"prof" + icc(), False),
        (b"pasp", struct.pack(">II", 1, 1) + token("behind pasp"), False),
        (b"zzzz", token("unknown property"), False),
    ]


def around(file):
    film = box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + box(b"free", token("film"))
    file.handler = token("handler") + b"\0"
    file.meta_extra = box(b"uuid", bytes(range(16)), token("meta uuid")) + full(b"xml ", token("meta xml"))
    file.meta_extra += box(b"free", token("meta free")) + box(b"grpl", full(b"altr", struct.pack(">III", 9, 1, 49)))
    file.meta_extra += full(b"bxml", wide("bxml", "utf-16-be"))
    file.idat_extra = token("idat gap")
    file.gap = token("mdat gap")
    file.orphan = box(b"free", token("ipco free"))
    file.brands += token("brand")[:4]
    file.before_media = box(b"free", token("free")) + box(b"skip", wide("skip")) + box(b"abcd", token("unknown box"))
    file.before_media += box(b"uuid", XMP_UUID, b'<x a:City="' + token("XMP box") + b'"/>')
    file.before_media += box(b"uuid", C2PA_UUID, token("C2PA")) + box(b"jumb", token("jumb"))
    file.before_media += box(b"uuid", bytes(16), zlib.compress(b"noise") + token("uuid"))
    file.behind = box(b"mpvd", film) + box(b"sefd", token("sefd")) + film + token("after everything")


def hiding(coding="hevc"):
    """(bytes, names of its places); the tokens are those of ``jpeg_hiding.tokens(places)``."""
    PLACES.clear()
    file = phone(coding)
    file.items[1] = coded_with_words(coding)
    file.items[2].name = token("tile name")
    file.items[49].properties[1:1] = texts()
    file.items[49].method, file.wide = 1, 1
    file.items[50].properties[-1] = (b"auxC", bytes(4) + ALPHA + b"\0" + token("alpha subtype"), True)
    file.items |= helpers(coding)
    file.items[60].pieces = 3
    file.references += [(b"cdsc", n, [49]) for n in (60, 61, 62, 63)]
    file.references += [(b"thmb", 64, [49]), (b"auxl", 65, [49]), (b"auxl", 66, [49]), (b"dimg", 67, [49, 66])]
    around(file)
    return heif(file), tuple(PLACES)


__all__ = ["NCLX", "hiding"]
