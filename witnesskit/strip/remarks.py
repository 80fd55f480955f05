"""What must be said of a copy (``StripResult.kept``), in the same words for every format."""

from __future__ import annotations

from typing import Final

CREDENTIALS_DROPPED: Final = "content credentials (C2PA) were dropped: the copy carries no provenance of its own"
GAIN_MAP_DROPPED: Final = "the HDR gain map was dropped: bright parts may look duller"
FURTHER_PICTURES_DROPPED: Final = "pictures behind the first one were dropped"
MOTION_PHOTO_DROPPED: Final = "the film of a motion photo was dropped"
PROFILE_DROPPED: Final = "the colour profile could not be freed of its texts and was dropped: colours may shift"
PROFILE_RARE: Final = (
    "the colour profile stays without its texts; it is a rare one and may point to one screen or camera"
)
SOUND_BEGINS_LATE: Final = "the sound begins in the middle of a longer recording, and its numbers tell how far in"
STREAMS_DROPPED: Final = "streams that are neither sound nor pictures (texts, positions, indexes) were dropped"
SECOND_IMAGES_DROPPED: Final = frozenset({GAIN_MAP_DROPPED, FURTHER_PICTURES_DROPPED, MOTION_PHOTO_DROPPED})
