"""Messages as canonical JSON on the pipe, and back; the parent takes nothing of a message for granted."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from witnesskit.capture import messages
from witnesskit.capture.messages import (
    Attempt,
    Connection,
    Control,
    Document,
    Facts,
    Failed,
    Media,
    MediaEnd,
    Message,
    Page,
    PageEnd,
    Piece,
    Started,
    WireEnd,
)
from witnesskit.errors.capture import WorkerGarbage
from witnesskit.errors.formats import BadJson
from witnesskit.formats import strict_json
from witnesskit.limits import CAPTURE_MESSAGE_MAX
from witnesskit.model import Json

_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        Started,
        Connection,
        Attempt,
        Page,
        Control,
        Document,
        PageEnd,
        WireEnd,
        Facts,
        Media,
        Piece,
        MediaEnd,
        Failed,
    )
}
_HINTS: dict[str, dict[str, Any]] = {}
END: Final = "End"  # the last message of a job; holds nothing


def encode(message: Message | None) -> bytes:
    """One message; None is the end of the job. Raises BadJson for a value outside the JSON profile."""
    if message is None:
        return strict_json.canonical({"message": END})
    fields = {f.name: getattr(message, f.name) for f in dataclasses.fields(message)}
    present = {name: value for name, value in fields.items() if value is not None}
    return strict_json.canonical({"message": type(message).__name__, **present})


def decode(untrusted: bytes) -> Message | None:
    """The message, every field of its type; None for the end. Raises WorkerGarbage."""
    try:
        value = strict_json.loads(untrusted, max_size=CAPTURE_MESSAGE_MAX)
    except BadJson as error:
        raise WorkerGarbage(error.code) from None
    if not isinstance(value, dict):
        raise WorkerGarbage("not an object")
    name = value.pop("message", None)
    if name == END and not value:
        return None
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise WorkerGarbage("unknown message")
    built: Message = _build(kind, value)
    return built


def _build(kind: type[Any], value: dict[str, Json]) -> Any:
    hints = _HINTS.setdefault(kind.__name__, get_type_hints(kind, vars(messages)))
    if not set(value) <= set(hints):
        raise WorkerGarbage("unknown field")
    try:
        return kind(**{name: _typed(value[name], hints[name]) for name in value}, **_absent(kind, value))
    except TypeError:
        raise WorkerGarbage("a field is missing") from None


def _absent(kind: type[Any], value: Mapping[str, Json]) -> dict[str, None]:
    """Fields that may be None are left out on the pipe."""
    fields = dataclasses.fields(kind)
    return {f.name: None for f in fields if f.name not in value and "None" in str(f.type)}


def _typed(value: Json, hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _typed(value, next(one for one in arguments if one is not type(None)))
    if origin is tuple and isinstance(value, list):
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_typed(one, arguments[0]) for one in value)
        if len(arguments) == len(value):
            return tuple(_typed(one, part) for one, part in zip(value, arguments, strict=True))
    if origin is not None and isinstance(value, dict) and issubclass(origin, Mapping):
        return value
    if isinstance(hint, type) and isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    raise WorkerGarbage("a field of another type")
