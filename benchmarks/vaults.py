"""A desk and a field device that trusts it, made with the commands a person would type."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = [sys.executable, "-m", "witnesskit"]


def make(folder: Path) -> tuple[Path, Path]:
    """(desk, field) vaults in ``folder``."""
    desk, field, secrets = folder / "desk", folder / "field", folder / "secrets"
    invite = folder / "invite.wkid"
    passphrase = ["--passphrase-file", secrets / "passphrase.txt"]
    _run("init", desk, "--desk", "--secrets-out", secrets)
    _run("init", desk, "--confirm-sheet", *passphrase, "--typed-back", secrets / "recovery-sheet.txt")
    _run("init", field, "--field")
    told = _run("invite", invite, "--name", "A", "--vault", desk, *passphrase, "--json")
    _run("trust", "add", invite, "--digits", json.loads(told)["digits"], "--vault", field)
    return desk, field


def _run(*words: str | Path) -> str:
    done = subprocess.run([*PROGRAM, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words[0]} ended with status {done.returncode}: {done.stderr}")
    return done.stdout
