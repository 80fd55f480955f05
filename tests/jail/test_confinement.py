"""What the child cannot do, tried inside the child."""

from __future__ import annotations

import dataclasses
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.jail.cells import TABLE, Memory
from tests.oracles import require
from witnesskit.jail import landlock, seccomp, wrap
from witnesskit.jail.run import Given, Keyed, run, start

OPENINGS = ["read", "list", "write", "unlink", "truncate", "rename", "make folder", "tcp", "udp", "unix", "duplicate"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


@pytest.fixture(autouse=True, params=["bubblewrap", "bare"])
def outermost(request, monkeypatch):
    """Every layer is tried with bubblewrap around it and without."""
    if request.param == "bare":
        monkeypatch.setattr(wrap, "PROGRAMS", ())
    else:
        require("bwrap")
    wrap.prefix.cache_clear()
    yield request.param
    wrap.prefix.cache_clear()


@linux
def test_bubblewrap_is_said_where_it_stands_and_only_there(outermost, outside):
    assert ("bubblewrap" in run(TABLE, "outward", outside).layers) is (outermost == "bubblewrap")


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/bwrap"])
def test_a_bubblewrap_that_does_not_work_is_left_out(outermost, monkeypatch, program):
    monkeypatch.setattr(wrap, "PROGRAMS", (program,))
    wrap.prefix.cache_clear()
    assert wrap.prefix(TABLE.folder) == ()


@pytest.fixture
def outside(tmp_path):
    """A folder with a victim, and listeners on loopback that must never hear anything."""
    (tmp_path / "victim").write_bytes(b"untouched")
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / "door"))
    door.listen()
    yield {"port": tcp.getsockname()[1], "folder": str(tmp_path)}
    for listener in (tcp, door):
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
        listener.close()
    udp.close()
    assert (tmp_path / "victim").read_bytes() == b"untouched"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["door", "victim"]


@linux
def test_the_child_reaches_no_file_no_network_and_no_process(outside):
    reply = run(TABLE, "outward", outside)
    assert {name: word for name, word in reply.value.items() if word == "done"} == {}


@linux
def test_full_is_said_only_when_files_and_network_are_closed(outside):
    reply = run(TABLE, "outward", outside)
    if "seccomp" in reply.layers or {"landlock", "namespaces"} <= set(reply.layers):
        assert reply.level == "full"
    assert {"rlimits", "no-new-privs", "undumpable"} <= set(reply.layers)


@linux
def test_landlock_and_namespaces_alone_close_files_and_network(outside):
    reply = run(
        dataclasses.replace(TABLE, module="tests.jail.bare_seccomp"), "outward", {**outside, "tries": OPENINGS}
    )
    if not {"landlock", "namespaces"} <= set(reply.layers):
        pytest.skip("no Landlock or no namespaces here")
    assert reply.level == "full"
    assert {name: word for name, word in reply.value.items() if word == "done"} == {}


@linux
def test_without_layers_the_level_is_limits_only_and_no_descriptor_can_be_made(tmp_path):
    cell = dataclasses.replace(TABLE, module="tests.jail.bare_both")
    (tmp_path / "victim").write_bytes(b"")
    tries = ["read", "write", "list", "tcp", "udp", "unix", "duplicate", "memory file"]
    reply = run(cell, "outward", {"port": 9, "folder": str(tmp_path), "tries": tries})
    assert reply.level == "limits-only"
    assert set(reply.value.values()) == {"OSError"}


@linux
def test_the_limits_stand_while_a_call_runs():
    sink = _Look()
    with start(TABLE) as jailed, pytest.raises(SeenError):
        sink.pid = jailed._process.pid
        jailed.call("hold", {}, sink=sink)
    soft = {line[:26].strip(): line[26:].split()[:2] for line in sink.limits.splitlines()[1:]}
    assert soft["Max core file size"] == ["0", "0"]
    assert soft["Max file size"] == ["0", "0"]
    assert soft["Max open files"] == ["0", "0"]
    assert soft["Max processes"] == ["0", "0"]
    assert soft["Max address space"] == [str(TABLE.memory)] * 2
    assert soft["Max cpu time"] == [str(TABLE.cpu_seconds), str(TABLE.cpu_seconds + 1)]
    assert "NoNewPrivs:\t1" in sink.status


def innermost(pid):
    """The interpreter: bubblewrap stands around it as two processes."""
    while below := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(below[0])
    return pid


class SeenError(Exception):
    """The child was looked at."""


class _Look(Memory):
    """Looks at the child in /proc when its first output arrives, which is after the lock."""

    def write(self, data, /):
        inside = innermost(self.pid)
        self.limits = Path(f"/proc/{inside}/limits").read_text()
        self.status = Path(f"/proc/{inside}/status").read_text()
        raise SeenError


@linux
def test_neither_key_nor_parameters_nor_prefix_are_seen_from_outside():
    secret = bytes(range(16))
    params = {"name": "тайна", "url": "https://example.org/very-secret"}
    with Path(__file__).open("rb") as stream:
        given = Given(stream.fileno(), Keyed(secret, "media/1"))
        reply = run(TABLE, "surroundings", params, [given])
    assert reply.value["params"] == params
    assert reply.value["key"] == secret.hex()
    assert reply.value["prefix"] == "media/1"
    seen = repr((reply.value["argv"], reply.value["environment"]))
    for word in ("secret", secret.hex(), "media/1", "тайна"):
        assert word not in seen
    assert reply.value["environment"].pop("PWD", "/") == "/"  # bubblewrap says where it is
    assert set(reply.value["environment"]) <= {"LC_CTYPE"}


def test_the_key_is_not_in_a_printed_record():
    assert "0102" not in repr(Keyed(b"\x01\x02" * 8, "media/1"))
    assert "media" not in repr(Keyed(b"\x01\x02" * 8, "media/1"))


@linux
def test_the_child_dies_with_its_parent(tmp_path):
    code = (
        "import sys;sys.path.insert(0,sys.argv[1])\n"
        "from tests.jail.cells import TABLE\nfrom tests.jail.test_confinement import innermost\nfrom witnesskit.jail.run import start\nimport os\n"
        "class Sink:\n"
        "    def write(self, data):\n"
        "        print(innermost(child._process.pid), flush=True)\n        os.kill(os.getpid(), 9)\n"
        "with start(TABLE) as child:\n    child.call('hold', {}, sink=Sink())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, TABLE.folder], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    for _ in range(100):
        if not _alive(pid):
            return
        time.sleep(0.05)
    pytest.fail("the child lives on")


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("version", "size"), [(1, 8), (3, 8), (4, 16), (5, 16), (6, 24), (7, 24), (99, 24)])
def test_the_ruleset_has_the_size_and_rights_its_version_knows(version, size):
    attributes = landlock.ruleset(version)
    assert len(attributes) == size
    rights = struct.unpack_from("=Q", attributes)[0]
    assert rights == (1 << {1: 13, 3: 15, 4: 15}.get(version, 16)) - 1


@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "riscv64"])
def test_every_jump_of_the_filter_stays_inside_it(machine):
    steps = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    assert 10 < len(steps) < 4096
    for place, (code, true, false, _) in enumerate(steps):
        if code & 7 == 5:
            assert place + 1 + max(true, false) < len(steps)
    assert steps[-1][0] == 0x06
    assert steps[-1][3] >> 16 == 0x0005, "the last word is a refusal"


def test_an_unknown_machine_gets_no_filter():
    assert seccomp.program("pdp11") == b""
