"""The words of a report: labels of fields, sentences for each answer, what no stripping hides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from witnesskit.model import Audience

LABELS: Final = {  # in the order they are shown
    "item": "Item",
    "saved": "Saved",
    "outcome": "Outcome",
    "received": "What this shows",
    "url": "Web address",
    "title": "Title, as published",
    "place": "Town or district",
    "uploader": "Published by",
    "published": "Date on the site",
    "name": "File name, as received",
    "original_type": "Original: kind",
    "original_size": "Original: bytes",
    "original_sha256": "Original: SHA-256",
    "sealed_sha256": "Sealed file: SHA-256",
    "copy_type": "Shareable copy: kind",
    "copy_size": "Shareable copy: bytes",
    "copy_sha256": "Shareable copy: SHA-256",
    "finding": "Metadata in the copy",
    "removed": "Parts removed from copy",
    "essence": "Coded picture and sound",
    "events": "Entries in the log",
    "field_log": "Log of the field device",
    "tool": "Tool",
    "tool_identity": "Tool, exactly",
    "collector": "Collected by",
    "egress": "Network used",
    "resolver": "Name of the site",
    "connection": "Connections",
    "clock": "Clock",
    "attempts": "Requests sent",
    "formats": "Formats taken",
    "ranges": "Ranges received",
    "parts": "Parts of the capture",
}

_MANY_LINES: Final = frozenset({"essence", "attempts", "connection", "tool_identity", "formats", "ranges"})

_GROUP_STARTS: Final = ("item", "original_type", "copy_type", "events")

PARTS: Final = {
    "url": "web address",
    "html": "page source",
    "screenshot": "picture of the full page",
    "media": "media",
    "headers": "server's headers",
    "metadata": "embedded metadata",
    "context": "comments and context",
}

FINDINGS: Final = {
    "clean": "no identifying metadata found",
    "found": "identifying metadata FOUND",
    "UNKNOWN": "UNKNOWN: not understood, treat it as identifying",
}

AUDIENCES: Final = {
    Audience.DESK: "For the desk. Not for publication.",
    Audience.COURT: "For the court. Not for publication: it holds digests of originals.",
    Audience.PUBLIC: "For publication.",
}

MEANINGS: Final = {
    "UNCHANGED": "The files and the log that were checked are the ones the signers named here signed. "
    "It does not say what the footage shows, or that a claim about it is true.",
    "CHANGED": "Something that was checked is not what was signed. The checks below name it. "
    "Keep this copy and ask for another; do not overwrite either.",
    "CANNOT TELL": "There is not enough here for an answer. This is neither a yes nor a no: "
    "the checks below name what is missing.",
}

NO_STATE: Final = "This word is not an answer of the verifier. Treat the report as invalid."

CHECK_STATES: Final = {"ok": "holds", "warn": "read this", "unknown": "cannot tell", "fail": "DOES NOT HOLD"}

KEYS: Final = "These are names of keys and of authorities, not of people; the desk says who held which key."

TIME_UNPROVEN: Final = "The day is what the signers' clocks said. No clock outside their control has confirmed it."

CLEAN_MEANS: Final = "“Clean” means that no identifying metadata was found. It never means that a file is safe."

LIMITS: Final = (
    ("The picture itself", "faces, clothes, plates, screens, papers, reflections, places."),
    ("The voice", "of whoever speaks, also behind the camera, and every sound that tells a place."),
    ("The view", "the window, roof or street a film was taken from can be found on a map."),
    ("The sensor", "each camera leaves a pattern in its pictures; someone who holds the device can match it."),
    ("The hum of the mains", "in the sound, and flicker in the picture, can tell the hour and the grid."),
    ("The coding", "stripping is lossless: whoever holds the original sees that the copy comes from it."),
)

UNPROVABLE: Final = (
    "No log can prove that nothing happened before its first signed entry, or after its last.",
    "A signature shows that a key was used, not who held it.",
)


def label(name: str) -> str:
    """The label of a field; a field without one is shown by its name."""
    return LABELS.get(name, name)


def ordered(names: Iterable[str]) -> list[str]:
    """Field names in the order of LABELS, unknown ones last."""
    known = list(LABELS)
    return sorted(
        names,
        key=lambda name: (known.index(name) if name in known else len(known), name),
    )


def grouped(names: Iterable[str]) -> list[list[str]]:
    """Field names in order, in groups that belong together: the find, the original, the copy, the record."""
    known = list(LABELS)
    groups: dict[int, list[str]] = {}
    for name in ordered(names):
        place = known.index(name) if name in known else len(known)
        groups.setdefault(sum(known.index(start) <= place for start in _GROUP_STARTS), []).append(name)
    return list(groups.values())


def summary(states: Sequence[str]) -> str:
    """How many checks hold, and how many do not."""
    counts = {state: states.count(state) for state in CHECK_STATES}
    words = {"ok": "hold", "warn": "must be read", "unknown": "cannot tell", "fail": "DO NOT HOLD"}
    told = [f"{count} {words[state]}" for state, count in counts.items() if count]
    return f"Of {len(states)} checks: {', '.join(told)}." if told else "No check was made."


def lines(name: str, untrusted_text: str) -> list[str]:
    """The lines of a value; a field that we did not lay out in lines has one, whatever it holds."""
    return untrusted_text.split("\n") if name in _MANY_LINES else [untrusted_text]


def value(name: str, untrusted_text: str) -> str:
    """A value in words where it is a code, else as it is."""
    return FINDINGS.get(untrusted_text, untrusted_text) if name == "finding" else untrusted_text


def by_whom(state: str) -> tuple[str, str]:
    """The words between the answer and the day, and between the day and the signers; no day: the first is all."""
    if state == "UNCHANGED":
        return "since", "on the word of"
    return ("compared with what was signed by" if state == "CHANGED" else "signed, as far as can be seen, by"), ""


def must_say_unproven(state: str, time_proven: bool) -> bool:
    """Whether a day is told that no clock outside confirms."""
    return state == "UNCHANGED" and not time_proven
