"""``inspect --second-opinion``: what exiftool says, where it is installed. It reads hostile bytes outside the jail.

It gets the file as its standard input and nothing else: no name, no configuration of the user, no network use. Its
words are shown as its own and change no verdict.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Final

from witnesskit.jail.run import Given
from witnesskit.limits import READ_BLOCK
from witnesskit.media.groups import group_of, shown
from witnesskit.media_limits import SECOND_OPINION_MAX, SECOND_OPINION_MEMORY, SECOND_OPINION_SECONDS
from witnesskit.media_model import Revelation

_ARGUMENTS: Final = (
    "-config", "", "-json", "-G0:1:4", "-a", "-u", "-ee3", "-sep", "; ", "-charset", "utf8",
    "-api", "LargeFileSupport=1", "-",
)  # fmt: skip
_OF_NO_FILE: Final = ("ExifTool", "System", "File:System")  # what it says of itself and of the pipe


@dataclass(frozen=True)
class Opinion:
    """``told``: its own names and values, put into our groups; ``failure``: why there is none."""

    version: str = ""
    told: tuple[Revelation, ...] = ()
    failure: str = ""


def second_opinion(source: Given) -> Opinion:
    """Ask exiftool; never raises for what it does."""
    program = shutil.which("exiftool")
    if program is None:
        return Opinion(failure="exiftool is not installed")
    try:
        version = _run(program, ["-config", "", "-ver"], None).decode("ascii", "replace").strip()
        return _told(version, _run(program, list(_ARGUMENTS), source.descriptor))
    except TimeoutError:
        return Opinion(failure="exiftool took too long")
    except (OSError, subprocess.SubprocessError):
        return Opinion(failure="exiftool could not be run")
    except (ValueError, RecursionError):
        return Opinion(failure="exiftool gave no answer that can be read")


def _run(program: str, arguments: list[str], source: int | None) -> bytes:
    if source is not None:
        os.lseek(source, 0, os.SEEK_SET)
    process = subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.DEVNULL if source is None else source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    try:
        _limit(process.pid)
        return _collect(process)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _limit(pid: int) -> None:
    """No file can grow, and memory and processor time end; where the system allows to say so from outside."""
    import resource

    if not hasattr(resource, "prlimit"):
        return
    with contextlib.suppress(OSError, ValueError):
        for kind, value in (
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_AS, SECOND_OPINION_MEMORY),
            (resource.RLIMIT_CPU, SECOND_OPINION_SECONDS),
        ):
            resource.prlimit(pid, kind, (value, value))


def _collect(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None  # noqa: S101 - asked for above
    deadline = time.monotonic() + SECOND_OPINION_SECONDS
    answer = bytearray()
    pipe = process.stdout.fileno()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        piece = os.read(pipe, READ_BLOCK)
        if not piece:
            return bytes(answer)
        answer += piece
        if len(answer) > SECOND_OPINION_MAX:
            raise ValueError("more than is read")


def _told(version: str, answer: bytes) -> Opinion:
    """Its JSON has numbers of every form; all are shown as text."""
    import json

    values = json.loads(answer.decode("utf-8", "replace"), parse_float=str, parse_int=str, parse_constant=str)
    if not isinstance(values, list) or not values or not isinstance(values[0], dict):
        raise ValueError("no object")
    told = tuple(
        _revelation(str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in values[0].items()
        if not any(name.startswith(group) for group in _OF_NO_FILE) and name != "SourceFile"
    )
    return Opinion(version, told)


def _revelation(name: str, value: str) -> Revelation:
    place, _, tag = name.rpartition(":")
    return Revelation(group_of(tag), shown(place), shown(tag), shown(value))
