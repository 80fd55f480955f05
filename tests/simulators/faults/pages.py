"""Pages without a fault in their media: errors, redirects, walls, pages that break off, never end or unpack to many."""

from __future__ import annotations

import gzip
import random
import re
import struct
import time
import zlib
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from .bodies import poster, subtitle
from .handler import Handler

ELSEWHERE = "http://169.254.169.254"  # link-local (RFC 3927): nobody's public site
REMOVED = "<p>This video has been removed.</p>"
_ARTICLE = "<p>" + "He said that the police had come to the square before noon and left it at night. " * 20 + "</p>"
_PACKED = '<!doctype html><title>Square</title><video src="/m/good.mp4"></video>' + " " * 100_000
_TRACKS = "".join(f'<track kind="subtitles" srclang="{one}" src="/b/{{}}{one}.vtt">' for one in ("kk", "ru"))


def _half_a_page(handler: Handler) -> None:
    handler.head(200, 5000, {"Content-Type": "text/html"})
    handler.give(b"<!doctype html><title>half</title>")
    handler.close_connection = True


def _endless(handler: Handler) -> None:
    handler.open_end("text/html")
    for _ in range(400):
        handler.give(b"<p>" + b"and so on " * 100_000)


def _noise() -> bytes:
    """A page that takes as much room packed as not: some 8 MB of frames on any pipe."""
    return b"<!doctype html><title>Noise</title><pre>" + random.Random(1).randbytes(4_000_000).hex().encode()


def bomb() -> bytes:
    """A page of 200 MB in some 200 kB."""
    return _packed_blanks(200)


def _packed_blanks(megabytes: int) -> bytes:
    """gzip (RFC 1952) of a page of blanks: one packed megabyte again and again, which takes no time to make."""
    start, blanks = b"<!doctype html><html><body>", b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    check = zlib.crc32(start)
    for _ in range(megabytes):
        check = zlib.crc32(blanks, check)
    trailer = struct.pack("<II", check, len(start) + megabytes * len(blanks))
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + first + again * megabytes + packer.flush() + trailer


def _drip(handler: Handler) -> None:
    handler.open_end("text/html")
    for _ in range(200):
        handler.give(b"<p>")
        handler.wfile.flush()
        time.sleep(0.05)


def _raw(head: bytes, body: bytes = b"") -> Callable[[Handler], None]:
    """An answer that is written as it stands."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(head)
        handler.give(body)
        handler.close_connection = True

    return answer


def _another_host(handler: Handler) -> str:
    """The same listener by its other name."""
    parts = urlsplit(handler.site.url)
    name = "127.0.0.1" if (handler.headers.get("Host") or "").startswith("localhost") else "localhost"
    return f"http://{name}:{parts.port}/p/good.html"


def _says(words: str) -> Callable[[Handler], None]:
    return lambda handler: handler.html(f"<p>{words}</p>")


def _videos(*sources: str) -> Callable[[Handler], None]:
    return lambda handler: handler.html("".join(f'<video src="{source}"></video>' for source in sources))


def _beside(place: str) -> Callable[[Handler], None]:
    """A film with a poster and two subtitles, which lie at ``place``."""
    film = f'<video src="/m/good.mp4" poster="/b/{place}poster.jpg">{_TRACKS.replace("{}", place)}</video>'
    return lambda handler: handler.html(film)


def _subtitle(handler: Handler, language: str) -> None:
    if "no-subtitles" in handler.site.flags:
        handler.error(404)
    else:
        handler.send(200, subtitle(language), "text/vtt")


_FLOOD = b"".join(b"X-Flood-%d: 1\r\n" % number for number in range(1000))
PAGES: dict[str, Callable[[Handler], None]] = {
    "/p/beside/film.html": _beside(""),
    "/p/beside/gone.html": _beside("gone/"),
    "/b/poster.jpg": lambda handler: handler.send(200, poster(), "image/jpeg"),
    "/b/kk.vtt": lambda handler: _subtitle(handler, "kk"),
    "/b/ru.vtt": lambda handler: _subtitle(handler, "ru"),
    "/p/two/videos.html": _videos("/m/good.mp4", "/m/second.mp4"),
    "/p/two/one-gone.html": _videos("/m/good.mp4", "/m/410.mp4"),
    "/x/film.html": lambda handler: handler.html(f'<video src="{handler.site.url}/m/good.mp4"></video>'),
    "/x/private.html": _videos(f"{ELSEWHERE}/m/good.mp4"),
    "/r/page": lambda handler: handler.redirect("/p/good.html"),
    "/r/gone": lambda handler: handler.redirect("/e/410"),
    "/r/members": lambda handler: handler.redirect("/accounts/login?next=/p/good.html"),
    "/r/loop": lambda handler: handler.redirect("/r/loop"),
    "/r/ping": lambda handler: handler.redirect("/r/pong"),
    "/r/pong": lambda handler: handler.redirect("/r/ping"),
    "/r/nowhere": lambda handler: handler.head(302, 0, {}),
    "/r/file": lambda handler: handler.redirect("file:///etc/hostname"),
    "/r/host": lambda handler: handler.redirect(_another_host(handler)),
    "/r/private": lambda handler: handler.redirect(f"{ELSEWHERE}/m/good.mp4"),
    "/r/loopback": lambda handler: handler.redirect("http://127.0.0.1/m/good.mp4"),
    "/accounts/login": _says("Welcome back."),
    "/nothing.html": lambda handler: handler.html(REMOVED),
    "/private.html": _says("This video is private."),
    "/country.html": _says("This video is not available in your country."),
    "/robot.html": _says("Verify you are human."),
    "/plain.html": _says("Nothing but words."),
    "/article.html": lambda handler: handler.html(_ARTICLE + REMOVED + _ARTICLE),
    "/login.html": lambda handler: handler.html('<form action="/login"><input type="password"></form>'),
    "/packed.html": lambda handler: handler.packed(gzip.compress(_PACKED.encode(), mtime=0)),
    "/packed-noise.html": lambda handler: handler.packed(gzip.compress(_noise(), 0, mtime=0)),
    "/empty.html": lambda handler: handler.send(200, b""),
    "/cut-page.html": _half_a_page, "/endless.html": _endless, "/bomb.html": lambda handler: handler.packed(bomb()), "/drip.html": _drip,
    "/hang": lambda handler: handler.silent(),
    "/hang-up": lambda handler: setattr(handler, "close_connection", True),
    "/status-line": _raw(b"HTTP/1.1 banana\r\nContent-Length: 0\r\n\r\n"),
    "/not-http": _raw(b"220 mail.example ESMTP ready\r\n"),
    "/head-flood": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + _FLOOD + b"\r\n"),
    "/head-long": _raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n"),
    "/head-cut": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/ht"),
}  # fmt: skip


def route(handler: Handler, path: str) -> bool:
    """Answer for everything that is no film and no stream in pieces."""
    if path in PAGES:
        PAGES[path](handler)
    elif found := re.fullmatch(r"/e/(\d{3})(?:-(\d+))?", path):
        handler.error(int(found[1]), **({"Retry_After": found[2]} if found[2] else {}))
    elif path.startswith("/to/"):
        handler.redirect(unquote(path[4:]))
    elif path.startswith("/accounts/login"):
        PAGES["/accounts/login"](handler)
    elif found := re.fullmatch(r"/r/chain/(\d{1,6})", path):
        handler.redirect(f"/r/chain/{int(found[1]) + 1}")
    else:
        return False
    return True
