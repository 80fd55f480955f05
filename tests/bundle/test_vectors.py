"""Every defect is told by its code, and everything that verifies is kept; no defect lets a wrong byte through."""

import hashlib
import io
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bundle.given import Shelf
from tests.vectors.bundle.make import HERE, cases, expected, stored
from tests.vectors.bundle.parts import CHUNK, DESK, LARGE, RECOVERY, Draft, capsule, chunk_at, plaintext, volume
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors import ExitStatus, WitnesskitError

CASES = cases()
GOOD = volume(Draft(LARGE))
BIG = volume(Draft((*LARGE[:2], capsule("big", 1_150_000), capsule("last", 5_000))))
CONTENTS = [data for _, data in LARGE]


def test_the_stored_vectors_are_those_the_script_makes():
    assert (HERE / "expected.json").read_text() == expected(CASES)
    kept = {case.name: case.data for case in stored(CASES)}
    assert {path.stem: path.read_bytes() for path in HERE.glob("*.age")} == kept


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_told_by_its_code_and_what_verifies_is_kept(case):
    shelf = Shelf()
    if case.refused:
        with pytest.raises(WitnesskitError) as refusal:
            open_volume(io.BytesIO(case.data), [DESK])
        assert refusal.value.code == case.refused
        return
    opened = open_volume(io.BytesIO(case.data), [DESK])
    unpacked = opened.each(shelf)
    assert tuple(dict.fromkeys(damage.code for damage in unpacked.damage)) == case.damage
    assert unpacked.kept == case.kept == tuple(shelf.kept)
    assert unpacked.missing == tuple(sorted(set(range(1, len(opened.members) + 1)) - set(case.kept)))
    assert (unpacked.error is None) == (not case.damage)
    for ordinal, data in shelf.kept.items():
        assert hashlib.sha256(data).hexdigest() == opened.members[ordinal - 1].sha256


def test_damaged_and_altered_is_status_7_and_what_is_not_for_us_8():
    codes = {case.refused: refusal(case.data).status for case in CASES if case.refused}
    changed = {code for code, status in codes.items() if status is ExitStatus.CHANGED}
    assert changed >= {"MANIFEST", "SIZE", "INNER-ORDER", "SIGNATURE", "HEADER-MAC", "DAMAGED"}
    cannot_tell = {code for code, status in codes.items() if status is ExitStatus.CANNOT_TELL}
    assert cannot_tell >= {"NOT-A-BUNDLE", "NOT-FOR-US", "FORWARDED", "RECIPIENTS", "TOO-BIG"}
    assert codes["NEWER-FORMAT"] is codes["NEWER-AGE"] is ExitStatus.NEWER_FORMAT


def test_the_damage_map_names_exactly_the_bytes_lost():
    data = bytearray(GOOD)
    data[chunk_at(GOOD, 2).start + 9] ^= 1
    unpacked = open_volume(io.BytesIO(bytes(data)), [DESK]).each(Shelf())
    # places: see docs/spec/bundle.md; member 4 ends and member 5 begins inside chunk 3 of 4
    four, five = unpacked.damage
    assert (four.ordinal, four.code, four.end) == (4, "DAMAGED", 80_000)
    assert (five.ordinal, five.code, five.start) == (5, "DAMAGED", 0)
    lost = (four.end - four.start) + (five.end - five.start)
    assert CHUNK - 2 * 512 < lost <= CHUNK - 512
    assert unpacked.error.code == "BUNDLE-DAMAGED"
    assert "3 of 5" in str(unpacked.error)


def test_damage_in_the_padding_costs_no_member_and_is_told():
    data = bytearray(BIG)
    data[-100] ^= 1
    unpacked = open_volume(io.BytesIO(bytes(data)), [DESK]).each(Shelf())
    assert unpacked.complete
    assert [damage.ordinal for damage in unpacked.damage] == [0]
    assert unpacked.error.code == "BUNDLE-DAMAGED"


def test_a_whole_megabyte_of_damage_and_more_is_survived(monkeypatch):
    monkeypatch.setattr("witnesskit.bundle.blocks.BUNDLE_BAD_CHUNKS_MAX", 1)
    data = bytearray(GOOD)
    for number in (1, 2):
        data[chunk_at(GOOD, number).start] ^= 1
    unpacked = open_volume(io.BytesIO(bytes(data)), [DESK]).each(Shelf())
    assert unpacked.kept[:2] == (1, 2)
    assert {damage.ordinal for damage in unpacked.damage} >= {3, 4}


def test_what_is_here_already_is_not_read_again():
    shelf = Shelf(here=frozenset({3, 4, 5}))
    unpacked = open_volume(io.BytesIO(GOOD[: chunk_at(GOOD, 1).stop]), [DESK]).each(shelf)
    assert unpacked.skipped == (3, 4, 5)
    assert unpacked.complete
    assert unpacked.error.code == "BUNDLE-CUT"


def test_a_rerun_after_a_cut_takes_only_the_rest():
    first = Shelf()
    open_volume(io.BytesIO(GOOD[: chunk_at(GOOD, 1).stop]), [DESK]).each(first)
    second = Shelf(here=frozenset(first.kept))
    unpacked = open_volume(io.BytesIO(GOOD), [DESK]).each(second)
    assert unpacked.error is None
    assert {**first.kept, **second.kept} == dict(enumerate(CONTENTS, 1))
    assert not set(first.kept) & set(second.kept)


def test_progress_counts_every_payload_byte():
    seen = []
    opened = open_volume(io.BytesIO(GOOD), [RECOVERY])
    opened.each(Shelf(), seen.append)
    assert seen[-1] == opened.meta.bytes == sum(map(len, CONTENTS))
    assert seen == sorted(seen)


def test_a_full_store_stops_it_and_forgets_the_half():
    class Full(Shelf):
        def __call__(self, member):
            place = super().__call__(member)
            if member.ordinal == 3:
                place.write = self.refuse
            return place

        def refuse(self, data):
            raise OSError(28, "No space left on device")

    shelf = Full()
    with pytest.raises(OSError, match="No space"):
        open_volume(io.BytesIO(GOOD), [DESK]).each(shelf)
    assert (list(shelf.kept), shelf.dropped) == ([1, 2], [3])


def test_a_stick_pulled_out_is_told_and_what_was_kept_stays():
    class Stick(io.BytesIO):
        gone = False

        def read(self, size=-1):
            if self.gone:
                raise OSError(5, "Input/output error")
            return super().read(size)

    stick = Stick(BIG)
    opened = open_volume(stick, [DESK])
    shelf = Shelf()

    def store(member):
        stick.gone = member.ordinal == 3
        return shelf(member)

    with pytest.raises(WitnesskitError) as refusal:
        opened.each(store)
    assert refusal.value.code == "NOT-READABLE"
    assert refusal.value.status is ExitStatus.STORAGE
    assert (list(shelf.kept), shelf.dropped) == ([1, 2], [3])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_mutation_escapes_untyped_or_passes_as_unchanged(data):
    mutated = bytearray(volume(Draft()))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "delete", "insert", "zero"]))
        size = data.draw(st.integers(1, 300))
        if kind == "flip":
            mutated[at] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del mutated[max(1, at) :]
        elif kind == "delete":
            del mutated[max(1, at) : at + size]
        elif kind == "insert":
            mutated[at:at] = bytes(size)
        else:
            mutated[at : at + size] = bytes(len(mutated[at : at + size]))
    judge(bytes(mutated), volume(Draft()))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 24_000), new=st.binary(min_size=1, max_size=40))
def test_a_recipient_who_seals_it_anew_changes_nothing_unseen(at, new):
    honest = volume(Draft())
    changed = volume(Draft(plaintext=lambda data: data[:at] + new + data[at + len(new) :]))
    judge(changed, honest)


@pytest.mark.long
def test_ten_thousand_mutations(pytestconfig):
    if "long" not in pytestconfig.option.markexpr:
        pytest.skip("ten minutes and more: -m long")
    random = Random(1)
    honest = volume(Draft())
    plain = plaintext(Draft())
    for number in range(10_000):
        inside = number % 2
        mutated = bytearray(plain if inside else honest)
        for _ in range(random.randint(1, 4)):
            at = random.randrange(24_000 if inside else len(mutated))
            mutated[at : at + random.choice((1, 1, 8, 512))] = random.randbytes(random.choice((0, 1, 1, 8, 512)))
        data = bytes(mutated)
        judge(volume(Draft(plaintext=lambda _, data=data: data)) if inside else data, honest)


def judge(mutated: bytes, honest: bytes) -> None:
    shelf = Shelf()
    try:
        unpacked = open_volume(io.BytesIO(mutated), [DESK]).each(shelf)
    except WitnesskitError as refusal:
        assert refusal.code
    else:
        assert unpacked.error is not None or mutated == honest
    originals = [data for _, data in Draft().payload]
    assert all(originals[ordinal - 1] == data for ordinal, data in shelf.kept.items())


def refusal(data: bytes) -> WitnesskitError:
    with pytest.raises(WitnesskitError) as found:
        open_volume(io.BytesIO(data), [DESK])
    return found.value
