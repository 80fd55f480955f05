"""``demo --server``: started as a person does, asked as any tool does, ended by Ctrl-C."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import subprocess
import urllib.request
from contextlib import contextmanager

import pytest

from tests.journeys.program import WAIT, Folder
from tests.simulators.faults.cases import CASES


@pytest.fixture
def place(tmp_path):
    return Folder(tmp_path)


@contextmanager
def serving(place, *words):
    """The running server and the table it printed; what it still says is in ``rest`` of the process."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = place.start("demo", "--server", *words, **pipes)
    try:
        rows = [process.stdout.readline().split() for _ in range(len(CASES) + 1)]
        yield process, {row[0]: row[1] for row in rows[1:]}
    finally:
        process.kill()
        process.communicate()


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=WAIT) as answer:
        return answer.read()


def base_of(table):
    return table["page-404"].removesuffix("/e/404")


def test_the_table_is_printed_a_case_is_served_and_ctrl_c_ends_it(place):
    with serving(place) as (process, table):
        assert list(table) == [case.name for case in CASES]
        assert b"/m/good.mp4" in get(table["good"])
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 130
    assert "interrupted" in err and "Traceback" not in err


def test_it_tells_what_was_asked_and_sent_until_it_is_reset(place):
    with serving(place) as (_process, table):
        base = base_of(table)
        first = {"Range": "bytes=599000-", "If-Range": '"v1"'}
        film = get(f"{base}/m/good.mp4")
        rest = get(f"{base}/m/good.mp4", **first)
        asked = json.loads(get(f"{base}/log.json"))["requests"]
        assert [one["sent"] for one in asked] == [len(film), len(rest)] == [600_000, 1000]
        assert (asked[1]["range"], asked[1]["if_range"], asked[1]["status"]) == (*first.values(), 206)
        assert (asked[1]["start"], asked[1]["through"]) == (599_000, "direct")
        assert asked[1]["sha256"] == hashlib.sha256(rest).hexdigest()
        urllib.request.urlopen(urllib.request.Request(f"{base}/reset", method="POST"), timeout=WAIT).close()
        assert json.loads(get(f"{base}/log.json"))["requests"] == []


def test_the_cases_say_what_must_be_kept_and_the_front_page_links_them(place):
    with serving(place) as (_process, table):
        told = json.loads(get(f"{base_of(table)}/cases.json"))
        good = next(one for one in told["cases"] if one["name"] == "good")
        film = get(f"{base_of(table)}/m/good.mp4")
        assert good["files"] == [{"bytes": len(film), "sha256": hashlib.sha256(film).hexdigest()}]
        assert {one["name"]: one["url"] for one in told["cases"]} == table
        front = get(f"{base_of(table)}/").decode()
        assert all(f'href="{url}"' in front for url in table.values())


def test_every_listener_is_on_loopback_alone(place):
    with serving(place) as (process, table):
        port = base_of(table).rpartition(":")[2]
        listening = subprocess.run(["cat", f"/proc/{process.pid}/net/tcp"], capture_output=True, text=True).stdout
        ours = [
            line.split()[1] for line in listening.splitlines()[1:] if line.split()[1].endswith(f":{int(port):04X}")
        ]
        assert set(ours) == {f"0100007F:{int(port):04X}"}


def test_it_ends_by_itself_with_one_object(place):
    found = place.run("demo", "--server", "--seconds", "0.2", "--json").json()
    assert (found["state"], found["counts"]) == ("served", {"cases": len(CASES), "requests": 0})
    assert {one["name"] for one in found["cases"]} == {case.name for case in CASES}
    assert found["bases"]["trap"].startswith("socks5h://127.0.0.1:")


def test_a_port_that_is_taken_is_refused(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = place.run("demo", "--server", "--port", str(taken.getsockname()[1]), "--json")
    assert (ran.status, ran.codes()) == (2, ["PORT-TAKEN"])


@pytest.mark.parametrize("words", [(), ("there", "--server"), ("there", "--port", "80"), ("there", "--seconds", "1")])
def test_a_folder_and_a_server_are_not_mixed(place, words):
    ran = place.run("demo", *words, "--json")
    assert (ran.status, ran.codes()) == (2, ["USAGE"])
    assert not (place.path / "there").exists()


def test_it_does_not_run_beside_a_field_vault(place):
    place.quick("init", "field", "--field")
    ran = place.run("demo", "--server", "--seconds", "0", "--json", env={"WITNESSKIT_VAULT": "field"})
    assert (ran.status, ran.codes()) == (5, ["DEMO-BESIDE-FIELD"])
