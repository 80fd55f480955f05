"""What is said of every copy that is clean: it is not safe for that."""

from __future__ import annotations

from typing import Final

STAYS: Final = "Not hidden by this: the picture itself, the voice, reflections, the view, the sensor."
LOSSLESS: Final = "The pictures are coded as in the original: whoever holds that, or the camera, can match them."
