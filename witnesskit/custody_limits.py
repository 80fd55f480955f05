"""Maxima of what a verifier reads, in a file of their own for its auditor."""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

JSON_MAX: Final = 16 * MIB  # bytes of one document
JSON_DEPTH_MAX: Final = 16  # levels; parsers recurse
EVENT_LINE_MAX: Final = 64 * KIB  # bytes of one log line
EVENT_DEPTH_MAX: Final = 4  # levels of one log line
LOG_MAX: Final = 512 * MIB  # bytes of one log; a desk of decades
KEY_CHANGES_MAX: Final = 1000  # of one log; each costs a signature check
UNKNOWN_MAX: Final = 100  # names that a reader does not know and tells
LOG_LINES_MAX: Final = 1024 * 1024  # lines of one log; more than fit in it at their least length
NOTE_MAX: Final = 64 * KIB  # bytes of one checkpoint with all its signatures
NOTE_SIGNATURES_MAX: Final = 100  # lines; each costs a signature check
DISCLOSURE_MAX: Final = 4 * MIB  # bytes of one opening (yt-dlp's allow-listed facts are the largest)
TOKEN_MAX: Final = 64 * KIB  # bytes of one timestamp response; with a chain of certificates it has some 6,000
OTS_MAX: Final = 16 * KIB  # bytes of one OpenTimestamps proof; complete from four calendars it has some 5,000
ANCHORS_MAX: Final = 4096  # evidence files of one log that are looked at; each costs signature checks
