"""Every reader of the inspection, for a process that must import before it is locked."""

from witnesskit.media import (
    inspect,
    inspect_avi,
    inspect_flac,
    inspect_gif,
    inspect_heif,
    inspect_isobmff,
    inspect_jpeg,
    inspect_matroska,
    inspect_mp3,
    inspect_ogg,
    inspect_png,
    inspect_tiff,
    inspect_ts,
    inspect_wave,
    inspect_webp,
    residue,
)

__all__ = [
    "inspect",
    "inspect_avi",
    "inspect_flac",
    "inspect_gif",
    "inspect_heif",
    "inspect_isobmff",
    "inspect_jpeg",
    "inspect_matroska",
    "inspect_mp3",
    "inspect_ogg",
    "inspect_png",
    "inspect_tiff",
    "inspect_ts",
    "inspect_wave",
    "inspect_webp",
    "residue",
]
