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
TURN_DROPPED: Final = "how the picture is turned was said in XMP, which few viewers obey; the copy does not say it"
SEE_THROUGH_KEPT: Final = "the picture has see-through pixels: what lies in fully transparent ones is kept as it is"
STILL_KEPT: Final = "the still picture of the animation stays; viewers that play the animation do not show it"
OUTSIDE_KEPT: Final = "a frame reaches beyond the picture; what lies there is not shown and stays"
SOUND_BEGINS_LATE: Final = "the sound begins in the middle of a longer recording, and its numbers tell how far in"
STREAMS_DROPPED: Final = "streams that are neither sound nor pictures (texts, positions, indexes) were dropped"
RECORDING_CUT: Final = (
    "the recorder was cut short and wrote no length: the copy holds the sound up to the end of the file"
)
GAIN_DROPPED: Final = "advice on loudness (ReplayGain) was dropped: players that heed it play louder or softer"
FILM_CUT: Final = "the recorder was cut short: the copy holds the film up to the last whole picture or piece of sound"
FURTHER_PAGES_KEPT: Final = "further pages are in the copy, each of them cleaned"
FURTHER_PAGES_DROPPED: Final = "further pages were dropped"
FURTHER_PAGE_UNREADABLE: Final = "the file names a further page that cannot be read; it is not in the copy"
SMALL_VERSIONS_DROPPED: Final = (
    "small versions of the picture (thumbnails, previews, levels of a pyramid) were dropped"
)
EXTRA_SAMPLES_KEPT: Final = "the picture has planes (transparency, masks) that viewers may not show: they stay"
LAYERS_DROPPED: Final = "the layers of an editor were dropped: the flattened picture is in the copy"
RAW_PATTERN: Final = "a raw picture holds the sensor's pattern at its strongest: it can tie the copy to the camera"
RAW_CALIBRATION: Final = (
    "values measured on this camera or lens (calibration, corrections, noise) stay: the picture is shown by them"
)
RAW_LOOK_DROPPED: Final = (
    "colour profiles and previews of the raw picture were dropped: it may look different at first"
)
SECOND_IMAGES_DROPPED: Final = frozenset(
    {GAIN_MAP_DROPPED, FURTHER_PICTURES_DROPPED, HELPER_PICTURES_DROPPED, MOTION_PHOTO_DROPPED}
)
ENCODER_WORD: Final = (
    "the word Lavf stands in the copy whatever program made it: only behind it do players leave out added silence"
)
