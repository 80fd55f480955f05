"""``strip FILE --out COPY``: a plain copy, kept only if the second look at it is clean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from witnesskit.actions.strip_group import Order, Stripped, strip_group
from witnesskit.errors.cli import OutputExists
from witnesskit.media_model import DEFAULT_CHOICES, StripChoices


def strip_file(
    path: Path, out: Path, wrote: Callable[[int], None], choices: StripChoices = DEFAULT_CHOICES
) -> Stripped:
    """Write a clean copy of ``path`` to ``out``; ``wrote`` is told the bytes written.

    Raises UnknownFormat, CopyNotClean (the copy is deleted), FileUnreadable, OutputExists, a leaf of Unstrippable
    or of errors/media.py, and the jail's leaves.
    """
    if out.exists() or out.is_symlink():
        raise OutputExists
    (done,) = strip_group([path], Order(out.parent, lambda _: out, choices, wrote))
    if done.refusal:
        raise done.refusal
    return done
