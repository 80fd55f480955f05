"""The field researcher's evening: links that are there, cut, gone, silent; every answer has its own exit status."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pytest

from tests.simulators import site as sites
from witnesskit.model import Outcome

OUTCOMES = tuple(map(str, Outcome))
NOWHERE = "http://127.0.0.1:9/video"  # nobody listens


@pytest.fixture(scope="module")
def clean_site(site):
    site.reset()
    return site


def archived(folder, paths, *more, vault="field"):
    ran = folder.archive(vault, paths, *more, "--json")
    found = ran.json()
    assert sum(found["counts"][name] for name in OUTCOMES) == found["counts"]["in"] == len(paths)
    assert len(found["items"]) == len(paths)
    return ran, found


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        ("/p/good.html", "saved", 0),
        ("/e/410", "removed", 4),
        ("/nothing.html", "removed", 4),
        ("/login.html", "login", 4),
        ("/e/451", "legal", 4),
        ("/e/500", "unknown", 4),
        ("/p/swap.html", "changed", 3),
    ],
)
def test_each_outcome_has_its_status(folder, clean_site, path, outcome, status):
    ran, found = archived(folder, [clean_site.url + path])
    assert (found["items"][0]["outcome"], ran.status) == (outcome, status)


def test_what_arrived_before_the_takedown_is_kept(folder, clean_site):
    clean_site.reset()
    ran, found = archived(folder, [clean_site.url + "/p/gone.html"])
    assert (found["items"][0]["outcome"], ran.status) == ("partial", 3)
    assert found["items"][0]["received"] >= sites.SIZE // 2
    assert "media" in found["items"][0]["missing"]


def test_no_answer_is_not_removed(folder):
    ran, found = archived(folder, [NOWHERE])
    assert (found["items"][0]["outcome"], ran.status) == ("refused", 11)


def test_a_mixed_batch_adds_up_and_is_partial(folder, clean_site):
    """A cut connection is resumed; a page with words or a login is no film; a refusal is no removal."""
    clean_site.reset()
    paths = {"/p/cut.html": "saved", "/e/404": "removed", "/e/403": "blocked", "/login.html": "login"}
    ran, found = archived(folder, [*(clean_site.url + path for path in paths), NOWHERE])
    assert ran.status == 3
    assert [item["outcome"] for item in found["items"]] == [*paths.values(), "refused"]


def test_links_from_a_file_with_comments_blank_lines_and_a_byte_order_mark(folder, clean_site):
    clean_site.reset()
    lines = f"\ufeff# Aqtau\r\n\r\n{clean_site.url}/p/good.html\r\n  {clean_site.url}/e/410  \n"
    (folder.path / "links.txt").write_text(lines, encoding="utf-8")
    ran = folder.run("archive", "--file", "links.txt", "--allow-local", "--vault", "field", "--json")
    found = ran.json()
    assert [item["outcome"] for item in found["items"]] == ["saved", "removed"]
    assert found["warnings"][0]["code"] == "STILL-THERE"
    assert (folder.path / "links.txt").read_text(encoding="utf-8") == lines.replace("\r\n", "\n")


def test_a_link_as_argument_is_refused_on_a_field_device_before_anything_is_sent(folder, clean_site):
    clean_site.reset()
    ran = folder.run("archive", clean_site.url + "/p/good.html", "--allow-local", "--vault", "field", "--json")
    assert (ran.status, ran.codes()) == (5, ["URL-AS-ARGUMENT"])
    assert not clean_site.requests
    assert clean_site.url not in ran.both


def test_one_bad_link_stops_the_batch_before_anything_is_sent(folder, clean_site):
    clean_site.reset()
    ran = folder.archive("field", [clean_site.url + "/p/good.html", "ftp://example.org/x"], "--json")
    assert (ran.status, ran.codes()) == (2, ["BAD-URL"])
    assert not clean_site.requests
    assert "example.org" not in ran.both


@pytest.mark.parametrize("given", ["", "\n\n# nothing\n"])
def test_no_link_is_a_mistake_of_the_call(folder, given):
    assert folder.run("archive", "--vault", "field", "--json", stdin=given).status == 2


def test_an_address_of_this_computer_needs_to_be_allowed(folder, clean_site):
    clean_site.reset()
    ran = folder.run("archive", "--vault", "field", "--json", stdin=clean_site.url + "/p/good.html\n")
    assert (ran.status, ran.codes()) == (2, ["BAD-URL"])
    assert not clean_site.requests


def test_a_field_device_prints_ids_and_counts_only(folder, clean_site):
    clean_site.reset()
    ran = folder.archive("field", [clean_site.url + "/p/good.html", clean_site.url + "/e/404"])
    status = folder.ok("status", "--items", "--vault", "field")
    for telling in (clean_site.url, "127.0.0.1", "good", "mp4", "Square"):
        assert telling not in ran.both + status.both


def test_ctrl_c_keeps_what_arrived_and_a_second_run_goes_on(own, clean_site):
    clean_site.reset()
    urls = f"{clean_site.url}/p/slow.html\n{clean_site.url}/p/good.html\n"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = own.start("archive", "--allow-local", "--vault", "field", "--json", **pipes)
    process.stdin.write(urls.encode())
    process.stdin.close()
    while not clean_site.times["/m/slow.mp4"]:
        time.sleep(0.02)
    time.sleep(0.7)  # some of the film is on its way
    process.send_signal(signal.SIGINT)
    out, err = process.stdout.read(), process.stderr.read()
    assert process.wait(30) == 130, err
    found = json.loads(out)
    assert [error["code"] for error in found["errors"]] == ["INTERRUPTED"]
    assert [item["outcome"] for item in found["items"]] == ["partial"]
    assert b"Traceback" not in err
    assert not clean_site.times["/m/good.mp4"]
    counts = own.ok("status", "--vault", "field", "--json").json()["counts"]
    assert (counts["items"], counts["interrupted"]) == (1, 0)
    clean_site.reset()
    assert own.archive("field", [clean_site.url + "/p/good.html"]).status == 0
    assert own.ok("status", "--vault", "field", "--json").json()["counts"]["items"] == 2


def test_ctrl_c_before_the_first_answer_leaves_a_vault_that_works(own, clean_site):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = own.start("archive", "--allow-local", "--vault", "field", **pipes)
    process.stdin.write(f"{clean_site.url}/hang\n".encode())
    process.stdin.close()
    while not clean_site.times["/hang"]:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.wait(30) == 130, process.stderr.read()
    assert own.archive("field", [clean_site.url + "/e/404"]).status == 4
