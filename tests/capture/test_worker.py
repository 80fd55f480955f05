"""The process itself: what it may not do, what is left when it dies, what nobody can read of it."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import Seen, capture, take
from tests.oracles import require
from tests.simulators import site as sites
from tests.simulators import socks as proxies
from witnesskit.capture.assignment import Assignment
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.messages import MediaBytes
from witnesskit.capture.worker import prestart
from witnesskit.errors.capture import BadUrl
from witnesskit.model import Outcome

ROOT = Path(__file__).resolve().parents[2]


def start(egress="direct", *, allow_local=True):
    return prestart(parse_egress(egress), allow_local=allow_local, patience=PATIENCE)


def test_through_socks_every_request_and_every_name_goes_to_the_proxy(site):
    with proxies.serve(site.url) as socks, start(socks.url, allow_local=False) as worker:
        seen = capture(worker, "http://footage.example/p/cut.html")
    assert seen.outcome is Outcome.SAVED and seen.bytes[1] == site.videos[1]
    assert {(kind, host) for kind, host, _ in socks.asked} == {(proxies.NAME, "footage.example")}
    assert len(site.requests) == 3 and len(socks.asked) >= 1
    assert seen.attempts[0].peer == f"127.0.0.1 {socks.port}"
    assert seen.started.egress == socks.url


def test_hls_through_socks_goes_to_the_proxy_too(site):
    with proxies.serve(site.url) as socks, start(socks.url) as worker:
        seen = capture(worker, "http://footage.example/h/good/list.m3u8")
    assert seen.outcome is Outcome.SAVED and seen.bytes[1] == sites.joined()
    assert {host for _, host, _ in socks.asked} == {"footage.example"}


@pytest.mark.parametrize("kind", ["socks5h", "http"])
def test_a_proxy_that_is_down_is_the_network_and_nothing_goes_direct(site, kind):
    with start(f"{kind}://127.0.0.1:9") as worker:
        seen = capture(worker, f"{site.url}/e/410")
    assert (seen.outcome, seen.rule) == (Outcome.PROXY_DOWN, "no-answer-proxy")
    assert site.requests == []


def test_a_proxy_that_refuses_is_the_network_never_a_removal(site):
    with proxies.serve(site.url) as socks:
        socks.refuse = True
        with start(socks.url) as worker:
            seen = capture(worker, f"{site.url}/e/404")
    assert (seen.outcome, seen.rule) == (Outcome.PROXY_DOWN, "no-answer-proxy")


def test_each_link_has_socks_credentials_of_its_own_and_no_record_tells_them(site):
    with proxies.serve(site.url) as socks, start(socks.url) as worker:
        seen = [capture(worker, f"http://footage.example/{path}") for path in ("p/cut.html", "h/good/list.m3u8")]
    assert [one.outcome for one in seen] == [Outcome.SAVED] * 2
    users = list(dict.fromkeys(socks.users))
    assert len(users) == 2 and socks.users == sorted(socks.users, key=users.index)
    assert len(socks.users) == len(socks.asked)
    for user in users:
        assert len(user) == 16 and user not in repr(seen)


def test_a_404_that_an_http_proxy_may_have_invented_is_no_removal(site):
    with start(site.url) as worker:  # the site as proxy: answers 404 to every full link
        seen = capture(worker, "http://footage.example/clip.mp4")
    assert seen.outcome is Outcome.UNKNOWN
    assert seen.rule == "page-http-404-unprotected"


def test_proxies_of_the_environment_are_ignored(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with start() as worker:
        assert capture(worker, f"{site.url}/p/good.html").outcome is Outcome.SAVED


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254", "2130706433", "[::ffff:127.0.0.1]"]
)
def test_addresses_of_this_computer_need_a_flag(host):
    with start(allow_local=False) as worker, pytest.raises(BadUrl):
        worker.run(Assignment(f"http://{host}:1/"))


def test_a_name_that_leads_to_this_computer_is_refused_when_connecting(site):
    name = os.uname().nodename
    with start(allow_local=False) as worker:
        seen = capture(worker, f"http://{name}:{site.url.rpartition(':')[2]}/p/good.html")
    assert seen.outcome in (Outcome.UNKNOWN, Outcome.NETWORK_DOWN)
    assert seen.rule in ("local-address", "no-answer-dns")  # no-answer-dns: this computer does not know its own name
    assert site.requests == []


@pytest.mark.parametrize(("name", "outcome"), [("slow", Outcome.PARTIAL)])
def test_a_worker_killed_half_way_leaves_what_arrived(site, name, outcome):
    seen = Seen()
    with start() as worker:
        for message in worker.run(Assignment(f"{site.url}/p/{name}.html")):
            take(seen, message)
            if isinstance(message, MediaBytes) and worker.pid:
                os.kill(worker.pid, signal.SIGKILL)
        assert (seen.outcome, seen.rule) == (outcome, "media-worker-died")
        assert seen.bytes[1] and site.videos[1].startswith(seen.bytes[1])
        assert seen.ends[0].size == len(seen.bytes[1]) == seen.done.result.received
        again = capture(worker, f"{site.url}/p/good.html")  # a new process for the next link
        assert again.outcome is Outcome.SAVED


def test_a_worker_that_dies_before_it_says_anything_gives_unknown(site):
    with start() as worker:
        messages = worker.run(Assignment(f"{site.url}/p/good.html"))
        os.kill(worker.pid, signal.SIGKILL)
        seen = Seen()
        for message in messages:
            take(seen, message)
    assert (seen.outcome, seen.rule) == (Outcome.UNKNOWN, "worker-died")


def test_leaving_the_iteration_ends_the_worker(site):
    with start() as worker:
        messages = worker.run(Assignment(f"{site.url}/p/slow.html"))
        next(messages)
        pid = worker.pid
        messages.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_each_link_starts_without_the_cookies_of_the_one_before(site, worker):
    capture(worker, f"{site.url}/p/good.html")
    seen = capture(worker, f"{site.url}/p/good.html")
    assert site.requests[-2].path == "/p/good.html" and "Cookie" not in site.requests[-2].headers
    assert "secret-visitor-number" not in repr(seen)
    assert ("Set-Cookie", "withheld") in seen.page.headers


def test_the_page_is_the_extractors_own_response(site, worker):
    seen = capture(worker, f"{site.url}/r/page")
    assert seen.page.by == "extractor" and seen.page.final_url == f"{site.url}/p/good.html"
    assert [request.path for request in site.requests] == ["/r/page", "/p/good.html", "/p/good.html", "/m/good.mp4"]
    assert seen.page_end.complete and seen.page_end.size == len(seen.page_bytes)
    assert b'<video controls src="/m/good.mp4">' in seen.page_bytes


def test_direct_media_have_no_page_and_it_says_so(site, worker):
    seen = capture(worker, f"{site.url}/m/good.mp4")
    assert (seen.page.status, seen.page.reason, seen.page_bytes) == (0, "direct-media", b"")
    assert seen.outcome is Outcome.SAVED


def test_nothing_telling_in_arguments_or_environment(site, worker):
    pid = worker.pid
    for _ in worker.run(Assignment(f"{site.url}/p/good.html")):
        cmdline = Path(f"/proc/{pid}/cmdline").read_bytes()
        assert site.url.encode() not in cmdline and b"good" not in cmdline
    environ = Path(f"/proc/{pid}/environ").read_bytes()
    assert site.url.encode() not in environ and b"HOME=/dev/null/none" in environ


def test_it_is_undumpable_writes_no_core_and_leads_its_own_session(worker):
    limits = Path(f"/proc/{worker.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)
    assert re.search(r"Max file size\s+0\s+0", limits)
    assert os.getsid(worker.pid) == worker.pid == os.getpgid(worker.pid)
    status = Path(f"/proc/{worker.pid}/status").read_text()
    assert re.search(r"NoNewPrivs:\s+1", status)


def test_hardening_makes_it_undumpable_and_refuses_files():
    script = """
        import ctypes, os, sys
        from witnesskit.capture.child import harden
        from witnesskit.capture.egress import Egress
        from witnesskit.capture.guard import Guard
        harden(os.getppid())
        print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
        Guard(Egress(), allow_local=False).install()
        import socket, subprocess
        acts = [
            lambda: open("/tmp/witnesskit-must-not-be", "wb"), lambda: os.mkdir("/tmp/witnesskit-must-not-be"),
            lambda: subprocess.run(["true"]), lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: os.fork(), lambda: os.system("true"), lambda: socket.socket(socket.AF_UNIX).connect("/x"),
        ]
        for act in acts:
            try:
                act()
            except PermissionError as error:
                print(type(error).__name__)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, cwd=ROOT)
    refused = ["Refused"] * 3 + ["LocalAddress"] + ["Refused"] * 2 + ["ElsewhereRefused"]
    assert done.stdout.split() == ["0", *refused]


def test_it_dies_with_its_parent(site):
    script = f"""
        import os, signal
        from witnesskit.capture.assignment import Assignment
        from witnesskit.capture.egress import parse_egress
        from witnesskit.capture.worker import prestart
        worker = prestart(parse_egress("direct"), allow_local=True)
        messages = worker.run(Assignment("{site.url}/p/slow.html"))
        next(messages)
        print(worker.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, cwd=ROOT)
    pid = int(done.stdout)
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        signal.sigtimedwait([], 0.05)
    pytest.fail("the worker outlived its parent")


def test_it_opens_no_file_for_writing_and_connects_to_the_proxy_only(site, tmp_path):
    strace = require("strace")
    with proxies.serve(site.url) as socks:
        script = f"""
            from tests.capture.conftest import PATIENCE
            from witnesskit.capture.assignment import Assignment
            from witnesskit.capture.egress import parse_egress
            from witnesskit.capture.worker import prestart
            with prestart(parse_egress("{socks.url}"), patience=PATIENCE) as worker:
                print(worker.pid)
                for path in ("p/cut.html", "h/good/list.m3u8"):
                    print([m for m in worker.run(Assignment("http://footage.example/" + path))][-1].result.outcome)
        """
        trace = tmp_path / "trace"
        calls = (
            "trace=open,openat,creat,mkdir,mkdirat,rename,renameat2,unlink,connect,sendto,sendmsg,execve,fork,vfork"
        )
        command = [strace, "-f", "-o", str(trace), "-e", calls, sys.executable, "-c", textwrap.dedent(script)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if "Operation not permitted" in done.stderr:
        pytest.skip("strace may not trace here")
    pid, *outcomes = done.stdout.split()
    assert outcomes == ["saved", "saved"]
    lines = [line.partition(" ")[2].strip() for line in trace.read_text().splitlines() if line.startswith(f"{pid} ")]
    own = lines[max(n for n, line in enumerate(lines) if line.startswith("execve")) :]
    assert [line for line in own if re.search(r"O_(WRONLY|RDWR|CREAT)", line) and "/dev/null" not in line] == []
    assert [line for line in own if line.startswith(("mkdir", "rename", "unlink", "creat", "fork", "vfork"))] == []
    assert [
        line for line in own if line.startswith("send") and "sa_family" in line
    ] == []  # nothing but the connections
    connected = [line for line in own if line.startswith("connect")]
    assert connected and all(f"htons({socks.port})" in line and '"127.0.0.1"' in line for line in connected)
    assert not any('"/root' in line and "/.config" in line for line in own)
