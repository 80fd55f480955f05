"""``inspect FILE``: what a plain file gives away, seen in the jail by our reader and by others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from witnesskit.actions.examine import MODULE, inspect_source, likely
from witnesskit.actions.given_file import open_given
from witnesskit.errors import WitnesskitError
from witnesskit.jail.run import Cell, Given, run
from witnesskit.media_limits import DERIVE_MEMORY
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json

_TELLING: Final = frozenset({"where", "when", "device", "who"})
_CELL: Final = Cell(MODULE, memory=DERIVE_MEMORY)


@dataclass(frozen=True)
class OtherReader:
    """What a reader that is not ours says; ``failure``: why there is no more."""

    name: str
    facts: tuple[tuple[str, str], ...] = ()
    told: tuple[Revelation, ...] = ()
    failure: str = ""

    def json(self) -> Json:
        """For ``--json``."""
        return {
            "reader": self.name,
            "facts": [{"name": name, "value": value} for name, value in self.facts],
            "told": [vars(one) for one in self.told],
            "failure": self.failure,
        }


@contextlib.contextmanager
def given_file(path: Path) -> Iterator[Given]:
    """The file open for reading; raises FileUnreadable, also for a pipe or a device."""
    with open_given(path) as stream:
        yield Given(stream.fileno())


def inspect_file(path: Path) -> Inspection:
    """Inspect one file with our reader alone; raises FileUnreadable."""
    with given_file(path) as source:
        return inspect_source(source, only=likely([path]))[0]


def inspect_with_others(source: Given, only: str = "") -> tuple[Inspection, tuple[OtherReader, ...]]:
    """Our finding and what the other readers say. Clean stays clean only if they too tell nothing of anybody.

    An UNKNOWN stays UNKNOWN whatever they could read: they do not look at every byte. ``only``: of ``likely``.
    """
    seen = inspect_source(source, only=only)[0]
    others = _others(source)
    telling = tuple(one for other in others for one in other.told if one.group in _TELLING)
    if seen.finding is Finding.CLEAN and telling:
        reason = "another reader tells more than ours"
        seen = replace(seen, finding=Finding.FOUND, revelations=seen.revelations + telling, reason=reason)
    return seen, others


def _others(source: Given) -> tuple[OtherReader, ...]:
    try:
        answer = run(_CELL, "read_also", {}, [source]).value
        return tuple(_other(one) for one in answer["readings"])
    except WitnesskitError as error:
        return (OtherReader("Pillow, PyAV", failure=error.detail or error.code),)
    except (KeyError, TypeError, AttributeError):
        return (OtherReader("Pillow, PyAV", failure="no answer that can be read"),)


def _other(value: Json) -> OtherReader:
    return OtherReader(
        str(value["reader"]),
        tuple((str(one["name"]), str(one["value"])) for one in value["facts"]),
        tuple(Revelation(**{str(key): str(word) for key, word in one.items()}) for one in value["told"]),
        str(value["failure"]),
    )
