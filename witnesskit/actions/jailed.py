"""The table of what the limited child may run: inspect, strip, and inspect the copy again.

Run as ``python -m witnesskit.actions.jailed`` by jail/run.py only. The child opens the sealed source itself,
with the file key that came over the pipe; nothing readable is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final

from witnesskit.jail.child import Request, serve
from witnesskit.media_model import Inspection, StripChoices
from witnesskit.model import Json, SeekableReader

_SEALED: Final = ("witnesskit.sealing.capsule", "witnesskit.sealing.open")
_INSPECTORS: Final = ("witnesskit.media.all_readers", "witnesskit.media.exif_values")
_LOOK: Final = ("witnesskit.media.probe", "witnesskit.media.inspect", "witnesskit.media.exif_values")
_JPEG: Final = (*_LOOK, "witnesskit.media.inspect_jpeg")
_FILM: Final = (*_LOOK, "witnesskit.media.inspect_isobmff")
_REWRITE: Final = ("witnesskit.media.probe", "witnesskit.strip.registry")
_WRITERS: Final = ("witnesskit.strip.all_writers",)
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "inspect": (*_SEALED, *_INSPECTORS),
    "strip": (*_SEALED, "witnesskit.media.probe", "witnesskit.strip.registry", *_WRITERS),
    "inspect_again": (*_SEALED, *_INSPECTORS),
    "read_also": (*_SEALED, "witnesskit.media.read_also"),
    "preview": (*_SEALED, "witnesskit.media.preview"),
    "derive": (*_SEALED, "witnesskit.media.probe", "witnesskit.strip.derive", *_WRITERS),
    "strip jpeg": (*_REWRITE, "witnesskit.strip.jpeg"),
    "strip film": (*_REWRITE, "witnesskit.strip.isobmff"),
    "inspect jpeg": _JPEG,
    "inspect film": _FILM,
    "inspect_again jpeg": (*_JPEG, "witnesskit.media.residue", "witnesskit.media.needles_jpeg"),
    "inspect_again film": (*_FILM, "witnesskit.media.residue"),
}


def inspect(request: Request) -> Json:
    """What the source gives away; the values leave the child only over the pipe."""
    from witnesskit.media.inspect import inspect as look

    return inspection_json(look(_reader(request)))


def strip(request: Request) -> Json:
    """Write the copy to the output; reply with what was done. Raises the leaves of errors/strip.py."""
    from witnesskit.media.probe import kind_of
    from witnesskit.strip.registry import strip as rewrite

    choices, reader = StripChoices(**request.params["choices"]), _reader(request)
    done = rewrite(reader, kind_of(reader), request.output, choices)
    return {
        "media_type": done.media_type,
        "size": done.size,
        "sha256": done.sha256,
        "removed": [asdict(part) for part in done.removed],
        "essence": [asdict(part) for part in done.essence],
        "presentation_sha256": done.presentation_sha256,
        "kept": list(done.kept),
    }


def read_also(request: Request) -> Json:
    """What other readers than ours say of the source: each a Reading.json."""
    from witnesskit.media.read_also import read_also as look

    return {"readings": look(_reader(request))}


def preview(request: Request) -> Json:
    """Write the small pictures of the source one after the other to the output; reply with their kinds and sizes."""
    from witnesskit.media.preview import write_previews

    return {"pictures": write_previews(_reader(request), request.output)}


def derive(request: Request) -> Json:
    """Write a derivative, coded anew and stripped, to the output; reply with Derived.json."""
    from witnesskit.media.probe import kind_of
    from witnesskit.strip.derivation import from_json
    from witnesskit.strip.derive import derive as make

    reader = _reader(request)
    return make(reader, kind_of(reader), request.output, from_json(request.params["derivation"])).json()


def inspect_again(request: Request) -> Json:
    """Inspect a copy (the second source) and look in it for what its original (the first) gave away.

    The inspection of the original itself is ``original`` of the answer.
    """
    from witnesskit.media.inspect import inspect as look
    from witnesskit.media.residue import held
    from witnesskit.media.residue import inspect_again as look_again

    original, copy = held(_reader(request)), held(_reader(request, 1))
    before = look(original)
    return {**inspection_json(look_again(original, copy, before)), "original": inspection_json(before)}


_KINDS: Final = {"jpeg": ("image/jpeg",), "film": ("video/mp4", "video/quicktime")}


def alone(few: str, call: Callable[[Request], Json]) -> Callable[[Request], Json]:
    """``call`` for a child that loaded what ``few`` kinds of plain files need; others are said to be others."""

    def answer(request: Request) -> Json:
        from witnesskit.media.probe import kind_of

        if any(given.file_key or kind_of(given.source) not in _KINDS[few] for given in request.sources):
            return {"other_kind": True}
        return call(request)

    return answer


def inspection_json(seen: Inspection) -> Json:
    """An inspection as JSON of our profile."""
    return {
        "finding": str(seen.finding),
        "media_type": seen.media_type,
        "reason": seen.reason,
        "revelations": [asdict(part) for part in seen.revelations],
        "facts": dict(seen.facts),
    }


def _reader(request: Request, number: int = 0) -> SeekableReader:
    given = request.sources[number]
    if not given.file_key:
        return given.source
    from witnesskit.sealing.capsule import CapsuleReader

    return CapsuleReader.with_file_key(given.source, given.file_key, unfinished=True).stream(given.prefix)


if __name__ == "__main__":
    serve(
        {
            "inspect": inspect,
            "strip": strip,
            "inspect_again": inspect_again,
            "read_also": read_also,
            "preview": preview,
            "derive": derive,
            **{f"strip {few}": alone(few, strip) for few in _KINDS},
            **{f"inspect {few}": alone(few, inspect) for few in _KINDS},
            **{f"inspect_again {few}": alone(few, inspect_again) for few in _KINDS},
        },
        NEEDS,
    )
