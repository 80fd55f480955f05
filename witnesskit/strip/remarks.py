"""What must be said of a copy (``StripResult.kept``), in the same words for every format."""

from __future__ import annotations

from typing import Final

CREDENTIALS_DROPPED: Final = "content credentials (C2PA) were dropped: the copy carries no provenance of its own"
GAIN_MAP_DROPPED: Final = "the HDR gain map was dropped: bright parts may look duller"
FURTHER_PICTURES_DROPPED: Final = "pictures behind the first one were dropped"
HELPER_PICTURES_DROPPED: Final = "depth, mattes or other helper pictures were dropped: effects on portraits need them"
MOTION_PHOTO_DROPPED: Final = "the film of a motion photo was dropped"
PROFILE_DROPPED: Final = "the colour profile could not be freed of its texts and was dropped: colours may shift"
PROFILE_RARE: Final = (
    "the colour profile stays without its texts; it is a rare one and may point to one screen or camera"
)
COLOURS_DROPPED: Final = "a statement about colours was out of its range and was dropped: colours may shift"
TURN_MOVED: Final = "how the picture is turned was said outside Exif; the copy says it in Exif, so more viewers obey"
SEE_THROUGH_KEPT: Final = "the picture has see-through pixels: what lies in fully transparent ones is kept as it is"
STILL_KEPT: Final = "the still picture of the animation stays; viewers that play the animation do not show it"
OUTSIDE_KEPT: Final = "a frame reaches beyond the picture; what lies there is not shown and stays"
RECORDING_CUT: Final = (
    "the recorder was cut short and wrote no length: the copy holds the sound up to the end of the file"
)
GAIN_DROPPED: Final = "advice on loudness (ReplayGain) was dropped: players that heed it play louder or softer"
FILM_CUT: Final = "the recorder was cut short: the copy holds the film up to the last whole picture or piece of sound"
SECOND_IMAGES_DROPPED: Final = frozenset(
    {GAIN_MAP_DROPPED, FURTHER_PICTURES_DROPPED, HELPER_PICTURES_DROPPED, MOTION_PHOTO_DROPPED}
)
