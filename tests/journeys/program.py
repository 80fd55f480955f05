"""The installed command, run as a person runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.cli.main import run
from witnesskit.formats.short_id import short_id
from witnesskit.media_model import EXPOSURES
from witnesskit.vault.layout import open_vault
from witnesskit.vault.state import load_state

SCHEMA = "witnesskit.cli/1"
PASSPHRASE_FILE = "passphrase.txt"
WAIT = 120  # seconds; a hang is a fault, never a measure
# the same command with little work for each key file: for what a test only needs to be there
_QUICK = "from witnesskit import limits; limits.SCRYPT_LOG_N = 10; from witnesskit.__main__ import main; main()"


def command() -> list[str]:
    """The console script beside this interpreter, else the module."""
    script = Path(sys.executable).with_name("witnesskit")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "witnesskit"]


@dataclass(frozen=True)
class Ran:
    """What one command left behind."""

    status: int
    out: str
    err: str

    @property
    def both(self) -> str:
        return self.out + self.err

    def json(self) -> dict:
        """The one object on stdout; its exit_code is the status of the process."""
        assert self.out.count("\n") == 1 and self.out.endswith("\n"), self.both
        found = json.loads(self.out)
        assert found["schema"] == SCHEMA
        assert found["exit_code"] == self.status, found
        assert found["ok"] is (self.status == 0)
        return found

    def codes(self) -> list[str]:
        return [error["code"] for error in self.json()["errors"]]


@dataclass(frozen=True)
class Folder:
    """A person's working folder, with a home and a place for temporary files of its own."""

    path: Path

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        for name in ("home", "tmp"):
            (self.path / name).mkdir(exist_ok=True)
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.path / "home"),
            "TMPDIR": str(self.path / "tmp"),
            "LC_ALL": "C.UTF-8",
            **(extra or {}),
        }

    def start(self, *arguments: object, env: Mapping[str, str] | None = None, **options) -> subprocess.Popen:
        return subprocess.Popen(
            [*command(), *map(str, arguments)], cwd=self.path, env=self.environment(env), **options
        )

    def run(
        self, *arguments: object, stdin: str | bytes = "", env: Mapping[str, str] | None = None, quick: bool = False
    ) -> Ran:
        """Run to the end; ``stdin`` is never a terminal."""
        ended = subprocess.run(
            [*([sys.executable, "-c", _QUICK] if quick else command()), *map(str, arguments)],
            cwd=self.path,
            env=self.environment(env),
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            timeout=WAIT,
        )
        return Ran(ended.returncode, ended.stdout.decode("utf-8", "replace"), ended.stderr.decode("utf-8", "replace"))

    def inside(self, *arguments: object) -> Ran:
        """The same command within this process: for many cases of one kind."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.path), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run([str(argument) for argument in arguments])
        return Ran(int(status), out.getvalue(), err.getvalue())

    def ok(self, *arguments: object, **options) -> Ran:
        """Run what must end with 0."""
        ran = self.run(*arguments, **options)
        assert ran.status == 0, ran.both
        return ran

    def quick(self, *arguments: object) -> Ran:
        """Run what must end with 0, with little work for key files; they open as any others do."""
        return self.ok(*arguments, quick=True)

    def archive(self, vault: str, urls: Sequence[str], *more: str, **options) -> Ran:
        """Links by stdin, from a site on this computer."""
        return self.run(
            "archive", "--allow-local", "--vault", vault, *more, stdin="".join(f"{url}\n" for url in urls), **options
        )

    def desk(self, *arguments: object, status: int = 0, quick: bool = True) -> Ran:
        """A command at the desk, with its passphrase."""
        vault = () if arguments[0] == "verify" else ("--vault", "desk")
        ran = self.run(*arguments, *vault, "--passphrase-file", f"sec/{PASSPHRASE_FILE}", quick=quick)
        assert ran.status == status, ran.both
        return ran

    def ready_for_the_public(self, vault: str = "desk", secrets: str = "sec") -> list[str]:
        """Derive and answer for every item that has a copy; their short ids."""
        unlock = ("--vault", vault, "--passphrase-file", f"{secrets}/{PASSPHRASE_FILE}")
        found = load_state(open_vault(self.path / vault)).items
        ready = []
        for item in (short_id(item) for item, one in found.items() if not one.paper):
            if self.run("derive", "--item", item, *unlock, quick=True).status == 0:
                answers = ",".join(f"{name}=no" for name in EXPOSURES)
                self.quick("inspect", "--item", item, "--answer", answers, *unlock)
                ready.append(item)
        return ready

    def passphrase(self, secrets: str = "sec") -> str:
        return (self.path / secrets / PASSPHRASE_FILE).read_text().strip()
