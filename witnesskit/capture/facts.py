"""What may leave the worker of what the extractor said: listed keys only, in the JSON profile of our formats.

Never listed: cookies, request headers, media URLs, paths of this computer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from witnesskit.formats import strict_json
from witnesskit.limits import FACTS_MAX
from witnesskit.model import Json

KEYS: Final = (
    "id", "title", "fulltitle", "alt_title", "description", "uploader", "uploader_id", "uploader_url", "creator",
    "channel", "channel_id", "channel_url", "channel_follower_count", "upload_date", "release_date", "timestamp",
    "release_timestamp", "modified_timestamp", "modified_date", "duration", "webpage_url", "original_url",
    "extractor", "extractor_key", "availability", "live_status", "was_live", "is_live", "age_limit", "license",
    "location", "language", "categories", "tags", "view_count", "like_count", "dislike_count", "repost_count",
    "comment_count", "comments", "chapters", "playlist", "playlist_id", "playlist_title", "playlist_uploader",
    "playlist_index", "playlist_count", "display_id", "series", "season", "episode", "artist", "track", "album",
)  # fmt: skip
# what is taken only where the policy collects it, and what of it
COLLECTED_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "uploader": frozenset(
        {
            "uploader", "uploader_id", "uploader_url", "creator", "channel", "channel_id", "channel_url",
            "channel_follower_count", "playlist_uploader", "artist",
        }
    ),
    "description": frozenset({"description"}),
    "comments": frozenset({"comments", "comment_count"}),
}  # fmt: skip
FORMAT_KEYS: Final = (
    "format_id", "format_note", "ext", "container", "protocol", "vcodec", "acodec", "width", "height", "fps", "tbr",
    "vbr", "abr", "asr", "audio_channels", "dynamic_range", "resolution", "filesize", "filesize_approx", "language",
)  # fmt: skip
_COMMENT_KEYS: Final = ("id", "parent", "text", "author", "author_id", "timestamp", "like_count")
_DEPTH: Final = 6
_BOUND: Final = 2**53


def listed(
    info: Mapping[str, Any], most: int = FACTS_MAX, collect: Collection[str] = tuple(COLLECTED_KEYS)
) -> dict[str, Json]:
    """The listed keys of one extractor result, ``most`` bytes; too many comments are dropped, and counted."""
    dropped = frozenset().union(*(keys for word, keys in COLLECTED_KEYS.items() if word not in collect))
    facts = pick(info, [key for key in KEYS if key not in dropped])
    comments = info.get("comments") if "comments" in collect else None
    if isinstance(comments, Sequence) and not isinstance(comments, str):
        facts["comments"] = [pick(one, _COMMENT_KEYS) for one in comments if isinstance(one, Mapping)]
    if _size(facts) > most and "comments" in facts:
        facts["comments_dropped"] = len(facts.pop("comments"))
    if _size(facts) > most:
        facts = {"facts_dropped": "too large", "extractor": facts.get("extractor", "")}
    return facts


def pick(source: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Json]:
    """The given keys that are there, cleaned; what is absent or null stays absent."""
    found = {key: clean(source[key]) for key in keys if source.get(key) is not None}
    return {key: value for key, value in found.items() if value is not None}


def clean(value: Any, depth: int = _DEPTH) -> Json | None:
    """A value of the JSON profile: text without lone surrogates, other numbers as text; None for none."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_BOUND < value < _BOUND else str(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _BOUND else repr(value)
    if depth and isinstance(value, Mapping):
        cleaned = {clean(key): clean(one, depth - 1) for key, one in value.items() if isinstance(key, str)}
        return {key: one for key, one in cleaned.items() if one is not None}
    if depth and isinstance(value, list | tuple):
        return [one for one in (clean(one, depth - 1) for one in value) if one is not None]
    return None


def _size(facts: Mapping[str, Json]) -> int:
    return len(strict_json.canonical(facts))
