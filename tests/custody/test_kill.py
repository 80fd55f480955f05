"""A process killed by the system while it logs: every number it told is in the log."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.custody.conftest import begin
from witnesskit.custody import Journal

_WRITER = """
import sys
from pathlib import Path
from tests.custody.conftest import SIGNER, observe
from witnesskit.custody import Journal
journal = Journal.open(Path(sys.argv[1]), by="field")
while True:
    print(journal.append(observe()), flush=True)
    journal.checkpoint(SIGNER)
"""


@pytest.mark.parametrize("milliseconds", [0, 3, 11, 40, 90])
def test_killed_at_any_moment_every_number_that_was_told_is_in_the_log(folder, milliseconds):
    begin(folder)
    told = 0
    for _ in range(2):
        command = [sys.executable, "-c", _WRITER, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            told = int(writer.stdout.readline())
            time.sleep(milliseconds / 1000)
            writer.kill()
            told = max([told, *map(int, writer.stdout.read().split("\n")[:-1])])
        journal = Journal.open(folder, by="field")
        assert journal.size > told
        assert len(journal.notes()) <= 2
