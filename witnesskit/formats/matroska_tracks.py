"""Tracks of a Matroska film in canonical form: what decoding and showing need (RFC 9559 clause 5.1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import EncryptedFilm, UnknownCoding
from witnesskit.formats import matroska_ids as ids
from witnesskit.formats.ebml import Fields, children, make, make_number, number, one, real, text
from witnesskit.formats.matroska_private import Decoding, read_decoding
from witnesskit.formats.matroska_shown import audio_element, video_element
from witnesskit.media_limits import FILM_TRACKS_MAX, MATROSKA_DELAY_SECONDS, MATROSKA_PRIVATE_MAX
from witnesskit.media_model import Removal

VIDEO, AUDIO = 1, 2
_KINDS: Final = {3: "pictures and sound", 16: "logo", 17: "subtitles", 18: "buttons", 32: "control", 33: "metadata"}
_FIELDS_MAX: Final = 4_096  # elements of one track; each look-up passes over all of them
_SECOND: Final = 1_000_000_000
_T35: Final = 4
_DOLBY: Final = (0x64766343, 0x64767643)  # dvcC, dvvC
_KEPT: Final = frozenset(
    {ids.TRACK_NUMBER, ids.TRACK_UID, ids.TRACK_TYPE, ids.FLAG_ENABLED, ids.FLAG_DEFAULT, ids.FLAG_FORCED}
    | {ids.DEFAULT_DURATION, ids.CODEC, ids.CODEC_DELAY, ids.SEEK_PRE_ROLL, ids.VIDEO, ids.AUDIO, ids.ADDITION_MAX}
    | {0x9C, 0x6DE7, 0x6DF8, 0xAA}  # FlagLacing, MinCache, MaxCache, CodecDecodeAll: numbers nobody needs
)


@dataclass(frozen=True)
class Track:
    """One kept track: its number in the original, its canonical TrackEntry, and what its blocks' reader must know."""

    number: int
    video: bool
    decoding: Decoding
    entry: bytes
    prefix: bytes  # what header stripping took from the front of every frame
    additions: frozenset[int]  # numbers of the data beside blocks that stay
    default_duration: int  # nanoseconds, 0 if not given
    enabled: bool
    removed: tuple[Removal, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Tracks:
    """Tracks that stay, and kinds of those that go by their numbers."""

    kept: tuple[Track, ...]
    dropped: dict[int, str]
    removed: tuple[Removal, ...]


def read_tracks(body: bytes) -> Tracks:
    """Read the body of Tracks; raises ``BadMedia``, ``UnsupportedMedia`` or a leaf of ``Unstrippable``."""
    kept: list[Track] = []
    dropped: dict[int, str] = {}
    removed: list[Removal] = []
    for name, entry in children(body):
        if name != ids.TRACK:
            removed.append(_removal(f"Tracks/{ids.name_of(name)}", entry))
            continue
        fields = children(entry)
        if len(fields) > _FIELDS_MAX:
            raise MediaTooLarge("elements of one track")
        track, kind = number(fields, ids.TRACK_NUMBER, most=1 << 56), number(fields, ids.TRACK_TYPE)
        if not track or track in dropped or any(track == other.number for other in kept):
            raise BadMedia("two tracks of one number, or none")
        if kind in (VIDEO, AUDIO):
            kept.append(_track(fields, track, kind == VIDEO, len(kept) + 1))
        else:
            dropped[track] = _KINDS.get(kind, f"kind {kind}")
            removed.append(_removal(f"TrackEntry ({dropped[track]})", entry))
        if len(kept) + len(dropped) > FILM_TRACKS_MAX:
            raise MediaTooLarge("tracks")
    if not kept:
        raise BadMedia("no pictures and no sound")
    return Tracks(tuple(kept), dropped, tuple(removed))


def _removal(place: str, data: bytes) -> Removal:
    return Removal(place, len(data), sha256_hex(data))


def _track(fields: Fields, track: int, video: bool, place: int) -> Track:
    private = one(fields, ids.PRIVATE) or b""
    if len(private) > MATROSKA_PRIVATE_MAX:
        raise MediaTooLarge("CodecPrivate")
    if one(fields, ids.OPERATION) is not None:
        raise UnsupportedMedia("a track made of other tracks")
    if real(fields, ids.TRACK_SCALE) not in (None, 1.0):
        raise UnsupportedMedia("a track with a time scale of its own")
    codec = text(fields, ids.CODEC)
    if codec[:1] != ("V" if video else "A"):
        raise UnknownCoding("a coding of another kind than its track")
    prefix = _header_stripped(fields)
    decoding = read_decoding(codec, private)
    mappings, additions = _beside(fields, video, decoding)
    removed = _gone(fields, f"TrackEntry {place}")
    if decoding.private != private:
        removed.append(_removal(f"TrackEntry {place}/CodecPrivate", private))
    return Track(
        number=track,
        video=video,
        decoding=decoding,
        entry=_entry(fields, decoding, (place, video), mappings),
        prefix=prefix,
        additions=additions,
        default_duration=_default_duration(fields),
        enabled=number(fields, ids.FLAG_ENABLED, 1) != 0,
        removed=tuple(removed),
        remarks=_remarks(fields),
    )


def _gone(fields: Fields, place: str) -> list[Removal]:
    return [
        _removal(f"{place}/{ids.name_of(name)}", body)
        for name, body in fields
        if name not in _KEPT and name not in (ids.PRIVATE, ids.ENCODINGS)
    ]


def _remarks(fields: Fields) -> tuple[str, ...]:
    kinds = {number(children(body), ids.MAPPING_TYPE, most=1 << 63) for name, body in fields if name == ids.MAPPING}
    if kinds - {0, 1, _T35, *_DOLBY}:
        return ("data beside the pictures of a kind that is not known (depth, a second layer) were dropped",)
    return ()


def _header_stripped(fields: Fields) -> bytes:
    """What was taken from each frame's front; raises for encryption and true compression (RFC 9559 5.1.4.1.31)."""
    encodings = [children(body) for name, body in fields if name == ids.ENCODINGS]
    prefix = b""
    for _, body in (pair for group in encodings for pair in group if pair[0] == ids.ENCODING):
        encoding = children(body)
        if number(encoding, ids.ENCODING_TYPE):
            raise EncryptedFilm("a track is encrypted")
        compression = children(one(encoding, ids.COMPRESSION) or b"")
        if prefix or number(compression, ids.COMPRESSION_ALGORITHM) != 3:
            raise UnknownCoding("a track compressed once more")
        scope = number(encoding, ids.ENCODING_SCOPE, 1)
        if scope != 1:
            raise UnknownCoding("a decoder's configuration compressed once more")
        prefix = one(compression, ids.COMPRESSION_SETTINGS) or b""
    if len(prefix) > 256:
        raise BadMedia("header stripping of more than a header")
    return prefix


def _default_duration(fields: Fields) -> int:
    duration = number(fields, ids.DEFAULT_DURATION, most=(1 << 64) - 1)
    return duration if duration <= 10 * _SECOND else 0


def _delay(fields: Fields, name: int) -> bytes:
    value = number(fields, name, most=(1 << 64) - 1)
    if value > MATROSKA_DELAY_SECONDS * _SECOND:
        raise BadMedia("a run-in of the decoder that is too long")
    return make_number(name, value) if value else b""


def _beside(fields: Fields, video: bool, decoding: Decoding) -> tuple[bytes, frozenset[int]]:
    """Mappings that stay, and numbers of the additions that stay: transparency, HDR10+ (RFC 9559 5.1.4.1.17)."""
    out, kept = [], set()
    if (
        video
        and decoding.coding in ("vp8", "vp9")
        and number(children(one(fields, ids.VIDEO) or b""), ids.ALPHA_MODE)
    ):
        kept.add(1)
    for body in [body for name, body in fields if name == ids.MAPPING]:
        mapping = children(body)
        kind = number(mapping, ids.MAPPING_TYPE, most=1 << 63)
        data = one(mapping, ids.MAPPING_DATA) or b""
        if kind == _T35 and number(mapping, ids.MAPPING_VALUE) == _T35 and video and _T35 not in kept:
            kept.add(_T35)
            out.append(make(ids.MAPPING, make_number(ids.MAPPING_VALUE, _T35), make_number(ids.MAPPING_TYPE, _T35)))
        if kind in _DOLBY and len(data) >= 5 and video and not any(_DOLBY_HEAD in made for made in out):
            fresh = data[:4] + bytes([data[4] & 0xFC]) + bytes(19)
            out.append(make(ids.MAPPING, make_number(ids.MAPPING_TYPE, kind), make(ids.MAPPING_DATA, fresh)))
    return b"".join(out), frozenset(kept)


_DOLBY_HEAD: Final = b"\x41\xe7\x84\x64\x76"  # BlockAddIDType of dvcC or dvvC


def _entry(fields: Fields, decoding: Decoding, which: tuple[int, bool], mappings: bytes) -> bytes:
    place, video = which
    flags = [
        make_number(name, value)
        for name, default in ((ids.FLAG_ENABLED, 1), (ids.FLAG_DEFAULT, 1), (ids.FLAG_FORCED, 0))
        if (value := int(number(fields, name, default) != 0)) != default
    ]
    most = max(_kept_additions(fields, video, decoding), default=0)
    duration = _default_duration(fields)
    shown = children(one(fields, ids.VIDEO if video else ids.AUDIO) or b"")
    return make(
        ids.TRACK,
        make_number(ids.TRACK_NUMBER, place),
        make_number(ids.TRACK_UID, place),
        make_number(ids.TRACK_TYPE, VIDEO if video else AUDIO),
        *flags,
        make(ids.LANGUAGE, b"und"),
        make_number(ids.DEFAULT_DURATION, duration) if duration else b"",
        make_number(ids.ADDITION_MAX, most) if most else b"",
        mappings,
        make(ids.CODEC, decoding.codec.encode()),
        make(ids.PRIVATE, decoding.private) if decoding.private else b"",
        _delay(fields, ids.CODEC_DELAY),
        _delay(fields, ids.SEEK_PRE_ROLL),
        video_element(shown) if video else audio_element(shown),
    )


def _kept_additions(fields: Fields, video: bool, decoding: Decoding) -> frozenset[int]:
    return _beside(fields, video, decoding)[1]
