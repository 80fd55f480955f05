"""A disk that fills up: told with its own status, nothing lost, and the next run works once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.opened import capsules
from tests.journeys.program import Folder, command
from tests.simulators import site as sites

MIB = 1 << 20
FILM = sites.body(11, 40 * MIB)


@pytest.fixture
def small_disk(own) -> Folder:
    """The field vault on a disk of 44 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    place = own.path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=44m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    shutil.copytree(own.path / "field", place / "field")
    yield own
    subprocess.run(["umount", place], check=True)


@pytest.fixture
def big_site(site):
    site.reset()
    site.videos[1] = FILM
    yield site
    site.reset()
    site.videos[1] = sites.body(1)


def signed(folder: Folder, vault: str) -> bytes:
    return (folder.path / vault / "custody" / "log.jsonl").read_bytes()


def test_room_is_asked_for_before_a_file_is_touched(small_disk):
    (small_disk.path / "film.mp4").write_bytes(FILM)
    before = signed(small_disk, "disk/field")
    ran = small_disk.run("add", "film.mp4", "--vault", "disk/field", "--json")
    assert (ran.status, ran.codes()) == (10, ["NO-ROOM"])
    assert signed(small_disk, "disk/field") == before
    assert not list((small_disk.path / "disk/field/work").iterdir())
    (small_disk.path / "note.txt").write_text("small")
    assert small_disk.run("add", "note.txt", "--vault", "disk/field").status == 0


def test_a_download_that_fills_the_disk_is_kept_and_goes_on_when_there_is_room(small_disk, big_site):
    vault = "disk/field"
    (small_disk.path / "note.txt").write_text("small")
    small_disk.ok("add", "note.txt", "--vault", vault)
    before = signed(small_disk, vault)
    ran = small_disk.archive(vault, [big_site.url + "/p/good.html"], "--json")
    assert ran.status == 10
    assert ran.codes()[0] in ("DISK-FULL", "NO-ROOM")
    assert signed(small_disk, vault).startswith(before)
    kept = small_disk.ok("status", "--vault", vault, "--json").json()["counts"]
    assert (kept["items"], kept["interrupted"]) == (2, 0)
    (small_disk.path / "stick").mkdir()
    assert small_disk.ok("bundle", "stick", "--vault", vault, "--json").json()["counts"]["items"] == 2
    subprocess.run(["mount", "-o", "remount,size=160m", small_disk.path / "disk"], check=True)
    assert small_disk.archive(vault, [big_site.url + "/p/good.html"]).status == 0
    counts = small_disk.ok("status", "--vault", vault, "--json").json()["counts"]
    assert (counts["items"], counts["interrupted"]) == (3, 0)
    films = [one.streams["media/1"] for one in capsules(small_disk, vault) if "media/1" in one.streams]
    assert sorted(len(film) > 20 * MIB for film in films) == [False, True, True]
    assert all(FILM.startswith(film) for film in films if len(film) > MIB)


def test_a_stick_that_is_too_small_gets_no_half_bundle(small_disk):
    (small_disk.path / "film.mp4").write_bytes(FILM + FILM)
    small_disk.ok("add", "film.mp4", "--vault", "field")
    ran = small_disk.run("bundle", "disk", "--vault", "field", "--json")
    assert (ran.status, ran.codes()) == (10, ["NO-ROOM"])
    assert [path.name for path in (small_disk.path / "disk").iterdir()] == ["field"]
    (small_disk.path / "stick").mkdir()
    assert small_disk.ok("bundle", "stick", "--vault", "field", "--json").json()["counts"]["items"] == 1


def test_a_desk_without_room_keeps_what_it_had_and_takes_the_bundle_later(small_disk):
    (small_disk.path / "film.mp4").write_bytes(FILM + FILM)
    small_disk.ok("add", "film.mp4", "--vault", "field")
    (small_disk.path / "stick").mkdir()
    small_disk.ok("bundle", "stick", "--vault", "field")
    (bundle,) = (small_disk.path / "stick").iterdir()
    shutil.move(small_disk.path / "desk", small_disk.path / "disk" / "desk")
    (small_disk.path / "desk").symlink_to("disk/desk")
    refused = small_disk.desk("import", bundle, "--receipts", "receipts", "--json", status=10).json()
    assert refused["errors"][0]["code"] in ("DISK-FULL", "NO-ROOM")
    assert not (small_disk.path / "receipts").exists()
    subprocess.run(["mount", "-o", "remount,size=300m", small_disk.path / "disk"], check=True)
    taken = small_disk.desk("import", bundle, "--receipts", "receipts", "--json").json()
    assert (taken["counts"]["items"], taken["items"][0]["result"]) == (1, "complete")


def limited(folder: Folder, *arguments: object, stdin: str = "") -> int:
    """Run with files of at most 2 MiB: the system refuses the write, as a full disk does."""
    shell = f"ulimit -f 2048; exec {' '.join(command())} " + " ".join(map(str, arguments))
    ended = subprocess.run(
        ["bash", "-c", shell], cwd=folder.path, env=folder.environment(), input=stdin.encode(), capture_output=True
    )
    assert b"Traceback" not in ended.stderr
    assert b"a fault in witnesskit" not in ended.stderr, ended.stderr
    return ended.returncode


def test_a_write_that_the_system_refuses_is_storage_and_nothing_signed_is_lost(own, big_site):
    (own.path / "film.mp4").write_bytes(FILM[: 4 * MIB])
    before = signed(own, "field")
    assert limited(own, "add", "film.mp4", "--vault", "field") == 10
    url = f"{big_site.url}/p/good.html\n"
    assert limited(own, "archive", "--allow-local", "--vault", "field", stdin=url) == 10
    assert signed(own, "field").startswith(before)
    assert own.run("add", "film.mp4", "--vault", "field").status == 0
    counts = own.ok("status", "--vault", "field", "--json").json()["counts"]
    assert (counts["items"], counts["interrupted"]) == (3, 0)


def test_a_vault_on_a_disk_that_cannot_be_written_says_so(own):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    vault = own.path / "field"
    for path in (vault, *(each for each in vault.rglob("*") if each.is_dir())):
        Path(path).chmod(0o500)
    (own.path / "note.txt").write_text("x")
    assert own.run("add", "note.txt", "--vault", "field").status == 10
