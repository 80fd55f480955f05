"""Streams in pieces: ``/h/NAME/list.m3u8`` with the behaviour NAME of ``HLS``, ``/d/NAME.mpd`` for DASH."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from .bodies import IV, KEY, SEGMENTS, joined, sealed, segment
from .handler import Handler

LIST = "list.m3u8"
_ALL = range(1, SEGMENTS + 1)
Serve = Callable[[Handler, str], None]


def _give(handler: Handler, data: bytes, kind: str = "video/mp2t") -> None:
    """A piece; ``media`` notes which file it is, so that nothing of it can be lost unseen."""
    handler.head(200, len(data), {"Content-Type": kind})
    handler.part(data, 0, data)


def _list(handler: Handler, lines: Iterable[str], *, end: bool = True) -> None:
    text = "\n".join(["#EXTM3U", *lines, *(["#EXT-X-ENDLIST"] if end else []), ""])
    handler.send(200, text.encode(), "application/vnd.apple.mpegurl")


def _named(key: str = "") -> list[str]:
    head = ["#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", *([key] if key else [])]
    return head + [line for number in _ALL for line in ("#EXTINF:2.0,", f"{number}.ts")]


def _hls(*, end: bool = True, odd: Serve | None = None, numbers: tuple[int, ...] = ()) -> Serve:
    """A list of six pieces; those of ``numbers`` are answered by ``odd``."""

    def serve(handler: Handler, name: str) -> None:
        if name == LIST:
            _list(handler, _named(), end=end)
        elif odd and name in [f"{number}.ts" for number in numbers]:
            odd(handler, name)
        else:
            _piece(handler, name)

    return serve


def _piece(handler: Handler, name: str) -> None:
    _give(handler, segment(int(name.partition(".")[0])))


def _gone(handler: Handler, _name: str) -> None:
    handler.error(404)


def _moved(handler: Handler, name: str) -> None:
    """Two redirects on the way to a piece."""
    handler.redirect(f"/h/hops/{name}")


def _hops(handler: Handler, name: str) -> None:
    handler.redirect(f"/h/good/{name}")


def _page(handler: Handler, _name: str) -> None:
    handler.html("<p>Log in to continue.</p>")


def _cut_once(handler: Handler, name: str) -> None:
    handler.media(segment(int(name[:-3])), limit=10_000 if handler.time == 1 else None)


def _cut(handler: Handler, name: str) -> None:
    handler.media(segment(int(name[:-3])), limit=10_000 if handler.time == 1 else 0)


def _aes(*, iv: bytes = b"", method: str = "AES-128", key: bytes | None = KEY) -> Serve:
    """Encrypted pieces from media sequence 40 on; ``iv`` empty: the sequence number."""

    def serve(handler: Handler, name: str) -> None:
        if name == LIST:
            named = f'#EXT-X-KEY:METHOD={method},URI="key"' + (f",IV=0x{iv.hex()}" if iv else "")
            _list(handler, ["#EXT-X-MEDIA-SEQUENCE:40", *_named(named)])
        elif name == "key":
            handler.error(403) if key is None else handler.send(200, key, "application/octet-stream")
        else:
            _give(handler, sealed(int(name[:-3]), iv))

    return serve


def _maps(*, gap: bool = False) -> Serve:
    """Two initialisation sections; with ``gap`` or the flag "gap" a piece that the list itself says is missing."""

    def serve(handler: Handler, name: str) -> None:
        if name == LIST:
            first = ["#EXT-X-TARGETDURATION:2", '#EXT-X-MAP:URI="1.map"', "1.ts", "2.ts"]
            second = ["#EXT-X-DISCONTINUITY", '#EXT-X-MAP:URI="2.map"', "3.ts"]
            third = ["#EXT-X-GAP", "4.ts"] if gap or "gap" in handler.site.flags else []
            _list(handler, first + second + third)
        elif name.endswith(".map"):
            _give(handler, segment(int(name[:-4]), "map"), "video/mp4")
        else:
            _piece(handler, name)

    return serve


def _broadcast(*, window: int, kind: str = "", ends: bool = True, jump: int = 0, gone: bool = False) -> Serve:
    """A broadcast whose list grows by a piece with each look; ``window``: pieces it names at a time."""

    def serve(handler: Handler, name: str) -> None:
        if name != LIST:
            _piece(handler, name)
            return
        look = max(1, handler.time - 3)  # an extractor looks thrice itself
        if gone and look > 3:
            handler.error(410)
            return
        last = min(SEGMENTS, look + 1 + (jump if look > 1 else 0))
        first = max(1, last - window + 1)
        lines = ["#EXT-X-TARGETDURATION:0", f"#EXT-X-MEDIA-SEQUENCE:{first - 1}"]
        lines += [f"#EXT-X-PLAYLIST-TYPE:{kind}"] if kind else []
        _list(handler, lines + [f"{number}.ts" for number in range(first, last + 1)], end=ends and last == SEGMENTS)

    return serve


def _ranges(handler: Handler, name: str) -> None:
    """One file, and a list that names parts of it (RFC 8216, 4.3.2.2)."""
    if name != LIST:
        handler.media(joined())
        return
    lines, start = ["#EXT-X-VERSION:4", "#EXT-X-TARGETDURATION:2"], 0
    for number in _ALL:
        size = len(segment(number))
        lines += ["#EXTINF:2.0,", f"#EXT-X-BYTERANGE:{size}@{start}", "1.ts"]
        start += size
    _list(handler, lines)


def _variants(handler: Handler, _name: str) -> None:
    lines = [f'#EXT-X-STREAM-INF:BANDWIDTH={1000 * n},CODECS="avc1.64001f,mp4a.40.2"\n/h/{name}/list.m3u8'
             for n, name in ((1, "gap"), (9, "good"))]  # fmt: skip
    _list(handler, lines, end=False)


def _taken_down(handler: Handler, _name: str) -> None:
    handler.error(410)


HLS: dict[str, Serve] = {
    "good": _hls(), "gap": _hls(odd=_gone, numbers=(3,)), "live": _hls(end=False), "hops": _hops,
    "moved": _hls(odd=_moved, numbers=tuple(_ALL)), "page": _hls(odd=_page, numbers=(3,)),
    "taken": _hls(odd=_taken_down, numbers=(4, 5, 6)), "cut": _hls(odd=_cut_once, numbers=(3,)),
    "dies": _hls(odd=_cut, numbers=(3,)), "key": _aes(), "aes": _aes(), "aes-iv": _aes(iv=IV),
    "aes-nokey": _aes(key=None), "aes-badkey": _aes(key=b"<html>no</html>"),
    "sample-aes": _aes(method="SAMPLE-AES"), "maps": _maps(), "maps-gap": _maps(gap=True),
    "event": _broadcast(window=99, kind="EVENT"), "sliding": _broadcast(window=2),
    "jumping": _broadcast(window=2, jump=2), "endless": _broadcast(window=2, ends=False),
    "list-gone": _broadcast(window=99, ends=False, gone=True), "ranges": _ranges, "variants": _variants,
}  # fmt: skip


def manifest(url: str) -> str:
    """A DASH manifest with one video and one audio stream; ``url``: what its pieces begin with, up to /d/."""
    sets = "".join(
        f'<AdaptationSet contentType="{kind}" mimeType="{kind}/mp4"><Representation id="{kind}" bandwidth="1000" '
        f'codecs="{codec}"><SegmentList>'
        + "".join(f'<SegmentURL media="{url}/d/{kind}-{n}.m4s"/>' for n in range(1, SEGMENTS + 1))
        + "</SegmentList></Representation></AdaptationSet>"
        for kind, codec in (("video", "avc1.64001f"), ("audio", "mp4a.40.2"))
    )
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        f'mediaPresentationDuration="PT12S"><Period>{sets}</Period></MPD>'
    )


def route(handler: Handler, path: str) -> bool:
    """Answer for lists, manifests, keys and pieces."""
    if (found := re.fullmatch(r"/h/([a-z-]+)/(list\.m3u8|key|\d+\.ts|\d+\.map)", path)) and found[1] in HLS:
        HLS[found[1]](handler, found[2])
    elif found := re.fullmatch(r"/d/(manifest|gap)\.mpd", path):
        gap = "/d/gap" if found[1] == "gap" else ""
        handler.send(200, manifest(handler.site.url + gap).encode(), "application/dash+xml")
    elif path == "/d/gap/d/audio-3.m4s":
        handler.error(404)
    elif found := re.fullmatch(r"(?:/d/gap)?/d/(video|audio)-(\d+)\.m4s", path):
        _give(handler, segment(int(found[2]), found[1]), "video/iso.segment")
    else:
        return False
    return True
