"""Files brought by hand: every kind is kept as it is, and what is no file is refused before anything is touched."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "demo"
TELLING = "Сәуле 540 — نافذة.mp4"


@pytest.fixture(scope="module")
def files(folder):
    """A folder as a phone's card has it."""
    card = folder.path / "card"
    card.mkdir()
    shutil.copy(DEMO / "photo.jpg", card)
    shutil.copy(DEMO / "camera.mp4", card / TELLING)
    (card / "cut.jpg").write_bytes((DEMO / "photo.jpg").read_bytes()[:50_000])
    (card / "cut.mp4").write_bytes((DEMO / "camera.mp4").read_bytes()[:300_000])
    (card / "note.txt").write_text("from the square", encoding="utf-8")
    (card / "empty.mp4").touch()
    return card


def add(folder, *paths, **options):
    return folder.run("add", *paths, "--vault", "field", "--json", **options)


def test_every_kind_of_file_is_saved_whatever_is_understood_of_it(folder, files):
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files.iterdir()}
    names = ("photo.jpg", TELLING, "cut.jpg", "cut.mp4", "note.txt", "empty.mp4")
    ran = add(folder, *(files / name for name in names))
    found = ran.json()
    assert (ran.status, found["counts"]["in"], found["counts"]["saved"]) == (0, 6, 6)
    assert [item["received"] for item in found["items"]] == [(files / name).stat().st_size for name in names]
    assert [warning["code"] for warning in found["warnings"]] == ["STILL-THERE"]
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files.iterdir()} == before
    for telling in (TELLING, "photo", "note", "card"):
        assert telling not in ran.both


def test_a_cut_file_has_no_copy_to_share(folder, files):
    for item in add(folder, files / "cut.jpg", files / "cut.mp4", files / "note.txt").json()["items"]:
        assert item["copy"].startswith("none")


def test_a_photo_gets_a_clean_copy(folder, files):
    assert add(folder, files / "photo.jpg").json()["items"][0]["copy"] == "clean"


def test_a_film_gets_a_clean_copy(folder, files):
    assert add(folder, files / TELLING).json()["items"][0]["copy"] == "clean"


def test_no_readable_byte_of_a_file_or_of_its_name_is_in_the_vault(folder, files):
    add(folder, files / TELLING, files / "note.txt")
    windows = [(DEMO / "camera.mp4").read_bytes()[place : place + 32] for place in range(5_000, 700_000, 4_096)]
    for path in (folder.path / "field").rglob("*"):
        assert "mp4" not in path.name
        if path.is_file():
            data = path.read_bytes()
            assert not any(window in data for window in windows)
            assert TELLING.encode() not in data
            assert b"from the square" not in data
            assert path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0


def make(kind: str, path: Path) -> Path:
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(DEMO / "photo.jpg")
    elif kind == "pipe":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "absent"])
def test_what_is_no_ordinary_file_is_refused(folder, kind):
    ran = add(folder, make(kind, folder.path / f"odd-{kind}"))
    assert ran.status == 2
    assert ran.codes()[0] in ("NOT-A-FILE", "FILE-UNREADABLE", "NOTHING-BROUGHT", "USAGE")


def test_a_refused_file_among_others_does_not_undo_them(own):
    (own.path / "first.txt").write_text("one")
    (own.path / "last.txt").write_text("three")
    (own.path / "link.txt").symlink_to("first.txt")
    ran = add(own, "first.txt", "link.txt", "last.txt")
    found = ran.json()
    assert ran.status == 3
    assert (found["counts"]["in"], found["counts"]["saved"], found["counts"]["refused"]) == (3, 2, 1)
    assert ran.codes() == ["NOT-A-FILE"]
    assert own.ok("status", "--vault", "field", "--json").json()["counts"]["items"] == 2


def test_a_file_that_may_not_be_read_is_refused_by_name_of_the_fault(own, open_place):
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    secret = own.path / "secret.mp4"
    secret.write_bytes(b"x")
    secret.chmod(0)
    assert add(own, secret).status in (2, 10)


def test_the_same_file_twice_is_two_items_that_nobody_can_compare(own):
    (own.path / "a.txt").write_text("same")
    first, second = add(own, "a.txt", "a.txt").json()["items"]
    assert first["id"] != second["id"]
    digests = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (own.path / "field" / "capsules").rglob("*")
        if path.is_file()
    }
    assert len(digests) == len(list((own.path / "field" / "capsules").rglob("*/*")))


def test_a_vault_is_found_from_inside_its_folder_or_by_the_variable(own):
    (own.path / "a.txt").write_text("one")
    assert own.run("add", "a.txt", env={"WITNESSKIT_VAULT": "field"}).status == 0
    inside = type(own)(own.path / "field" / "work")
    ran = inside.run("status", "--json")
    assert ran.json()["counts"]["items"] == 1


def test_nothing_is_said_of_files_that_were_not_there(folder):
    ran = folder.run("add", "not-there.mp4", "--vault", "field", "--json").json()
    assert ran["warnings"] == [] and ran["errors"][0]["message"].startswith("a file that was named cannot be read")


TOWN = "Жаңаөзен"


def test_a_place_comes_from_stdin_and_never_from_an_argument_of_a_field_vault(own, site):
    site.reset()
    film = own.path / "film.mp4"
    shutil.copy(DEMO / "camera.mp4", film)
    for words in (("add", film), ("archive", "--allow-local")):
        ran = own.run(*words, "--place", TOWN, "--vault", "field", "--json")
        assert (ran.status, ran.codes()) == (5, ["PLACE-AS-ARGUMENT"])
        ran = own.run(*words, "--place", "-", "--vault", "field", "--json", stdin="Satpaev 14\n")
        assert (ran.status, ran.codes()) == (2, ["PLACE-TOO-FINE"])
        assert "Satpaev" not in ran.both
    saved = [
        own.run("add", film, "--place", "-", "--vault", "field", stdin=f"{TOWN}\n"),
        own.run(
            "archive", "--allow-local", "--place", "-", "--vault", "field", stdin=f"{TOWN}\n{site.url}/p/good.html\n"
        ),
        own.run("add", film, "--vault", "field"),
    ]
    assert [(ran.status, TOWN in ran.both) for ran in saved] == [(0, False)] * 3, saved
    for path in (own.path / "field").rglob("*"):
        assert TOWN not in path.name and (not path.is_file() or TOWN.encode() not in path.read_bytes()), path

    (own.path / "stick").mkdir()
    own.ok("bundle", "stick", "--vault", "field")
    own.desk("import", *(own.path / "stick").glob("*.age"))
    found = own.desk("search", "--place", TOWN.upper(), "--json").json()["items"]
    assert [item["place"] for item in found] == [TOWN, TOWN]
    assert len(own.desk("list", "--json").json()["items"]) == 3
    own.desk("place", found[0]["id"], "Ақтау")
    own.desk("reindex")
    assert TOWN in own.desk("show", found[1]["id"]).out
    assert "Ақтау" in own.desk("show", found[0]["id"]).out
    assert [one["id"] for one in own.desk("search", "--place", "Ақтау", "--json").json()["items"]] == [found[0]["id"]]


def test_an_empty_place_is_refused_and_never_passed_over(own):
    film = own.path / "film.mp4"
    shutil.copy(DEMO / "camera.mp4", film)
    for vault, code in (("desk", "PLACE-TOO-FINE"), ("field", "PLACE-AS-ARGUMENT")):
        assert own.run("add", film, "--place", "", "--vault", vault, "--json").codes() == [code]
