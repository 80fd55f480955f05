"""Codings whose pictures hold data of their own, chapters, credentials and what a policy decides of a film."""

import struct

import pytest

from tests.media_builders import jpeg
from tests.media_builders.mp4 import Canary, Spec, box, entry, film, full, small, track, u32
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import CredentialsKept, HiddenFootage, TextInPictures, UnknownCoding
from witnesskit.formats.isobmff_frames import check_motion_jpeg, check_prores
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.registry import strip
from witnesskit.strip.remarks import CREDENTIALS_DROPPED

TOKEN = b"43.34N 51.87E"
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PICTURE = jpeg.build(jpeg.Plan())


def stripped(data, choices=None):
    kept = Kept()
    result = strip(Bytes(data), "video/mp4", kept, *([choices] if choices else []))
    return kept.data, result


def looked_at_again(data):
    """The copy of ``data``, judged by the other reader."""
    copy, result = stripped(data)
    seen = inspect_again(Bytes(data), Bytes(copy))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    assert essence(Bytes(data)) == result.essence == essence(Bytes(copy))
    assert presentation_sha256(Bytes(data)) == result.presentation_sha256 == presentation_sha256(Bytes(copy))
    assert stripped(copy)[0] == copy
    return copy, result


def hidden(data):
    """A film with a token that cannot be taken out: refused, and the inspector never calls it clean."""
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    with pytest.raises((TextInPictures, BadMedia)):
        stripped(data)


def motion_jpeg(*frames, kind=b"jpeg"):
    return small([Spec(b"vide", entry(kind), list(frames))])


def test_motion_jpeg_is_copied_and_what_names_a_library_is_said():
    named = jpeg.build(jpeg.Plan(head=[jpeg.segment(0xFE, b"Lavc59.37.100\0")]))
    fields = PICTURE + bytes(3) + PICTURE
    _, result = looked_at_again(motion_jpeg(named, fields, PICTURE))
    assert any("Lavc59.37.100" in remark for remark in result.kept)


@pytest.mark.parametrize("plan", [
    jpeg.Plan(head=[jpeg.segment(0xE1, b"Exif\0\0" + TOKEN)]), jpeg.Plan(head=[jpeg.segment(0xFE, TOKEN)]),
    jpeg.Plan(head=[jpeg.segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0" + TOKEN)]), jpeg.Plan(tail=TOKEN),
    jpeg.Plan(head=[jpeg.segment(0xE0, b"AVI1\0\0" + TOKEN)]), jpeg.Plan(head=[jpeg.segment(0xEE, TOKEN)]),
    jpeg.Plan(head=[jpeg.segment(0xDB, b"\0" + bytes([8] * 64) + TOKEN)]), jpeg.Plan(head=[jpeg.segment(0xDD, b"\0\0" + TOKEN)]),
    jpeg.Plan(head=[jpeg.segment(0xFE, b"Lavc59.37.100\0" + TOKEN)]), jpeg.Plan(before_end=jpeg.segment(0xFE, TOKEN)),
    jpeg.Plan(head=[jpeg.segment(0xC4, jpeg.DC_TABLE + TOKEN)]), jpeg.Plan(after_frame=[jpeg.segment(0xF0, TOKEN)]),
    jpeg.Plan(head=[jpeg.segment(0xE1, bytes(4) + b"mjpg" + TOKEN.ljust(40))]),
])  # fmt: skip
def test_a_token_in_any_part_of_a_motion_jpeg_frame_is_refused(plan):
    hidden(motion_jpeg(PICTURE, jpeg.build(plan)))


@pytest.mark.parametrize(
    "frame", [b"", b"\xff\xd8", PICTURE[:-2], PICTURE[:30], b"\xff\xd8\xff\xe0\0\1", b"\xff\xd8\xff"]
)
def test_a_broken_motion_jpeg_frame_ends_in_a_refusal(frame):
    try:
        check_motion_jpeg(frame)
    except BadMedia:
        assert inspect(Bytes(motion_jpeg(PICTURE, frame))).finding is not Finding.CLEAN
    else:
        assert frame == b""


def prores(*, head=b"", table=b"", between=b"", behind=b"", width=40, height=24, interlaced=False):
    """A frame of ProRes whose slices hold eight bytes each; across: 2 of 2 blocks and 1 of 1."""
    header = struct.pack(">HBB4sHH", 20 + len(head), 0, 0, b"apl0", width, height)
    header += bytes([0x80 | 4 * interlaced, 0, 1, 1, 1, 0, 0, 0]) + head
    pictures = b""
    for lines in (12, 12) if interlaced else (height,):
        count = 2 * -(-lines // 16)
        body = struct.pack(f">{count}H", *[8] * count) + table + b"\x88slices!" * count + between
        pictures += b"\x40" + u32(8 + len(body)) + struct.pack(">HB", count, 1 << 4) + body
    whole = b"icpf" + header + pictures
    return u32(len(whole) + 4 + len(behind)) + whole + behind


@pytest.mark.parametrize("interlaced", [False, True])
def test_prores_is_copied_and_its_encoder_said(interlaced):
    film_of = small(
        [Spec(b"vide", entry(b"apch"), [prores(interlaced=interlaced), prores(interlaced=interlaced) + bytes(4)])]
    )
    _, result = looked_at_again(film_of)
    assert any("(apl0)" in remark for remark in result.kept)


@pytest.mark.parametrize("where", ["head", "table", "between", "behind"])
def test_a_token_beside_the_slices_of_a_prores_frame_is_refused(where):
    hidden(small([Spec(b"vide", entry(b"apcn"), [prores(), prores(**{where: TOKEN + b"x"})])]))


def test_bytes_behind_a_prores_frame_are_refused():
    hidden(small([Spec(b"vide", entry(b"ap4h"), [prores() + TOKEN])]))
    for size in range(60):
        with pytest.raises((BadMedia, TextInPictures)):
            check_prores(prores()[:size])


def mp4v(config):
    specific = b"\x05" + bytes([len(config)]) + config
    decoder = b"\x20\x11" + bytes(11) + specific
    inner = bytes(3) + b"\x04" + bytes([len(decoder)]) + decoder + b"\x06\x01\x02"
    return entry(b"mp4v", full(b"esds", b"\x03" + bytes([len(inner)]) + inner))


def test_user_data_of_mpeg4_pictures_become_ones_and_a_version_stays():
    config = b"\0\0\1\xb0\x01\0\0\1\xb2" + TOKEN + b"\0\0\1\x20\x08\x86"
    picture = b"\0\0\1\xb6" + bytes(range(130, 230))
    samples = [b"\0\0\1\xb2" + TOKEN + picture, b"\0\0\1\xb2XviD0069" + picture, picture + b"\0\0\1\xb2" + TOKEN]
    data = small([Spec(b"vide", mp4v(config), samples)], brand=b"isom")
    assert data.count(TOKEN) == 3
    assert inspect(Bytes(data)).finding is Finding.FOUND
    copy, result = looked_at_again(data)
    assert TOKEN not in copy
    assert b"XviD0069" in copy
    assert any("XviD0069" in remark for remark in result.kept)


@pytest.mark.parametrize("planted", [
    b"\0\0\1\xb6abcd\0\0\1\xc1" + TOKEN, TOKEN + b"\0\0\1\xb6abcd", b"\0\0\1\xb0\1" + TOKEN + b"\0\0\1\xb6abcd",
    b"\0\0\1\xb3\0\0\x40" + TOKEN + b"\0\0\1\xb6abcd", b"\0\0\1\0" + TOKEN + b"\0\0\1\xb6abcd",
    b"\0\0\1\xb3\x9a\xc0\x40\0\0\1\xb6abcd",  # a group of pictures that tells a time of day
])  # fmt: skip
def test_a_token_between_mpeg4_pictures_is_refused(planted):
    hidden(small([Spec(b"vide", mp4v(b"\0\0\1\x20\x08"), [planted])], brand=b"isom"))


SEQUENCE = bytes.fromhex("000000043d07c4daf90040")  # of libaom, 322 x 242
FRAME = b"\x32\x40" + bytes(range(128, 192))


def obu(kind, payload):
    return bytes([kind << 3 | 2, len(payload)]) + payload


def av1(*units, config=b""):
    picture = entry(b"av01", box(b"av1C", b"\x81\0\x0c\0" + (config or obu(1, SEQUENCE))))
    return small([Spec(b"vide", picture, [b"".join(units) + FRAME, FRAME])], brand=b"isom")


_FIELDS = "01" + f"{400:027b}" + "0" + 4 * f"{70000:017b}" + "0001" + "1100011" + f"{9000:017b}" + f"{3:010b}" + "000"
PLUS = b"\1" + (int(_FIELDS, 2) << 5).to_bytes(18, "big")  # HDR10+: one window, one percentile, no curve


def test_av1_is_copied_with_its_levels_of_light():
    levels, plus = obu(5, b"\1\3\xe8\1\x90\x80"), obu(5, b"\4\xb5\0\x3c\0\1\4" + PLUS + b"\x80")
    looked_at_again(av1(obu(2, b""), obu(1, SEQUENCE), levels, plus))


@pytest.mark.parametrize(("kind", "payload"), [
    *((kind, TOKEN) for kind in (0, 8, 9, 14, 15)), (2, TOKEN), (1, SEQUENCE + TOKEN), (1, SEQUENCE[:4] + TOKEN),
    (5, b"\6" + TOKEN), (5, b"\1\3\xe8\1\x90\x80" + TOKEN), (5, b"\4" + TOKEN), (5, TOKEN), (5, b""),
])  # fmt: skip
def test_a_token_in_a_unit_of_av1_that_is_no_picture_is_refused(kind, payload):
    hidden(av1(obu(2, b""), obu(kind, payload)))


def test_the_configuration_of_av1_holds_a_sequence_header_alone():
    copy, _ = looked_at_again(av1(config=obu(1, SEQUENCE) + obu(5, b"\6" + TOKEN) + obu(15, TOKEN)))
    assert TOKEN not in copy
    hidden(av1(config=obu(1, SEQUENCE + TOKEN)))


FACTS = bytes(range(34))


@pytest.mark.parametrize(("made", "token_in"), [
    (entry(b"fLaC", full(b"dfLa", b"\0\0\0\x22" + FACTS + b"\x84\0\0\x0d" + TOKEN), sound_bits=16), True),
    (entry(b"sqcp", box(b"dqcp", b"Nok4\1\1"), sound_bits=16), False),
    (entry(b"sawb", box(b"damr", b"Nok4\1\0\1\0\1"), sound_bits=16), False),
    (entry(b"ipcm", full(b"pcmC", b"\1\x10" + TOKEN), full(b"chnl", b"\1\0\0\1"), sound_bits=16), True),
    (entry(b"twos", full(b"chnl", b"\1\0\0\1" + TOKEN), sound_bits=8), True),
    (entry(b"raw ", box(b"zzzz", TOKEN), sound_bits=8), True),
])  # fmt: skip
def test_sound_descriptions_keep_what_decoding_needs(made, token_in):
    data = small([Spec(b"soun", made, [bytes(range(100, 104)) * 2])])
    if made[4:8] in (b"ipcm", b"twos", b"raw "):
        data = data.replace(u32(0, 1, 8), u32(1, 4 if made[4:8] != b"ipcm" else 2, 8)[:8] + b"")  # sizes count frames
        data = small([Spec(b"soun", made, [b"\1" * 4] * 3)])
        data = fixed_sizes(data, 4 if made[4:8] == b"ipcm" else 2)
    assert (TOKEN in data) == token_in
    copy, _ = looked_at_again(data)
    assert TOKEN not in copy
    assert b"Nok4" not in copy


def fixed_sizes(data, width):
    """The tables as QuickTime has them for uncompressed sound: every size one, frames counted."""
    frames = 12 // width
    data = data.replace(full(b"stsz", u32(0, 3, 4, 4, 4)), full(b"stsz", u32(1, frames), bytes(12)))
    data = data.replace(full(b"stts", u32(1, 3, 40)), full(b"stts", u32(1, frames, 40)))
    return data.replace(full(b"stsc", u32(1, 1, 3, 1)), full(b"stsc", u32(1, 1, frames, 1)))


def sphere(source=b"\0", mesh=False):
    shape = full(b"mshp", TOKEN) if mesh else full(b"equi", u32(0, 0, 0, 0))
    return box(b"sv3d", full(b"svhd", source), box(b"proj", full(b"prhd", u32(0, 0, 0)), shape))


def test_the_layout_of_a_sphere_stays_without_its_program():
    data = motion_jpeg(PICTURE).replace(entry(b"jpeg"), entry(b"jpeg"))
    data = small([Spec(b"vide", entry(b"jpeg", sphere(TOKEN + b"\0"), full(b"st3d", b"\1")), [PICTURE])])
    copy, _ = looked_at_again(data)
    assert sphere() in copy
    meshed = small([Spec(b"vide", entry(b"jpeg", sphere(mesh=True)), [PICTURE])])
    copy, result = looked_at_again(meshed)
    assert b"sv3d" not in copy
    assert any("headsets" in remark for remark in result.kept)
    assert inspect(Bytes(small([Spec(b"vide", entry(b"jpeg", sphere(TOKEN)), [PICTURE])]))).finding is Finding.FOUND


@pytest.mark.parametrize(
    "kind", [b"ac-4", b"mhm1", b"mha1", b"ima4", b"dvcp", b"2vuy", b"AVdn", b"SVQ3", b"vvc1", b"vc-1"]
)
def test_a_coding_that_is_not_known_is_refused_by_its_name(kind):
    sound = kind in (b"ac-4", b"mhm1", b"mha1", b"ima4")
    made = entry(kind, sound_bits=16) if sound else entry(kind)
    data = small([Spec(b"soun" if sound else b"vide", made, [b"coded" * 4])])
    assert inspect(Bytes(data)).finding is Finding.UNKNOWN
    with pytest.raises(UnknownCoding) as refusal:
        stripped(data)
    assert refusal.value.detail == kind.decode()


def test_pictures_of_chapters_are_dropped_and_said():
    quiet = Canary(quiet=True)
    whole = film(quiet, extra_tracks=())
    secret = jpeg.build(jpeg.Plan(head=[jpeg.segment(0xFE, TOKEN)]))
    place = len(whole)
    extra = track(3, Spec(b"vide", entry(b"jpeg"), [secret]), place + 8, quiet)
    at = whole.index(b"moov") - 4
    moov = whole[at : at + int.from_bytes(whole[at : at + 4], "big")]
    bigger = u32(len(moov) + len(extra)) + moov[4:] + extra
    bigger = bigger.replace(box(b"cdsc", u32(1)), box(b"chap", u32(3)))
    data = whole.replace(moov, box(b"free", bytes(len(moov) - 8))) + box(b"mdat", secret) + bigger
    assert inspect(Bytes(data)).finding is Finding.FOUND
    copy, result = looked_at_again(data)
    assert copy == stripped(whole)[0]
    assert any("pictures of chapters" in remark for remark in result.kept)


@pytest.mark.parametrize("where", ["behind", "in_moov"])
def test_credentials_are_dropped_and_said_or_keep_the_film_back(where):
    made = box(b"uuid", C2PA, bytes(4) + b"manifest\0" + bytes(8) + box(b"jumb", b"c2pa" + TOKEN))
    data = small([Spec(b"vide", entry(b"jpeg"), [PICTURE])], **{where: made})
    copy, result = looked_at_again(data)
    assert CREDENTIALS_DROPPED in result.kept
    assert TOKEN not in copy
    assert stripped(data, StripChoices(credentials="report"))[0] == copy
    with pytest.raises(CredentialsKept):
        stripped(data, StripChoices(credentials="keep"))
    assert CREDENTIALS_DROPPED not in stripped(copy, StripChoices(credentials="keep"))[1].kept


def test_hidden_footage_is_said_or_refused():
    hiding, showing = full(b"elst", u32(1, 1, 119, 65536)), full(b"elst", u32(1, 120, 0, 65536))
    refuse = StripChoices(hidden_footage="refuse")
    with pytest.raises(HiddenFootage):
        stripped(film(edits=hiding), refuse)
    assert stripped(film(edits=showing), refuse)[0] == stripped(film(edits=showing))[0]
    assert stripped(film(edits=hiding))[0]


def test_a_film_of_any_brand_is_copied():
    data = small([Spec(b"vide", entry(b"jpeg"), [PICTURE])], brand=b"Xyz9")
    copy, _ = looked_at_again(data)
    assert copy[8:12] == b"isom"
