"""Where a site needs JavaScript solved: the extractor's own solvers, their runtime in a room (js_room.py).

Only at a desk and only the program that a person named. Beside ytdlp.py the only file that imports the extractor: it
puts one class in the place of another, the one by which the solvers start a program.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any, Final

from witnesskit.errors.capture import NoJsRuntime

KINDS: Final = ("deno", "node")  # their solvers hand the script over on stdin; others write files
LAUNCHER: Final = ("-I", "-B", "-m", "witnesskit.capture.js_room")


def kind_of(path: str) -> str:
    """Which runtime a program is, by its name; raises NoJsRuntime for others and for what is no program."""
    kind = Path(path).stem.lower()
    if kind not in KINDS or not Path(path).is_absolute() or not os.access(path, os.X_OK) or not Path(path).is_file():
        raise NoJsRuntime
    return kind


def told(path: str) -> str:
    """For the record: the kind, and SHA-256 of the program."""
    with Path(path).open("rb") as stream:
        return f"{kind_of(path)} sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def lead_into_the_room(path: str) -> None:
    """From now on the extractor's solvers start ``path`` in its room, and nothing else. Once in a process."""
    import yt_dlp.utils
    from yt_dlp.extractor.youtube.jsc._builtin import deno, node
    from yt_dlp.utils import _utils

    class Launched(_utils.Popen):  # type: ignore[misc]  # the library is untyped
        def __init__(self, words: Any, *args: Any, **kwargs: Any) -> None:
            if words[0] != path:
                raise PermissionError("another program")
            kwargs["env"] = {}
            super().__init__([sys.executable, *LAUNCHER, str(os.getpid()), *words], *args, **kwargs)

    for module in (_utils, yt_dlp.utils, deno, node):
        module.Popen = Launched


def admits(path: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audited ``subprocess.Popen`` starts the room for ``path`` (guard.py)."""
    executable, words, _folder, environment = arguments
    if not path or not isinstance(words, list | tuple) or environment:
        return False
    prefix = [sys.executable, *LAUNCHER, str(os.getpid()), path]
    return executable == sys.executable and [str(word) for word in words[: len(prefix)]] == prefix
