"""The worker is started before the program loads what it needs later itself."""

import subprocess
import sys

HEAVY = ("cryptography", "yt_dlp", "exifread", "witnesskit.sealing", "witnesskit.custody", "witnesskit.jail")


def test_starting_the_worker_loads_nothing_heavy():
    code = "import sys, witnesskit.cli.main, witnesskit.cli.archive, witnesskit.actions.prestart; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rooms = tuple(f"{room}." for room in HEAVY)
    assert not [name for name in done.stdout.split() if name in HEAVY or name.startswith(rooms)]
