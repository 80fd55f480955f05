"""The room that a JavaScript runtime runs in: no network, no file but in memory, an end to its time.

Started by the worker in place of the runtime, as a program of its own. The script comes on stdin, the answer goes to
stdout; the runtime's cache lies in memory and is gone with it. Where no room can be made, nothing is run.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from witnesskit.capture import room
from witnesskit.limits import JS_CPU_SECONDS

NO_ROOM: Final = 70  # exit status
_ENVIRONMENT: Final = {
    **room.ENVIRONMENT, "DENO_DIR": f"{room.MEMORY}/deno", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1",
}  # fmt: skip


def main(arguments: Sequence[str]) -> NoReturn:
    """PARENT RUNTIME WORDS…: process number, the runtime's program, what it is told."""
    parent, runtime = int(arguments[0]), arguments[1]
    program = os.open(runtime, os.O_RDONLY)  # it may lie where people keep things
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (JS_CPU_SECONDS, JS_CPU_SECONDS))
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # of files in memory; the worker itself may write none
    try:
        room.enter(parent)
    except OSError:
        os._exit(NO_ROOM)
    os.execve(program, (runtime, *arguments[2:]), _ENVIRONMENT)  # noqa: S606 - the program that a person named


if __name__ == "__main__":
    main(sys.argv[1:])
