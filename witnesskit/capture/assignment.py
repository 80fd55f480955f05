"""What the worker is asked to do with one link; it crosses the pipe and never a disk or an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Final

from witnesskit.errors.capture import WorkerGarbage
from witnesskit.limits import CAPTURE_SECONDS, CAPTURE_SIZE_MAX, LIVE_SECONDS
from witnesskit.model import Json

PAGE: Final = "page"
MEDIA: Final = "media"
COMMENTS: Final = "comments"
SUBTITLES: Final = "subtitles"
THUMBNAILS: Final = "thumbnails"
DESCRIPTION: Final = "description"
UPLOADER: Final = "uploader"
EVERYTHING: Final = (PAGE, MEDIA, COMMENTS, SUBTITLES, THUMBNAILS, DESCRIPTION, UPLOADER)


@dataclass(frozen=True)
class Resume:
    """What an earlier attempt holds of one stream; the worker asks for the rest and compares the overlap."""

    format_id: str
    received: int  # bytes
    tail_size: int  # bytes of the overlap that ends at ``received``
    tail_sha256: str  # all that is kept of the overlap: no plaintext
    etag: str = ""
    last_modified: str = ""
    total: int = 0  # bytes of the whole file; 0 where the server never said


@dataclass(frozen=True)
class Assignment:
    """One link and how much of it. Telling: its text form shows nothing of it."""

    url: str = field(repr=False)
    parts: tuple[str, ...] = EVERYTHING
    seconds: int = CAPTURE_SECONDS  # for the whole link; what had arrived by then is kept
    size_max: int = CAPTURE_SIZE_MAX  # bytes of media
    live_seconds: int = LIVE_SECONDS  # how long a broadcast is followed
    unlisted: bool = False  # an unlisted link may be asked for over a direct connection
    control: bool = True  # when the link seems gone, ask for the front page of the same site
    cookies: str = field(default="", repr=False)  # a Netscape cookie file's text; desk only, kept nowhere
    resume: tuple[Resume, ...] = field(default=(), repr=False)

    def without(self, *parts: str) -> Assignment:
        """The same with fewer parts."""
        return replace(self, parts=tuple(part for part in self.parts if part not in parts))


def to_json(assignment: Assignment) -> Mapping[str, Json]:
    """For the pipe."""
    value = asdict(assignment)
    return {**value, "parts": list(value["parts"]), "resume": list(value["resume"])}


def from_json(value: Json) -> Assignment:
    """From the pipe; raises WorkerGarbage for anything else."""
    try:
        known = {each.name for each in fields(Assignment)}
        if not set(value) <= known:
            raise WorkerGarbage("an unknown field of an assignment")
        parts, resume = tuple(value["parts"]), tuple(Resume(**one) for one in value["resume"])
        return Assignment(**{**value, "parts": parts, "resume": resume})
    except (TypeError, KeyError):
        raise WorkerGarbage("not an assignment") from None
