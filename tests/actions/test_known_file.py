"""Is this file one of the case's: by its bytes, by its coded pictures, or not; and never by a guess."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, silent
from tests.media_builders.jpeg import Plan, build
from witnesskit.actions import file_essence
from witnesskit.actions.file_essence import Pictures, compare_essence
from witnesskit.actions.inspect_item import InspectWish, inspect_item
from witnesskit.actions.known_file import KnownFile, known_file
from witnesskit.actions.logged import log_events
from witnesskit.actions.verify import VerifyWish
from witnesskit.custody.prepare import prepare
from witnesskit.errors.jail import NoJail
from witnesskit.formats.short_id import short_id
from witnesskit.vault import state, store

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    """A photo with its clean copy, and a text; the copy also readable in a folder."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("collected") / "stage")
    device = Device(stage.folder / "a")
    device.add(PHOTO, stage.folder / "a.txt")
    stage.take_in(device.bundle(stage.folder / "stick"))
    found = state.load_state(stage.desk).items
    photo = max(found, key=lambda item: len(found[item].capsules))
    inspect_item(stage.desk, stage.passphrase, InspectWish(short_id(photo), copies=stage.folder / "copies"))
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    return copy_of(collected, tmp_path / "desk")


def look(stage: Stage, file: Path) -> KnownFile:
    return known_file(file, VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)


def with_comment(data: bytes) -> bytes:
    return data[:2] + b"\xff\xfe\x00\x06note" + data[2:]


def turned(data: bytes) -> bytes:
    """The same coded pictures, shown turned by an Exif orientation of its own."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0"
    return data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + data[2:]


def test_the_bytes_that_were_saved_are_the_original(collected):
    found = look(collected, PHOTO)
    assert (str(found.kinship), found.exit_status) == ("original", 0)
    assert len(found.matches) == 1


def test_the_bytes_of_a_copy_are_a_known_copy(collected):
    (copy,) = (collected.folder / "copies").iterdir()
    found = look(collected, copy)
    assert (str(found.kinship), found.exit_status) == ("known copy", 0)
    assert "bytes" in found.sentence


def test_other_metadata_around_the_same_pictures_is_a_known_copy(collected, tmp_path):
    file = tmp_path / "shared.jpg"
    file.write_bytes(with_comment(PHOTO.read_bytes()))
    found = look(collected, file)
    assert (str(found.kinship), found.exit_status) == ("known copy", 0)
    assert "alike" in found.sentence


def test_the_same_pictures_turned_are_shown_differently(collected, tmp_path):
    (copy,) = (collected.folder / "copies").iterdir()
    file = tmp_path / "turned.jpg"
    file.write_bytes(turned(copy.read_bytes()))
    found = look(collected, file)
    assert (str(found.kinship), found.exit_status) == ("same coded pictures, shown differently", 8)


def test_another_picture_is_neither(collected, tmp_path):
    file = tmp_path / "other.jpg"
    file.write_bytes(build(Plan()))
    found = look(collected, file)
    assert (str(found.kinship), found.exit_status) == ("neither", 8)


@pytest.mark.parametrize("data", [b"", b"a text", PHOTO.read_bytes()[:5000]])
def test_what_is_not_understood_is_said_and_never_called_neither(collected, tmp_path, data):
    file = tmp_path / "file"
    file.write_bytes(data)
    found = look(collected, file)
    assert (str(found.kinship), found.exit_status) == ("cannot tell", 8)
    assert found.facts.reason in found.sentence


def test_without_a_jail_nothing_is_read_and_that_is_said(collected, tmp_path, monkeypatch):
    def none(*_arguments):
        raise NoJail

    monkeypatch.setattr(file_essence, "run", none)
    file = tmp_path / "shared.jpg"
    file.write_bytes(with_comment(PHOTO.read_bytes()))
    assert str(look(collected, file).kinship) == "cannot tell"
    assert str(look(collected, PHOTO).kinship) == "original"  # its digest needs no reader


def test_in_a_changed_case_both_are_said(desk):
    store.erase(desk.desk, next(iter(state.load_state(desk.desk).capsules())))
    found = look(desk, PHOTO)
    assert (found.case.state, found.exit_status) == ("CHANGED", 7)
    assert str(found.kinship) in ("original", "neither", "cannot tell")


def test_in_a_case_that_nobody_vouches_for_a_known_file_cannot_be_told(collected):
    found = known_file(PHOTO, VerifyWish(collected.folder / "a"), silent)
    assert (found.case.state, found.exit_status) == ("CANNOT TELL", 8)


def test_what_a_signer_commits_in_the_place_of_an_id_breaks_nothing(stage, device):
    digest = file_essence.file_facts(PHOTO).sha256
    for item, parent in (("zzz", 7), ("", ["a"]), ("\x1b[2J" * 4, {})):
        with device.session() as session:
            committed = {"item": item, "day": "2026-01-02", "sha256": digest, "size": 1}
            derived = {"parent": parent, "sha256": "00" * 32, "essence": [{"stream": 1}], "size": "x"}
            log_events(
                session,
                [
                    prepare("ingest", committed, item=secrets.token_hex(16)),
                    prepare("derive", derived, item=secrets.token_hex(16)),
                ],
            )
    stage.take_in(device.bundle(stage.folder / "stick"))
    found = look(stage, PHOTO)
    assert str(found.kinship) == "original"
    assert all(item["id"] for item in found.case.items)
    assert [match.short for match in found.matches]
    turned_photo = stage.folder / "turned.jpg"
    turned_photo.write_bytes(turned(PHOTO.read_bytes()))
    assert look(stage, turned_photo).exit_status in (7, 8)


def part(stream: str, sha256: str, definition: str = "d") -> dict:
    return {"stream": stream, "definition": definition, "sha256": sha256}


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ([part("v", "1")], [part("v", "1")], Pictures.EQUAL),
        ([part("v", "1"), part("a", "2")], [part("a", "2"), part("v", "1")], Pictures.EQUAL),
        ([part("v", "1")], [part("v", "2")], Pictures.DIFFERENT),
        ([part("v", "1")], [part("v", "1"), part("a", "2")], Pictures.DIFFERENT),
        ([part("v", "1")], [part("v", "1", "other")], Pictures.INCOMPARABLE),
        ([part("v", "1"), part("a", "2")], [part("v", "1", "other"), part("a", "3")], Pictures.DIFFERENT),
        ([part("v", "1"), part("v", "1")], [part("v", "1")], Pictures.INCOMPARABLE),
        ([part("v", "1")], [{"stream": "v"}], Pictures.INCOMPARABLE),
        ([part("v", "1")], ["v"], Pictures.INCOMPARABLE),
    ],
)
def test_only_digests_of_one_definition_are_compared(one, other, found):
    assert compare_essence(one, other) is found
