"""Cookies of a desk: used for one run, for their own host, and kept nowhere; a field device takes none."""

from __future__ import annotations

import json

from tests.journeys.opened import capsules

SECRET = "session-of-saule-540"


def cookie_file(folder, host="127.0.0.1"):
    path = folder.path / "cookies.txt"
    path.write_text(f"# Netscape HTTP Cookie File\n{host}\tFALSE\t/\tFALSE\t1893456000\tsid\t{SECRET}\n")
    return path


def archive(folder, vault, url, *more):
    unlock = ("--passphrase-file", "sec/passphrase.txt") if vault == "desk" else ()
    link = (url,) if vault == "desk" else ()
    stdin = "" if vault == "desk" else url + "\n"
    return folder.run("archive", *link, "--allow-local", "--vault", vault, "--json", *unlock, *more, stdin=stdin)


def test_they_go_to_their_host_and_lie_nowhere(own, site):
    site.reset()
    before = {path for path in own.path.rglob("*") if path.is_file()}
    ran = archive(own, "desk", f"{site.url}/p/good.html", "--cookies", cookie_file(own))
    assert ran.status in (0, 3), ran.both
    assert all(SECRET in request.headers.get("Cookie", "") for request in site.requests)
    assert {request.path for request in site.requests} >= {"/p/good.html", "/m/good.mp4"}
    for path in {path for path in own.path.rglob("*") if path.is_file()} - before - {own.path / "cookies.txt"}:
        assert SECRET.encode() not in path.read_bytes(), path
    assert SECRET not in ran.both
    record = None
    for one in capsules(own, "desk"):
        assert SECRET not in json.dumps(one.documents)
        assert all(SECRET.encode() not in data for data in (*one.streams.values(), *one.texts.values()))
        record = one.documents.get("record.json", record)
    assert record["collection"]["cookies"] == "used"


def test_they_do_not_go_to_another_host(own, site):
    site.reset()
    archive(own, "desk", f"{site.url}/p/good.html", "--cookies", cookie_file(own, "other.example"))
    assert site.requests and not any("Cookie" in request.headers for request in site.requests)


def test_a_field_device_takes_none_and_nothing_is_sent(folder, site):
    site.reset()
    ran = archive(folder, "field", f"{site.url}/p/good.html", "--cookies", cookie_file(folder))
    assert (ran.status, ran.codes()) == (5, ["COOKIES-ON-FIELD"])
    assert not site.requests


def test_a_link_that_is_a_key_is_refused_over_a_direct_connection(folder):
    ran = folder.run("archive", "--vault", "field", "--json", stdin="https://t.me/+AbCdEf123\n")
    assert (ran.status, ran.codes()) == (5, ["UNLISTED-DIRECT"])
    assert "t.me" not in ran.both
