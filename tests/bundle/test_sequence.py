"""Replay, rollback and gaps are told from what was seen of a sender, in any order of arrival."""

import dataclasses
import itertools

import pytest

from tests.vectors.bundle.parts import Draft, tag_files
from witnesskit.bundle.sequence import Verdict, require_sequence, seen_bundle, sequence_verdict
from witnesskit.errors.bundle import BundleIdReused, RolledBackSender
from witnesskit.formats.bundle_manifest import parse_meta

TEMPLATE = parse_meta(tag_files(Draft())["bundle.json"])


def chain(length, label="0", previous=""):
    made = []
    for counter in range(1, length + 1):
        name = f"{label}{counter:031x}"
        made.append(dataclasses.replace(TEMPLATE, id=name, set=name, counter=counter, previous=previous))
        previous = seen_bundle(made[-1]).meta_sha256
    return made


ONE, TWO, THREE, FOUR = chain(4)


def verdict(seen, meta):
    return sequence_verdict([seen_bundle(one) for one in seen], meta)


@pytest.mark.parametrize(
    ("seen", "meta", "said"),
    [
        ([], ONE, Verdict.FIRST),
        ([ONE], TWO, Verdict.NEXT),
        ([ONE, TWO], THREE, Verdict.NEXT),
        ([], THREE, Verdict.GAP),
        ([ONE], THREE, Verdict.GAP),
        ([ONE, THREE], TWO, Verdict.LATE),
        ([FOUR], TWO, Verdict.LATE),
        ([THREE], ONE, Verdict.LATE),
        ([ONE, TWO], ONE, Verdict.REPLAY),
        ([ONE, TWO], TWO, Verdict.REPLAY),
    ],
)
def test_honest_devices_are_followed(seen, meta, said):
    assert verdict(seen, meta) is said


def test_any_order_of_arrival_is_honest():
    for order in itertools.permutations((ONE, TWO, THREE, FOUR)):
        for at in range(4):
            assert verdict(order[:at], order[at]) in {Verdict.FIRST, Verdict.NEXT, Verdict.GAP, Verdict.LATE}


def test_a_restored_device_is_found():
    other = chain(4, "f")
    assert verdict([ONE, TWO], dataclasses.replace(other[1], previous=TWO.previous)) is Verdict.ROLLBACK
    assert verdict([ONE, TWO], other[2]) is Verdict.ROLLBACK  # linked to another number two
    assert verdict([THREE], other[1]) is Verdict.ROLLBACK  # number three is linked to another
    assert verdict([], dataclasses.replace(TWO, previous="")) is Verdict.ROLLBACK
    assert verdict([], dataclasses.replace(ONE, previous="1" * 64)) is Verdict.ROLLBACK


def test_one_id_never_names_two_contents():
    assert verdict([ONE], dataclasses.replace(ONE, policy="other")) is Verdict.ID_REUSED
    assert verdict([ONE, TWO], dataclasses.replace(THREE, id=ONE.id, set=ONE.id)) is Verdict.ID_REUSED


def test_refusals_are_typed():
    seen = [seen_bundle(ONE)]
    assert require_sequence(seen, TWO) is Verdict.NEXT
    with pytest.raises(RolledBackSender):
        require_sequence(seen, dataclasses.replace(TWO, previous="1" * 64))
    with pytest.raises(BundleIdReused):
        require_sequence(seen, dataclasses.replace(ONE, policy="other"))
