"""A folder brought by hand: every file once, nothing that it only points to, and counts that add up."""

from __future__ import annotations

import os
import socket

import pytest

from witnesskit.capture import folder as folders
from witnesskit.capture.folder import walk
from witnesskit.errors.capture import FolderTooLarge
from witnesskit.errors.cli import FileUnreadable


@pytest.fixture
def card(tmp_path):
    card = tmp_path / "card"
    for name in ("DCIM/100/b.mp4", "DCIM/100/a.jpg", "note.txt", "Thumbs.db", "DCIM/._a.jpg", ".Trashes/old.jpg"):
        path = card / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return card


def test_every_file_is_found_once_in_order_and_what_systems_wrote_is_counted(card):
    found = walk(card)
    assert [one.name for one in found.files] == ["card/DCIM/100/a.jpg", "card/DCIM/100/b.mp4", "card/note.txt"]
    assert (found.system, found.links, found.special, found.unreadable) == (3, 0, 0, 0)


def test_links_and_special_files_are_counted_and_not_followed(card, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(b"not given")
    (card / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (card / "up").symlink_to(tmp_path)
    os.mkfifo(card / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(card / "socket"))
        found = walk(card)
    assert (found.links, found.special, len(found.files)) == (2, 2, 3)


def test_more_than_is_taken_at_once_is_refused(card, monkeypatch):
    monkeypatch.setattr(folders, "FOLDER_FILES_MAX", 2)
    with pytest.raises(FolderTooLarge):
        walk(card)


def test_levels_without_end_are_refused(card, monkeypatch):
    monkeypatch.setattr(folders, "FOLDER_DEPTH_MAX", 1)
    with pytest.raises(FolderTooLarge):
        walk(card)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileUnreadable):
        walk(tmp_path / "none")
