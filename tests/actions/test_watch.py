"""Watching at a desk: each look is one signed event; a removal needs two of them, and a dead network says nothing."""

from __future__ import annotations

import itertools
import json
import time

import pytest

from tests.actions.stage import Quiet
from witnesskit.actions.archive import ArchiveWish, archive
from witnesskit.actions.assigning import Asked
from witnesskit.actions.item_files import read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.watch import WatchWish, add, listed, stop
from witnesskit.actions.watch_history import History, Seen, histories
from witnesskit.actions.watch_run import WatchRunWish, run
from witnesskit.capture.pace import Pace
from witnesskit.errors.capture import BadUrl, UnlistedDirect
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.errors.watch import NoLink, NotWatched
from witnesskit.formats.short_id import short_id
from witnesskit.formats.watch_list import CONFIRMED
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.vault import store
from witnesskit.vault.keyring import desk_identities

LOCAL = Asked(allow_local=True)
DAY = 86_400
HOUR = 3600


class Clock:
    """A clock that sleeping moves on; Ctrl-C after ``patience`` sleeps."""

    def __init__(self, patience: int = 1000) -> None:
        self.now = float(int(time.time()))
        self._left = itertools.count(patience, -1)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        if next(self._left) <= 0:
            raise KeyboardInterrupt
        self.now += max(seconds, 1)

    @property
    def pace(self) -> Pace:
        return Pace(10, lambda: self.now, self.sleep, lambda: 0.5)


def look(stage, worker, clock, **wish):
    told = []
    clock.now = max(clock.now, time.time() + 1)  # never behind the time at which links were added
    ran = run(
        stage.desk,
        stage.passphrase,
        worker,
        WatchRunWish(LOCAL, pace=clock.pace, **({"once": True} | wish)),
        lambda seen, _look: told.append(seen.state),
    )
    return ran, told


def watch(stage, *links, **wish):
    return add(stage.desk, stage.passphrase, WatchWish(links, asked=LOCAL, **wish))


def test_seen_live_then_gone_then_confirmed_and_looked_at_no_more(stage, site, worker):
    clock = Clock()
    (one,) = watch(stage, site.url + "/p/good.html").watched
    assert look(stage, worker, clock)[1] == ["live"]
    assert look(stage, worker, clock)[1] == []  # not due
    site.flags.add("taken-down")
    clock.now += 7 * HOUR
    assert look(stage, worker, clock)[1] == ["removed"]
    clock.now += 7 * HOUR
    assert look(stage, worker, clock)[1] == ["removed"]
    clock.now += DAY
    assert look(stage, worker, clock)[1] == ["removed"]
    (seen,) = listed(stage.desk, stage.passphrase)
    assert (seen.stopped, seen.active) == (CONFIRMED, False)
    clock.now += 9 * DAY
    assert look(stage, worker, clock)[1] == []
    (history,) = histories(stage.desk, stage.passphrase, [short_id(one.item)])
    assert [each.state for each in history.seen] == ["live", "removed", "removed", "removed"]
    assert all(each.looked and each.url == one.url for each in history.seen)
    assert "seen live at" in history.sentence
    assert "gone at" in history.sentence
    assert "page-http-410" in history.sentence


def test_what_comes_back_has_returned_and_a_removal_begins_anew(stage, site, worker):
    clock = Clock()
    watch(stage, site.url + "/p/good.html")
    states = []
    for gone in (False, True, False, True):
        site.flags.discard("taken-down")
        site.flags.update({"taken-down"} if gone else set())
        states += look(stage, worker, clock)[1]
        clock.now += 2 * DAY
    assert states == ["live", "removed", "returned", "removed"]
    assert listed(stage.desk, stage.passphrase)[0].active


def test_only_the_page_is_asked_for_and_no_media_and_no_cookie(stage, site, worker):
    watch(stage, site.url + "/p/good.html")
    look(stage, worker, Clock())
    paths = [request.path for request in site.requests]
    assert paths
    assert not [path for path in paths if path.startswith("/m/")]
    assert not [one for one in site.requests if "cookie" in {name.lower() for name in one.headers}]


def test_a_site_that_is_wholly_down_and_a_dead_network_are_never_a_removal(stage, site, worker):
    watch(stage, site.url + "/p/good.html", "http://127.0.0.1:9/film")
    site.flags.add("down")  # 410 for everything: the control fails too
    _ran, told = look(stage, worker, Clock())
    assert told == ["unknown", "unknown"]
    found = listed(stage.desk, stage.passphrase)
    assert all(one.removed_at == 0 for one in found)


def test_a_page_whose_media_is_the_same_is_live_and_another_film_is_a_change(stage, site, worker):
    clock = Clock()
    archive(stage.desk, ArchiveWish((site.url + "/p/good.html",), stage.passphrase, LOCAL), worker, Quiet())
    with open_for_saving(stage.desk, stage.passphrase) as session:
        (item,) = [item for item, one in session.state.items.items() if not one.paper]
    (one,) = watch(stage, items=(short_id(item),)).watched
    assert (one.item, one.url) == (item, site.url + "/p/good.html")
    assert one.live_at and one.pages
    assert look(stage, worker, clock)[1] == ["live"]
    site.flags.add("another-title")
    clock.now += 7 * HOUR
    assert look(stage, worker, clock)[1] == ["changed"]
    (history,) = histories(stage.desk, stage.passphrase, [short_id(item)])
    assert [(each.looked, each.state) for each in history.seen] == [
        (False, "saved"),
        (True, "live"),
        (True, "changed"),
    ]
    with open_for_saving(stage.desk, stage.passphrase) as session:  # the item's record is still that of the capture
        files = read_item(stage.desk, session.state, item, desk_identities(session.keyring))
    assert files.record["capture"]["outcome"] == "saved"


def test_the_answer_of_each_change_is_kept_as_it_came(stage, site, worker):
    clock = Clock()
    (one,) = watch(stage, site.url + "/p/good.html").watched
    for gone in (False, False, True):
        site.flags.update({"taken-down"} if gone else set())
        look(stage, worker, clock)
        clock.now += 7 * HOUR
    with open_for_saving(stage.desk, stage.passphrase) as session:
        found = {}
        for capsule in session.state.items[one.item].capsules:
            reader = CapsuleReader(store.open_capsule(stage.desk, capsule.id), desk_identities(session.keyring))
            page = reader.read("look/1") if "look/1" in reader.names() else None
            found[capsule.part] = json.loads(reader.read("look.json")), page
    assert [found[part][0]["state"] for part in sorted(found)] == ["live", "live", "removed"]
    assert found[1][1] and b"Square" in found[1][1]
    assert found[2][1] is None  # the same state: its digest is on record
    assert found[2][0]["page"]["sha256"]
    assert b"410" in found[3][1]


def test_watching_runs_until_it_is_stopped_and_looks_again_when_due(stage, site, worker):
    watch(stage, site.url + "/p/good.html", every=HOUR)
    clock = Clock(patience=400)
    ran, told = look(stage, worker, clock, once=False)
    assert ran.stopped == "interrupted"
    assert told == ["live"] * ran.looks
    assert ran.looks >= 3
    ran, _told = look(stage, worker, Clock(), once=False, seconds=90)
    assert ran.stopped == "time"


def test_two_links_of_one_site_are_not_asked_for_at_once(stage, site, worker):
    clock = Clock()
    began = clock.now
    watch(stage, site.url + "/p/good.html", site.url + "/p/second.html")
    _ran, told = look(stage, worker, clock)
    assert told == ["live", "live"]
    assert clock.now - began >= 9


def test_a_link_is_watched_once_and_can_be_stopped(stage, site):
    link = site.url + "/p/good.html"
    watch(stage, link)
    again = watch(stage, link)
    assert (len(again.watched), again.known) == (1, 1)
    item = again.watched[0].item
    assert stop(stage.desk, stage.passphrase, [short_id(item)]) == 1
    assert stop(stage.desk, stage.passphrase, [], everything=True) == 0
    assert [one.active for one in listed(stage.desk, stage.passphrase)] == [False]
    with pytest.raises(NotWatched):
        stop(stage.desk, stage.passphrase, [short_id("f" * 32)])


def test_what_may_not_be_asked_for_is_refused_at_once_and_left_alone_later(stage, site, worker):
    with pytest.raises(BadUrl):
        add(stage.desk, stage.passphrase, WatchWish((site.url,)))
    key = "https://t.me/+AbCdEfGhIjKlMnOp"
    with pytest.raises(UnlistedDirect):
        add(stage.desk, stage.passphrase, WatchWish((key,)))
    watch(stage, site.url + "/p/good.html")
    clock = Clock()
    ran = run(stage.desk, stage.passphrase, worker, WatchRunWish(once=True, pace=clock.pace), lambda *_: None)
    assert (ran.looks, len(ran.refused)) == (0, 1)
    assert not site.requests


def test_a_field_device_watches_nothing_and_a_file_has_no_link(stage, device, worker):
    with pytest.raises(WrongVaultKind):
        add(device.vault, "", WatchWish(("https://example.org/v",)))
    with pytest.raises(WrongVaultKind):
        run(device.vault, "", worker, WatchRunWish(once=True), lambda *_: None)
    from witnesskit.actions.add import add as add_files
    from witnesskit.actions.sources import look_through

    add_files(stage.desk, look_through([stage.folder / "a.txt"]), stage.passphrase, Quiet())
    with open_for_saving(stage.desk, stage.passphrase) as session:
        (item,) = [item for item, one in session.state.items.items() if not one.paper]
    with pytest.raises(NoLink):
        watch(stage, items=(short_id(item),))


def test_no_link_lies_readable_in_the_vault(stage, site, worker):
    watch(stage, site.url + "/p/good.html")
    look(stage, worker, Clock())
    for place, data in stage.contents().items():
        assert b"/p/good" not in data, place


@pytest.mark.parametrize(
    ("times", "again"),
    [(1, ""), (2, "; said again 1 time, last at day 2"), (3, "; said again 2 times, last at day 3")],
)
def test_how_often_it_was_said_again_is_counted_as_people_write_it(times, again):
    seen = [Seen("day 0", "live", looked=True)]
    seen += [Seen(f"day {number}", "removed", True, "page-http-410", 410) for number in range(1, times + 1)]
    told = History("0" * 32, None, tuple(seen)).sentence
    assert told == f"seen live at day 0, gone at day 1: page-http-410, HTTP 410{again}"
