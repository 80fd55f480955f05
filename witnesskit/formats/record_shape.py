"""The shape of what a field device wrote: a record and an original, before anything in them is used.

Whoever holds a device's key can seal any JSON. Values that nobody counts with may have any type; the others are
checked here, so that no reader has to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from witnesskit.errors.formats import BadJson
from witnesskit.media_model import Finding
from witnesskit.model import Json

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DIGEST_OR_NONE = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORD = re.compile(r"[!-~]{1,100}", re.ASCII)

Rule = Callable[[Json], bool]


def check_record(untrusted_value: Json) -> Mapping[str, Json]:
    """The object of a ``record.json``; raises BadJson with the field that is not in its form."""
    return _checked(untrusted_value, _RECORD, "a record")


def check_original(untrusted_value: Json) -> Mapping[str, Json]:
    """The object of an ``original.json``; raises BadJson with the field that is not in its form."""
    return _checked(untrusted_value, _ORIGINAL, "an original's facts")


def check_stub(untrusted_value: Json) -> Mapping[str, Json]:
    """The object of a ``stub.json``; raises BadJson with the field that is not in its form."""
    return _checked(untrusted_value, _STUB, "a stub")


def check_derived(untrusted_value: Json) -> Mapping[str, Json]:
    """The object of a ``derived.json``: facts of one copy; raises BadJson with what is not in its form."""
    if not isinstance(untrusted_value, dict) or not _COPY(untrusted_value):
        raise BadJson("a derived copy")
    return untrusted_value


def check_written(untrusted_value: Json) -> Mapping[str, Json]:
    """What a jailed writer says of its copy, stripped or derived; raises BadJson for what is not in its form."""
    if not isinstance(untrusted_value, dict) or not (_STRIPPED(untrusted_value) or _DERIVED(untrusted_value)):
        raise BadJson("facts of a copy")
    return untrusted_value


def _checked(value: Json, rules: Mapping[str, Rule], what: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise BadJson(what)
    for name, fits in rules.items():
        if not fits(value.get(name)):
            raise BadJson(f"{what}: {name}")
    return value


def _text(pattern: re.Pattern[str]) -> Rule:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def _number(least: int) -> Rule:
    return lambda value: type(value) is int and value >= least


def _list_of(fits: Rule) -> Rule:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _object_of(**rules: Rule) -> Rule:
    """An object with at least these members."""
    return lambda value: isinstance(value, dict) and all(fits(value.get(name)) for name, fits in rules.items())


def _is_essence(value: Json) -> bool:
    return _ESSENCE(value) and len(value) == len(_ESSENCE_NAMES)


def _maybe(fits: Rule) -> Rule:
    return lambda value: value is None or fits(value)


def _texts_by_name(value: Json) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_copy(value: Json) -> bool:
    """A copy, or why there is none; only a copy names a digest."""
    return _COPY(value) if isinstance(value, dict) and "sha256" in value else _is_object(value)


_MEDIA: Final = _object_of(stream=_number(1), sha256=_text(_DIGEST), bytes=_number(0), mime=_is_text)
_ESSENCE_NAMES: Final = {"stream": _text(_WORD), "definition": _text(_WORD), "sha256": _text(_DIGEST)}
_ESSENCE: Final = _object_of(**_ESSENCE_NAMES)
_COPY: Final = _object_of(
    stream=_number(1),
    item=_text(_ID),
    sha256=_text(_DIGEST),
    size=_number(0),
    media_type=_text(_WORD),
    removed=_is_list,
    kept=_maybe(_list_of(_is_text)),
    essence=_list_of(_is_essence),
    presentation_sha256=_text(_DIGEST_OR_NONE),
    finding=lambda value: value in tuple(Finding),
    jail=_text(_WORD),
)
_WRITTEN: Final = {
    "sha256": _text(_DIGEST),
    "size": _number(0),
    "media_type": _text(_WORD),
    "essence": _list_of(_is_essence),
    "presentation_sha256": _text(_DIGEST_OR_NONE),
}
_STRIPPED: Final = _object_of(**_WRITTEN, removed=_list_of(_is_object), kept=_list_of(_is_text))
_DERIVED: Final = _object_of(
    **_WRITTEN,
    parent_sha256=_text(_DIGEST),
    remarks=_list_of(_is_text),
    **dict.fromkeys(("parameters", "recipe", "engine", "facts"), _is_object),
)
_RECORD: Final[Mapping[str, Rule]] = {
    "format": _is_text,
    "item": _text(_ID),
    "source": _is_object,
    "times": _is_object,
    "capture": _object_of(media=_maybe(_list_of(_MEDIA)), completeness=_maybe(_texts_by_name)),
    "collection": _object_of(tool=_maybe(_is_object)),
    "copies": _list_of(_is_copy),
}
_STUB: Final[Mapping[str, Rule]] = dict.fromkeys(("kind", "url", "started_at", "egress"), _maybe(_is_text))
_ORIGINAL: Final[Mapping[str, Rule]] = {
    "source": _maybe(_is_object),
    "openings": _maybe(_list_of(_is_object)),
}
