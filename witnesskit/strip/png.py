"""The shareable copy of a PNG or APNG: the same coded pictures, how they are shown, and nothing else.

What is written, always in this order: IHDR, colours, palette without unused entries, background, transparency,
pixel aspect, orientation, animation, coded pictures in chunks of one size, IEND.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, HiddenFootage, SecondImages
from witnesskit.formats.png import INDEXED, SIGNATURE, Chunk, Header, chunk_bytes, parse_header, parse_png
from witnesskit.formats.png_colour import background, transparent_colour
from witnesskit.formats.png_frames import Picture, Pictures, read_pictures
from witnesskit.formats.png_rows import Look, wants_key
from witnesskit.formats.png_shown import Shown, presentation_sha256
from witnesskit.media_limits import PNG_CHUNK, PNG_MAX
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.jpeg_trailer import remove_trailer
from witnesskit.strip.png_extras import Extras, behind_palette
from witnesskit.strip.remarks import CREDENTIALS_DROPPED, SECOND_IMAGES_DROPPED, SEE_THROUGH_KEPT, STILL_KEPT

MEDIA_TYPE = "image/png"


def strip_png(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the PNG in ``reader`` to ``sink`` that keeps its pictures and nothing that identifies.

    Nothing is written before every pixel was counted. Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge``,
    ``UnsupportedMedia`` or ``HiddenInPicture``, and the refusals the policy asks for; what the sink raises passes.
    """
    chunks = _read(reader)
    header = parse_header(chunks[0])
    pictures = read_pictures(chunks, header)
    extras = Extras(chunks, header)
    seen = _look(header, pictures, extras)
    trailer = remove_trailer(reader, chunks[-1].end)
    remarks = tuple(dict.fromkeys((*extras.remarks, *_of_pictures(pictures, seen), *trailer.remarks)))
    _obey(choices, remarks)
    copy = Copying(sink)
    written = {chunk_bytes(*one) for one in _write_head(copy, header, extras, seen.shown)}
    _write_pictures(copy, pictures, seen)
    copy.put(chunk_bytes(b"IEND", b""))
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=(*_removed(chunks, header, pictures, written), *seen.removed, *trailer.removed),
        essence=(EssenceHash("image", "png-zlib", seen.coded),),
        presentation_sha256=presentation_sha256(header, pictures, seen.shown),
        kept=remarks,
    )


@dataclass(frozen=True)
class _Seen:
    """What the look at the pixels gave: how they are shown, coded streams without what stands behind them."""

    shown: Shown
    streams: tuple[memoryview, ...]
    coded: str
    removed: tuple[Removal, ...]
    see_through: bool


def _read(reader: SeekableReader) -> tuple[Chunk, ...]:
    try:
        return parse_png(reader.read_at(0, min(reader.size, PNG_MAX)))
    except MediaCut:
        if reader.size > PNG_MAX:
            raise MediaTooLarge(f"no end chunk in {PNG_MAX} bytes") from None
        raise


def _look(header: Header, pictures: Pictures, extras: Extras) -> _Seen:
    palette = extras.palette()
    key = transparent_colour(extras.first.get(b"tRNS", b""), header)
    look = Look(header, len(palette) // 3, wants_key(header, key))
    streams, removed, hasher = [], [], hashlib.sha256()
    for picture in pictures.all:
        whole = memoryview(b"".join(picture.pieces))
        size = look.picture(whole, picture.width, picture.height)
        streams.append(whole[:size])
        hasher.update(whole[:size])
        if size < len(whole):
            removed.append(Removal("behind the coded picture", len(whole) - size, sha256_hex(bytes(whole[size:]))))
    shown, see_through = _shown(header, extras, look, (palette, key))
    lost = _unused(palette, shown.palette)
    return _Seen(shown, tuple(streams), hasher.hexdigest(), (*removed, *lost), see_through)


def _shown(header: Header, extras: Extras, look: Look, of_file: tuple[bytes, bytes]) -> tuple[Shown, bool]:
    palette, key = of_file
    if header.colour != INDEXED:
        key = key if not wants_key(header, key) or look.key_used else b""
        alpha = header.colour >= 4 or bool(key)
        ground = background(extras.first.get(b"bKGD", b""), header, 0) if alpha else b""
        return extras.shown(b"", key, ground), look.see_through
    alphas = extras.first.get(b"tRNS", b"") if len(extras.first.get(b"tRNS", b"")) <= len(palette) // 3 else b""
    plain = bytes(alpha if n in look.used else 255 for n, alpha in enumerate(alphas)).rstrip(b"\xff")
    ground = background(extras.first.get(b"bKGD", b""), header, len(palette) // 3) if plain else b""
    used = look.used | set(ground)
    entries = [palette[3 * n : 3 * n + 3] if n in used else bytes(3) for n in range(len(palette) // 3)]
    clear = {entries[n] for n, alpha in enumerate(alphas) if not alpha and n in look.used}
    return extras.shown(b"".join(entries), plain, ground), len(clear) > 1


def _unused(before: bytes, after: bytes) -> tuple[Removal, ...]:
    places = range(0, len(before), 3)
    lost = b"".join(before[at : at + 3] for at in places if before[at : at + 3] != after[at : at + 3])
    return (Removal("PLTE (unused entries)", len(lost), sha256_hex(lost)),) if lost else ()


def _of_pictures(pictures: Pictures, seen: _Seen) -> Iterator[str]:
    if seen.see_through:
        yield SEE_THROUGH_KEPT
    if pictures.plays >= 0 and not pictures.first.control:
        yield STILL_KEPT


def _obey(choices: StripChoices, remarks: tuple[str, ...]) -> None:
    if CREDENTIALS_DROPPED in remarks:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    if SECOND_IMAGES_DROPPED.intersection(remarks):
        refuse_if(choices.second_images, "refuse", SecondImages)
    if STILL_KEPT in remarks:
        refuse_if(choices.hidden_footage, "refuse", HiddenFootage)


def _write_head(copy: Copying, header: Header, extras: Extras, shown: Shown) -> list[tuple[bytes, bytes]]:
    bodies = [(b"IHDR", header.body), *extras.before_palette()]
    bodies += [(b"PLTE", shown.palette)] if shown.palette else []
    bodies += behind_palette(shown)
    copy.put(SIGNATURE + b"".join(chunk_bytes(kind, body) for kind, body in bodies))
    return bodies


def _write_pictures(copy: Copying, pictures: Pictures, seen: _Seen) -> None:
    if pictures.plays >= 0:
        count = len(pictures.frames) + bool(pictures.first.control)
        copy.put(chunk_bytes(b"acTL", count.to_bytes(4, "big") + pictures.plays.to_bytes(4, "big")))
    number = _write_control(copy, pictures.first, 0)
    for place in range(0, len(seen.streams[0]), PNG_CHUNK):
        copy.put(chunk_bytes(b"IDAT", seen.streams[0][place : place + PNG_CHUNK]))
    for picture, stream in zip(pictures.frames, seen.streams[1:], strict=True):
        number = _write_control(copy, picture, number)
        for place in range(0, len(stream), PNG_CHUNK):
            copy.put(chunk_bytes(b"fdAT", stream[place : place + PNG_CHUNK], number.to_bytes(4, "big")))
            number += 1


def _write_control(copy: Copying, picture: Picture, number: int) -> int:
    if picture.control:
        copy.put(chunk_bytes(b"fcTL", picture.control, number.to_bytes(4, "big")))
    return number + bool(picture.control)


def _removed(chunks: tuple[Chunk, ...], header: Header, pictures: Pictures, written: set[bytes]) -> Iterator[Removal]:
    """Chunks that are not in the copy as they stand; those of pictures only where no decoder reads them."""
    gone = {chunk.start for chunk in pictures.gone}
    rebuilt = {b"IDAT", b"acTL", b"fcTL", b"fdAT", b"IEND"} | ({b"PLTE"} if header.colour == INDEXED else set())
    for chunk in chunks:
        raw = b"" if chunk.kind in rebuilt and chunk.start not in gone else bytes(chunk.raw)
        if raw and raw not in written:
            yield Removal(f"PNG {chunk.kind.decode()}", len(raw), sha256_hex(raw))
