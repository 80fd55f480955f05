"""A picture of the whole page with a real browser: through the one way out, and nothing of it on a disk."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.oracles import require
from tests.simulators import site as sites
from tests.simulators import socks as proxies
from witnesskit.capture import browser
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.shooting import png_size
from witnesskit.capture.user_agent import USER_AGENT
from witnesskit.errors.capture import BadUrl
from witnesskit.limits import BROWSER_HEIGHT_MAX

DIRECT = parse_egress("direct")


@pytest.fixture(autouse=True)
def _installed():
    if not browser.find():
        require("chromium")
        pytest.skip("no browser's program where one is looked for")


@pytest.fixture(scope="module")
def site():
    with sites.serve() as served:
        yield served


@pytest.fixture(autouse=True)
def _fresh(site):
    site.reset()
    site.pages.clear()


def shot(site, path, egress=DIRECT, **wish):
    wish = {"allow_local": True, "seconds": 30} | wish
    return browser.shoot(path if "://" in path else site.url + path, egress, USER_AGENT, **wish)


def image(taken):
    return Image.open(io.BytesIO(taken.png)).convert("RGB")


TALL = (
    '<body style="margin:0"><div style="height:5000px;background:#fff"></div>'
    '<div style="height:100px;background:rgb(200,0,0)"></div>'
)


def test_a_page_longer_than_the_window_is_whole(site):
    site.pages["/tall"] = TALL
    taken = shot(site, "/tall")
    assert (taken.reason, taken.status, taken.width, taken.height) == ("", 200, 1280, 5100)
    assert image(taken).getpixel((600, 5050)) == (200, 0, 0)


def test_a_page_that_is_too_long_is_cut_and_says_so(site):
    site.pages["/endless"] = '<body style="margin:0"><div style="height:40000px"></div>'
    taken = shot(site, "/endless")
    assert (taken.reason, taken.height) == ("too-tall", BROWSER_HEIGHT_MAX)


def test_what_loads_when_it_comes_into_view_is_there(site):
    site.pages["/lazy"] = '<body style="margin:0"><div style="height:4000px"></div><img loading="lazy" src="/late">'
    shot(site, "/lazy")
    assert "/late" in [request.path for request in site.requests]


def test_the_browser_gives_the_same_name_as_every_other_request(site):
    site.pages["/named"] = "<p>here"
    shot(site, "/named")
    assert {request.headers["User-Agent"] for request in site.requests} == {USER_AGENT}
    assert "sec-ch-ua" not in {name.lower() for request in site.requests for name in request.headers}


def test_through_a_proxy_every_place_of_the_page_goes_to_it_and_nothing_else_does(site):
    site.pages["/parts"] = (
        '<img src="http://pictures.example/b/poster.jpg"><iframe src="http://frames.example/p/good.html"></iframe>'
        '<link rel="dns-prefetch" href="http://prefetch.example"><script>'
        'fetch("http://data.example/x");new WebSocket("ws://socket.example/");'
        'new RTCPeerConnection({iceServers:[{urls:"stun:stun.example:3478"}]}).createOffer();</script>'
    )
    with proxies.serve(site.url) as socks:
        taken = shot(site, "http://footage.example/parts", parse_egress(socks.url), allow_local=False)
    hosts = {host for _kind, host, _port in socks.asked}
    assert {kind for kind, _host, _port in socks.asked} == {proxies.NAME}
    assert {"footage.example", "pictures.example", "frames.example", "data.example"} <= hosts
    assert hosts <= {f"{name}.example" for name in ("footage", "pictures", "frames", "data", "socket", "prefetch")}
    assert len(set(socks.users)) == 1
    assert taken.status == 200


def test_what_the_browser_itself_would_ask_its_makers_is_refused(site):
    site.pages["/quiet"] = "<p>here"
    with proxies.serve(site.url) as socks:
        taken = shot(site, "http://footage.example/quiet", parse_egress(socks.url), allow_local=False)
    assert {host for _kind, host, _port in socks.asked} == {"footage.example"}
    others = {one["host"]: one["refused"] for one in taken.facts["asked"] if one["host"] != "footage.example"}
    assert set(others.values()) <= {"not-of-the-page"}


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "http://[::1]:1/"])
def test_no_page_reaches_this_computer_or_its_network(site, to):
    with proxies.serve(site.url) as socks:
        site.pages["/inside"] = f'<img src="{to}"><script>fetch("{to}")</script>'
        shot(site, "http://footage.example/inside", parse_egress(socks.url), allow_local=False)
        shot(site, f"http://footage.example/to/{to}", parse_egress(socks.url), allow_local=False)
    assert {host for _kind, host, _port in socks.asked} == {"footage.example"}


def test_over_a_direct_connection_the_address_is_checked_when_it_is_known(site):
    with pytest.raises(BadUrl):
        shot(site, "/p/good.html", allow_local=False)
    own_name = f"http://{os.uname().nodename}:{site.url.rpartition(':')[2]}/p/good.html"
    taken = shot(site, own_name, allow_local=False)
    assert taken.png == b"" and taken.reason
    assert site.requests == []


def test_a_proxy_that_is_down_gives_a_reason_and_no_picture(site):
    taken = shot(site, "http://footage.example/", parse_egress("socks5h://127.0.0.1:9"), allow_local=False)
    assert taken.png == b"" and taken.reason.startswith("load-failed-")
    assert site.requests == []


def test_a_page_that_never_ends_is_taken_as_far_as_it_came(site):
    site.pages["/waits"] = '<body style="background:rgb(0,0,200)"><img src="/hang"><script src="/drip.html"></script>'
    began = time.monotonic()
    taken = shot(site, "/waits", seconds=4)
    assert taken.reason == "timeout"
    assert taken.png
    assert time.monotonic() - began < 40


@pytest.mark.parametrize(("path", "status"), [("/e/410", 410), ("/e/503", 503)])
def test_the_picture_of_a_refusal_says_that_it_is_one(site, path, status):
    taken = shot(site, path)
    assert (taken.status, taken.reason) == (status, "") and taken.png


def test_a_page_that_never_lets_go_is_a_reason_and_no_error(site):
    site.pages["/loop"] = "<script>while(true){}</script>"
    taken = shot(site, "/loop", seconds=3)
    assert taken.png == b"" and taken.reason == "silent"


def test_a_page_that_asks_the_person_is_answered_by_nobody_and_taken(site):
    site.pages["/alert"] = "<script>alert(1);confirm(2);prompt(3)</script><p>here"
    taken = shot(site, "/alert")
    assert taken.png and taken.reason == ""


def places():
    """Files of every place that a browser likes to write to."""
    folders = [Path(os.environ.get("HOME", "/root")), Path("/tmp"), Path("/dev/shm"), Path("/var/tmp")]
    ours = f"pytest-of-{os.environ.get('USER', 'root')}"
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            if ours not in path.parts and "pytest" not in str(path) and ".cache/pip" not in str(path):
                found.add(str(path))
    return found


def test_nothing_is_left_and_nothing_runs_on(site):
    site.pages["/stored"] = (
        '<script>document.cookie="a=b";localStorage.a="plaintext-in-storage";indexedDB.open("x");'
        'caches.open("y").then(c=>c.add("/p/good.html"))</script><a id="d" download href="/m/good.mp4">x</a>'
        '<script>document.getElementById("d").click()</script>'
    )
    shot(site, "/p/good.html")
    before = places()
    shot(site, "/stored")
    left = {path for path in places() - before if "chrom" in path.lower() or "profile" in path or "good" in path}
    assert left == set()
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
    assert "browser_child" not in running and browser.find() not in running


def test_no_call_of_the_browser_writes_a_file_outside_of_memory(site, tmp_path):
    require("strace")
    site.pages["/traced"] = '<script>localStorage.a="x"</script><p>here'
    trace = tmp_path / "trace"
    script = (
        "import sys\nfrom witnesskit.capture.browser import shoot\nfrom witnesskit.capture.egress import parse_egress\n"
        "shot=shoot(sys.stdin.readline().strip(),parse_egress('direct'),'x',allow_local=True,seconds=30)\n"
        "sys.exit(not shot.png)"
    )
    words = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=openat,open,creat,mkdir,mkdirat,rename,renameat,connect",
        "-o",
        str(trace),
    ]
    done = subprocess.run(
        [*words, sys.executable, "-B", "-c", script],
        input=site.url + "/traced\n",
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0
    lines = whole_calls(trace.read_text(errors="replace").splitlines())
    made = [
        line
        for line in lines
        if "= -1" not in line and any(word in line for word in ("O_WRONLY", "O_RDWR", "mkdir", "rename"))
    ]
    assert made
    assert [line for line in made if not any(f'"{place}' in line for place in MEMORY)] == []
    port = site.url.rpartition(":")[2]
    connections = [line for line in lines if "AF_INET" in line]
    assert connections
    away = [
        line for line in connections if 'inet_addr("127.0.0.1")' not in line
    ]  # not its own listener, nor the site
    assert [line for line in away if "ENETUNREACH" not in line] == []  # it tries, and there is no network
    assert any(f"htons({port})" in line for line in connections)


MEMORY = ("/tmp", "/dev/null", "/proc/", "/dev/shm")  # as the browser sees them: mounted in memory, or no files


def whole_calls(lines):
    """Calls that a trace tells in two lines are put together."""
    begun, found = {}, []
    for line in lines:
        number, _space, call = line.partition(" ")
        if call.endswith("<unfinished ...>"):
            begun[number] = call.removesuffix("<unfinished ...>")
        elif "resumed>" in call:
            found.append(begun.pop(number, "") + call.partition("resumed>")[2])
        else:
            found.append(call)
    return found + list(begun.values())


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"<html>", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIDAT" + bytes(20)])
def test_what_is_no_picture_is_none(data):
    with pytest.raises(browser.BrowserGone):
        png_size(data)


def test_a_browser_that_is_not_there_is_a_reason(site, monkeypatch):
    monkeypatch.setattr(browser, "PROGRAMS", ("/nowhere",))
    assert browser.find() == ""
    assert shot(site, "/p/good.html").reason == "no-browser"
    assert site.requests == []


def test_a_program_that_is_no_browser_is_a_reason(site, monkeypatch):
    monkeypatch.setattr(browser, "PROGRAMS", ("/bin/true",))
    assert shot(site, "/p/good.html").reason == "crashed"
