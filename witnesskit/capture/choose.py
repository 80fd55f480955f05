"""From the extractor's words to what is fetched and what is told: the formats it chose, as plans and listed facts."""

from __future__ import annotations

from typing import Any, Final

from witnesskit.capture import facts
from witnesskit.capture.plan import FILE, PLAYLIST, SEGMENTS, UNSUPPORTED, Segment, StreamPlan
from witnesskit.limits import FACTS_MAX, OVERLAP, SEGMENTS_MAX
from witnesskit.model import Json

_SCHEMES: Final = ("http://", "https://")
_OFFERED_MAX: Final = 200  # formats listed as offered


def grouped(chosen: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The formats of each video together, in order."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for info in chosen:
        key = (str(info.get("extractor_key")), f"{info.get('id')}/{info.get('playlist_index')}")
        groups.setdefault(key, []).append(info)
    return list(groups.values())


def facts_of(entry: list[dict[str, Any]], entries: int) -> dict[str, Json]:
    """Listed facts of one video of ``entries``, with the formats chosen and offered; never their URLs."""
    found = facts.listed(entry[0], FACTS_MAX // entries)
    found["formats_chosen"] = [facts.pick(info, facts.FORMAT_KEYS) for info in entry]
    found["formats_offered"] = [
        facts.pick(one, facts.FORMAT_KEYS) for one in list(entry[0].get("formats") or [])[:_OFFERED_MAX]
    ]
    found["formats_offered_total"] = len(entry[0].get("formats") or [])
    return found


def plans(number: int, entry: list[dict[str, Any]]) -> list[StreamPlan]:
    """The streams of one video."""
    return [_plan(number, info) for info in entry if info.get("url") or info.get("fragments")]


def _plan(number: int, info: dict[str, Any]) -> StreamPlan:
    protocol = str(info.get("protocol") or "")
    pieces = _fragments(info)
    kind, reason = FILE, ""
    if info.get("has_drm"):
        kind, reason = UNSUPPORTED, "drm"
    elif info.get("is_live") and protocol not in ("m3u8", "m3u8_native"):
        kind, reason = UNSUPPORTED, "live"
    elif protocol == "http_dash_segments" and pieces:
        kind = SEGMENTS
    elif protocol in ("m3u8", "m3u8_native"):
        kind = PLAYLIST
    elif protocol not in ("http", "https") or info.get("fragments"):
        kind, reason = UNSUPPORTED, f"protocol-{protocol or 'unknown'}"
    size = info.get("filesize")
    return StreamPlan(
        number, str(info.get("format_id") or ""), str(info.get("url") or ""), kind,
        _media_headers(info), str(info.get("ext") or ""), size if isinstance(size, int) else None,
        pieces, _piece(info), reason,
    )  # fmt: skip


def _piece(info: dict[str, Any]) -> int:
    """Bytes at a time that the extractor knows the site to want; 0 for all."""
    size = (info.get("downloader_options") or {}).get("http_chunk_size")
    return size if isinstance(size, int) and size >= OVERLAP else 0


def _media_headers(info: dict[str, Any]) -> dict[str, str]:
    headers = info.get("http_headers") or {}
    return {str(k): str(v) for k, v in headers.items() if str(k).lower() not in ("cookie", "authorization")}


def _fragments(info: dict[str, Any]) -> tuple[Segment, ...]:
    """The pieces the extractor lists; empty when it lists none, or gives them only live."""
    listed = info.get("fragments")
    if not isinstance(listed, list | tuple) or len(listed) > SEGMENTS_MAX:
        return ()
    base = str(info.get("fragment_base_url") or "")
    urls = [str(one.get("url") or (base + str(one.get("path", "")))) for one in listed]
    return tuple(Segment(url) for url in urls) if all(url.lower().startswith(_SCHEMES) for url in urls) else ()
