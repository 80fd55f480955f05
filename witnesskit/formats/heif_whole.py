"""A HEIF or AVIF file as the copy will hold it: a picture, a sequence, or both; its brands, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.heif_choice import Chosen
from witnesskit.formats.heif_file import HeifFile, read_file
from witnesskit.formats.heif_index import write_sequence
from witnesskit.formats.heif_picture import JpegCleaner, Picture, read_picture
from witnesskit.formats.heif_sequence import Sequence, read_sequence
from witnesskit.formats.heif_write import write_meta
from witnesskit.formats.isobmff import make_box
from witnesskit.formats.strict_json import canonical
from witnesskit.media_model import EssenceHash
from witnesskit.model import Json, SeekableReader

DEFINITION: Final = "witnesskit.heif/1"
MEDIA_TYPES: Final = {b"av01": "image/avif", b"hvc1": "image/heic", b"hev1": "image/heic", b"jpeg": "image/heif"}
_OPEN_AS_SEQUENCE: Final = frozenset({b"avis", b"hevc", b"hevx", b"msf1"})
_MAIN_PROFILES: Final = (1, 3)  # Main and Main Still Picture: what the brand heic promises


@dataclass(frozen=True)
class Whole:
    """All that is kept of a file."""

    file: HeifFile
    picture: Picture | None
    chosen: Chosen | None
    sequence: Sequence | None

    @property
    def kind(self) -> bytes:
        """Type of the coded pictures."""
        if self.picture:
            return self.picture.coding
        return self.sequence.kind if self.sequence else b""

    @property
    def opens_as_sequence(self) -> bool:
        """Whether readers begin with the tracks: the major brand says so."""
        return self.sequence is not None and (self.picture is None or self.file.major in _OPEN_AS_SEQUENCE)

    @property
    def essence(self) -> tuple[EssenceHash, ...]:
        """Digests of the picture, its transparency, and the tracks."""
        tracks = self.sequence.essence if self.sequence else ()
        return (self.picture.essence if self.picture else ()) + tracks

    def presentation(self) -> str:
        """SHA-256 of the canonical JSON of how the file is shown (docs/spec/essence-heif.md)."""
        document: dict[str, Json] = {"definition": DEFINITION}
        document["items"] = self.picture.presentation() if self.picture else []
        if self.sequence:
            document |= self.sequence.presentation()
            document["opens"] = "sequence" if self.opens_as_sequence else "picture"
        return sha256_hex(canonical(document))


def read_whole(reader: SeekableReader, clean_jpeg: JpegCleaner) -> Whole:
    """Understand the file; raises the leaves of ``errors/media.py`` and of ``Unstrippable``."""
    file = read_file(reader)
    if file.meta is None and file.moov is None:
        raise BadMedia("no items and no tracks")
    picture, chosen = read_picture(reader, file.meta, clean_jpeg) if file.meta else (None, None)
    sequence = read_sequence(reader, file.moov) if file.moov else None
    return Whole(file, picture, chosen, sequence)


@dataclass(frozen=True)
class Laid:
    """The bytes of the media box in order, and where in it each item begins."""

    data: list[bytes]
    items: list[int]
    samples: int  # where the first track begins


def lay_out(whole: Whole) -> Laid:
    """Items first, then tracks; an item that is a picture of a track too is written once."""
    samples = [sample for kept in whole.sequence.tracks for sample in kept.samples] if whole.sequence else []
    items = [part.data for part in whole.picture.parts] if whole.picture else []
    shared = set(items) & set(samples)
    alone = [item for item in items if item not in shared]
    place = start = sum(map(len, alone))
    places: dict[bytes, int] = {}
    for sample in samples:
        places.setdefault(sample, place)
        place += len(sample)
    found, place = [], 0
    for item in items:
        found.append(places[item] if item in shared else place)
        place += 0 if item in shared else len(item)
    return Laid(alone + samples, found, start)


def write_head(whole: Whole, laid: Laid) -> bytes:
    """Everything in front of the coded bytes: brands, items, index, and the head of the media box."""
    brands = _brands(whole)
    start = len(brands) + len(_index(whole, laid, 0)) + 8
    size = 8 + sum(map(len, laid.data))
    return brands + _index(whole, laid, start) + size.to_bytes(4, "big") + b"mdat"


def _index(whole: Whole, laid: Laid, start: int) -> bytes:
    meta = write_meta(whole.picture, [place + start for place in laid.items]) if whole.picture else b""
    return meta + (write_sequence(whole.sequence, laid.samples + start) if whole.sequence else b"")


def _brands(whole: Whole) -> bytes:
    """ftyp, the same for every file of one kind."""
    still, moving = _names(whole)
    brands = {b"avif": [b"avif", b"mif1", b"miaf"], b"mif1": [b"mif1", b"jpeg"]}.get(still, [b"mif1", still])
    if whole.picture is None:
        brands = [b"miaf"] if still == b"avif" else []
    if whole.sequence:
        brands += [b"msf1", moving, b"iso8"]
    return make_box(b"ftyp", moving if whole.opens_as_sequence else still, bytes(4), *brands)


def _names(whole: Whole) -> tuple[bytes, bytes]:
    """The brands of a picture and of a sequence coded in this way."""
    if whole.kind == b"av01":
        return b"avif", b"avis"
    if whole.kind == b"jpeg":
        return b"mif1", b"msf1"
    parts = whole.picture.parts if whole.picture else []
    coded = next((part for part in parts if part.kind == whole.kind), None)
    tracks = whole.sequence.tracks[:1] if whole.sequence else []
    configs = [box[8:] for box, _ in coded.properties if box[4:8] == b"hvcC"] if coded else []
    configs += [entry.config for kept in tracks for entry in kept.track.entries]
    main = all(len(config) > 1 and config[1] & 31 in _MAIN_PROFILES for config in configs)
    return (b"heic", b"hevc") if main else (b"heix", b"hevx")
