"""One person, one desk: links as arguments, files, a copy to share, a page to show, all without an invite."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.journeys.program import Folder

DEMO = Path(__file__).resolve().parents[2] / "demo"
UNLOCK = ("--passphrase-file", "sec-lone/passphrase.txt")


@pytest.fixture(scope="module")
def lone(tmp_path_factory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("lone"))
    folder.quick("init", "desk", "--lone", "--secrets-out", "sec-lone")
    shutil.copy(DEMO / "photo.jpg", folder.path)
    return folder


def ran(lone: Folder, *words: object, status: int = 0, **options):
    found = lone.run(*words, "--vault", "desk", *UNLOCK, "--json", quick=True, **options)
    assert found.status == status, found.both
    return found.json()


def test_a_link_as_argument_is_fine_at_a_desk(lone, site):
    site.reset()
    found = ran(lone, "archive", "--allow-local", site.url + "/p/good.html", site.url + "/e/404", status=3)
    assert [item["outcome"] for item in found["items"]] == ["saved", "removed"]


def test_a_picture_is_kept_and_its_copy_is_clean(lone):
    found = ran(lone, "add", "photo.jpg")
    assert (found["counts"]["saved"], found["items"][0]["copy"]) == (1, "clean")


def test_a_page_for_each_audience(lone):
    if not lone.ok("status", "--vault", "desk", "--json").json()["counts"]["items"]:
        ran(lone, "add", "photo.jpg")
    found = lone.run(
        "report", "--audience", "public", "--out", "x.html", "--vault", "desk", *UNLOCK, "--json", quick=True
    )
    assert (found.status, found.codes()) == (5, ["NOT-FOR-THE-PUBLIC"])
    assert lone.ready_for_the_public(secrets="sec-lone")
    for audience in ("desk", "court", "public"):
        page = lone.path / f"{audience}.html"
        ran(lone, "report", "--audience", audience, "--out", page)
        text = page.read_text()
        assert "UNCHANGED" in text
        assert audience != "public" or "photo.jpg" not in text
        assert not any(outside in text for outside in ("<script", "<img", 'src="http', "@import"))


def test_the_copy_for_sharing_gives_nothing_away_and_the_original_is_not_touched(lone):
    before = (lone.path / "photo.jpg").read_bytes()
    assert lone.ok("inspect", "photo.jpg", "--json").json()["items"][0]["finding"] == "found"
    lone.ok("strip", "photo.jpg", "--out", "share.jpg")
    assert lone.ok("inspect", "share.jpg", "--json").json()["items"][0]["finding"] == "clean"
    assert (lone.path / "photo.jpg").read_bytes() == before
    assert (lone.path / "share.jpg").stat().st_mtime == 0
    assert lone.run("strip", "photo.jpg", "--out", "share.jpg", "--json").codes() == ["OUTPUT-EXISTS"]


def test_a_file_of_no_known_kind_gets_no_copy(lone):
    (lone.path / "note.txt").write_text("from the square")
    refused = lone.run("strip", "note.txt", "--out", "note-copy.txt", "--json")
    assert refused.status == 5
    assert not list(lone.path.glob("note-copy*"))


def test_the_desk_verifies_itself(lone):
    found = lone.run("verify", "desk", *UNLOCK, "--json", quick=True).json()
    assert found["state"] == "UNCHANGED", found["checks"]
