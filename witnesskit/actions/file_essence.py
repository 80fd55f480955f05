"""What a plain file is, for comparison: its digest, and from the jail essence and presentation of a copy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from witnesskit.actions.examine import MODULE, STRIP, refusal_of, strip_request
from witnesskit.actions.given_file import open_given
from witnesskit.actions.measured import Measured
from witnesskit.digest import sha256_stream
from witnesskit.errors import WitnesskitError
from witnesskit.errors.jail import JailRefused, NoJail
from witnesskit.errors.media import UnsupportedMedia
from witnesskit.errors.strip import UnknownFormat
from witnesskit.jail.run import Given, run
from witnesskit.media_model import DEFAULT_CHOICES
from witnesskit.model import Json

_NOT_UNDERSTOOD: Final = "this kind of file is not understood here"
_NO_JAIL: Final = "this computer has nothing that could hold a hostile file while it is read"


class Pictures(StrEnum):
    """How the coded streams of two files compare."""

    EQUAL = "equal"
    DIFFERENT = "different"
    INCOMPARABLE = "incomparable"  # the same streams, hashed under different definitions


@dataclass(frozen=True)
class FileFacts:
    """``reason``: why there is no essence; then nothing may be concluded from its absence."""

    sha256: str
    size: int
    essence: tuple[Mapping[str, Json], ...] = ()
    presentation_sha256: str = ""
    reason: str = ""


class _Nowhere:
    """Takes a copy that nobody needs; what the writer said of it is measured and kept."""

    def write(self, data: bytes, /) -> int:
        return len(data)


def file_facts(path: Path) -> FileFacts:
    """Hash a file, and have the jail copy it into nothing; raises FileUnreadable."""
    with open_given(path) as stream:
        digest, size = sha256_stream(stream)
        try:
            said = _copied(Given(stream.fileno()))
        except (UnknownFormat, UnsupportedMedia):
            return FileFacts(digest, size, reason=_NOT_UNDERSTOOD)
        except NoJail:
            return FileFacts(digest, size, reason=_NO_JAIL)
        except WitnesskitError as error:
            return FileFacts(digest, size, reason=f"looking into it ended with {error.code}")
    return FileFacts(digest, size, tuple(said["essence"]), said["presentation_sha256"])


def compare_essence(one: Sequence[Json], other: Sequence[Json]) -> Pictures:
    """Stream by stream; only digests of one definition say anything of each other."""
    left, right = _by_stream(one), _by_stream(other)
    if not left or not right or left.keys() != right.keys():
        return Pictures.DIFFERENT if left and right else Pictures.INCOMPARABLE
    pairs = [(left[stream], right[stream]) for stream in left]
    if any(a[0] == b[0] and a[1] != b[1] for a, b in pairs):
        return Pictures.DIFFERENT
    return Pictures.EQUAL if all(a == b for a, b in pairs) else Pictures.INCOMPARABLE


def _copied(source: Given) -> Json:
    sink = Measured(_Nowhere())
    try:
        reply = run(MODULE, STRIP, strip_request(DEFAULT_CHOICES), [source], sink)
    except JailRefused as refused:
        raise refusal_of(refused) from None
    sink.demand(reply.value)
    return reply.value


def _by_stream(essence: Sequence[Json]) -> Mapping[str, tuple[str, str]]:
    """stream -> (definition, digest); empty where it is not an essence of one file."""
    try:
        found = {str(part["stream"]): (str(part["definition"]), str(part["sha256"])) for part in essence}
    except (KeyError, TypeError):
        return {}
    return found if len(found) == len(essence) else {}
