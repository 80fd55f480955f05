"""What stays in the copy of a film and must be said: hidden footage, and what no stripping hides."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from witnesskit.formats.descriptors import read_descriptor
from witnesskit.formats.isobmff_entry import Entry
from witnesskit.formats.isobmff_movie import Film
from witnesskit.formats.isobmff_presentation import signed
from witnesskit.formats.isobmff_track import Track
from witnesskit.formats.mpeg4_units import clean_pictures
from witnesskit.strip.remarks import CREDENTIALS_DROPPED

_PICTURES_HIDDEN: Final = Fraction(1, 10)  # seconds; less is reordering of pictures
_LOOKED_INTO: Final = frozenset({"h264", "hevc", "aac", "mpeg4", "av1", "pcm"})  # unit by unit, not copied unseen
_SOUND_HIDDEN: Final = Fraction(1, 2)  # seconds; less is the run-in of an encoder


def film_remarks(film: Film) -> tuple[str, ...]:
    """Remarks for ``StripResult.kept``."""
    remarks = [CREDENTIALS_DROPPED] if film.credentials else []
    for track in film.tracks:
        hidden = hidden_seconds(track, film.times.timescale)
        if track.handler == b"vide" and hidden > _PICTURES_HIDDEN:
            remarks.append(f"an edit list hides {float(hidden):.1f} seconds of pictures: they stay in the copy")
        if track.handler == b"soun" and hidden > _SOUND_HIDDEN:
            remarks.append(f"an edit list hides {float(hidden):.1f} seconds of sound: they stay in the copy")
        remarks += coder_remarks(name for entry in track.entries for name in _coders(track.coding, entry))
        if track.coding not in _LOOKED_INTO:
            remarks.append(f"what a decoder passes over inside {track.coding} was not looked into")
    if sum(track.handler == b"vide" for track in film.tracks) > 1:
        remarks.append("the film holds more than one track of pictures: players show one of them")
    if any(not track.shown.flags & 1 for track in film.tracks):
        remarks.append("a track that players do not show by themselves stays in the copy")
    return tuple(remarks)


def _coders(coding: str, entry: Entry) -> dict[str, None]:
    """Encoders that the configuration of MPEG-4 pictures names."""
    names: dict[str, None] = {}
    if coding == "mpeg4":
        clean_pictures(read_descriptor(entry.config[4:]).specific, names)
    return names


def coder_remarks(names: Iterable[str]) -> list[str]:
    """That the pictures name their encoder, once for each name that is not empty."""
    return [f"the pictures name the program that coded them ({name})" for name in names if name]


def hides_footage(film: Film) -> bool:
    """Whether an edit list hides pictures or sound that somebody cut away."""
    least = {b"vide": _PICTURES_HIDDEN, b"soun": _SOUND_HIDDEN}
    return any(hidden_seconds(track, film.times.timescale) > least[track.handler] for track in film.tracks)


def hidden_seconds(track: Track, movie_scale: int) -> Fraction:
    """Seconds of the track's media that no entry of its edit list shows."""
    if not track.edits:
        return Fraction(0)
    scale = track.times.timescale
    durations = track.tables.durations
    length = sum(count * value for count, value in zip(durations[0::2], durations[1::2], strict=True))
    shift = min(signed(track.tables.compositions), default=0)
    begin, end = Fraction(shift, scale), Fraction(length + shift, scale)
    spans = sorted(
        (Fraction(edit.start, scale), Fraction(edit.start, scale) + Fraction(edit.duration, movie_scale))
        for edit in track.edits
        if edit.start >= 0
    )
    shown, place = Fraction(0), begin
    for first, last in spans:
        start, stop = max(first, place), min(last if last > first else end, end)  # no duration: to the end
        if stop > start:
            shown, place = shown + stop - start, stop
    return max(Fraction(0), end - begin - shown)
