"""The room of the browser as it is seen from outside, and what becomes of it when something in it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.oracles import require
from tests.simulators import site as sites
from witnesskit.capture import browser
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.user_agent import USER_AGENT

DIRECT = parse_egress("direct")
WAITS = '<p>here<img src="/hang">'
SHOWN = {"bin", "dev", "etc", "lib", "lib32", "lib64", "opt", "proc", "sbin", "tmp", "usr", "var"}
TELL = 'encodeURIComponent(navigator.userAgent+"|"+(navigator.userAgentData?navigator.userAgentData.brands.length:0))'


@pytest.fixture(autouse=True)
def _installed():
    if not browser.find():
        require("chromium")
        pytest.skip("no browser's program where one is looked for")


@pytest.fixture
def site():
    with sites.serve() as served:
        yield served


def shot(site, path, seconds=30):
    return browser.shoot(site.url + path, DIRECT, USER_AGENT, allow_local=True, seconds=seconds)


def words(number):
    """A process's arguments; the browser's children write theirs anew, with blanks between."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").split()
    except OSError:
        return []


def environment(number):
    try:
        return Path(f"/proc/{number}/environ").read_bytes()
    except OSError:  # it has ended, or lets nobody look
        return b""


def names(folder):
    return {path.name for path in folder.iterdir()}


def status(number):
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def running():
    """Numbers of all processes below this one: the shooter, the room and what is in it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(status(folder.name)["PPid"])
        except (OSError, KeyError):
            continue
    below, more = set(), {os.getpid()}
    while more:
        below |= more
        more = {number for number, parent in parents.items() if parent in below} - below
    return below - {os.getpid()}


def browsers(kind=b""):
    """The browser's processes of one kind; without it the first one, which started the others."""
    program = os.fsencode(browser.find())
    found = []
    for number in running():
        if (called := words(number))[:1] == [program]:
            kinds = [word for word in called if word.startswith(b"--type=")]
            found += [number] if kinds == ([b"--type=" + kind] if kind else []) else []
    return found


@contextmanager
def under_way(site, seconds=20):
    """A shot of a page that never ends; gives the list that will hold its result, and the thread that takes it."""
    site.pages["/waits"] = WAITS
    results = []
    thread = threading.Thread(target=lambda: results.append(shot(site, "/waits", seconds)))
    thread.start()
    try:
        until = time.monotonic() + 20
        while not [one for one in site.requests if one.path == "/hang"] and time.monotonic() < until:
            time.sleep(0.1)
        yield results, thread
    finally:
        thread.join()


def gone(numbers, seconds=10):
    until = time.monotonic() + seconds
    while (left := [number for number in numbers if words(number)]) and time.monotonic() < until:
        time.sleep(0.1)
    return left == []


def test_the_room_shows_programs_and_fonts_and_is_written_to_in_memory_only(site):
    with under_way(site, 6):
        (first,) = browsers()
        root = Path(f"/proc/{first}/root")
        assert names(root) <= SHOWN
        assert names(root / "etc") <= {"ld.so.cache", "alternatives", "fonts"}
        assert names(root / "dev") == {"null", "zero", "full", "random", "urandom", "shm"}
        mounts = [line.split() for line in Path(f"/proc/{first}/mountinfo").read_text().splitlines()]
        writable = {mount[4]: mount[mount.index("-") + 1] for mount in mounts if "ro" not in mount[5].split(",")}
        assert writable == {"/proc": "proc", "/dev/shm": "tmpfs", "/tmp": "tmpfs"}
        assert not (root / "proc/sys").exists()


def test_the_browser_is_alone_and_without_capabilities_and_its_own_sandbox_stands(site):
    with under_way(site, 6) as (results, thread):
        (first,) = browsers()
        told = status(first)
        assert told["NSpid"].split()[-1] == "1"
        assert (told["CapEff"], told["CapPrm"], told["NoNewPrivs"]) == ("0" * 16, "0" * 16, "1")
        for kind in ("user", "net", "mnt", "ipc", "pid"):
            assert Path(f"/proc/{first}/ns/{kind}").readlink() != Path(f"/proc/self/ns/{kind}").readlink()
        renderers = browsers(b"renderer")
        assert renderers
        assert {status(number)["Seccomp"] for number in renderers} == {"2"}
        thread.join()
        assert results[0].facts["own_sandbox"] is True


def test_nothing_of_the_page_is_in_arguments_or_environment(site):
    with under_way(site, 6):
        told = [(b" ".join(words(number)), environment(number)) for number in running()]
        assert any(b"browser_child" in arguments for arguments, _variables in told)
        assert any(b"HOME=" in variables for _arguments, variables in told)
        assert [one for one in told if b"waits" in one[0] + one[1]] == []


def test_when_the_shooter_is_killed_nothing_of_the_room_lives_on(site):
    with under_way(site) as (results, thread):
        everything = running()
        (shooter,) = [number for number in everything if b"witnesskit.capture.browser_child" in words(number)]
        assert browsers(b"renderer")
        os.kill(shooter, signal.SIGKILL)
        thread.join()
        assert results[0].png == b"" and results[0].reason
    assert gone(everything)


@pytest.mark.parametrize("kind", [b"", b"renderer"])
def test_a_browser_that_ends_in_the_middle_is_a_reason_and_leaves_nothing(site, kind):
    with under_way(site) as (results, thread):
        everything, ended = running(), browsers(kind)
        assert ended
        for number in ended:
            os.kill(number, signal.SIGKILL)
        thread.join()
        assert (results[0].png, results[0].reason) == (b"", "crashed")
    assert gone(everything)


def test_where_there_can_be_no_room_no_browser_is_started(site):
    script = (
        "import sys\nfrom witnesskit.capture.browser import shoot\nfrom witnesskit.capture.egress import parse_egress\n"
        "print(shoot(sys.stdin.readline().strip(),parse_egress('direct'),'x',allow_local=True,seconds=20).reason)"
    )
    without = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    done = subprocess.run(
        [require("unshare"), "-U", "-r", "sh", "-c", without, "sh", sys.executable, "-B", "-c", script],
        input=site.url + "/p/good.html\n", capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "no-room", done.stderr
    assert site.requests == []


def test_frames_and_workers_give_the_same_name_and_no_other_hint(site):
    other = site.url.replace("127.0.0.1", "localhost")
    work = f"fetch('{site.url}/told/NAME?'+{TELL})".replace('"', "\\x22").replace("'", "\\x27")
    blob = f"URL.createObjectURL(new Blob(['{work}'.replaceAll('\\x22','\"')]))"
    site.pages["/inner"] = f'<script>fetch("/told/frame?"+{TELL})</script>'
    site.pages["/outer"] = (
        f'<iframe src="{other}/inner"></iframe><script>fetch("/told/page?"+{TELL});'
        f"new Worker({blob.replace('NAME', 'worker')});new SharedWorker({blob.replace('NAME', 'shared')})</script>"
    )
    taken = shot(site, "/outer")
    told = dict(one.path.removeprefix("/told/").split("?", 1) for one in site.requests if "/told/" in one.path)
    assert set(told) == {"page", "frame", "worker", "shared"}
    assert {unquote(text).partition("|")[0] for text in told.values()} == {USER_AGENT}
    assert unquote(told["page"]) == unquote(told["frame"]) == f"{USER_AGENT}|0"  # a worker's script can read brands
    assert {one.headers["User-Agent"] for one in site.requests} == {USER_AGENT}
    assert not {name for one in site.requests for name in one.headers if name.lower().startswith("sec-ch-")}
    assert taken.reason == ""
