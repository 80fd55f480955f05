"""kill -9 while a queue runs: every link is saved, none twice, and nothing readable is left at any moment."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.journeys import killing
from tests.journeys.conftest import copy_of
from tests.journeys.killing import Secrets
from tests.journeys.opened import capsules
from tests.journeys.program import Folder
from tests.simulators import site as sites

UNLOCK = {"locked": "sec-locked/passphrase.txt", "desk": "sec/passphrase.txt"}
FILM = sites.body(9, 300_000)
TIMED = [0.9, 1.2, 1.5, 1.8]  # seconds, where strace is not there


@pytest.fixture(scope="module")
def place(team, tmp_path_factory, site) -> Folder:
    site.videos[1] = FILM
    return copy_of(team, tmp_path_factory.mktemp("queued"))


def links(site, count: int) -> list[str]:
    """A film at every tenth place; the others are gone, which is saved too: the answer is."""
    return [f"{site.url}/p/good.html?film-{n}" if n % 10 == 3 else f"{site.url}/e/404?gone-{n}" for n in range(count)]


def queued(place: Folder, where: Path, vault: str, urls: list[str]) -> Folder:
    shutil.copytree(place.path, where)
    folder = Folder(where)
    text = "".join(f"{url}\n" for url in urls)
    folder.ok("queue", "add", "--allow-local", *_vault(vault), stdin=text)
    return folder


def _vault(vault: str) -> tuple[str, ...]:
    return "--vault", vault, "--passphrase-file", UNLOCK[vault]


def run(vault: str) -> list[str]:
    return ["queue", "run", "--allow-local", "--pace", "0", *_vault(vault)]


def secrets(site, urls: list[str]) -> Secrets:
    return Secrets((*urls, site.url.removeprefix("http://"), "/p/good.html", "good.mp4"), (FILM,))


def finish_and_count(folder: Folder, vault: str, urls: list[str]) -> None:
    """Go on to the end; then each link has one item that was not cut; what was cut says so in its newest record."""
    folder.run(*run(vault))
    shown = folder.ok("queue", "show", "--items", *_vault(vault), "--json").json()
    states = Counter(job["state"] for job in shown["items"])
    assert states == {"done": len(urls)}, shown["counts"]
    assert shown["counts"]["in"] == sum(count for name, count in shown["counts"].items() if name != "in")
    asked, newest = {}, {}
    for capsule in sorted(capsules(folder, vault), key=lambda one: one.part):
        if "url" in capsule.documents.get("stub.json", {}):
            asked[capsule.item] = capsule.documents["stub.json"]["url"]
        if "record.json" in capsule.documents:
            newest[capsule.item] = capsule.documents["record.json"]["capture"]["rule"]
    whole = Counter(url for item, url in asked.items() if newest[item] != "recovered")
    assert whole == Counter(urls)
    held = {job["item"] for job in shown["items"]}
    assert len(held) == len(urls)


@pytest.fixture(scope="module")
def timeline(place, site, tmp_path_factory):
    if not killing.strace_works():
        return {}
    found = {}
    for vault in UNLOCK:
        folder = queued(place, tmp_path_factory.mktemp(vault) / "calm", vault, links(site, 5))
        found[vault] = killing.points(folder, run(vault), "")
        assert len(found[vault]) > 50
    return found


def kill_at(place, site, where, vault, point, after) -> bool:
    urls = links(site, 5)
    folder = queued(place, where, vault, urls)
    if point is None:
        killed = killing.kill_after(folder, after, run(vault), "")
    else:
        killed = killing.kill_at(folder, point, run(vault), "")
    assert not killing.leaks([folder.path], secrets(site, urls))
    assert not killing.shown(killed, secrets(site, urls))
    finish_and_count(folder, vault, urls)
    assert not killing.leaks([folder.path], secrets(site, urls))
    shutil.rmtree(where)
    return killed.was_killed


@pytest.mark.parametrize("vault", UNLOCK)
def test_killed_at_seeded_places_each_link_is_saved_once(place, site, timeline, tmp_path, vault):
    chosen = killing.spread(timeline[vault], 4, random.Random(25).random()) if timeline else [None] * len(TIMED)
    done = [
        kill_at(place, site, tmp_path / str(number), vault, point, TIMED[number % len(TIMED)])
        for number, point in enumerate(chosen)
    ]
    assert sum(done) >= 3 or not timeline


@pytest.mark.long
@pytest.mark.parametrize("vault", UNLOCK)
def test_killed_at_every_place_each_link_is_saved_once(place, site, timeline, tmp_path, vault):
    for number, point in enumerate(timeline.get(vault) or [None] * 50):
        after = random.Random(number).uniform(0.5, 2)
        kill_at(place, site, tmp_path / str(number), vault, point, after)


def killed_again_and_again(place, site, where, count: int, seconds: tuple[float, float], most: int) -> int:
    """Kill the run at random moments, at most so often, then let it go through; returns how often it was killed."""
    urls, chance = links(site, count), random.Random(count)
    folder, kills = queued(place, where, "locked", urls), 0
    for _ in range(most):
        killed = killing.kill_after(folder, chance.uniform(*seconds), run("locked"), "")
        assert not killing.shown(killed, secrets(site, urls[:50]))
        if not killed.was_killed:
            break
        kills += 1
        counts = folder.ok("queue", "show", *_vault("locked"), "--json").json()["counts"]
        assert counts["in"] == count
    finish_and_count(folder, "locked", urls)
    assert not killing.leaks([folder.path], secrets(site, urls[:50]))
    return kills


def test_a_hundred_links_survive_one_kill_after_the_other(place, site, tmp_path):
    assert killed_again_and_again(place, site, tmp_path / "many", 100, (1.0, 2.5), 4) >= 2


@pytest.mark.long
def test_a_thousand_links_survive_one_kill_after_the_other(place, site, tmp_path):
    assert killed_again_and_again(place, site, tmp_path / "many", 1000, (2.0, 8.0), 12) >= 5
