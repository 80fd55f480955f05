"""HEIC pictures, decoded by PyAV: a picture that is coded as one, not as a grid of tiles."""

from __future__ import annotations

from typing import Any

from witnesskit.errors.derive import ChoiceDoesNotFit, Undecodable
from witnesskit.errors.media import UnsupportedMedia
from witnesskit.model import SeekableReader
from witnesskit.strip.derivation import Derivation, Span
from witnesskit.strip.recode_film import Source
from witnesskit.strip.recode_picture import recode_shown
from witnesskit.strip.recode_shown import Maker, shape_of
from witnesskit.strip.recode_source import Made, bound, opened


def recode_heif(reader: SeekableReader, derivation: Derivation) -> tuple[Made, dict[str, int], tuple[str, ...]]:
    """As ``recode_picture``; raises UnsupportedMedia for a grid of tiles."""
    if derivation.stills or derivation.trim != Span() or any(box.span != Span() for box in derivation.boxes):
        raise ChoiceDoesNotFit
    with opened(reader) as container:
        if len(container.streams.video) > 1:
            raise UnsupportedMedia("tiles")
        if not container.streams.video or container.streams.video[0].codec_context is None:
            raise Undecodable
        video = container.streams.video[0]
        bound(video.codec_context)
        frame = next(Source(container, video, None).frames(), None)
        if frame is None:
            raise Undecodable
        shape = shape_of(frame, video.sample_aspect_ratio)
        made: Any = Maker(derivation, "rgb24").make(frame, shape, 0, 1)
        picture = made.to_image()
    return recode_shown(picture.convert("RGB"), (), Derivation(half=False))
