"""JavaScript of sites: only a runtime that a person named, in a room without network and files, its cache in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import capture
from tests.oracles import require
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.js_runtime import admits, kind_of, told
from witnesskit.capture.worker import prestart
from witnesskit.errors.capture import NoJsRuntime
from witnesskit.model import Outcome

SOLVER = """
    import os, sys
    from witnesskit.capture.child import harden
    harden(os.getppid(), starts_others=True)
    from witnesskit.capture.egress import Egress
    from witnesskit.capture.guard import Guard
    from witnesskit.capture import js_runtime, ytdlp
    path = sys.argv[1]
    Guard(Egress(), allow_local=False, js_runtime=path).install()
    js_runtime.lead_into_the_room(path)
    import yt_dlp
    from yt_dlp.extractor.youtube.jsc._builtin.deno import DenoJCP
    ydl = yt_dlp.YoutubeDL({"js_runtimes": {"deno": {"path": path}}, "remote_components": [], "quiet": True})
    info = ydl._js_runtimes["deno"].info
    print("version", info.version, info.supported)
    class Solver(DenoJCP):
        def __init__(self): pass
        runtime_info = info
        ie = type("", (), {"_downloader": ydl})
        logger = type("", (), {"debug": print, "trace": print, "warning": print})
    try:
        out = Solver()._run_deno(sys.stdin.read(), [*DenoJCP._DENO_BASE_OPTIONS, "--no-npm", "--cached-only", *sys.argv[2:]])
        print("answer", out.strip())
    except Exception as error:
        print("refused", str(error)[:2000].replace(chr(10), " "))
"""


@pytest.fixture(scope="module")
def deno() -> str:
    return str(Path(require("deno")).resolve())


def solve(deno, script, *options, trace=None):
    words = [sys.executable, "-B", "-c", textwrap.dedent(SOLVER), deno, *options]
    if trace:
        words = [
            "strace",
            "-f",
            "-qq",
            "-e",
            "trace=openat,open,creat,mkdir,mkdirat,connect,sendto",
            "-o",
            str(trace),
            *words,
        ]
    done = subprocess.run(words, input=script, text=True, capture_output=True, check=False, timeout=120)
    return done.stdout + done.stderr


def test_a_puzzle_is_solved_by_the_extractor_s_own_solver(deno):
    told_ = solve(deno, "console.log(JSON.stringify({answer: [1,2,3].map(x => x * 14)}))")
    assert "version 2." in told_ and "True" in told_
    assert 'answer {"answer":[14,28,42]}' in told_


@pytest.mark.parametrize(
    "act",
    [
        'await fetch("http://127.0.0.1:9/")', 'await Deno.connect({hostname:"1.1.1.1",port:80})',
        'Deno.readTextFileSync("/root/.bashrc")',
        'Deno.writeTextFileSync("/etc/witnesskit-must-not-be","x")', 'Deno.writeTextFileSync("/var/tmp/x/y","x")',
        'new Deno.Command("/bin/sh",{args:["-c","echo out > /var/lib/witnesskit-must-not-be"]}).outputSync().success || fail()',
    ],
)  # fmt: skip
def test_even_with_every_permission_it_reaches_nothing(deno, act):
    script = 'function fail() { throw new Error("no") }; '
    script += f'try {{ {act}; console.log("DONE IT") }} catch (e) {{ console.log("could not") }}'
    told_ = solve(deno, script, "--allow-all")
    assert "could not" in told_, told_
    assert "DONE IT" not in told_


def test_what_it_writes_where_people_keep_things_is_gone_with_it(deno):
    place = Path(os.environ.get("HOME", "/root")) / ".witnesskit-must-not-be"
    told_ = solve(
        deno, f'try {{ Deno.writeTextFileSync("{place}", "x") }} catch (e) {{}}; console.log("done")', "--allow-all"
    )
    assert "answer done" in told_
    assert not place.exists()


def test_its_cache_lies_in_memory_and_it_connects_nowhere(deno, tmp_path):
    require("strace")
    trace, before = tmp_path / "trace", set(Path("/tmp").iterdir())
    assert "answer 1" in solve(deno, "console.log(1)", trace=trace)
    lines = [line for line in trace.read_text(errors="replace").splitlines() if "= -1" not in line]
    written = [line for line in lines if any(word in line for word in ("O_WRONLY", "O_RDWR", "O_CREAT", "mkdir"))]
    places = ('"/tmp', '"/dev/null', '"/proc/', "unfinished", "resumed")
    assert [line for line in written if not any(place in line for place in places)] == []
    assert not [line for line in lines if "AF_INET" in line]
    assert not [path for path in set(Path("/tmp").iterdir()) - before if "deno" in path.name]


def test_where_no_room_can_be_made_nothing_is_run(deno):
    script = (
        "import sys; from witnesskit.capture import js_room, room\n"
        "def no(parent): raise OSError\nroom.enter = no\n"
        f"js_room.main([str(__import__('os').getppid()), {deno!r}, 'eval', 'console.log(1)'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")


def test_a_worker_with_a_runtime_works_and_says_which(site, deno):
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE, js_runtime=deno) as worker:
        seen = capture(worker, f"{site.url}/p/good.html")
        assert seen.outcome is Outcome.SAVED
    assert seen.started.libraries["js_runtime"] == told(deno)
    assert str(seen.started.libraries["js_runtime"]).startswith("deno sha256:")


def test_a_worker_without_one_says_none(site, worker):
    assert "js_runtime" not in capture(worker, f"{site.url}/p/good.html").started.libraries


@pytest.mark.parametrize("name", ["deno", "sh", "bun", "deno.txt"])
def test_what_is_no_runtime_that_is_known_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_text("#!/bin/sh\n")
    if name != "deno":
        path.chmod(0o755)
    with pytest.raises(NoJsRuntime):
        kind_of(str(path) if name != "deno.txt" else name)
    with pytest.raises(NoJsRuntime):
        prestart(parse_egress("direct"), js_runtime=str(path) if name != "deno.txt" else "relative/deno")


def test_the_guard_admits_this_program_in_its_room_and_no_other():
    path, base = "/opt/deno", [sys.executable, "-I", "-B", "-m", "witnesskit.capture.js_room", str(os.getpid())]
    assert admits(path, (sys.executable, [*base, path, "--version"], None, {}))
    for executable, words, environment in [
        ("/bin/sh", [*base, path], {}), (sys.executable, [*base, "/bin/sh"], {}), (sys.executable, [*base[:-1], "1", path], {}),
        (sys.executable, ["-c", "1"], {}), (sys.executable, [*base, path], {"LD_PRELOAD": "x"}), (sys.executable, "sh -c", {}),
    ]:  # fmt: skip
        assert not admits(path, (executable, words, None, environment))
    assert not admits("", (sys.executable, [*base, ""], None, {}))
