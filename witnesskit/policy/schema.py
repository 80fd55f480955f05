"""The keys a policy has, and what each may say. A key stands here only if decide.py enforces it.

Every key must be present: a policy says everything, so that nobody has to know a default. Keys that came later are
the exception: a file from before them is read as it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from witnesskit.model import Audience

# each choice with its words, the strictest first
CREDENTIALS: Final = ("keep", "drop", "report")
HIDDEN_FOOTAGE: Final = ("refuse", "keep")
FURTHER_PAGES: Final = ("refuse", "drop", "keep")
SECOND_IMAGES: Final = ("refuse", "drop")
REFUSE: Final = "refuse"
DEVICE_TRACES: Final = (REFUSE, "warn")  # a computer that keeps memory or names without being asked
EXPOSURE_STATES: Final = ("unanswered", "unsure", "yes")  # of an exposure; "no" never refuses
CONSENTS: Final = ("required", "not-withdrawn")
MARKS: Final = ("unmarked", "public", "restricted", "secret")  # which marks an item may bear and leave

PARTS: Final = ("url", "media", "html", "headers", "screenshot", "metadata", "context")
COLLECTED: Final = ("comments", "subtitles", "thumbnails", "description", "uploader")
TIMES: Final = ("withheld", "day", "exact")  # the strictest first
FIELDS: Final = (
    "item", "url", "title", "uploader", "name", "saved", "published", "outcome", "parts", "tool",
    "collector", "egress", "original_type", "original_size", "sealed_sha256",
    "copy_type", "copy_size", "copy_sha256", "essence", "removed", "finding", "events", "field_log",
    "received", "attempts", "resolver", "connection", "clock", "tool_identity", "formats", "ranges", "place",
)  # fmt: skip
TIME_FIELDS: Final = ("saved", "published")  # shown with the precision of release.time
ORIGINAL_DIGESTS: Final = ("original_sha256",)  # shown by release.original_digests, never by release.fields
# what leads to a person, or lets a seized vault be matched with what was published
PUBLIC_NEVER: Final = frozenset(
    {
        "uploader", "name", "collector", "egress", "original_size", "sealed_sha256", "field_log", "received",
        "attempts", "resolver", "connection", "clock", "tool_identity", "formats", "ranges",
    }
)  # fmt: skip

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COPIES_MAX: Final = 16  # copies of one item; more is a slip of the pen
_VERSION_MAX: Final = 10**6


@dataclass(frozen=True)
class Rules:
    """What a policy demands and allows; the attributes are named section_key."""

    policy_audience: Audience
    capture_require: frozenset[str]
    capture_want: frozenset[str]
    capture_collect: frozenset[str]  # of COLLECTED
    strip_on_unknown: str  # "refuse"
    strip_required: bool
    strip_credentials: str  # of CREDENTIALS
    strip_hidden_footage: str  # of HIDDEN_FOOTAGE
    strip_further_pages: str  # of FURTHER_PAGES
    strip_second_images: str  # of SECOND_IMAGES
    release_originals: bool
    release_original_digests: bool
    release_lossless: bool
    release_exposure_refuse: frozenset[str]  # of EXPOSURE_STATES
    release_consent: str  # of CONSENTS
    release_marks: frozenset[str]  # of MARKS
    release_time: str  # of TIMES
    release_fields: frozenset[str]
    copies_min: int
    forget_needs: str  # "receipt"
    device_traces: str  # of DEVICE_TRACES


@dataclass(frozen=True)
class Policy:
    """Rules with the name they go by; ``id`` is ``name@version#sha256`` of the file's bytes."""

    name: str
    version: int
    id: str
    rules: Rules


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a policy file: the key and what it should be."""

    key: str
    sentence: str


Check = Callable[[Any], str]  # what it should be, empty when it is


def _one_of(*words: str) -> Check:
    return lambda value: "" if value in words and isinstance(value, str) else f"must be {' or '.join(words)}"


def _boolean(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _whole_number(most: int) -> Check:
    def check(value: Any) -> str:
        is_number = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
        return "" if is_number else f"must be a whole number from 1 to {most}"

    return check


def _name(value: Any) -> str:
    fits = isinstance(value, str) and len(value) <= 40 and _NAME.fullmatch(value)
    return "" if fits else "must be lower-case letters, digits and single hyphens, at most 40"


def _words_of(known: tuple[str, ...]) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            return "must be a list of words"
        if unknown := sorted({word for word in value if word not in known}):
            return f"holds words that mean nothing: {', '.join(ascii(word)[1:-1][:40] for word in unknown)}"
        return "" if len(set(value)) == len(value) else "holds a word twice"

    return check


KEYS: Final[Mapping[str, Check]] = {
    "policy.name": _name,
    "policy.version": _whole_number(_VERSION_MAX),
    "policy.audience": _one_of(*Audience),
    "capture.require": _words_of(PARTS),
    "capture.want": _words_of(PARTS),
    "capture.collect": _words_of(COLLECTED),
    "strip.on_unknown": _one_of("refuse"),
    "strip.required": _boolean,
    "strip.credentials": _one_of(*CREDENTIALS),
    "strip.hidden_footage": _one_of(*HIDDEN_FOOTAGE),
    "strip.further_pages": _one_of(*FURTHER_PAGES),
    "strip.second_images": _one_of(*SECOND_IMAGES),
    "release.originals": _boolean,
    "release.original_digests": _boolean,
    "release.lossless": _boolean,
    "release.exposure_refuse": _words_of(EXPOSURE_STATES),
    "release.consent": _one_of(*CONSENTS),
    "release.marks": _words_of(MARKS),
    "release.time": _one_of(*TIMES),
    "release.fields": _words_of(FIELDS),
    "copies.min": _whole_number(_COPIES_MAX),
    "forget.needs": _one_of("receipt"),
    "device.traces": _one_of(*DEVICE_TRACES),
}


# keys that came later, with what a file from before them means: nobody's vault is locked by an update
_LATER: Final[Mapping[str, Any]] = {
    "capture.collect": ["description", "uploader"],
    "device.traces": "warn",
    "release.consent": "not-withdrawn",
    "release.marks": ["unmarked", "public"],  # nothing was marked when it was written
}


def faults(document: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Everything wrong with a parsed TOML document, in the order of the keys; empty when it can be followed."""
    values, found = _flatten(document)
    for key, check in KEYS.items():
        if key not in values:
            found.append(Fault(key, "is missing"))
        elif sentence := check(values[key]):
            found.append(Fault(key, sentence))
    return tuple(found or _contradictions(values))


def rules_of(document: Mapping[str, Any]) -> Rules:
    """The rules of a document without faults."""
    values, _ = _flatten(document)
    sets = {key: frozenset(value) for key, value in values.items() if isinstance(value, list)}
    named = {key.replace(".", "_"): value for key, value in (values | sets).items()}
    del named["policy_name"], named["policy_version"]
    return Rules(**named | {"policy_audience": Audience(values["policy.audience"])})


def _flatten(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The document as section.key -> value, and what is not of that shape or unknown."""
    values: dict[str, Any] = {}
    found: list[Fault] = []
    sections = {key.split(".")[0] for key in KEYS}
    for section, content in document.items():
        if section not in sections or not isinstance(content, dict):
            found.append(Fault(_printable(section), "is not a section of a policy"))
            continue
        for key, value in content.items():
            if f"{section}.{key}" in KEYS:
                values[f"{section}.{key}"] = value
            else:
                found.append(Fault(f"{section}.{_printable(key)}", "is not a key of a policy"))
    return {**_LATER, **values}, found


def _contradictions(values: Mapping[str, Any]) -> list[Fault]:
    """Rules over several keys: what no policy may say, whoever wrote it."""
    found = []
    audience = values["policy.audience"]
    if values["release.original_digests"] and audience != Audience.COURT:
        found.append(Fault("release.original_digests", "may be true only for the audience court"))
    if values["release.originals"] and audience == Audience.PUBLIC:
        found.append(Fault("release.originals", "may not be true for the audience public"))
    if values["release.originals"] and values["strip.required"]:
        found.append(Fault("strip.required", "contradicts release.originals"))
    if audience == Audience.PUBLIC and not values["strip.required"]:
        found.append(Fault("strip.required", "must be true for the audience public"))
    if audience == Audience.PUBLIC and (never := PUBLIC_NEVER.intersection(values["release.fields"])):
        found.append(Fault("release.fields", f"may not hold {', '.join(sorted(never))} for the audience public"))
    if values["release.lossless"] and audience == Audience.PUBLIC:
        found.append(Fault("release.lossless", "may not be true for the audience public"))
    if audience == Audience.PUBLIC and not {"unanswered", "unsure"} <= set(values["release.exposure_refuse"]):
        found.append(Fault("release.exposure_refuse", "must hold unanswered and unsure for the audience public"))
    if audience == Audience.PUBLIC and not {"unmarked", "public"} >= set(values["release.marks"]):
        found.append(Fault("release.marks", "may hold only unmarked and public for the audience public"))
    if both := set(values["capture.require"]) & set(values["capture.want"]):
        found.append(Fault("capture.want", f"repeats what is required: {', '.join(sorted(both))}"))
    return found


def _printable(key: str) -> str:
    return ascii(key)[1:-1][:40]
