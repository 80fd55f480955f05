"""kill -9 in the middle: nothing readable is left, nothing signed is lost, what reached the disk is kept."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.journeys import killing
from tests.journeys.conftest import copy_of
from tests.journeys.killing import Secrets
from tests.journeys.opened import capsules
from tests.journeys.program import Folder
from tests.simulators import site as sites
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.vault import layout

FILM = sites.body(7, 3_500_000)
NAME, PHOTO = "Жаңаөзен-alau.mp4", "терезе.jpg"
BODIES = (FILM, (Path(__file__).resolve().parents[2] / "demo" / "photo.jpg").read_bytes())
MODES = {"field": (), "locked": ("--passphrase-file", "sec-locked/passphrase.txt")}
TIMED = [0.3, 0.5, 0.7, 0.9, 1.1]  # seconds, where strace is not there


@pytest.fixture(scope="module")
def calm(team, tmp_path_factory, site) -> Folder:
    """Both devices with one item saved and signed before anything is killed."""
    site.videos[1] = FILM
    folder = copy_of(team, tmp_path_factory.mktemp("calm"))
    (folder.path / "before.txt").write_text("saved before")
    for vault, unlock in MODES.items():
        folder.ok("add", "before.txt", "--vault", vault, *unlock)
    return folder


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("card") / NAME
    path.write_bytes(FILM)
    path.with_name(PHOTO).write_bytes(BODIES[1])
    return path


def job(verb: str, vault: str, film, site) -> tuple[list, str, Secrets]:
    """Arguments, stdin, and what must stay unreadable."""
    more = ["--vault", vault, *MODES[vault]]
    if verb == "add":
        return ["add", film, film.with_name(PHOTO), *more], "", Secrets((), BODIES, (NAME, PHOTO, str(film.parent)))
    url = f"{site.url}/p/good.html"
    texts = (url, site.url.removeprefix("http://"), "/p/good", "good.mp4", "Square")
    page = b'<!doctype html><html><head><title>Square</title></head><body><video controls src="/m/good.mp4"></video></body></html>'
    return ["archive", "--allow-local", *more], f"{url}\n", Secrets(texts, (FILM, page))


@pytest.fixture(scope="module")
def timeline(calm, film, site, tmp_path_factory):
    """Every point of one undisturbed run of each command."""
    if not killing.strace_works():
        return {}
    found = {}
    for verb in ("add", "archive"):
        folder = copy_of(calm.path, tmp_path_factory.mktemp(verb))
        arguments, stdin, _secrets = job(verb, "field", film, site)
        found[verb] = killing.points(folder, arguments, stdin)
        assert len(found[verb]) > 30
    return found


def copied(calm: Folder, place) -> Folder:
    shutil.copytree(calm.path, place)
    return Folder(place)


def kill_and_look(folder: Folder, vault: str, play: tuple, kill) -> bool:
    """Kill once; look; go on. Returns whether it was killed before its end."""
    arguments, stdin, secrets = play
    custody = folder.path / vault / "custody" / "log.jsonl"
    signed, before = custody.read_bytes(), set((folder.path / vault / "capsules").rglob("*/*"))
    killed = kill(folder, arguments, stdin)
    assert not killing.leaks([folder.path], secrets)
    assert not killing.shown(killed, secrets)
    assert custody.read_bytes().startswith(signed)
    assert before <= set((folder.path / vault / "capsules").rglob("*/*"))
    counts = folder.ok("status", "--vault", vault, "--json").json()["counts"]
    assert counts["items"] + counts["interrupted"] in (1, 2, 3)
    (folder.path / "after.txt").write_text("after")
    folder.ok("add", "after.txt", "--vault", vault, *MODES[vault])
    assert not killing.leaks([folder.path], secrets)
    look_inside(folder, vault)
    return killed.was_killed


def look_inside(folder: Folder, vault: str) -> None:
    """The log holds; every capsule opens as far as it goes, and holds a beginning of what was saved."""
    counts = status(layout.open_vault(folder.path / vault)).counts
    assert counts["interrupted"] == 0
    assert not list((folder.path / vault / "work").iterdir())
    if vault == "field":
        verdict = verify(VerifyWish(folder.path / vault), lambda _done, _whole: None)
        assert [check for check in verdict.checks if check.mark == "fail"] == []
    records: dict[str, list[str]] = {}
    for capsule in capsules(folder, vault):
        if len(capsule.streams.get("media/1", b"")) > 100:
            assert any(body.startswith(capsule.streams["media/1"]) for body in BODIES)
        if "record.json" in capsule.documents:
            outcome = capsule.documents["record.json"]["capture"]["outcome"]
            records.setdefault(capsule.item, []).append(outcome)
    assert len(records) == counts["items"]
    assert sum("saved" in outcomes for outcomes in records.values()) >= 2


def kills(verb: str, vault: str, timeline, count: int, shift: float) -> list:
    if not timeline:
        return [lambda *given, after=after: killing.kill_after(given[0], after, *given[1:]) for after in TIMED]
    return [
        lambda *given, point=point: killing.kill_at(given[0], point, *given[1:])
        for point in killing.spread(timeline[verb], count, shift)
    ]


@pytest.mark.parametrize("vault", MODES)
@pytest.mark.parametrize("verb", ["add", "archive"])
def test_killed_at_five_places(calm, film, site, timeline, tmp_path, verb, vault):
    """Together twenty places; the devices' places lie between each other."""
    play = job(verb, vault, film, site)
    shift = 0.25 if vault == "field" else 0.75
    done = [
        kill_and_look(copied(calm, tmp_path / str(number)), vault, play, kill)
        for number, kill in enumerate(kills(verb, vault, timeline, 5, shift))
    ]
    assert sum(done) >= 4 or not timeline


def half_a_film(calm, film, site, found, tmp_path) -> Folder:
    """A device killed after two or three of the film's mebibytes were written."""
    arguments, stdin, _secrets = job("archive", "field", film, site)
    for point in [point for point in found if point.call == "write"][5:]:
        folder = copied(calm, tmp_path / str(point.number))
        assert killing.kill_at(folder, point, arguments, stdin).was_killed
        originals = [path.stat().st_size for path in (folder.path / "field" / "work").rglob("*.original.1")]
        if originals and (2 << 20) + (1 << 17) < originals[0] < len(FILM):
            return folder
    raise AssertionError("no write left half a film")


def test_half_a_film_is_opened_at_the_desk_as_far_as_it_goes(calm, film, site, timeline, tmp_path):
    """Killed when two thirds were written; bundle and import bring what there is, the rest of the vault is whole."""
    if not timeline:
        pytest.skip("strace does not work here")
    folder = half_a_film(calm, film, site, timeline["archive"], tmp_path)
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    (bundle,) = (folder.path / "stick").iterdir()
    counts = folder.desk("import", bundle, "--receipts", "receipts", "--json").json()["counts"]
    assert (counts["items"], counts["new"]) == (2, 2)
    held = [capsule for capsule in capsules(folder, "desk") if "stub.json" in capsule.documents]
    assert f"{site.url}/p/good.html" in [capsule.documents["stub.json"].get("url") for capsule in held]
    films = [capsule.streams["media/1"] for capsule in capsules(folder, "desk") if "media/1" in capsule.streams]
    assert any(1 << 20 <= len(data) < len(FILM) and FILM.startswith(data) for data in films)
    verdict = folder.desk("verify", "desk", "--json").json()
    assert verdict["state"] == "UNCHANGED", verdict["checks"]


@pytest.mark.long
@pytest.mark.parametrize("vault", MODES)
@pytest.mark.parametrize("verb", ["add", "archive"])
def test_killed_at_every_place(calm, film, site, timeline, tmp_path, verb, vault):
    play = job(verb, vault, film, site)
    every = list(timeline.get(verb, ())) or [None] * 50
    for number, point in enumerate(every):
        after = random.Random(number).uniform(0.2, 1.5)

        def kill(folder, arguments, stdin, point=point, after=after):
            if point is None:
                return killing.kill_after(folder, after, arguments, stdin)
            return killing.kill_at(folder, point, arguments, stdin)

        place = tmp_path / str(number)
        kill_and_look(copied(calm, place), vault, play, kill)
        shutil.rmtree(place)


def test_the_search_itself_finds_what_is_readable(tmp_path):
    """A search that finds nothing proves nothing unless it finds what was put there."""
    secrets = Secrets(("https://example.org/tape",), (FILM,), (NAME,))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "log").write_bytes(b"x" * 1000 + "https://example.org/tape".encode("utf-16-le"))
    (tmp_path / "a" / "chunk").write_bytes(b"y" * 77 + FILM[900_000:905_000])
    (tmp_path / "a" / NAME).touch()
    assert {line.partition(":")[0].rpartition("/")[2] for line in killing.leaks([tmp_path], secrets)} == {
        "log",
        "chunk",
        NAME,
    }
