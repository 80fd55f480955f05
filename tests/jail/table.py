# ruff: noqa: PTH102, PTH104, PTH108, PTH123, PTH208
"""What the tests ask the child to try; run with -m by the jail."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import socket
import sys
import time

from witnesskit.errors.formats import BadNote
from witnesskit.jail.child import Request, serve


def tried(action):
    """The name of the error an action meets, or "done"."""
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"


def outward(request: Request):
    port = request.params["port"]
    folder = request.params["folder"]

    def connect(family, kind, address):
        with socket.socket(family, kind) as talk:
            talk.connect(address)

    libc = ctypes.CDLL(None)
    tries = {
        "read": lambda: open("/etc/hosts").close(),
        "read own": lambda: open(__file__).close(),
        "list": lambda: os.listdir("/"),
        "write": lambda: open(f"{folder}/written", "w").close(),
        "unlink": lambda: os.unlink(f"{folder}/victim"),
        "truncate": lambda: os.truncate(f"{folder}/victim", 0),
        "rename": lambda: os.rename(f"{folder}/victim", f"{folder}/moved"),
        "make folder": lambda: os.mkdir(f"{folder}/made"),
        "tcp": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
        "udp": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "tcp6": lambda: connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)),
        "unix": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, f"{folder}/door"),
        "abstract": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0door"),
        "fork": lambda: os._exit(0) if os.fork() == 0 else None,
        "exec": lambda: os.execv("/bin/true", ["true"]),
        "kill parent": lambda: os.kill(os.getppid(), signal.SIGUSR1),
        "duplicate": lambda: os.dup(1),
        "memory file": lambda: os.memfd_create("x"),
        "code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
        "trace": lambda: None if libc.ptrace(0, 0, 0, 0) == 0 else (_ for _ in ()).throw(OSError),
    }
    chosen = request.params.get("tries", sorted(tries))
    return {name: tried(tries[name]) for name in chosen}


def surroundings(request: Request):
    return {
        "argv": sys.orig_argv,
        "environment": dict(os.environ),
        "params": request.params,
        "prefix": request.sources[0].prefix if request.sources else "",
        "key": request.sources[0].file_key.hex() if request.sources else "",
    }


def read(request: Request):
    source = request.sources[0].source
    head = source.read(5)
    source.seek(-3, os.SEEK_END)
    return {
        "head": head.decode(),
        "tail": source.read().decode(),
        "size": source.size,
        "middle": source.read_at(5, 4).decode(),
        "past": len(source.read_at(10**6, 9)),
    }


def hold(request: Request):
    """Tell the sink that the lock is on, then wait to be looked at."""
    request.output.write(b"locked")
    time.sleep(30)
    return {}


def copy(request: Request):
    block = bytes(range(256)) * 4096
    for _ in range(request.params["blocks"]):
        request.output.write(block)
    request.output.write(b"")
    request.output.write(bytearray(b"end"))
    return {"ok": True}


def bomb(_: Request):
    return {"size": len(bytearray(8 << 30))}


def slow_bomb(_: Request):
    held = []
    while True:
        held.append(bytearray(16 << 20))


def loop(_: Request):
    while True:
        pass


def sleep(_: Request):
    time.sleep(600)


def die(request: Request):
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    ctypes.string_at(0)


def leave(_: Request):
    os._exit(3)


def shout(_: Request):
    print("not a frame" * 100)
    return {"ok": True}


def raw(request: Request):
    """Write what the test wants onto the pipe itself, as a child in other hands would."""
    os.write(request.output._descriptor, bytes.fromhex(request.params["hex"]))
    os._exit(0)


def refuse(_: Request):
    raise BadNote("the secret words of the file")


def fault(_: Request):
    raise ValueError("the secret words of the file")


def deep(_: Request):
    return deep(_)


def late_import(_: Request):
    with contextlib.suppress(KeyError):
        del sys.modules["colorsys"]
    import colorsys

    return {"ok": bool(colorsys)}


def needed(_: Request):
    import colorsys

    return {"ok": bool(colorsys)}


def decode(_: Request):
    return {"text": b"\xff\xfeA\x00".decode("utf-16") + b"\xe9".decode("latin-1")}


CALLS = (
    outward,
    surroundings,
    read,
    hold,
    copy,
    bomb,
    slow_bomb,
    loop,
    sleep,
    die,
    leave,
    shout,
    raw,
    refuse,
    fault,
    deep,
    late_import,
    needed,
    decode,
)

if __name__ == "__main__":
    serve({call.__name__: call for call in CALLS}, {"needed": ("colorsys",)})
