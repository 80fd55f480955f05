"""A set as one container: what must agree, files put together, and every way in which volumes do not fit."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.bundle.given import Shelf, member, plan
from tests.vectors.bundle.parts import DESK, RECOVERY, SENDER, hex32, noise
from witnesskit.bundle import wholes as wholes_module
from witnesskit.bundle.joined import joined
from witnesskit.bundle.pack import write_volume
from witnesskit.bundle.plan import Place
from witnesskit.bundle.spread import sliced
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors.bundle import BadManifest, MixedVolumes, VolumesLacking

SET, CONTENT = hex32("set"), 2**20
BIG = noise("big", 700_000)


def cut(data: bytes, *ends: int, **facts):
    """Segments of a file with their digests."""
    whole, start, made = member("media", data, **facts), 0, []
    for end in (*ends, len(data)):
        piece = data[start:end]
        made.append(replace(sliced(whole, start, end - start), sha256=hashlib.sha256(piece).hexdigest()))
        start = end
    return made


def note(text: bytes = b"line\n"):
    return [member("chain", text, origin="wk1/one"), member("checkpoint", b"note\n", origin="wk1/one")]


def written(folder, *payloads, recipients=(DESK.recipient,), **changed):
    """Volumes of one set; ``changed``: volume number -> facts of its plan."""
    paths = []
    for number, payload in enumerate(payloads, 1):
        facts = {
            "audience": "court", "chain": (), "id": hex32(f"volume {number} {folder}"),
            "place": Place(SET, number, len(payloads), CONTENT), **changed.get(f"v{number}", {}),
        }  # fmt: skip
        to = facts.pop("recipients", recipients)
        chain = facts.pop("logs", note())
        paths.append(write_volume(folder, plan(*chain, *payload, **facts), list(to), SENDER.sign_note).path)
    return paths


def opened(stack: ExitStack, paths):
    return [open_volume(stack.enter_context(path.open("rb")), [DESK, RECOVERY]) for path in paths]


@pytest.fixture
def stack():
    with ExitStack() as found:
        yield found


def two(folder, **changed):
    first, second = cut(BIG, 400_000)
    return written(
        folder, [member("copy", b"small", item=hex32("i")), first], [second, member("copy", b"more")], **changed
    )


def test_files_come_whole_and_the_chain_once(tmp_path, stack):
    whole = joined(opened(stack, reversed(two(tmp_path))))
    shelf, counted = Shelf(), []
    came = whole.each(shelf, counted.append)
    assert [one.kind for one in whole.members] == ["chain", "checkpoint", "copy", "media", "copy"]
    assert sorted(shelf.kept.values(), key=len) == [b"more", b"line\n", b"note\n", b"small", BIG]
    assert (came.complete, came.error, len(came.kept), shelf.dropped) == (True, None, 5, [])
    assert (whole.meta.id, whole.meta.members, counted[-1]) == (
        SET,
        5,
        sum(len(one) for one in shelf.kept.values()) + 10,
    )
    assert not any(one.is_segment for one in whole.members)
    assert len({one.ordinal for one in whole.members}) == 5


def test_a_set_may_be_read_more_than_once(tmp_path, stack):
    whole = joined(opened(stack, two(tmp_path)))
    first, again = Shelf(), Shelf()
    assert whole.each(first) == whole.each(again)
    assert first.kept == again.kept
    assert BIG in again.kept.values()


def test_two_files_with_the_same_bytes_stay_two(tmp_path, stack):
    alike = [cut(BIG, 300_000), cut(BIG, 300_000)]
    paths = written(tmp_path, [alike[0][0]], [alike[0][1], alike[1][0]], [alike[1][1]])
    shelf = Shelf()
    assert joined(opened(stack, paths)).each(shelf).complete
    assert list(shelf.kept.values()).count(BIG) == 2


def test_one_that_is_here_already_is_not_read(tmp_path, stack):
    whole = joined(opened(stack, two(tmp_path)))
    media = next(one.ordinal for one in whole.members if one.kind == "media")
    shelf = Shelf(here=frozenset({media}))
    came = whole.each(shelf)
    assert (media in came.skipped, BIG in shelf.kept.values()) == (True, False)


@pytest.mark.parametrize("volume", [1, 2])
def test_damage_in_any_volume_drops_the_file_that_it_hit_and_no_other(tmp_path, stack, volume):
    paths = two(tmp_path)
    data = bytearray(paths[volume - 1].read_bytes())
    data[200_000] ^= 1
    paths[volume - 1].write_bytes(data)
    whole, shelf = joined(opened(stack, paths)), Shelf()
    came = whole.each(shelf)
    media = next(one.ordinal for one in whole.members if one.kind == "media")
    assert came.missing == (media,)
    assert shelf.dropped == [media]
    assert sorted(shelf.kept.values()) == sorted([b"more", b"line\n", b"note\n", b"small"])


def test_segments_that_are_right_and_a_whole_that_is_not_are_refused(tmp_path, stack):
    first, second = cut(BIG, 400_000)
    lie = "f" * 64
    paths = written(tmp_path, [replace(first, whole_sha256=lie)], [replace(second, whole_sha256=lie)])
    shelf = Shelf()
    came = joined(opened(stack, paths)).each(shelf)
    assert len(came.missing) == 1
    assert BIG not in shelf.kept.values()


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"counter": 2, "previous": "a" * 64}, "counter"),
        ({"recipients": (DESK.recipient, RECOVERY.recipient)}, "recipients"),
        ({"policy": "other/1"}, "policy"),
        ({"enrol": "x"}, "enrol"),
        ({"logs": note(b"other\n")}, "logs"),
        ({"logs": note()[:1]}, "logs"),
    ],
    ids=["counter", "recipients", "policy", "enrol", "log", "no-note"],
)
def test_volumes_that_say_different_things_are_refused(tmp_path, stack, changed, word):
    with pytest.raises(BadManifest, match=word):
        joined(opened(stack, two(tmp_path, v2=changed)))


def test_less_or_other_than_the_volumes_of_one_set_is_refused_by_name(tmp_path, stack):
    (tmp_path / "other").mkdir()
    paths, others = two(tmp_path), two(tmp_path / "other", v1={"place": Place(hex32("x"), 1, 2, CONTENT)})
    with pytest.raises(VolumesLacking, match="2 of 2"):
        joined(opened(stack, [paths[0], paths[0]]))
    with pytest.raises(MixedVolumes):
        joined(opened(stack, [paths[0], others[0]]))
    with pytest.raises(BadManifest, match="number 2"):
        joined(opened(stack, [*paths, others[1]]))


def test_a_file_whose_segments_leave_a_gap_is_refused(tmp_path, stack):
    first, middle, last = cut(BIG, 200_000, 400_000)
    for number, payloads in enumerate(
        ([[first], [last]], [[middle], [last]], [[first], [middle]], [[first, middle, last], []])
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths = written(folder, *(payload or [member("copy", b"x")] for payload in payloads))
        with pytest.raises(BadManifest):
            joined(opened(stack, paths))


def test_thousands_of_files_that_go_on_are_each_found_at_once(tmp_path, stack, monkeypatch):
    """Whoever cuts every file makes no reader compare each segment with all others."""
    looked = []
    real = wholes_module.facts
    monkeypatch.setattr(wholes_module, "facts", lambda one: looked.append(1) or real(one))
    number = 300
    pairs = [cut(noise(f"small {at}", 20), 10) for at in range(number)]
    paths = written(tmp_path, [first for first, _ in pairs], [second for _, second in pairs])
    whole = joined(opened(stack, paths))
    assert len([one for one in whole.members if one.kind == "media"]) == number
    assert len(looked) < 20 * number


def test_a_capsule_that_two_volumes_list_is_refused_as_in_one_file(tmp_path, stack):
    facts = {"item": hex32("i"), "capsule": hex32("c"), "role": "record", "part": 1}
    paths = written(tmp_path, [member("capsule", b"one", **facts)], [member("capsule", b"two", **facts)])
    with pytest.raises(BadManifest, match="twice"):
        joined(opened(stack, paths))


def test_files_are_named_by_what_the_person_named(tmp_path, stack):
    (tmp_path / "other").mkdir()
    paths, others = two(tmp_path), two(tmp_path / "other", v1={"place": Place(hex32("x"), 1, 2, CONTENT)})
    given = [paths[0], others[0], paths[1]]
    with pytest.raises(MixedVolumes, match=f"{others[0].name} is not of the set of {paths[0].name}"):
        joined(opened(stack, given), [path.name for path in given])
    with pytest.raises(BadManifest, match=f"number 2: {paths[1].name}, {others[1].name}"):
        given = [*paths, others[1]]
        joined(opened(stack, given), [path.name for path in given])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"file":"aaaaaaaaaaaaaaaa.age","header_sha256":"' + b"0" * 64 + b'","size":9,"volume":1}\n', "aaaaaaaaaaaaaaaa"),
        (b'{"file":"../../../../a.age"}\n', "1 of 2"),
        (b"", "1 of 2"),
    ],
    ids=["roster", "hostile", "empty"],
)  # fmt: skip
def test_a_missing_volume_has_the_name_that_the_roster_gives(tmp_path, stack, data, told):
    first, second = cut(BIG, 400_000)
    paths = written(tmp_path, [first], [second, member("roster", data)])
    with pytest.raises(VolumesLacking, match=told) as caught:
        joined(opened(stack, paths[1:]))
    assert "/" not in caught.value.detail
