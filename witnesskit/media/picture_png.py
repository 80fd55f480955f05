"""The pictures of a PNG, its frames, and what their pixels use: what inspection, essence and presentation share."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.media.colour_png import key_colour
from witnesskit.media.pixels_png import PixelFacts, count_pixels
from witnesskit.media.walk_png import PngWalk, walk_png
from witnesskit.media_limits import PNG_MAX
from witnesskit.model import SeekableReader


@dataclass
class Frame:
    """One coded picture: size, fcTL without its number (empty: not animated), coded bytes and how many count."""

    width: int
    height: int
    control: bytes = b""
    stream: bytes = b""
    length: int = 0


@dataclass
class PngFacts:
    """A PNG as a whole: walk, pictures in order, plays (-1: not animated), pixels, strays, doubts."""

    walk: PngWalk
    frames: list[Frame] = field(default_factory=list)
    plays: int = -1
    pixels: PixelFacts = field(default_factory=lambda: PixelFacts(0))
    strays: list[str] = field(default_factory=list)  # pieces that belong to no picture
    doubts: list[str] = field(default_factory=list)


def read_png(reader: SeekableReader) -> PngFacts:
    """Read all there is; never raises."""
    facts = PngFacts(walk_png(reader.read_at(0, min(reader.size, PNG_MAX))))
    facts.doubts += facts.walk.doubts
    if facts.walk.head.bits:
        _frames(facts)
    if facts.doubts:
        return facts
    head, palette = facts.walk.head, facts.walk.first("PLTE") or b""
    entries = min(len(palette) // 3, 2**head.depth) if head.colour == 3 else 0
    if head.colour == 3 and not entries:
        facts.doubts.append("no palette")
    facts.pixels = PixelFacts(entries, key_colour(facts.walk))
    for frame in facts.frames:
        frame.length = count_pixels(head, frame.stream, (frame.width, frame.height), facts.pixels)
    facts.doubts += dict.fromkeys(facts.pixels.doubts)
    return facts


def understood(reader: SeekableReader) -> PngFacts:
    """The same; raises ``BadMedia`` or ``MediaTooLarge`` where something was not understood."""
    facts = read_png(reader)
    if facts.doubts or facts.pixels.hidden:
        too_large = not facts.walk.end and reader.size > PNG_MAX
        raise (MediaTooLarge if too_large else BadMedia)("; ".join([*facts.doubts, *facts.pixels.hidden]))
    return facts


def _frames(facts: PngFacts) -> None:
    """Gather the coded bytes of every picture (clauses 11.2.3 and 11.3.6)."""
    head = facts.walk.head
    still = Frame(head.width, head.height)
    parts: list[tuple[Frame, list[bytes]]] = [(still, [])]
    state = _State()
    for piece in facts.walk.pieces:
        if piece.name in ("IDAT", "acTL", "fcTL", "fdAT", "PLTE") and not piece.sound:
            facts.doubts.append(f"checksum of {piece.name}")
        if piece.name == "IDAT":
            if state.closed:
                facts.strays.append("IDAT")
            else:
                parts[0][1].append(piece.body)
            continue
        state.closed = state.closed or bool(parts[0][1])
        if piece.name in ("acTL", "fcTL", "fdAT"):
            _animate(facts, state, parts, (piece.name, piece.body))
    for frame, bodies in parts:
        frame.stream = b"".join(bodies)
    facts.frames = [frame for frame, _ in parts]
    animated = [frame for frame, _ in parts if frame.control]
    if not parts[0][1] or (state.promised >= 0 and state.promised != len(animated)):
        facts.doubts.append("frames that are missing")


@dataclass
class _State:
    promised: int = -1
    closed: bool = False
    expected: int = 0


def _animate(
    facts: PngFacts, state: _State, parts: list[tuple[Frame, list[bytes]]], piece: tuple[str, bytes]
) -> None:
    name, body = piece
    if name == "acTL" and state.promised < 0 and not state.closed:
        state.promised = int.from_bytes(body[:4], "big") if len(body) == 8 else 0
        plays = int.from_bytes(body[4:8], "big")
        facts.plays = 0 if plays > 65_535 else plays
        facts.doubts += [] if state.promised else ["head of the animation"]
        return
    if name == "acTL" or state.promised < 0:
        facts.strays.append(name)
        return
    if int.from_bytes(body[:4], "big") != state.expected or len(body) < 4:
        facts.doubts.append("numbers of the animation")
    state.expected += 1
    if name == "fdAT":
        if len(parts) == 1:
            facts.doubts.append("a frame without its head")
        else:
            parts[-1][1].append(body[4:])
        return
    frame = _frame(body[4:], facts)
    if state.closed:
        parts.append((frame, []))
    elif parts[0][0].control or body[4:20] != facts.walk.pieces[0].body[:8] + bytes(8):
        facts.doubts.append("the first frame")
    else:
        parts[0][0].control = frame.control


def _frame(body: bytes, facts: PngFacts) -> Frame:
    sides = [int.from_bytes(body[at : at + 4], "big") for at in range(0, 16, 4)]
    head = facts.walk.head
    fits = 0 < sides[0] <= head.width - sides[2] and 0 < sides[1] <= head.height - sides[3]
    if len(body) != 22 or not fits or body[20] > 2 or body[21] > 1:
        facts.doubts.append("a frame outside the picture")
    return Frame(sides[0], sides[1], body[:22] or b"\0")
