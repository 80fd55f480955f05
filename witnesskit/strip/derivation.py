"""What a derivative is to be: every choice of a person, as one value that is recorded with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from witnesskit.errors.derive import BadRegion, BadSpan, ChoiceDoesNotFit
from witnesskit.media_limits import BOXES_MAX, DERIVE_SPAN_MAX, STILLS_MAX
from witnesskit.model import Json

ALWAYS: Final = -1  # milliseconds; an end that is open


@dataclass(frozen=True)
class Region:
    """A rectangle in points of the picture as it is shown: whole, after its rotation, with square points."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Span:
    """From ``start`` until before ``end``, milliseconds from the start of the film; ``ALWAYS`` is an open end."""

    start: int = 0
    end: int = ALWAYS

    def holds(self, first: int, after: int) -> bool:
        """Whether something shown from ``first`` until ``after`` is seen during this span."""
        return after > self.start and (self.end == ALWAYS or first < self.end)


@dataclass(frozen=True)
class Box:
    """A black box over a region, during a span."""

    region: Region
    span: Span = Span()


@dataclass(frozen=True)
class Derivation:
    """Every choice; the rest of the recipe is fixed and named in the facts of what was made."""

    half: bool = True
    mute: bool = False
    pixelate: bool = False
    crop: Region | None = None
    trim: Span = Span()
    boxes: tuple[Box, ...] = ()
    stills: int = 0  # of a film: so many pictures, no film and no sound
    still: int = 0  # which of them, from 0

    def check(self) -> None:
        """What can be seen without the film; raises BadRegion, BadSpan or ChoiceDoesNotFit."""
        for region in self.regions:
            if min(region.x, region.y) < 0 or min(region.width, region.height) < 1:
                raise BadRegion
        for span in (self.trim, *(box.span for box in self.boxes)):
            if not (0 <= span.start < DERIVE_SPAN_MAX and (span.end == ALWAYS or span.start < span.end)):
                raise BadSpan
        if len(self.boxes) > BOXES_MAX or not 0 <= self.stills <= STILLS_MAX:
            raise ChoiceDoesNotFit
        if not 0 <= self.still < max(1, self.stills):
            raise ChoiceDoesNotFit

    @property
    def regions(self) -> tuple[Region, ...]:
        """Every region that must lie in the picture."""
        boxes = tuple(box.region for box in self.boxes)
        return boxes if self.crop is None else (self.crop, *boxes)

    def json(self) -> Json:
        """All choices as JSON of our profile; ``from_json`` reads it."""
        value = asdict(self)
        value["boxes"] = list(value["boxes"])
        value["crop"] = value["crop"] or {}
        return value


def from_json(value: Json) -> Derivation:
    """The choices of ``Derivation.json``; raises what ``check`` raises, KeyError or TypeError for another form."""
    boxes = tuple(Box(Region(**box["region"]), Span(**box["span"])) for box in value["boxes"])
    given = {**value, "boxes": boxes, "trim": Span(**value["trim"])}
    given["crop"] = Region(**value["crop"]) if value["crop"] else None
    derivation = Derivation(**given)
    derivation.check()
    return derivation


def in_picture(regions: tuple[Region, ...], width: int, height: int) -> None:
    """Raise BadRegion where one of ``regions`` does not lie wholly in a picture of that size, as it is shown."""
    for region in regions:
        if region.x + region.width > width or region.y + region.height > height:
            raise BadRegion


def made_size(derivation: Derivation, width: int, height: int) -> tuple[int, int]:
    """(width, height) of what is made of a picture shown at ``width`` and ``height``; both even, at least 2."""
    if derivation.crop is not None:
        width, height = derivation.crop.width, derivation.crop.height
    parts = 4 if derivation.half else 2
    return max(2, 2 * (width // parts)), max(2, 2 * (height // parts))


def grown(region: Region, width: int, height: int, step: int = 4) -> Region:
    """``region`` out to the next whole ``step``, so that no point of its colour stays; inside the picture."""
    left, top = region.x - region.x % step, region.y - region.y % step
    right = min(width, -(-(region.x + region.width) // step) * step)
    bottom = min(height, -(-(region.y + region.height) // step) * step)
    return Region(left, top, right - left, bottom - top)


def blocks_of(width: int, height: int, blocks: int = 16) -> tuple[int, int]:
    """(columns, rows) of a picture of at most ``blocks`` blocks on its longer side."""
    longer = max(width, height)
    return max(1, round(blocks * width / longer)), max(1, round(blocks * height / longer))
