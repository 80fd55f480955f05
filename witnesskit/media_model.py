"""What is known of media: essence, findings, copies; frozen dataclasses. No verifier of the chain needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from witnesskit.model import Json


class Finding(StrEnum):
    """The three answers of an inspection; ``UNKNOWN`` refuses."""

    CLEAN = "clean"
    FOUND = "found"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class EssenceHash:
    """Hash of the coded pictures or sound of one stream, and how to recompute it."""

    stream: str  # "video:0", "audio:0", "image"
    definition: str  # "h264-vcl", "hevc-vcl", "raw-packets", "jpeg-scan"
    sha256: str


@dataclass(frozen=True)
class Revelation:
    """One thing a file gives away; ``value`` is identifying and belongs only in sealed records."""

    group: str  # where, when, device, who, inside, software, other
    place: str  # where in the file: "APP1/GPS", "moov/udta/(c)xyz"
    name: str
    value: str


@dataclass(frozen=True)
class Inspection:
    """What a file gives away, and whether it was understood at all."""

    finding: Finding
    media_type: str
    revelations: tuple[Revelation, ...] = ()
    reason: str = ""  # why UNKNOWN
    facts: Mapping[str, Json] = field(default_factory=dict)  # width, height, tracks, duration ...


@dataclass(frozen=True)
class Removal:
    """One removed part of an original: its place, size and digest; never its value."""

    place: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StripChoices:
    """What a policy decides of a copy, beside the rule that nothing identifying stays in it."""

    credentials: str = "drop"  # C2PA: "drop"; "report" (drop, what they say goes to the record); "keep" (no copy)
    hidden_footage: str = "keep"  # what an edit list hides: "keep" (and say so), "refuse"
    further_pages: str = "keep"  # pages of one document behind the first: "keep", "drop", "refuse"
    second_images: str = "drop"  # gain maps, depth, further pictures of one file: "drop", "refuse"


# what no metadata tells and a person must look for: where it was filmed from, who is heard, mirrored or seen
EXPOSURES: Final = ("vantage", "voice", "reflection", "interior", "face", "plate")
ANSWERS: Final = ("yes", "no", "unsure")
DEFAULT_CHOICES: Final = StripChoices()


@dataclass(frozen=True)
class StripResult:
    """What a rewriter did; the copy itself went to its sink."""

    media_type: str
    size: int
    sha256: str
    removed: tuple[Removal, ...]
    essence: tuple[EssenceHash, ...]
    presentation_sha256: str
    kept: tuple[str, ...] = ()  # what stays and must be said: edit list hides footage, gain map lost ...
