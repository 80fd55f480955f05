"""The picture of the page at a desk: where it is asked for, and what the record says of it everywhere else."""

from __future__ import annotations

import hashlib
import os
import signal

import pytest

from tests.actions.stage import Board, Noting, Quiet, Stage
from tests.oracles import require
from witnesskit.actions.archive import ArchiveWish, archive
from witnesskit.actions.assigning import Asked, check
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.court_contents import court_contents
from witnesskit.actions.init_vault import VaultWish, confirm_sheet, make_desk
from witnesskit.actions.item_files import read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.queue import open_queue, run
from witnesskit.actions.queue_add import Said, add_links
from witnesskit.actions.queue_run import RunWish
from witnesskit.actions.retry import RetryWish, retry
from witnesskit.capture import browser
from witnesskit.capture.pace import Pace
from witnesskit.errors.capture import ScreenshotOnField
from witnesskit.errors.cli import Interrupted
from witnesskit.formats.link_list import Entry, LinkList
from witnesskit.formats.queue_record import DONE, WAITING
from witnesskit.formats.short_id import short_id
from witnesskit.model import Audience, Outcome
from witnesskit.policy import load
from witnesskit.vault.keyring import desk_identities


@pytest.fixture
def _chromium():
    if not browser.find():
        require("chromium")


def saved(stage, worker, link, screenshot=None):
    asked = Asked(True, screenshot=screenshot)
    archive(stage.desk, ArchiveWish((link,), stage.passphrase, asked), worker, Quiet())
    return newest(stage)


def newest(stage):
    with open_for_saving(stage.desk, stage.passphrase) as session:
        known = [item for item, one in session.state.items.items() if not one.paper]
        keys = desk_identities(session.keyring)
        found = [read_item(stage.desk, session.state, item, keys) for item in known]
        return max(found, key=lambda files: bool(files.record["source"].get("retry_of")))


def pictures(files):
    return [one.open().read() for one in files.streams("screenshot")]


@pytest.mark.usefixtures("_chromium")
def test_a_desk_that_is_asked_has_the_minimum_of_the_berkeley_protocol(stage, site, worker):
    files = saved(stage, worker, site.url + "/p/good.html", screenshot=True)
    capture = files.record["capture"]
    assert capture["completeness"]["screenshot"] == "ok"
    assert capture["berkeley_minimum"] is True
    (picture,) = pictures(files)
    facts = capture["screenshot"]
    assert facts["sha256"] == hashlib.sha256(picture).hexdigest()
    assert (facts["width"], facts["http_status"]) == (1280, 200)
    assert facts["taken_at"] and facts["browser"].startswith("Chrome/")


@pytest.mark.usefixtures("_chromium")
def test_the_picture_of_another_page_is_kept_and_not_counted(stage, site, worker):
    files = saved(stage, worker, site.url + "/e/410", screenshot=True)
    capture = files.record["capture"]
    assert capture["completeness"]["screenshot"] == "missing: the site answered 410; a picture of that is kept"
    assert capture["berkeley_minimum"] is False
    assert len(pictures(files)) == 1


@pytest.mark.usefixtures("_chromium")
def test_a_policy_that_requires_one_has_it_taken_unless_the_person_says_no(tmp_path, site, worker):
    wish = VaultWish(tmp_path / "desk", "lone", "direct", "court")
    secret = make_desk(wish)
    confirm_sheet(wish.folder, secret.passphrase, secret.recovery_sheet)
    stage = Stage(tmp_path, secret.passphrase, secret.custodian_sheet)
    files = saved(stage, worker, site.url + "/p/good.html")
    assert files.record["capture"]["completeness"]["screenshot"] == "ok"
    site.requests.clear()
    saved(stage, worker, site.url + "/p/second.html", screenshot=False)
    assert "/favicon.ico" not in [one.path for one in site.requests]


@pytest.mark.usefixtures("_chromium")
def test_a_picture_can_be_taken_later(stage, site, worker):
    first = saved(stage, worker, site.url + "/p/good.html")
    assert first.record["capture"]["completeness"]["screenshot"] == "missing: not asked for (--screenshot)"
    site.requests.clear()
    wish = RetryWish((short_id(first.item),), "screenshot", Asked(True))
    list(retry(stage.desk, stage.passphrase, wish, worker, Quiet()))
    again = newest(stage)
    assert again.record["source"]["retry_of"] == first.item
    assert again.record["capture"]["completeness"]["screenshot"] == "ok"


def test_a_desk_without_a_browser_says_so(stage, site, worker, monkeypatch):
    monkeypatch.setattr(browser, "PROGRAMS", ("/nowhere",))
    files = saved(stage, worker, site.url + "/p/good.html", screenshot=True)
    capture = files.record["capture"]
    assert capture["completeness"]["screenshot"] == "missing: no browser is installed on this desk"
    assert capture["outcome"] == "saved"


def test_a_field_device_takes_none_and_says_so(stage, site, worker, tmp_path):
    device = stage.device("c")
    with pytest.raises(ScreenshotOnField):
        check(device.vault, Asked(True, screenshot=True), site.url + "/p/good.html")
    archive(device.vault, ArchiveWish((site.url + "/p/good.html",), "", Asked(True)), worker, Quiet())
    stage.take_in(device.bundle(tmp_path / "stick"))
    files = newest(stage)
    assert files.record["capture"]["completeness"]["screenshot"] == "refused: a field device runs no browser"


@pytest.fixture
def _ctrl_c_in_the_shot(monkeypatch):
    """Any program stands for the browser; while its answer is waited for, somebody presses Ctrl-C."""
    monkeypatch.setattr(browser, "PROGRAMS", ("/bin/true",))
    monkeypatch.setattr(browser, "_answer", lambda *_: os.kill(os.getpid(), signal.SIGINT))


@pytest.mark.usefixtures("_ctrl_c_in_the_shot")
def test_ctrl_c_in_the_shot_costs_the_picture_alone(stage, site, worker):
    watch = Noting()
    wish = ArchiveWish(
        (site.url + "/p/good.html", site.url + "/p/second.html"), stage.passphrase, Asked(True, screenshot=True)
    )
    with pytest.raises(Interrupted):
        archive(stage.desk, wish, worker, watch)
    (saved_item,) = watch.items
    assert (saved_item.outcome, saved_item.interrupted) == (Outcome.SAVED, True)
    files = newest(stage)
    capture = files.record["capture"]
    assert (capture["outcome"], capture["completeness"]["media"]) == ("saved", "ok")
    assert capture["completeness"]["screenshot"] == "missing: interrupted"
    assert "screenshot" not in capture and not pictures(files)
    assert not list(stage.desk.work.iterdir())  # nothing is left for recovery to call partial


@pytest.mark.usefixtures("_ctrl_c_in_the_shot")
def test_a_queue_does_not_fetch_again_what_was_there_when_the_shot_was_broken_off(stage, site, worker):
    links = LinkList((Entry(1, site.url + "/p/good.html"), Entry(2, site.url + "/p/second.html")))
    wish = RunWish(allow_local=True, screenshot=True, pace=Pace(0))
    with open_queue(stage.desk, stage.passphrase) as (session, queue):
        add_links(queue, links, Said(allow_local=True))
        ran = run(session, queue, worker, wish, Board())
        first, second = sorted(queue.jobs.values(), key=lambda job: job.state)
    assert ran.done.stopped == "interrupted"
    assert (first.state, first.outcome, first.attempts[0].rule) == (DONE, "saved", "all-streams-complete")
    assert (second.state, second.attempts) == (WAITING, ())


@pytest.mark.usefixtures("_chromium")
def test_a_court_gets_the_picture_as_a_file(stage, site, worker):
    files = saved(stage, worker, site.url + "/p/good.html", screenshot=True)
    policy = load.shipped("court")
    with open_for_saving(stage.desk, stage.passphrase) as session:
        wish = BundleWish(stage.folder, stage.passphrase, audience=Audience.COURT, why="hearing")
        contents = court_contents(session, policy, wish)
    (member,) = [one for one in contents.members if one.name == f"screenshot-{short_id(files.item)}.png"]
    assert member.sha256 == files.record["capture"]["screenshot"]["sha256"]


@pytest.mark.usefixtures("_chromium")
def test_a_browser_that_is_led_to_a_login_took_no_picture_of_the_page(stage, site, worker):
    site.pages["/p/turns.html"] = (
        '<video src="/m/good.mp4"></video><script>location="/accounts/login?next=x"</script>'
    )
    files = saved(stage, worker, site.url + "/p/turns.html", screenshot=True)
    state = files.record["capture"]["completeness"]["screenshot"]
    assert state == "missing: a page to log in came; a picture of that is kept"
    assert files.record["capture"]["berkeley_minimum"] is False
