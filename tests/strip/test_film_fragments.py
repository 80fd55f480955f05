"""Copies of films in fragments: one whole film with the same samples and times, and nothing that rode beside them."""

import json
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media_builders.fragments import fragment, fragmented, init, specs
from tests.media_builders.mp4 import Canary, Spec, box, full, survivors, u32
from tests.media_builders.readers import Bytes, Kept
from tests.oracles import require
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaCut
from witnesskit.errors.strip import EncryptedFilm, FragmentedFilm
from witnesskit.formats.isobmff_fragments import Defaults, read_fragment
from witnesskit.formats.isobmff_movie import read_film
from witnesskit.media.essence import essence
from witnesskit.media.film_fragments import Fragments, _fragment
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

FORMS = [(False, b"iso5"), (True, b"iso5"), (False, b"qt  "), (True, b"qt  ")]
MADE = {  # options of ffmpeg's muxer, and whether it shifts the pictures of a film in fragments by a constant
    "frag_keyframe+empty_moov+default_base_moof": False,
    "frag_keyframe": False,
    "frag_keyframe+empty_moov+omit_tfhd_offset": False,
    "frag_keyframe+separate_moof+empty_moov": False,
    "frag_keyframe+delay_moov": False,
    "frag_every_frame+empty_moov+default_base_moof": False,
    "dash+global_sidx+frag_keyframe+empty_moov+default_base_moof": False,
    "cmaf": True,
}


def stripped(data):
    kept = Kept()
    result = strip(Bytes(data), "video/mp4", kept)
    return kept.data, result


@pytest.mark.parametrize(("hevc", "brand"), FORMS)
@pytest.mark.parametrize("absolute", [False, True])
def test_nothing_that_rides_in_fragments_survives(hevc, brand, absolute):
    canary = Canary()
    original = fragmented(canary, hevc=hevc, brand=brand, absolute=absolute)
    copy, result = stripped(original)
    assert len(survivors(canary, original)) > 100
    assert survivors(canary, copy) == []
    assert b"moof" not in copy
    assert inspect(Bytes(original)).finding is Finding.FOUND
    seen = inspect_again(Bytes(original), Bytes(copy))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    assert essence(Bytes(original)) == result.essence == essence(Bytes(copy))
    assert presentation_sha256(Bytes(original)) == result.presentation_sha256 == presentation_sha256(Bytes(copy))
    assert stripped(copy)[0] == copy


def test_a_film_is_the_same_copy_however_it_was_cut_into_fragments():
    one = stripped(fragmented(Canary(quiet=True)))[0]
    assert one == stripped(fragmented(Canary(quiet=True), absolute=True))[0]
    repeated = fragmented(Canary(quiet=True))
    index = repeated[24 : 24 + int.from_bytes(repeated[24:28], "big")]
    assert index[4:8] == b"moov"
    assert one == stripped(repeated + index)[0]


def test_the_inspector_tells_what_rides_in_fragments():
    seen = inspect(Bytes(fragmented(Canary(), clock=1_700_000_000)))
    told = {(one.group, one.name) for one in seen.revelations}
    assert ("when", "wall clock of the recorder") in told
    assert ("when", "clock of the first fragment") in told
    assert ("inside", "message beside the film") in told
    places = {one.place for one in seen.revelations}
    assert {"moof/traf/uuid", "moof/moxx", "moof/traf/tfhd", "moof/traf/trun", "moov/mvex/mvxx"} <= places


def test_a_clean_looking_film_in_fragments_is_never_clean():
    assert inspect(Bytes(fragmented(Canary(quiet=True)))).finding is Finding.FOUND


def test_a_clock_that_tells_the_day_begins_at_zero_in_the_copy():
    early, late = (fragmented(Canary(quiet=True), clock=clock) for clock in (0, 1_700_000_000_000))
    copy, result = stripped(late)
    assert copy == stripped(early)[0]
    assert any("clock did not begin at zero" in remark for remark in result.kept)


def test_a_gap_between_fragments_stays_a_gap():
    film = read_film(Bytes(fragmented(Canary(quiet=True), step=500)))
    assert list(film.tracks[0].tables.durations) == [2, 40, 1, 420, 3, 40]


def test_fragments_whose_clock_runs_backwards_are_refused():
    with pytest.raises(FragmentedFilm):
        stripped(fragmented(Canary(quiet=True), clock=5000, step=-1000))


def test_a_film_cut_inside_its_last_fragment_keeps_the_others():
    whole = fragmented(Canary(quiet=True), count=3)
    third = whole.rindex(b"moof")
    for end in (third + 30, whole.rindex(b"mdat") + 20):
        copy, result = stripped(whole[:end])
        assert any("ends inside a fragment" in remark for remark in result.kept)
        assert copy == stripped(fragmented(Canary(quiet=True), count=2))[0]
        assert essence(Bytes(whole[:end])) == result.essence == essence(Bytes(copy))
        assert inspect(Bytes(whole[:end])).finding is Finding.UNKNOWN


def replaced(data, old, new):
    assert data.count(old) >= 1
    return data.replace(old, new)


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        (EncryptedFilm, lambda data: replaced(data, b"trxx", b"senc")),
        (EncryptedFilm, lambda data: replaced(data, b"moxx", b"pssh")),
        (EncryptedFilm, lambda data: replaced(data, b"avc1\0", b"encv\0")),
        (EncryptedFilm, lambda data: data + full(b"pssh", bytes(20))),
        (BadMedia, lambda data: replaced(data, b"tfhd", b"tfhx")),
        (BadMedia, lambda data: replaced(data, b"trun\0\0\2\5\0\0\0\3", b"trun\0\0\2\5\0\0\3\3")),
        (BadMedia, lambda data: data + box(b"moov", b"other")),
        (MediaCut, lambda data: data[: data.index(b"moov") + 300]),
    ],
)
def test_what_cannot_be_made_safe_is_refused_by_name(refusal, change):
    with pytest.raises(refusal):
        stripped(change(fragmented(Canary(quiet=True))))


def test_tracks_of_one_number_and_fragments_of_no_track():
    data = fragmented(Canary(quiet=True))
    at = data.index(b"tkhd", data.index(b"tkhd") + 4) + 16
    with pytest.raises(BadMedia):
        stripped(data[:at] + u32(1) + data[at + 4 :])
    gone = replaced(data, full(b"tfhd", u32(2), flags=0x020000), full(b"tfhd", u32(99), flags=0x020000))
    assert len(stripped(gone)[0]) < len(stripped(data)[0])


TOKEN = b"QZTOKENLEFTOVER"
BESIDE = {
    "prft": full(b"prft", u32(1), TOKEN[:8], TOKEN[:4]),
    "prft tail": full(b"prft", u32(1), bytes(12), TOKEN),
    "emsg of version 1": full(b"emsg", bytes(20), b"urn:x\0\0", TOKEN, version=1),
    "ssix": full(b"ssix", u32(1, 1), TOKEN),
    "sidx": full(b"sidx", u32(1, 1000, 0, 0, 1), TOKEN[:12]),
    "styp": box(b"styp", b"msdh", bytes(4), TOKEN[:12]),
    "uuid": box(b"uuid", bytes(16), TOKEN),
    "free": box(b"free", TOKEN),
    "skip": box(b"skip", TOKEN),
    "mdat": box(b"mdat", TOKEN),
    "mfra": box(b"mfra", full(b"tfra", u32(1, 0, 1), TOKEN), full(b"mfro", u32(16))),
    "meta": box(b"meta", bytes(4), TOKEN),
    "imda": box(b"imda", u32(1), TOKEN),
}


@pytest.mark.parametrize("name", BESIDE)
def test_boxes_between_fragments_never_reach_the_copy(name):
    whole = fragmented(Canary(quiet=True))
    for place in (whole.index(b"moof") - 4, whole.rindex(b"moof") - 4, len(whole)):
        judged(whole[:place] + BESIDE[name] + whole[place:], place < len(whole))


def judged(data, shown=True):
    assert TOKEN[:4] in data
    assert inspect(Bytes(data)).finding is not Finding.CLEAN or not shown
    try:
        copy, result = stripped(data)
    except WitnesskitError:
        return
    assert TOKEN[:4] not in copy
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert essence(Bytes(data)) == result.essence


def grown(data, kinds, child, place):
    """``data`` with ``child`` at ``place``, inside the boxes of ``kinds`` that stand last in front of it."""
    data = data[:place] + child + data[place:]
    for kind in kinds:
        at = data.rindex(kind, 0, place) - 4
        data = data[:at] + u32(int.from_bytes(data[at : at + 4], "big") + len(child)) + data[at + 4 :]
    return data


@pytest.mark.parametrize(
    "kind", [b"free", b"skip", b"uuid", b"sbgp", b"sgpd", b"saiz", b"saio", b"subs", b"meta", b"udta"]
)
@pytest.mark.parametrize("inside", [(b"moof",), (b"traf", b"moof")])
def test_boxes_inside_fragments_never_reach_the_copy(kind, inside):
    whole = fragmented(Canary(quiet=True), absolute=False)
    place = whole.index(b"mfhd") - 4 if len(inside) == 1 else whole.index(b"tfhd") - 4
    judged(grown(whole, inside, box(kind, bytes(8), TOKEN), place))


def test_numbers_of_fragments_never_reach_the_copy():
    whole = fragmented(Canary(quiet=True))
    for kind, offset, words in ((b"mfhd", 8, TOKEN[:4]), (b"tfdt", 8, b"\0\0" + TOKEN[:6])):
        place = whole.index(kind)
        judged(whole[: place + offset] + words + whole[place + offset + len(words) :])


@pytest.mark.parametrize(
    ("handler", "entry"),
    [
        (b"meta", b"gpmd"),
        (b"meta", b"mebx"),
        (b"camm", b"camm"),
        (b"tmcd", b"tmcd"),
        (b"sbtl", b"tx3g"),
        (b"text", b"text"),
        (b"subt", b"stpp"),
        (b"hint", b"rtp "),
        (b"meta", b"mett"),
        (b"soun", b"rtmd"),
    ],
)
def test_tracks_of_other_data_in_fragments_never_reach_the_copy(handler, entry):
    canary = Canary(quiet=True)
    made = specs(canary)
    made[2] = Spec(handler, box(entry, bytes(6), b"\0\1", TOKEN), [TOKEN + bytes(8), TOKEN[::-1] + TOKEN])
    data = init(canary, made)
    for number in range(2):
        data += fragment(canary, made, number + 1, [120 * number] * 3, len(data))
    judged(data)


@pytest.mark.parametrize("seed", range(6))
def test_every_damaged_film_is_refused_by_name_or_gives_a_clean_copy(seed):
    chance, original = random.Random(seed), fragmented(Canary(), hevc=bool(seed % 2), absolute=bool(seed % 3))
    fragment = original.index(b"moof")
    for _ in range(60):
        changed = bytearray(original)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(fragment if chance.random() < 0.7 else 24, len(changed) - 8)
            kind = chance.randrange(4)
            if kind == 0:
                changed[place] ^= 1 << chance.randrange(8)
            elif kind == 1:
                changed[place : place + 4] = chance.choice(
                    (b"\xff\xff\xff\xff", bytes(4), b"\0\0\0\1", b"\x7f\xff\0\0")
                )
            elif kind == 2:
                del changed[place : place + chance.randint(1, 40)]
            else:
                changed[place:place] = changed[place : place + chance.randint(1, 100)]
        data = bytes(changed)
        inspect(Bytes(data))
        try:
            copy, result = stripped(data)
        except WitnesskitError:
            continue
        assert inspect(Bytes(copy)).finding is Finding.CLEAN
        assert essence(Bytes(copy)) == result.essence
        assert presentation_sha256(Bytes(copy)) == result.presentation_sha256


def test_a_run_of_thousands_of_millions_of_samples_costs_nothing():
    data = fragmented(Canary(quiet=True))
    run = full(b"trun", u32(0xFFFFFFFF), flags=0)
    for changed in (data + box(b"moof", box(b"traf", full(b"tfhd", u32(1), flags=0x20000), run, run)),):
        with pytest.raises(WitnesskitError):
            stripped(changed)
        assert inspect(Bytes(changed)).finding is Finding.UNKNOWN


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("fragments") / "source.mp4"
    made = (
        "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -f lavfi -i sine=d=3 -c:v libx264 -preset fast -bf 2 -g 25 -c:a aac"
    )
    run(require("ffmpeg"), "-v", "error", *made.split(), "-metadata", "location=+43.34+052.86/", path)
    return path


def run(*arguments):
    return subprocess.run([str(part) for part in arguments], capture_output=True, text=True, check=True).stdout


def packets(path):
    told = json.loads(
        run(require("ffprobe"), "-v", "error", "-ignore_editlist", "1", "-show_packets", "-of", "json", path)
    )
    found = {"video": [], "audio": []}
    for one in told["packets"]:
        found[one["codec_type"]].append((one["pts"], one["dts"], one["size"], one["flags"][0]))
    return found


@pytest.mark.parametrize("flags", MADE)
def test_packets_and_times_are_those_of_the_original(source, tmp_path, flags):
    original, copy = tmp_path / "original.mp4", tmp_path / "copy.mp4"
    run(require("ffmpeg"), "-v", "error", "-i", source, "-c", "copy", "-movflags", flags, original)
    data = original.read_bytes()
    copy.write_bytes(stripped(data)[0])
    assert inspect_again(Bytes(data), Bytes(copy.read_bytes())).finding is Finding.CLEAN
    before, after = packets(original), packets(copy)
    assert before["audio"] == after["audio"]
    assert len(before["video"]) == 75
    if MADE[
        flags
    ]:  # ffmpeg adds the largest negative offset to the times of fragments, though not to those of an index
        shift = before["video"][0][0] - after["video"][0][0]
        after["video"] = [(pts + shift, dts + shift, *rest) for pts, dts, *rest in after["video"]]
    assert before["video"] == after["video"]


def test_the_stock_command_gives_our_essence_of_fragments(source, tmp_path):
    ffmpeg, original = require("ffmpeg"), tmp_path / "original.mp4"
    run(ffmpeg, "-v", "error", "-i", source, "-c", "copy", "-movflags", "frag_keyframe+empty_moov", original)
    command = (
        "-ignore_editlist 1 -i FILM -map 0:v -map 0:a? -c copy -copyinkf -copypriorss 1 "
        "-bsf:v h264_mp4toannexb,filter_units=pass_types=1-5 -f streamhash -hash sha256 -"
    )
    said = run(ffmpeg, "-v", "error", *command.replace("FILM", str(original)).split())
    result = stripped(original.read_bytes())[1]
    assert [line.partition("SHA256=")[2] for line in said.splitlines()] == [one.sha256 for one in result.essence]


SIXTEEN, WORD = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)


@st.composite
def runs_of_a_fragment(draw):
    """A moof with any options, and the place it lies at."""
    trafs = []
    for number in (1, 2, 7):
        flags = draw(st.sampled_from([0, 0x20000])) | draw(st.sampled_from([0, 1])) | draw(SIXTEEN) & 0x3A
        words = [draw(WORD) if flags & 0x2 else None, draw(SIXTEEN) if flags & 0x8 else None]
        words += [draw(SIXTEEN) if flags & 0x10 else None, draw(WORD) if flags & 0x20 else None]
        base = draw(SIXTEEN).to_bytes(8, "big") if flags & 1 else b""
        parts = [full(b"tfhd", u32(number), base, *(u32(word) for word in words if word is not None), flags=flags)]
        if draw(st.booleans()):
            parts.append(full(b"tfdt", u32(draw(WORD))))
        for _ in range(draw(st.integers(0, 3))):
            options, count = draw(SIXTEEN) & 0xF05, draw(st.integers(0, 4))
            columns = bin(options >> 8).count("1")
            heads = [u32(draw(st.integers(-500, 500)) & 0xFFFFFFFF)] if options & 1 else []
            heads += [u32(draw(WORD))] if options & 4 else []
            cells = [u32(draw(SIXTEEN)) for _ in range(count * columns)]
            parts.append(full(b"trun", u32(count), *heads, *cells, flags=options))
        trafs.append(box(b"traf", *parts))
    return box(b"moof", full(b"mfhd", u32(1)), *trafs), draw(st.integers(1000, 9000))


@given(runs_of_a_fragment(), SIXTEEN)
def test_both_readers_find_the_same_samples_in_any_fragment(made, size):
    moof, place = made
    ours = list(read_fragment(moof, place, {1: Defaults(1, 40, size, 0)}))
    found, trex = Fragments(), full(b"trex", u32(1, 1, 40, size, 0))[8:]
    theirs = list(_fragment(found, moof, place, {trex[4:8]: trex[16:20]}))
    assert [(run.track, run.offset, run.end, run.count) for run in ours] == [
        (track, chunk.offset, chunk.end, chunk.count) for track, chunk in theirs
    ]
    assert not found.doubts
    assert not found.revelations


@given(st.binary(max_size=120), SIXTEEN)
def test_any_bytes_are_a_fragment_or_refused(noise, place):
    for data in (box(b"moof", noise), box(b"moof", box(b"traf", full(b"tfhd", u32(1)), box(b"trun", noise)))):
        list(_fragment(Fragments(), data, place, {}))
        try:
            list(read_fragment(data, place, {}))
        except WitnesskitError:
            continue
