"""The copy of a HEIC, HEIF or AVIF picture keeps the picture shown and nothing that identifies."""

import io
import random
import struct

import pytest

from tests.media_builders.heif import (
    AV1,
    HEVC,
    NCLX,
    Thing,
    auxiliary,
    coded,
    grid,
    heif,
    overlay,
    phone,
    plain,
    size,
)
from tests.media_builders.heif_hiding import hiding, hvcc_with, obu, unit
from tests.media_builders.jpeg_hiding import hiding as jpeg_hiding
from tests.media_builders.jpeg_hiding import icc, tokens
from tests.media_builders.mp4 import box, full
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.errors.strip import CredentialsKept, ExternalData, SecondImages, TextInPictures
from witnesskit.formats.heif_units import parameter_set
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import DEFAULT_CHOICES, Finding, StripChoices
from witnesskit.strip import remarks
from witnesskit.strip.heif import strip_heif

ALL = ["hevc", "av1", "jpeg"]


def stripped(data, choices=DEFAULT_CHOICES):
    kept = Kept()
    return strip_heif(Bytes(data), kept, choices), kept.data


def forms(token):
    return [token, token.decode().encode("utf-16-le"), token.decode().encode("utf-16-be")]


@pytest.mark.parametrize("coding", ["hevc", "av1"])
def test_no_planted_word_survives_and_the_original_shows_them_all(coding):
    data, places = hiding(coding)
    result, copy = stripped(data)
    for token in tokens(places):
        if token[4:-2] not in (b"crtt", b"brand"):  # four or eight letters of these fit
            assert any(form in data for form in forms(token)), token
        assert not any(form in copy for form in forms(token)), token
    assert inspect(Bytes(data)).finding is Finding.FOUND
    seen = inspect_again(Bytes(data), Bytes(copy))
    assert (seen.finding, seen.reason, seen.revelations) == (Finding.CLEAN, "", ())
    assert set(result.kept) >= {
        remarks.CREDENTIALS_DROPPED,
        remarks.GAIN_MAP_DROPPED,
        remarks.HELPER_PICTURES_DROPPED,
        remarks.FURTHER_PICTURES_DROPPED,
        remarks.MOTION_PHOTO_DROPPED,
    }


def described():
    yield from ((f"plain {coding}", heif(plain(coding))) for coding in ALL)
    for coding in ("hevc", "av1"):
        yield f"phone {coding}", heif(phone(coding))
        yield f"hiding {coding}", hiding(coding)[0]
    file = plain("jpeg")
    file.items = {n: coded("jpeg") for n in (1, 2)} | {3: grid(1, 2)}
    file.primary, file.references = 3, [(b"dimg", 3, [1, 2])]
    yield "grid of jpeg", heif(file)
    file = plain()
    file.items = {1: coded("hevc"), 2: coded("hevc", 1), 3: overlay([(0, 0), (24, -8)])}
    file.items |= {4: Thing(b"iden", b"", [size(96, 96), (b"imir", b"\1", True), (b"irot", b"\1", True)])}
    file.primary, file.references = 4, [(b"dimg", 3, [1, 2]), (b"dimg", 4, [3])]
    yield "turned overlay", heif(file)


DESCRIBED = dict(described())


@pytest.mark.parametrize("name", DESCRIBED)
def test_both_digests_agree_between_writer_reader_original_and_copy(name):
    data = DESCRIBED[name]
    result, copy = stripped(data)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    shown = result.presentation_sha256
    assert shown == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert (len(copy), result.size) == (result.size, len(copy))


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_copy_of_a_copy_is_the_copy_and_nothing_depends_on_the_run(name):
    copy = stripped(DESCRIBED[name])[1]
    again, second = stripped(copy)
    assert second == copy == stripped(DESCRIBED[name])[1]
    assert again.kept in ((), (remarks.PROFILE_RARE,)) and not again.removed


@pytest.mark.parametrize("wide", [0, 1, 2])
@pytest.mark.parametrize("base", [False, True])
@pytest.mark.parametrize("method", [0, 1])
def test_every_form_of_the_tables_gives_the_same_copy(wide, base, method):
    wanted = stripped(heif(phone()))[1]
    file = phone()
    file.wide, file.base = wide, base
    for number, item in file.items.items():
        item.method, item.pieces = method if wide else 0, 1 + number % 3
    assert stripped(heif(file))[1] == wanted


def test_an_item_inside_another_item_is_read():
    file = phone()
    file.wide = 1
    whole = b"front" + HEVC[1] + b"behind"
    file.items[99] = Thing(b"blob", whole)
    data = heif(file)
    place = data.index(struct.pack(">HHH", 1, 0, 0), data.index(b"iloc"))
    changed = struct.pack(">HHHHIII", 1, 2, 0, 1, 1, 5, len(HEVC[1]))
    assert len(changed) == 20
    data = data[:place] + changed + data[place + 20 :]
    file.references.append((b"iloc", 1, [99]))
    longer = heif(file)
    place = longer.index(struct.pack(">HHH", 1, 0, 0), longer.index(b"iloc"))
    longer = longer[:place] + changed + longer[place + 20 :]
    assert stripped(longer)[1] == stripped(heif(phone()))[1]
    assert inspect(Bytes(longer)).finding is Finding.FOUND
    with pytest.raises(BadMedia):
        stripped(data)


def pixels(data):
    pillow_heif = pytest.importorskip("pillow_heif")
    opened = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    return opened.mode, opened.size, bytes(opened.data)


@pytest.mark.parametrize("name", [name for name in DESCRIBED if "av1" not in name and "jpeg" not in name])
def test_another_decoder_shows_the_same_picture(name):
    data = DESCRIBED[name]
    assert pixels(stripped(data)[1]) == pixels(data)


def test_a_jpeg_inside_decodes_to_the_same_pixels():
    image = pytest.importorskip("PIL.Image")
    seen = []
    for data in (DESCRIBED["plain jpeg"], stripped(DESCRIBED["plain jpeg"])[1]):
        with image.open(io.BytesIO(data[data.index(b"\xff\xd8\xff") :])) as opened:
            seen.append((opened.size, opened.tobytes()))
    assert seen[0] == seen[1]


def test_a_jpeg_inside_loses_its_own_metadata():
    file = plain("jpeg")
    file.items[1].data = jpeg_hiding()[0]
    result, copy = stripped(heif(file))
    assert b"Zq" not in copy
    assert result.essence == essence(Bytes(heif(file))) == essence(Bytes(copy))
    assert inspect_again(Bytes(heif(file)), Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize("name", [name for name in DESCRIBED if "av1" in name])
def test_another_decoder_shows_the_same_avif(name):
    image, features = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.features")
    if not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    seen = []
    for data in (DESCRIBED[name], stripped(DESCRIBED[name])[1]):
        with image.open(io.BytesIO(data)) as opened:
            seen.append((opened.mode, opened.size, opened.getexif().get(0x0112, 1), opened.tobytes()))
    assert seen[0][:2] + seen[0][3:] == seen[1][:2] + seen[1][3:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file.items[49].properties.append((b"imir", b"\1", True)), "mirrored"),
        (lambda file: file.items[49].properties.pop(), "not turned"),
        (lambda file: file.items[49].properties.__setitem__(1, (b"colr", b"nclx\0\2\0\2\0\2\0", False)), "colours"),
        (lambda file: file.references.__setitem__(0, (b"dimg", 49, [1, 1, 3, 4])), "a tile twice"),
        (lambda file: file.references.pop(), "not transparent"),
        (lambda file: file.references.append((b"prem", 49, [50])), "premultiplied"),
    ],
)
def test_what_is_shown_otherwise_has_another_presentation(change, words):
    file = phone()
    change(file)
    assert stripped(heif(file))[0].presentation_sha256 != stripped(heif(phone()))[0].presentation_sha256, words


def test_a_gain_map_that_is_the_primary_gives_its_base():
    file = plain()
    file.items |= {2: coded("hevc", 2), 3: Thing(b"tmap", bytes(8), [size(64, 64)])}
    file.primary, file.references = 3, [(b"dimg", 3, [1, 2])]
    result, copy = stripped(heif(file))
    assert result.kept == (remarks.GAIN_MAP_DROPPED,)
    assert copy == stripped(heif(plain()))[1]


def test_what_stands_behind_the_last_field_of_a_parameter_set_is_cut():
    config = plain().items[1].properties[0][1]
    place = config.index(b"\x44\1")
    tailed = config[place:] + b"Saule\x80"
    file = plain()
    listed = config[: place - 2] + len(tailed).to_bytes(2, "big") + tailed
    file.items[1].properties[0] = (b"hvcC", listed, True)
    file.items[1].data = struct.pack(">I", len(tailed)) + tailed + file.items[1].data
    assert inspect(Bytes(heif(file))).finding is Finding.FOUND
    result, copy = stripped(heif(file))
    assert b"Saule" not in copy and inspect(Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == stripped(heif(plain()))[0].essence


def test_light_levels_stay_in_the_picture_and_beside_it():
    light = [(b"clli", struct.pack(">HH", 1000, 400), False), (b"mdcv", bytes(range(24)), False)]
    file = plain(extra=light)
    file.items[1].data = unit(39, b"\x90\4\3\xe8\1\x90\5\x11" + b"x" * 17 + b"\x80") + file.items[1].data
    copy = stripped(heif(file))[1]
    assert b"clli\3\xe8\1\x90" in copy and unit(39, b"\x90\4\3\xe8\1\x90\x80") in copy and b"xxx" not in copy
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


def test_a_message_about_light_stays_once():
    file = plain()
    levels = b"\x90\4\3\xe8\1\x90" + b"\x90\4abcd" * 50 + b"\x80"
    file.items[1].data = unit(39, levels) + unit(39, levels) + file.items[1].data
    assert inspect(Bytes(heif(file))).finding is Finding.FOUND
    copy = stripped(heif(file))[1]
    assert copy.count(b"\x90\4") == 1 and b"abcd" not in copy
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


def test_metadata_of_av1_stays_once():
    file = plain("av1")
    levels = [obu(5, b"\1" + words + b"\x80") for words in (b"\3\xe8\1\x90", b"Saul", b"e 12")]
    file.items[1].data += b"".join(levels)
    assert inspect(Bytes(heif(file))).finding is Finding.FOUND
    copy = stripped(heif(file))[1]
    assert levels[0] in copy and b"Saul" not in copy
    assert inspect(Bytes(copy)).finding is Finding.CLEAN
    again = obu(1, AV1[1][2:7] + b"\x88")
    file.items[1].data = again + file.items[1].data
    with pytest.raises((BadMedia, TextInPictures)):
        stripped(heif(file))


def test_a_colour_profile_stays_without_its_texts():
    file = plain(extra=[(b"colr", b"prof" + icc(), False)])
    result, copy = stripped(heif(file))
    assert result.kept == (remarks.PROFILE_RARE,)
    assert b"profile desc" not in copy and copy.count(b"colr") == 2


def test_the_policy_can_refuse_second_pictures_and_credentials():
    data, _ = hiding()
    with pytest.raises(SecondImages):
        stripped(data, StripChoices(second_images="refuse"))
    with pytest.raises(CredentialsKept):
        stripped(data, StripChoices(credentials="keep"))
    stripped(heif(phone()), StripChoices(credentials="keep", second_images="refuse"))


def bad():
    def with_item(error, **changes):
        file = plain()
        for name, value in changes.items():
            setattr(file.items[1], name, value)
        return error, heif(file)

    config, shape = plain().items[1].properties[:2]
    yield with_item(UnsupportedMedia, kind=b"hev1")
    yield with_item(UnsupportedMedia, kind=b"unci")
    yield with_item(BadMedia, properties=[shape])
    yield with_item(BadMedia, properties=[config])
    yield with_item(BadMedia, properties=[config, shape, size(32, 64)])
    yield with_item(UnsupportedMedia, properties=[config, shape, (b"iscl", bytes(12), True)])
    yield with_item(UnsupportedMedia, properties=[config, shape, (b"auxC", bytes(4) + b"urn:x\0", True)])
    yield with_item(BadMedia, data=b"")
    yield with_item(BadMedia, data=HEVC[0][:-1])
    yield with_item(BadMedia, data=HEVC[0] + HEVC[1])
    yield with_item(BadMedia, data=HEVC[0].replace(b"\x28\x01\xaf", b"\x16\x01\xaf"))
    yield with_item(UnsupportedMedia, data=HEVC[0].replace(b"\x28\x01\xaf", b"\x28\x09\xaf"))
    yield with_item(TextInPictures, data=unit(34, b"by Saule from the balcony") + HEVC[0])
    yield with_item(
        TextInPictures, properties=[(b"hvcC", hvcc_with(b"\x44\1by Saule from flat 12", 34), True), shape]
    )
    file = plain("av1")
    file.items[1].data += AV1[1]
    yield BadMedia, heif(file)
    file = plain("av1")
    file.items[1].data = obu(1, b"filmed by Saule") + file.items[1].data
    yield TextInPictures, heif(file)
    file = phone()
    file.references[0] = (b"dimg", 49, [1, 2, 3])
    yield BadMedia, heif(file)
    file = phone()
    file.references[0] = (b"dimg", 49, [1, 2, 3, 49])
    yield BadMedia, heif(file)
    file = phone()
    file.references[0] = (b"dimg", 49, [1, 2, 3, 77])
    yield BadMedia, heif(file)
    file = plain()
    file.primary = 9
    yield BadMedia, heif(file)
    yield MediaCut, heif(plain())[:-9]
    yield BadMedia, heif(plain()).replace(b"iprp", b"free", 1)
    yield BadMedia, box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    yield UnsupportedMedia, heif(plain()).replace(b"pict", b"auxv", 1)
    yield BadMedia, heif(plain(meta_extra=full(b"pitm", b"\0\1")))
    data = heif(plain())
    place = data.index(b"iloc") + 4 + 4 + 2 + 2 + 2
    yield ExternalData, data[:place] + b"\0\1" + data[place + 2 :]


@pytest.mark.parametrize(("error", "data"), list(bad()))
def test_what_cannot_be_understood_is_refused_by_name(error, data):
    with pytest.raises(error):
        stripped(data)
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_a_helper_that_is_no_transparency_goes():
    file = plain()
    file.items[2] = auxiliary(b"urn:mpeg:hevc:2015:auxid:2")
    file.references = [(b"auxl", 2, [1])]
    result, copy = stripped(heif(file))
    assert result.kept == (remarks.HELPER_PICTURES_DROPPED,)
    assert copy == stripped(heif(plain()))[1]
    assert NCLX[1] in copy


WORDS = (b"\xff\xff\xff\xff", bytes(4), b"\0\0\0\1", b"\x7f\xff\xff\xff", b"\0\0\0\x08")


def mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place, kind = chance.randrange(len(changed)), chance.randrange(6)
        if kind == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[place : place + 4] = chance.choice(WORDS)
        elif kind == 2:
            del changed[place : place + chance.randint(1, 40)]
        elif kind == 3:
            changed[place:place] = changed[place : place + chance.randint(1, 80)]
        elif kind == 4:
            changed[place] = chance.randrange(256)
        elif chance.random() < 0.3:
            del changed[place:]
        if len(changed) < 40:
            break
    return bytes(changed)


def survives(data):
    """Whether a damaged file gave a copy; it must then be clean, whole, and of one mind with the second reader."""
    inspect(Bytes(data))
    try:
        result, copy = stripped(data)
    except WitnesskitError:
        return False
    seen = inspect(Bytes(copy))
    assert seen.finding is Finding.CLEAN, seen
    assert essence(Bytes(copy)) == result.essence
    assert presentation_sha256(Bytes(copy)) == result.presentation_sha256
    assert stripped(copy)[1] == copy
    return True


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_damaged_picture_is_refused_by_name_or_gives_a_clean_copy(name):
    chance = random.Random(name)
    assert sum(survives(mutated(DESCRIBED[name], chance)) for _ in range(60)) < 60


@pytest.mark.long
@pytest.mark.parametrize("name", DESCRIBED)
def test_thousands_of_damaged_pictures(name):
    chance = random.Random(f"long {name}")
    assert sum(survives(mutated(DESCRIBED[name], chance)) for _ in range(3000)) < 3000


@pytest.mark.parametrize("name", ["still.heic", "motion.heic"])
def test_real_pictures_of_telephones(name):
    path = SAMPLES / "phone" / name
    if not path.exists():
        pytest.skip("no samples here")
    data = path.read_bytes()
    result, copy = stripped(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert pixels(copy) == pixels(data)


def test_a_parameter_set_that_a_phone_wrote_is_no_text():
    """Its last eight bytes read as ``eSp  j@ ``."""
    phone = bytes.fromhex("420101037000000300b0000003000003003ca009880d1dcb887b9165537020206a4020")
    assert parameter_set(phone) == phone
