"""The essence of a file: digests of its coded pictures and sound alone (docs/spec/essence.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import kind_of
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

EssenceReader = Callable[[SeekableReader], tuple[EssenceHash, ...]]


def _jpeg() -> EssenceReader:
    from witnesskit.media.essence_jpeg import essence_jpeg

    return essence_jpeg


def _film() -> EssenceReader:
    from witnesskit.media.essence_film import essence_film

    return essence_film


def _gif() -> EssenceReader:
    from witnesskit.media.essence_gif import essence_gif

    return essence_gif


def _png() -> EssenceReader:
    from witnesskit.media.essence_png import essence_png

    return essence_png


def _webp() -> EssenceReader:
    from witnesskit.media.essence_webp import essence_webp

    return essence_webp


def _wave() -> EssenceReader:
    from witnesskit.media.essence_wave import essence_wave

    return essence_wave


def _mp3() -> EssenceReader:
    from witnesskit.media.essence_mp3 import essence_mp3

    return essence_mp3


def _avi() -> EssenceReader:
    from witnesskit.media.avi_essence import essence_avi

    return essence_avi


def _flac() -> EssenceReader:
    from witnesskit.media.essence_flac import essence_flac

    return essence_flac


def _ogg() -> EssenceReader:
    from witnesskit.media.inspect_ogg import essence_ogg

    return essence_ogg


def _tiff() -> EssenceReader:
    from witnesskit.media.essence_tiff import essence_tiff

    return essence_tiff


def _heif() -> EssenceReader:
    from witnesskit.media.essence_heif import essence_heif

    return essence_heif


def _matroska() -> EssenceReader:
    from witnesskit.media.essence_matroska import essence_matroska

    return essence_matroska


def _transport() -> EssenceReader:
    from witnesskit.media.inspect_ts import essence_ts

    return essence_ts


ESSENCES: Final[dict[str, Callable[[], EssenceReader]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "video/mp4": _film,
    "video/quicktime": _film,
    "audio/wav": _wave,
    "video/x-msvideo": _avi,
    "audio/mpeg": _mp3,
    "audio/flac": _flac,
    "application/ogg": _ogg,
    "image/tiff": _tiff,
    "image/heic": _heif,
    "image/avif": _heif,
    "image/heif": _heif,
    "video/x-matroska": _matroska,
    "video/webm": _matroska,
    "video/mp2t": _transport,
}


def essence(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One digest for each stream; raises the leaves of ``errors/media.py``."""
    known = ESSENCES.get(kind_of(reader))
    if known is None:
        raise UnsupportedMedia("no essence is defined for this kind of file")
    return known()(reader)
