"""Copies of Matroska films: nothing planted survives, pictures and sound stay as coded, odd films are refused."""

import pytest

from tests.media_builders import matroska as mkv
from tests.media_builders.matroska import el, film, open_el
from tests.media_builders.mp4 import Canary, survivors
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.errors.strip import EncryptedFilm, HiddenFootage, UnknownCoding
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.registry import strip

FORMS = [
    {"hevc": hevc, "doc_type": doc_type, "opener": opener}
    for hevc in (False, True)
    for doc_type in (b"matroska", b"webm")
    for opener in (el, open_el)
]


def stripped(data, choices=None):
    kept = Kept()
    result = strip(Bytes(data), "video/x-matroska", kept, *([choices] if choices else []))
    return kept.data, result


@pytest.mark.parametrize("form", FORMS)
def test_no_planted_token_survives_in_any_place(form):
    canary = Canary()
    original = film(canary, **form)
    copy, result = stripped(original)
    assert len(survivors(canary, original)) > 80
    assert survivors(canary, copy) == []
    assert result.media_type == ("video/webm" if form["doc_type"] == b"webm" else "video/x-matroska")


@pytest.mark.parametrize("form", FORMS)
def test_the_copy_is_clean_to_the_other_reader_and_the_original_is_not(form):
    original = film(Canary(), **form)
    copy, _ = stripped(original)
    assert inspect(Bytes(original)).finding is Finding.FOUND
    seen = inspect_again(Bytes(original), Bytes(copy))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")


@pytest.mark.parametrize("form", FORMS)
def test_essence_and_presentation_are_the_same_before_and_after(form):
    original = film(Canary(), **form)
    copy, result = stripped(original)
    assert essence(Bytes(original)) == result.essence == essence(Bytes(copy))
    assert [one.stream for one in result.essence] == ["video:0", "audio:0"]
    assert presentation_sha256(Bytes(original)) == result.presentation_sha256 == presentation_sha256(Bytes(copy))


def test_the_same_film_gives_the_same_bytes_and_a_copy_is_its_own_copy():
    first, _ = stripped(film(Canary()))
    assert first == stripped(film(Canary()))[0] == stripped(first)[0]


def test_films_that_differ_in_what_identifies_or_in_how_they_were_written_become_the_same_copy():
    quiet = stripped(film(opener=open_el, tail=False))[0]
    assert quiet == stripped(film(tail=True))[0] == stripped(film(ordered=1))[0]


def test_removed_parts_are_told_with_place_size_and_digest():
    _, result = stripped(film(Canary()))
    places = [part.place for part in result.removed]
    for place in ("Tags", "Attachments", "Chapters", "Info/Title", "after the Segment", "TrackEntry (subtitles)"):
        assert place in places
    assert "Cluster: blocks of subtitles" in places
    assert all(part.size > 0 and len(part.sha256) == 64 for part in result.removed)
    assert "subtitles were dropped" in result.kept


def test_chapters_that_order_the_film_are_said_or_refused():
    assert any("chapters" in remark for remark in stripped(film(ordered=1))[1].kept)
    with pytest.raises(HiddenFootage):
        stripped(film(ordered=1), StripChoices(hidden_footage="refuse"))
    assert not any("chapters" in remark for remark in stripped(film())[1].kept)


def test_a_film_cut_from_a_long_stream_begins_at_zero():
    late, result = stripped(film(start=1_700_000_000))
    assert late == stripped(film())[0]
    assert result.presentation_sha256 == presentation_sha256(Bytes(film()))
    assert any("began in the middle" in remark for remark in result.kept)
    where = [one for one in inspect(Bytes(film(start=1_700_000_000))).revelations if "begins" in one.name]
    assert [one.group for one in where] == ["when"]


def test_a_recording_that_was_killed_keeps_what_was_whole():
    whole = film(Canary(), opener=open_el)
    cut, result = stripped(whole[: whole.rindex(mkv.PICTURE) + 40])
    assert any("in the middle" in remark for remark in result.kept)
    seen = inspect_again(Bytes(whole), Bytes(cut))
    assert seen.finding is Finding.CLEAN
    with pytest.raises(MediaCut):
        stripped(film(tail=False)[:-200])


def test_damage_in_the_middle_is_refused():
    whole = film(opener=open_el)
    place = whole.index(mkv.identifier(mkv.CLUSTER), whole.index(mkv.identifier(mkv.CLUSTER)) + 4)
    with pytest.raises(BadMedia):
        stripped(whole[:place] + bytes(40) + whole[place:])


@pytest.mark.parametrize("lacing", [1, 2, 3])
def test_frames_laced_together_stay_as_they_are(lacing):
    frames = [b"\xfc" + bytes([index]) * (300 if lacing != 2 else 40) * (index + 1 if lacing != 2 else 1)
              for index in range(5)]  # fmt: skip
    laced = el(mkv.CLUSTER, el(0xE7, 3000), el(0xA3, mkv.block(2, 0, *frames, flags=0x80, lacing=lacing)))
    original = film(middle=laced)
    copy, result = stripped(original)
    assert b"".join(frames) in copy
    assert essence(Bytes(original)) == result.essence == essence(Bytes(copy))
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


def encoding(*parts):
    return el(0x6D80, el(0x6240, *parts))


def test_header_stripping_is_undone():
    plain = film()
    head = b"\0\0\0"
    short = film(entry=encoding(el(0x5034, el(0x4254, 3), el(0x4255, head))))
    nodes = mkv.tree(short)
    for node in mkv.at(nodes, mkv.SEGMENT)[1]:
        if node[0] == mkv.CLUSTER:
            for inner in node[1]:
                if inner[0] == 0xA3 and inner[1][0] == 0x81:
                    inner[1] = inner[1][:4] + inner[1][4 + len(head) :]
                if inner[0] == mkv.GROUP and inner[1][0][1][0] == 0x81:
                    inner[1][0][1] = inner[1][0][1][:4] + inner[1][0][1][4 + len(head) :]
    short = mkv.written(nodes)
    assert stripped(short)[0] == stripped(plain)[0]
    assert essence(Bytes(short)) == essence(Bytes(plain))
    assert presentation_sha256(Bytes(short)) == presentation_sha256(Bytes(plain))


def changed(*path, number, body, **form):
    nodes = mkv.tree(film(tail=False, **form))
    inside = mkv.at(nodes, *path)[1]
    inside[:] = [[number, body] if node[0] == number else node for node in inside]
    return mkv.written(nodes)


ENTRY = (mkv.SEGMENT, mkv.TRACKS, mkv.ENTRY)


@pytest.mark.parametrize(
    ("refusal", "make"),
    [
        (EncryptedFilm, lambda: film(entry=encoding(el(0x5033, 1), el(0x5035, el(0x47E1, 5))))),
        (UnknownCoding, lambda: film(entry=encoding(el(0x5034, el(0x4254, 0))))),
        (UnknownCoding, lambda: film(entry=encoding(el(0x5032, 3), el(0x5034, el(0x4254, 3))))),
        (UnknownCoding, lambda: changed(*ENTRY, number=0x86, body=b"V_PRORES")),
        (UnknownCoding, lambda: changed(*ENTRY, number=0x86, body=b"A_OPUS")),
        (UnknownCoding, lambda: changed(*ENTRY, number=0x63A2, body=b"")),
        (UnsupportedMedia, lambda: film(entry=el(0xE2, el(0xE9, el(0xED, 1))))),
        (UnsupportedMedia, lambda: film(entry=el(0x23314F, mkv.real(2.0)))),
        (UnsupportedMedia, lambda: film(doc_type=b"other")),
        (UnsupportedMedia, lambda: changed(mkv.EBML, number=0x42F3, body=b"\x10")),
        (UnsupportedMedia, lambda: film(
            middle=el(mkv.CLUSTER, el(0xE7, 0), el(mkv.GROUP, el(0xA1, mkv.block(1, 0, b"\0\0\0\0")), el(0xA4, b"x"))))),
        (BadMedia, lambda: changed(*ENTRY, number=0xD7, body=b"\x02")),
        (BadMedia, lambda: changed(*ENTRY, 0xE0, number=0xB0, body=b"\0")),
        (BadMedia, lambda: film(entry=el(0xD7, 7))),
        (BadMedia, lambda: film(entry=el(0x56AA, 1 << 40))),
        (BadMedia, lambda: changed(mkv.SEGMENT, mkv.INFO, number=0x2AD7B1, body=b"\0")),
        (BadMedia, lambda: changed(mkv.SEGMENT, number=mkv.TRACKS, body=b"")),
        (BadMedia, lambda: changed(mkv.SEGMENT, number=mkv.CLUSTER, body=b"")),
        (BadMedia, lambda: film(middle=el(mkv.CLUSTER, el(0xA3, mkv.block(1, 0, b"\0\0\0\0"))))),
        (BadMedia, lambda: film(middle=el(mkv.CLUSTER, el(0xE7, 0), el(0xA3, mkv.block(1, 0, b"\0\0\0\x09x"))))),
        (BadMedia, lambda: film(middle=el(mkv.CLUSTER, el(0xE7, 1 << 60), el(0xA3, mkv.block(1, 0, b""))))),
        (BadMedia, lambda: film(middle=b"\0\0\0\0")),
        (MediaCut, lambda: mkv.header()),
        (MediaCut, lambda: film(tail=False)[:-1]),
    ],
)  # fmt: skip
def test_what_cannot_be_made_safe_is_refused_by_name(refusal, make):
    with pytest.raises(refusal):
        stripped(make())


def test_rotation_crop_and_levels_of_light_stay_and_decide_the_presentation():
    shown = el(0x7670, el(0x7675, mkv.real(90.0)))
    nodes = mkv.tree(film(tail=False))
    mkv.at(nodes, *ENTRY, 0xE0)[1].extend(mkv.tree(shown + el(0x54BB, 8)))
    turned = mkv.written(nodes)
    copy, result = stripped(turned)
    kept = mkv.at(mkv.tree(copy), *ENTRY, 0xE0)
    for part in (shown, el(0x54BB, 8), el(0x55D1, mkv.real(0.708)), el(0x55DA, mkv.real(0.0001)), el(0x55BC, 1000)):
        assert part in mkv.written([kept])
    assert result.presentation_sha256 != stripped(film())[1].presentation_sha256


def test_a_word_in_the_last_bits_of_a_number_is_rounded_away():
    nodes = mkv.tree(film(tail=False))
    hidden = mkv.real(0.708)[:4] + b"Zana"
    mkv.at(nodes, *ENTRY, 0xE0, 0x55B0, 0x55D0)[1][0][1] = hidden
    copy, _ = stripped(mkv.written(nodes))
    assert hidden not in copy
    assert el(0x55D1, mkv.real(0.708)) in copy


def test_dolby_vision_stays_without_its_name_and_its_spare_bytes():
    config = b"\x01\x00\x10\x15\x40" + b"spare bytes of a token"[:19]
    mapping = el(0x41E4, el(0x41A4, b"Dolby Vision configuration"), el(0x41E7, b"dvvC"), el(0x41ED, config))
    copy, _ = stripped(film(hevc=True, entry=mapping))
    assert el(0x41E4, el(0x41E7, b"dvvC"), el(0x41ED, config[:5] + bytes(19))) in copy
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize(("number", "payload", "stays"), [
    (4, b"\xb5\0\x3c\0\1\4" + bytes(40), True), (4, b"\xb5\0\x3d\0\1\4 other data", False), (1, b"other data", False),
])  # fmt: skip
def test_of_data_beside_a_picture_only_known_kinds_stay(number, payload, stays):
    mapping = el(0x41E4, el(0x41F0, 4), el(0x41E7, 4))
    group = el(mkv.GROUP, el(0xA1, mkv.block(1, 0, mkv.pictures(Canary(quiet=True), 0))),
               el(0x75A1, el(0xA6, el(0xA5, payload), el(0xEE, number))))  # fmt: skip
    original = film(entry=mapping, middle=el(mkv.CLUSTER, el(0xE7, 0), group))
    copy, result = stripped(original)
    assert (payload in copy) is stays
    assert inspect(Bytes(copy)).finding is Finding.CLEAN
    assert presentation_sha256(Bytes(original)) == result.presentation_sha256


@pytest.mark.parametrize(("kind", "private", "stays"), [
    (1, bytes(20), None),
    (1, bytes(12) + b"\x3f\xff\xff\xff\x40\0\0\0", bytes(12) + b"\x40\0\0\0" * 2),
    (1, bytes(4) + b"Zanaozen Aizhan1", bytes(4) + b"Za\0\0oz\0\0 A\0\0ha\0\0"),
    (2, bytes(10) + b"\1\0", bytes(10) + b"\1\0"),
])  # fmt: skip
def test_a_projection_keeps_its_bounds_and_no_words(kind, private, stays):
    nodes = mkv.tree(film(tail=False))
    mkv.at(nodes, *ENTRY, 0xE0)[1].extend(mkv.tree(el(0x7670, el(0x7671, kind), el(0x7672, private))))
    copy, result = stripped(mkv.written(nodes))
    assert (el(0x7672, stays) in copy) if stays else (mkv.identifier(0x7672) not in copy)
    assert b"Zana" not in copy
    assert inspect(Bytes(copy)).finding is Finding.CLEAN
    assert presentation_sha256(Bytes(copy)) == result.presentation_sha256


SOUNDS = {
    b"A_FLAC": b"fLaC\0\0\0\x22\x10\0\x10\0" + b"sizes!" + b"\x0b\xb8\x02\xf0\0\0\x10\0" + b"Zanaozen Aizhan!" + b"\x84tags",
    b"A_ALAC": b"\0\0\x10\0\0\x10\x28\x0a\x0e\x01\0\xff" + b"Zanaozen" + b"\0\0\xac\x44" + b"behind",
    b"A_AAC": b"\x12\x10" + b"Zanaozen",
}  # fmt: skip


@pytest.mark.parametrize("codec", [b"A_FLAC", b"A_ALAC", b"A_AAC"])
def test_a_sound_configuration_holds_no_words(codec):
    nodes = mkv.tree(film(tail=False))
    entry = [node for node in mkv.at(nodes, mkv.SEGMENT, mkv.TRACKS)[1] if node[0] == mkv.ENTRY][1]
    entry[1] = [[0x86, codec] if node[0] == 0x86 else node for node in entry[1]]
    entry[1] = [[0x63A2, SOUNDS[codec]] if node[0] == 0x63A2 else node for node in entry[1]]
    original = mkv.written(nodes)
    copy, _ = stripped(original)
    assert inspect(Bytes(original)).finding is Finding.FOUND
    for word in (b"Zanaozen", b"sizes!", b"tags", b"behind"):
        assert word not in copy
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


WINDOWS = b"\x28\0\0\0" + b"\x40\0\0\0\x30\0\0\0" + b"\x01\0\x18\0XVID" + b"Zanaozen" + bytes(12)
VOL = b"\0\0\1\x20\x08\x84\0\0\1\xb2"


def windows_film(private):
    nodes = mkv.tree(film(tail=False))
    entry = mkv.at(nodes, *ENTRY)
    entry[1] = [[0x86, b"V_MS/VFW/FOURCC"] if node[0] == 0x86 else node for node in entry[1]]
    entry[1] = [[0x63A2, private] if node[0] == 0x63A2 else node for node in entry[1]]
    body = mkv.at(nodes, mkv.SEGMENT)
    frame = mkv.block(1, 0, b"\0\0\1\xb6" + mkv.PICTURE, flags=0x80)
    body[1] = [node for node in body[1] if node[0] != mkv.CLUSTER]
    body[1].append([mkv.CLUSTER, [[0xE7, b"\0"], [0xA3, frame]]])
    return mkv.written(nodes)


@pytest.mark.parametrize("private", [WINDOWS + VOL + b"Lavc59.37.100", WINDOWS + VOL + b"Zanaozen user data"])
def test_pictures_described_as_windows_does_keep_size_and_coding(private):
    copy, result = stripped(windows_film(private))
    assert b"Zanaozen" not in copy
    assert (b"Lavc59.37.100" in copy) == any("Lavc" in remark for remark in result.kept)
    assert inspect(Bytes(copy)).finding is Finding.CLEAN
    with pytest.raises(BadMedia):
        stripped(windows_film(private[:4] + b"Zanaozen" + private[12:]))


def test_second_tracks_are_dropped_and_told():
    second = el(mkv.TRACKS, mkv.video(Canary(), 1))
    copy, result = stripped(film(middle=second))
    assert copy == stripped(film())[0]
    assert "Tracks" in [part.place for part in result.removed]
    assert inspect(Bytes(film(middle=second))).finding is not Finding.CLEAN


def test_ticks_of_a_nanosecond_give_a_cluster_for_every_block_and_few_entries_in_the_index():
    nodes = mkv.tree(film(tail=False))
    body = mkv.at(nodes, mkv.SEGMENT)
    mkv.at(nodes, mkv.SEGMENT, mkv.INFO)[1][0][1] = b"\1"
    body[1] = [node for node in body[1] if node[0] not in (mkv.CLUSTER, mkv.CUES)]
    frame = mkv.block(1, 0, mkv.pictures(Canary(quiet=True), 0), flags=0x80)
    for number in range(100):
        body[1].append([mkv.CLUSTER, [[0xE7, mkv.uint(number * 40_000_000)], [0xA3, frame]]])
    copy, _ = stripped(mkv.written(nodes))
    kept = mkv.tree(copy)
    assert sum(node[0] == mkv.CLUSTER for node in mkv.at(kept, mkv.SEGMENT)[1]) == 100
    assert len(mkv.at(kept, mkv.SEGMENT, mkv.CUES)[1]) == 8
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


TOKEN = b"QZTOKENLEFTOVER"
CANARY = Canary(quiet=True)


class Planted:
    """A canary that has one word for every place it is asked about."""

    def __call__(self, place, width=0):
        return TOKEN.ljust(width, b"x") if not width else TOKEN[:width]


def put(path, child, at=None, **more):
    """A quiet film with ``child`` among the children of the element at ``path``, at the end or in front of ``at``."""
    nodes = mkv.tree(film(CANARY, **more))
    inner = mkv.at(nodes, *path)[1]
    place = len(inner) if at is None else next(index for index, node in enumerate(inner) if node[0] == at)
    inner[place:place] = mkv.tree(child)
    return mkv.written(nodes)


def slack(lacing):
    """A block whose lacing leaves bytes behind its last frame, or that says sizes that are none."""
    frames = [b"\xfc" + bytes([index]) * 40 for index in range(3)]
    return el(0xA3, mkv.block(2, 5, *frames[:2], frames[2] + TOKEN, flags=0x80, lacing=lacing))


LEFTOVERS = {
    **{
        f"{name} between clusters": put((mkv.SEGMENT,), child, mkv.CUES)
        for name, child in (
            ("attachments", mkv.attachments(Planted())),
            ("chapters", mkv.chapters(Planted())),
            ("tags", mkv.tags(Planted())),
            ("void", el(mkv.VOID, TOKEN)),
            ("checksum", el(mkv.CRC, TOKEN[:4])),
            ("seek head", el(0x114D9B74, el(0x4DBB, el(0x53AB, TOKEN[:8]), el(0x53AC, 99)))),
        )
    },
    **{
        f"{name} in {place}": put(path, child)
        for place, path in (
            ("the cluster", (mkv.SEGMENT, mkv.CLUSTER)),
            ("the tracks", (mkv.SEGMENT, mkv.TRACKS)),
            ("an entry", (mkv.SEGMENT, mkv.TRACKS, mkv.ENTRY)),
            ("a group", (mkv.SEGMENT, mkv.CLUSTER, mkv.GROUP)),
            ("the facts", (mkv.SEGMENT, mkv.INFO)),
        )
        for name, child in (
            ("void", el(mkv.VOID, TOKEN)),
            ("checksum", el(mkv.CRC, TOKEN[:4])),
            ("name of the coding", el(0x258688, TOKEN)),
            ("unknown", el(0x4FF0, TOKEN)),
            ("long void", el(mkv.VOID, bytes(300), TOKEN, width=8)),
        )
    },
    "tags in a cluster": put((mkv.SEGMENT, mkv.CLUSTER), mkv.tags(Planted())),
    "attachments in a cluster": put((mkv.SEGMENT, mkv.CLUSTER), mkv.attachments(Planted())),
    **{
        f"addition {number}": put(
            (mkv.SEGMENT, mkv.CLUSTER, mkv.GROUP), el(mkv.ADDITIONS, el(0xA6, el(0xA5, TOKEN), el(0xEE, number)))
        )
        for number in (1, 2, 4, 5, 100, 1 << 40)
    },
    "two codings of lacing": put((mkv.SEGMENT, mkv.CLUSTER), slack(2)),
}


@pytest.mark.parametrize("name", LEFTOVERS)
def test_words_in_rare_places_never_reach_the_copy(name):
    data = LEFTOVERS[name]
    assert TOKEN[:4] in data
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    try:
        copy, result = stripped(data)
    except WitnesskitError:
        return
    assert TOKEN[:4] not in copy
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data))
