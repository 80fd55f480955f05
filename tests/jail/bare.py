"""The table with layers taken away: what a system without them leaves open."""

from __future__ import annotations

import sys

from tests.jail.table import CALLS
from witnesskit.jail import child, landlock, seccomp


def without(names):
    if "seccomp" in names:
        seccomp.deny_the_rest = lambda _: False
    if "landlock" in names:
        landlock.deny_everything = lambda _: False


def make_serve(*missing):
    without(missing)
    child.serve({call.__name__: call for call in CALLS})


if __name__ == "__main__":
    sys.exit("run bare_seccomp or bare_both")
