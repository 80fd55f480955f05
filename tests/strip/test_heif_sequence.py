"""The copy of an image sequence keeps every picture, its time and its transparency, and nothing that identifies."""

import io
import random

import pytest

from tests.media_builders.heif import ALPHA, plain
from tests.media_builders.heif_sequence import UNITY, Track, animation, hiding, kinds, sequence
from tests.media_builders.jpeg_hiding import tokens
from tests.media_builders.mp4 import box, full, u32
from tests.media_builders.readers import Bytes
from tests.strip.test_heif import forms, mutated, stripped, survives
from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.errors.strip import EncryptedFilm, HiddenFootage, SecondImages, TextInPictures
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip import remarks

KINDS = dict(kinds())
ONE_CODING = (b"user data", b"T.35", b"padding")
STREAMS = {
    "avif": ["video:0", "video:1"],
    "avif beside a picture": ["image", "video:0", "video:1"],
    "picture before an animation": ["image", "video:0", "video:1"],
    "hevc": ["video:0", "video:1"],
    "hevc beside a picture": ["image", "video:0"],
}


@pytest.mark.parametrize("coding", ["av1", "hevc"])
def test_no_planted_word_survives_and_the_original_shows_them_all(coding):
    data, places = hiding(coding)
    result, copy = stripped(data)
    for token in tokens(places):
        assert any(form in data for form in forms(token)) or token[4:-2] in ONE_CODING, token
        assert not any(form in copy for form in forms(token)), token
    assert inspect(Bytes(data)).finding is Finding.FOUND
    seen = inspect_again(Bytes(data), Bytes(copy))
    assert (seen.finding, seen.reason, seen.revelations) == (Finding.CLEAN, "", ())
    assert result.kept == (remarks.FURTHER_PICTURES_DROPPED, "a track of other data was dropped (meta)")


@pytest.mark.parametrize("name", KINDS)
def test_both_digests_agree_and_a_copy_of_a_copy_is_the_copy(name):
    data = KINDS[name]
    assert inspect(Bytes(data)).finding is Finding.CLEAN
    result, copy = stripped(data)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    shown = result.presentation_sha256
    assert shown == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert stripped(copy)[1] == copy == stripped(data)[1]
    assert not result.kept
    streams = [one.stream for one in result.essence]
    assert streams == STREAMS[name]


def test_pictures_of_items_and_tracks_are_written_once():
    data = KINDS["avif beside a picture"]
    assert data.count(b"\x47\x20\0\0\x16\4\0\x10\xb8\x5e") == 2
    assert stripped(data)[1].count(b"\x47\x20\0\0\x16\4\0\x10\xb8\x5e") == 1


@pytest.mark.parametrize("coding", ["av1", "hevc"])
def test_the_major_brand_still_says_what_opens(coding):
    still, moving = (b"avif", b"avis") if coding == "av1" else (b"heic", b"hevc")
    for major in (still, moving):
        data = sequence(animation(coding), plain(coding), major=major)
        assert stripped(data)[1][8:12] == major
    both = {
        stripped(sequence(animation(coding), plain(coding), major=major))[0].presentation_sha256
        for major in (still, moving)
    }
    assert len(both) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda tracks: setattr(tracks[0], "repeats", 0),
        lambda tracks: tracks[0].edits.clear(),
        lambda tracks: tracks.pop(),
        lambda tracks: setattr(tracks[0], "flags", 0),
        lambda tracks: setattr(tracks[0], "inner", box(b"pasp", u32(2, 1))),
        lambda tracks: setattr(tracks[0], "inner", box(b"colr", b"nclx\0\1\0\1\0\1\0")),
    ],
    ids=["once", "no edits", "no transparency", "not enabled", "aspect", "colours"],
)
def test_what_is_shown_otherwise_has_another_presentation(change):
    tracks = animation()
    change(tracks)
    data = sequence(tracks)
    assert presentation_sha256(Bytes(data)) != presentation_sha256(Bytes(sequence(animation())))
    assert stripped(data)[0].presentation_sha256 == presentation_sha256(Bytes(stripped(data)[1]))


def frames(data):
    image, features = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.features")
    if not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    found = []
    with image.open(io.BytesIO(data)) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            found.append((opened.mode, opened.size, opened.info.get("duration"), opened.tobytes()))
    return found


@pytest.mark.parametrize("name", [name for name in KINDS if "hevc" not in name])
def test_another_decoder_shows_the_same_frames(name):
    data = KINDS[name]
    assert frames(stripped(data)[1]) == frames(data)
    assert len(frames(data)) == (1 if "before" in name else 2)


@pytest.mark.parametrize("name", ["hevc", "hevc beside a picture"])
def test_another_demuxer_decodes_the_same_pictures(name):
    av = pytest.importorskip("av")

    def decoded(data):
        with av.open(io.BytesIO(data), format="mp4") as opened:
            return [
                (frame.pts, frame.to_image().tobytes())
                for frame in opened.decode(next(one for one in opened.streams.video if one.frames == 2))
            ]

    data = KINDS[name]
    assert decoded(stripped(data)[1]) == decoded(data)
    assert len(decoded(data)) == 2


def test_what_an_edit_list_hides_is_said_or_refused():
    tracks = animation()
    tracks[0].edits = [(100, 100)]
    result, _ = stripped(sequence(tracks))
    assert any("edit list hides" in words for words in result.kept)
    with pytest.raises(HiddenFootage):
        stripped(sequence(tracks), StripChoices(hidden_footage="refuse"))


def test_helper_tracks_go_and_the_policy_can_refuse_that():
    tracks = animation()
    tracks[1].inner = full(b"auxi", b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0")
    data = sequence(tracks)
    result, copy = stripped(data)
    assert result.kept == (remarks.HELPER_PICTURES_DROPPED,)
    assert copy == stripped(sequence(animation(alpha=False)))[1]
    assert inspect(Bytes(data)).finding is Finding.FOUND
    with pytest.raises(SecondImages):
        stripped(data, StripChoices(second_images="refuse"))


def things_alone():
    def changed(**values):
        tracks = animation()
        for name, value in values.items():
            setattr(tracks[0], name, value)
        return sequence(tracks)

    yield "track name", changed(name=b"x\0")
    yield "times", changed(times=3_000_000_000)
    yield "vendor", changed(vendor=b"Appl")
    yield "compressor", changed(compressor=b"\1x".ljust(32, b"\0"))
    yield "udta", changed(extra=box(b"udta"))
    yield "track meta", changed(extra=box(b"meta", bytes(4)))
    yield "free in the tables", changed(table=box(b"free"))
    yield "reference", changed(references=box(b"tref", box(b"cdsc", u32(2))))
    yield "unknown box in the description", changed(inner=box(b"zzzz"))
    yield "bytes behind pasp", changed(inner=box(b"pasp", u32(1, 1), b"x"))
    yield "free bits of ccst", changed(inner=full(b"ccst", b"\xff\xff\xff\xff"))
    yield "words behind auxi", sequence([animation()[0], Track(
        animation()[1].samples, b"auxv", b"av01", animation()[1].config, full(b"auxi", ALPHA + b"\0x"),
        references=box(b"tref", box(b"auxl", u32(1))))])  # fmt: skip
    yield "padding in a sample", changed(samples=[animation()[0].samples[0] + b"\x7a\1x", animation()[0].samples[1]])
    yield "gap", sequence(animation(), gap=b"\0")
    yield "index meta", sequence(animation(), more=box(b"udta", box(b"name", b"x")))
    yield "film times", sequence(animation(), times=3_000_000_000)
    yield "further track", sequence([*animation(), animation()[0]])
    yield "other track", sequence([*animation(), Track([b"data"], b"meta", b"mett", b"x\0")])
    yield (
        "no reference",
        sequence([animation()[0], Track(animation()[1].samples, b"auxv", config=animation()[1].config)]),
    )
    yield "brand", sequence(animation(), brands=b"avisSAUL")


ALONE = list(things_alone())


@pytest.mark.parametrize(("name", "data"), ALONE, ids=[name for name, _ in ALONE])
def test_each_thing_alone_keeps_a_sequence_from_being_clean(name, data):
    assert inspect(Bytes(data)).finding in (Finding.FOUND, Finding.UNKNOWN)
    copy = stripped(data)[1]
    assert inspect(Bytes(copy)).finding is Finding.CLEAN


def bad():
    tracks = animation()
    tracks[0].entry = b"vp09"
    yield UnsupportedMedia, sequence(tracks)
    tracks = animation()
    tracks[0].entry = b"encv"
    yield EncryptedFilm, sequence(tracks)
    tracks = animation()
    tracks[0].samples = []
    yield BadMedia, sequence(tracks)
    tracks = animation()
    tracks[0].config = b"\x81\0"
    yield BadMedia, sequence(tracks)
    yield MediaCut, sequence(animation())[:-20]
    for edits in ([(1, 0)] * 65, [(0x53617565, 0x53617565)]):
        tracks = animation()
        tracks[0].edits = edits
        yield UnsupportedMedia, sequence(tracks)
    words = b"by Saule from flat 12".ljust(36, b".")
    yield TextInPictures, sequence(animation()).replace(UNITY, words).replace(words, UNITY, 1)
    yield BadMedia, sequence(animation(), more=box(b"trak", b""))


@pytest.mark.parametrize(("error", "data"), list(bad()))
def test_what_cannot_be_understood_is_refused_by_name(error, data):
    with pytest.raises(error):
        stripped(data)
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


@pytest.mark.parametrize("name", KINDS)
def test_every_damaged_sequence_is_refused_by_name_or_gives_a_clean_copy(name):
    chance = random.Random(name)
    assert sum(survives(mutated(KINDS[name], chance)) for _ in range(80)) < 80


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_thousands_of_damaged_sequences(name):
    chance = random.Random(f"long {name}")
    assert sum(survives(mutated(KINDS[name], chance)) for _ in range(3000)) < 3000


TOKEN = b"QZTOKENWITNESSXJQZTOKENWITNESSXJ"
WIDE = "QZTOKEN".encode("utf-16-be")
NUMBERS = [
    ("tkhd matrix", b"tkhd", 44, WIDE),
    ("tkhd matrix of no picture", b"tkhd", 48, b"QZTO"),
    ("tkhd width and height", b"tkhd", 80, TOKEN[:8]),
    ("mvhd", b"mvhd", 12, TOKEN[:8]),
    ("mdhd", b"mdhd", 12, TOKEN[:8]),
    ("elst", b"elst", 8, TOKEN[:8]),
]


def with_numbers(data, kind, offset, what):
    place = data.index(kind, data.index(b"moov")) + 4 + offset
    return data[:place] + what + data[place + len(what) :]


@pytest.mark.parametrize("coding", ["av1", "hevc"])
@pytest.mark.parametrize(("kind", "offset", "what"), [one[1:] for one in NUMBERS], ids=[one[0] for one in NUMBERS])
def test_words_in_the_numbers_of_the_index_are_refused_and_told(coding, kind, offset, what):
    data = with_numbers(sequence(animation(coding)), kind, offset, what)
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    with pytest.raises((BadMedia, UnsupportedMedia, TextInPictures)):
        stripped(data)


@pytest.mark.parametrize(("kind", "size"), [(b"clap", 32), (b"mdcv", 24), (b"amve", 8), (b"pasp", 8)])
@pytest.mark.parametrize("words", [TOKEN, WIDE * 3], ids=["one byte", "two bytes"])
def test_words_in_the_numbers_of_a_description_never_reach_the_copy(kind, size, words):
    if words is not TOKEN and size < 12:
        return
    tracks = animation()
    tracks[0].inner = box(kind, words[:size])
    data = sequence(tracks)
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    assert words[:size] not in stripped(data)[1]
