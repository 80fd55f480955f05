"""What a HEIF or AVIF picture gives away is told; clean is said only of one that is wholly understood."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media.test_walk_jumbf import STORE
from tests.media_builders.heif import (
    ALPHA,
    AV1,
    AV1C,
    HEVC,
    HVCC,
    NCLX,
    SIZE,
    Thing,
    auxiliary,
    coded,
    exif_item,
    heif,
    overlay,
    phone,
    plain,
    size,
)
from tests.media_builders.heif_hiding import C2PA_UUID, XMP_UUID, hiding, hvcc_with, message, obu, unit
from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.jpeg_hiding import icc, tiff
from tests.media_builders.mp4 import box, full
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from witnesskit.media.inspect import inspect
from witnesskit.media.inspect_heif import inspect_heif
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.heif import strip_heif
from witnesskit.strip.remarks import CREDENTIALS_DROPPED


def test_every_group_a_person_asks_for_is_told():
    seen = inspect(Bytes(hiding()[0]))
    groups = {one.group for one in seen.revelations}
    assert {"where", "when", "device", "who", "software", "inside", "other"} <= groups
    names = {one.name for one in seen.revelations}
    assert {
        "GPS position", "DateTimeOriginal", "BodySerialNumber", "Artist", "thumbnail", "gain map", "description",
        "film of a motion photo", "content credentials (C2PA)", "photoshop:City", "further picture", "name",
    } <= names  # fmt: skip
    assert any(one.name.startswith("helper picture urn:mpeg:hevc:2015:auxid:2") for one in seen.revelations)
    assert any(one.value == "43.336763, 43.336763" for one in seen.revelations)


@pytest.mark.parametrize("coding", ["hevc", "av1", "jpeg"])
def test_a_plain_picture_is_clean_with_its_size(coding):
    seen = inspect(Bytes(heif(plain(coding))))
    assert (seen.finding, seen.reason, seen.revelations) == (Finding.CLEAN, "", ())
    assert (seen.facts["width"], seen.facts["height"]) == (64, 64)


@pytest.mark.parametrize("wide", [0, 1, 2])
def test_a_clean_grid_is_clean_in_every_form_of_the_tables(wide):
    file = phone()
    file.wide = wide
    file.items[49].method = 1 if wide else 0
    assert inspect(Bytes(heif(file))).finding is Finding.CLEAN


def item(coding="hevc", **changes):
    """A plain picture with its item changed."""
    file = plain(coding)
    for name, value in changes.items():
        setattr(file.items[1], name, value)
    return heif(file)


def added(things, references=(), **more):
    file = plain(**more)
    file.items |= things
    file.references = list(references)
    return heif(file)


CONFIG, AV1_CONFIG = (b"hvcC", HVCC, True), (b"av1C", AV1C, True)
WORDS = b"by Saule from the balcony"


def things_alone():
    yield "Exif", added({2: exif_item(tiff({"IFD0": [(0x010F, 2, 2, b"A\0")]}))}, [(b"cdsc", 2, [1])])
    turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06" + bytes(6)
    yield "orientation alone in Exif", added({2: exif_item(turned)}, [(b"cdsc", 2, [1])])
    yield "empty Exif", added({2: Thing(b"Exif")}, [(b"cdsc", 2, [1])])
    yield "XMP", added({2: Thing(b"mime", b"<x/>", content=b"application/rdf+xml")}, [(b"cdsc", 2, [1])])
    yield "packed XMP", added({2: Thing(b"mime", b"x\x9c", content=b"application/rdf+xml\0deflate")})
    yield "uri", added({2: Thing(b"uri ", b"x", content=b"urn:x")})
    yield "unknown item", added({2: Thing(b"abcd", b"x")})
    yield "unknown empty item", added({2: Thing(b"abcd")})
    yield "further picture", added({2: coded("hevc", 1)})
    yield "thumbnail", added({2: coded("hevc", 1)}, [(b"thmb", 2, [1])])
    yield "depth", added({2: auxiliary(b"urn:mpeg:hevc:2015:auxid:2")}, [(b"auxl", 2, [1])])
    yield "transparency of nothing", added({2: auxiliary(ALPHA)})
    yield "gain map", added({2: coded("hevc", 2), 3: Thing(b"tmap", bytes(9), [SIZE])}, [(b"dimg", 3, [1, 2])])
    yield "item name", item(name=b"x")
    yield "words behind the transparency's type", added({2: auxiliary(ALPHA, subtype=b"x")}, [(b"auxl", 2, [1])])
    for kind in (b"udes", b"altt", b"crtt", b"mdft", b"cmin", b"cmex", b"aebr", b"zzzz", b"free", b"uuid"):
        yield f"property {kind.decode()}", heif(plain(extra=[(kind, bytes(8) + b"x\0", False)]))
    for kind, body in (
        (b"pasp", struct.pack(">II", 1, 1) + b"x"),
        (b"irot", b"\5"),
        (b"imir", b"\1x"),
        (b"pixi", bytes(4) + b"\3\x08\x08\x08x"),
        (b"clap", bytes(33)),
        (b"clli", bytes(5)),
        (b"cclv", b"\x10" + bytes(8)),
        (b"colr", b"prof" + icc()),
        (b"colr", b"rICC" + b"x" * 200),
        (b"colr", b"nclx" + bytes(6) + b"\x81"),
        (b"colr", b"nclxSaule2\0"),
        (b"colr", b"zzzz"),
        (b"dvcC", bytes(23) + b"x"),
        (b"amve", bytes(9)),
        (b"ndwt", b"x" + bytes(7)),
    ):
        yield f"{kind.decode()} {body[:8]!r}", heif(plain(extra=[(kind, body, False)]))
    yield "ispe with flags", item(properties=[CONFIG, (b"ispe", b"\0\0\0\1" + SIZE[1][4:], False)])
    yield "byte behind ispe", item(properties=[CONFIG, (b"ispe", SIZE[1] + b"x", False)])
    yield "message in hvcC", item(properties=[(b"hvcC", hvcc_with(b"\x4e\1" + message(5, bytes(20))), True), SIZE])
    yield "words in hvcC", item(properties=[(b"hvcC", hvcc_with(b"\x44\1" + WORDS, 34), True), SIZE])
    yield "tail of a parameter set", item(properties=[(b"hvcC", hvcc_with(b"\x44\1\xc1\0", 34), True), SIZE])
    yield "byte behind hvcC", item(properties=[(b"hvcC", HVCC + b"x", True), SIZE])
    yield "frame rate in hvcC", item(properties=[(b"hvcC", HVCC[:19] + b"xy" + HVCC[21:], True), SIZE])
    yield "other profile in hvcC", item(properties=[(b"hvcC", HVCC[:6] + b"Saule" + HVCC[11:], True), SIZE])
    yield "free bits of hvcC", item(properties=[(b"hvcC", HVCC[:13] + b"\0" + HVCC[14:], True), SIZE])
    yield "padding in av1C", item("av1", properties=[(b"av1C", AV1C + obu(15, b"x"), True), SIZE])
    yield "free bits of av1C", item("av1", properties=[(b"av1C", AV1C[:3] + b"\1", True), SIZE])
    for kind, body in ((39, message(5, bytes(16) + b"x")), (40, message(4, b"x" * 9)), (38, b"\xff\x80"), (63, b"x")):
        yield f"unit {kind}", item(data=unit(kind, body) + HEVC[0])
    yield "delimiter", item(data=unit(35, b"\x50") + HEVC[0])
    yield "words in a unit", item(data=unit(34, WORDS) + HEVC[0])
    yield "message behind light levels", item(data=unit(39, b"\x90\4\3\xe8\1\x90\5\2xy\x80") + HEVC[0])
    yield "bytes behind a message", item(data=unit(39, b"\x90\4\3\xe8\1\x90\x80xy") + HEVC[0])
    for kind, body in ((15, b"x"), (5, b"\4\xb5xyz\x80"), (5, b"\x1fx\x80"), (9, b"x"), (0, b""), (15, b"")):
        yield f"AV1 unit {kind} {body!r}", item("av1", data=AV1[0] + obu(kind, body))
    yield "words in an AV1 header", item("av1", data=obu(1, WORDS) + AV1[0])
    tailed = obu(1, AV1[0][2:8] + b"x") + AV1[0][8:]
    yield "byte behind an AV1 header", item("av1", data=tailed)
    yield "byte behind the header in av1C", item("av1", properties=[(b"av1C", AV1C + tailed[:9], True), SIZE])
    yield "metadata in a JPEG", item("jpeg", data=build(Plan(width=64, height=64, head=[segment(0xFE, b"x")])))
    yield "tail of a JPEG", item("jpeg", data=build(Plan(width=64, height=64)) + b"x")
    yield "words in mdcv", heif(plain(extra=[(b"mdcv", WORDS[:24].ljust(24, b"."), False)]))
    yield "words in clap", heif(plain(extra=[(b"clap", WORDS.ljust(32, b"."), True)]))
    file = plain()
    file.items = {1: coded("hevc"), 2: overlay([(0, 0)])}
    file.items[2].data = file.items[2].data[:2] + b"bySaule!" + file.items[2].data[10:]
    file.primary, file.references = 2, [(b"dimg", 2, [1])]
    yield "words in an overlay", heif(file)
    file = phone()
    file.references.append((b"SAUL", 49, [1]))
    yield "reference of another kind", heif(file)
    yield "essential text", heif(plain(extra=[(b"udes", bytes(4) + b"x\0y\0", True)]))
    yield "handler name", heif(plain(handler=b"Saule\0"))
    yield "handler without an end", heif(plain(handler=b""))
    yield "brand", heif(plain(brands=b"mif1heicSAUL"))
    yield "minor version", heif(plain(minor=b"SAUL"))
    yield "orphan property", heif(plain(orphan=box(b"free", b"x")))
    yield "empty orphan property", heif(plain(orphan=box(b"free")))
    yield "gap in mdat", heif(plain(gap=b"\0"))
    yield "gap in idat", heif(plain(idat_extra=b"\0"))
    for kind in (b"uuid", b"free", b"xml ", b"bxml", b"grpl", b"abcd", b"ipro", b"dinf"):
        yield f"meta/{kind.decode()}", heif(plain(meta_extra=box(kind, bytes(16))))
    for body in (box(b"free"), box(b"free", b"x"), box(b"skip", b"x"), box(b"abcd"), box(b"jumb", b"x"),
                 box(b"uuid", XMP_UUID, b"<x/>"), box(b"uuid", C2PA_UUID), box(b"uuid", bytes(16)), box(b"mdat", b"x"),
                 box(b"mpvd", b"x"), box(b"moov", b"")):  # fmt: skip
        yield f"box {body[4:12]!r}", heif(plain(before_media=body))
        yield f"box behind {body[4:12]!r}", heif(plain(behind=body))
    for tail in (b"\0", b"x", b"\0\0\0\0", bytes(9), box(b"ftyp", b"mp42", bytes(4), b"isom") + box(b"moov")):
        yield f"behind {tail[:8]!r}", heif(plain(behind=tail))
    for found, change in (
        (full(b"pitm", b"\0\1"), full(b"pitm", b"\0\1x")),
        (b"iref\0\0\0\0", b"iref\0\0\1\0"),
        (b"\0\0\0\x0ethmb\0\2\0\1\0\1", b"\0\0\0\x0fthmb\0\2\0\1\0\1x"),
    ):
        clean = heif(plain()) if found[4:8] == b"pitm" else added({2: coded("hevc", 1)}, [(b"thmb", 2, [1])])
        yield f"table {change!r}", grown(clean, found, change)


def grown(data, found, change):
    """``data`` with one part changed and the boxes around it as long as they must be."""
    place, more = data.index(found), len(change) - len(found)
    changed = bytearray(data.replace(found, change, 1))
    for kind in (b"meta", b"iref") if b"thmb" in found else (b"meta",):
        at = changed.index(kind) - 4
        if at < place:
            changed[at : at + 4] = struct.pack(">I", struct.unpack(">I", changed[at : at + 4])[0] + more)
    iloc = changed.index(b"iloc")
    for at in range(iloc + 18, iloc + 18 + 14 * changed[iloc + 11], 14):
        changed[at : at + 4] = struct.pack(">I", struct.unpack(">I", changed[at : at + 4])[0] + more)
    return bytes(changed)


ALONE = list(things_alone())


@pytest.mark.parametrize(("name", "data"), ALONE, ids=[name for name, _ in ALONE])
def test_each_thing_alone_keeps_a_picture_from_being_clean(name, data):
    assert inspect(Bytes(data)).finding in (Finding.FOUND, Finding.UNKNOWN), name


@pytest.mark.parametrize(("name", "data"), ALONE, ids=[name for name, _ in ALONE])
def test_what_the_writer_makes_of_it_is_clean(name, data):
    kept = Kept()
    try:
        strip_heif(Bytes(data), kept)
    except Exception as refusal:
        assert hasattr(refusal, "code"), name
        return
    seen = inspect(Bytes(kept.data))
    assert (seen.finding, seen.revelations) == (Finding.CLEAN, ()), name


@pytest.mark.parametrize("kind", ["uuid", "jumb"])
def test_content_credentials_are_told_in_words(kind):
    store = STORE if kind == "jumb" else box(b"uuid", C2PA_UUID, bytes(4) + b"manifest\0" + bytes(8) + STORE)
    data = heif(plain(before_media=store))
    seen = inspect(Bytes(data))
    assert {"Camera app 3.1", "Aigerim", "Signer of the news desk"} <= {one.value for one in seen.revelations}
    kept = Kept()
    result = strip_heif(Bytes(data), kept)
    assert inspect_again(Bytes(data), Bytes(kept.data)).finding is Finding.CLEAN
    assert result.kept == (CREDENTIALS_DROPPED,)


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 1200), st.sampled_from(["hevc", "av1"]))
def test_the_inspector_never_raises(noise, place, coding):
    data = heif(phone(coding))
    inspect_heif(Bytes(data[:place] + noise + data[place:]))
    inspect_heif(Bytes(data[:place] + noise))
    inspect_heif(Bytes(noise))


def test_hostile_tables_cost_neither_time_nor_memory():
    file = phone()
    file.references[0] = (b"dimg", 49, [1] * 60_000)
    assert inspect(Bytes(heif(file))).finding is Finding.UNKNOWN
    deep = {1: coded("hevc")} | {n: Thing(b"iden", b"", [size(64, 64)]) for n in range(2, 60)}
    file = plain()
    file.items, file.primary = deep, 59
    file.references = [(b"dimg", n, [n - 1]) for n in range(2, 60)]
    assert inspect(Bytes(heif(file))).finding is Finding.UNKNOWN


@pytest.mark.parametrize("name", ["still.heic", "motion.heic"])
def test_real_pictures_of_telephones_are_read_to_their_end(name):
    path = SAMPLES / "phone" / name
    if not path.exists():
        pytest.skip("no samples here")
    seen = inspect(Bytes(path.read_bytes()))
    assert (seen.finding, seen.reason) == (Finding.FOUND, "")
    assert NCLX and seen.facts["width"] == 1080
