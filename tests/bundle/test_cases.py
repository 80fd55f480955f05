"""The hostile cases that an importer must survive, each with the vector or the test that shows it; none may get lost."""

import ast
import json
from pathlib import Path

import pytest

from tests.vectors.bundle.make import HERE

VECTORS = {
    "random bytes": "NOT-A-BUNDLE-random",
    "a zip": "NOT-A-BUNDLE-zip",
    "age of a later version": "NEWER-AGE-age-v2",
    "empty": "NOT-A-BUNDLE-empty",
    "cut inside the header": "HEADER-CUT-cut-in-header",
    "too many stanzas": "HEADER-257-stanzas",
    "an endless header line": "HEADER-long-line",
    "a passphrase beside keys": "HEADER-passphrase-beside-keys",
    "a low-order share": "HEADER-low-order-share",
    "sealed to another key": "NOT-FOR-US-another-key",
    "a bit of the header flipped": "NOT-FOR-US-share-changed",
    "a passphrase with a hostile work factor": "NOT-FOR-US-scrypt-30",
    "the MAC changed": "HEADER-MAC-mac-line",
    "a decoy changed": "HEADER-MAC-decoy-changed",
    "cut on a chunk border": "CUT-on-a-chunk-border",
    "cut before the nonce": "HEADER-CUT-cut-before-nonce",
    "cut inside a chunk": "DAMAGED-END-inside-a-chunk",
    "last byte gone": "DAMAGED-END-last-byte-gone",
    "bit rot in a member": "DAMAGED-bit-in-a-member",
    "bit rot in the lists": "DAMAGED-bit-in-the-lists",
    "a sector zeroed": "DAMAGED-sector-zeroed",
    "chunks swapped": "DAMAGED-chunks-swapped",
    "a chunk repeated": "DAMAGED-chunk-repeated",
    "bytes appended": "DATA-AFTER-END-appended",
    "two bundles glued": "DATA-AFTER-END-two-glued",
    "a parent folder as a name": "INNER-NAME-parent",
    "an absolute name": "INNER-NAME-absolute",
    "a symbolic link": "INNER-TYPE-symlink",
    "a hard link": "INNER-TYPE-hard-link",
    "a device": "INNER-TYPE-device",
    "a pipe": "INNER-TYPE-fifo",
    "a PAX header": "INNER-TYPE-pax",
    "a GNU long name": "INNER-TYPE-gnu-long-name",
    "a GNU sparse file": "INNER-TYPE-gnu-sparse",
    "a size in base 256": "INNER-HEADER-base-256-size",
    "a negative size": "INNER-HEADER-negative-size",
    "a bad checksum": "INNER-HEADER-checksum",
    "a stray zero block": "INNER-HEADER-stray-zero-block",
    "a size that lies": "SIZE-longer",
    "a member twice": "INNER-ORDER-twice",
    "a member missing": "INNER-ORDER-missing-in-the-middle",
    "a member too many": "INNER-ORDER-extra",
    "members in another order": "INNER-ORDER-members-swapped",
    "lists in another order": "INNER-ORDER-lists-swapped",
    "a member altered": "HASH-member-altered",
    "signed with a wrong digest": "HASH-signed-but-wrong",
    "a digest that is a path": "MANIFEST-hash-is-a-path",
    "the manifest altered": "MANIFEST-manifest-altered",
    "wrong counts": "MANIFEST-members-count",
    "a JSON key twice": "MANIFEST-duplicate-key",
    "JSON of a hundred thousand levels": "MANIFEST-deep",
    "a number of five thousand digits": "MANIFEST-long-number",
    "bad UTF-8": "MANIFEST-bad-utf8",
    "not an object": "MANIFEST-not-an-object",
    "a list of eight gibibytes": "TOO-BIG-listing-of-8-gib",
    "a payload of a pebibyte": "MANIFEST-payload-of-a-pebibyte",
    "data in the slack": "INNER-SLACK-data-in-slack",
    "data in the padding": "INNER-TRAILING-data-in-padding",
    "data after the end": "INNER-TRAILING-larger-class",
    "a container that ends early": "INNER-SHORT-no-end",
    "a bad signature": "SIGNATURE-by-another-key",
    "forwarded": "FORWARDED-to-others",
    "a reader that was added": "RECIPIENTS-one-more-key",
    "a name with escapes, NUL and a path": "ok-name-with-escapes",
}
TESTS = {
    "an unknown sender": "test_import:test_a_code_enrols_once_and_only_the_device_whose_ring_it_is",
    "a replay": "test_import_many:test_the_same_folder_again_changes_nothing",
    "a lower counter": "test_import_cases:test_a_copied_device_that_goes_on_by_itself_is_a_rollback_and_set_aside",
    "a volume that is missing": "test_sets:test_missing_volumes_are_a_state_with_numbers_and_names",
    "the same id with other content": "test_sets:test_a_volume_of_other_content_under_the_same_number_is_refused",
    "a full disk, a killed import": "test_import_killed:test_killed_anywhere_it_is_run_again_and_whole",
    "two imports at once": "test_import_killed:test_two_at_once_are_one_after_the_other",
    "a link planted in the store": "test_import_cases:test_links_planted_in_the_store_are_not_followed",
    "a capsule with one more reader": "test_import_cases:test_a_capsule_that_somebody_else_opens_too_is_kept_and_told",
    "a revoked sender": "test_lost_device:test_a_later_bundle_is_set_aside_whole_and_never_answered",
    "a gap in the numbers": "test_import_cases:test_a_number_far_ahead_is_a_gap_that_is_told_and_stops_nothing",
    "a stick that is pulled out": (
        "test_import_cases:test_a_stick_that_is_pulled_out_is_named_and_what_was_whole_is_gone_on_with"
    ),
}
ACTIONS = Path(__file__).parents[1] / "actions"


@pytest.mark.parametrize("case", VECTORS)
def test_a_vector_shows_it(case):
    assert VECTORS[case] in json.loads((HERE / "expected.json").read_text())["files"]


@pytest.mark.parametrize("case", TESTS)
def test_a_test_shows_it(case):
    module, _, name = TESTS[case].partition(":")
    tree = ast.parse((ACTIONS / f"{module}.py").read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
