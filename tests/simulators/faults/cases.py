"""The table: every case, what the server does, and what an archiving tool has to make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import kept

TRAP_NAME = "http://footage.invalid"  # RFC 6761: no resolver knows it, the trap does
REFUSED_NAME = "http://refused.invalid"  # the trap refuses to lead there
SOCKS = ("socks", "socks-refused")


@dataclass(frozen=True)
class Case:
    """One thing that can happen. ``path`` is behind the base URL of the listener ``via``.

    ``outcome`` is a word of docs/spec/outcome.md, for a tool that holds out for a while and tries again; ``kept``
    one of kept.py. The first request for a path counts as the first, so ``/reset`` comes before a second run.
    """

    name: str
    path: str
    what: str
    outcome: str
    kept: str
    via: str = "http"


def url(case: Case, bases: Mapping[str, str]) -> str:
    """Where the case is played; ``bases`` as in Site."""
    return bases.get(case.via, "") + case.path


def _film(name: str, what: str, outcome: str, words: str) -> Case:
    return Case(name, f"/p/{name}.html", what, outcome, words)


def _list(name: str, what: str, outcome: str, words: str) -> Case:
    return Case(f"hls-{name}", f"/h/{name}/list.m3u8", what, outcome, words)


_WHOLE = (
    _film("good", "A page with a film; nothing is wrong.", "saved", kept.ALL),
    _film("cut", "The connection ends after half the film; a resume works.", "saved", kept.ALL),
    _film("drops", "Each connection ends after 150000 further bytes.", "saved", kept.ALL),
    _film("reset", "The connection is reset after half the film; a resume works.", "saved", kept.ALL),
    _film("resets", "Each connection is reset after 150000 further bytes.", "saved", kept.ALL),
    _film("stall-once", "Silence after half the film; a resume works.", "saved", kept.ALL),
    _film("busy-once", "503 once, then the film.", "saved", kept.ALL),
    _film("no-length", "No length, whole; the end of the connection is its only end.", "saved", kept.ALL),
    _film("no-length-reset", "No length, and reset after half; then with a length.", "saved", kept.ALL),
    _film("no-length-cut", "No length, and closed after half: nothing can tell, so it must be told as unverified.",
          "saved", kept.HALF_OF_IT),
    _film("chunked", "In chunks, with the last one.", "saved", kept.ALL),
    _film("chunked-cut", "In chunks, and the last one is missing; the second time it is whole.", "saved", kept.ALL),
    _film("no-range", "Cut after half; a resume gets 200 and everything again.", "saved", kept.ALL),
    _film("no-overlap", "Cut after half; a resume gets the rest alone, and nothing vouches for the joint.",
          "saved", kept.ALL),
    _film("weak", "Cut after half; another weak ETag with each answer, over the same bytes.", "saved", kept.ALL),
    _film("416-complete", "All bytes come, their end is missing; a resume gets 416 and the same length.",
          "saved", kept.ALL),
    _film("length-too-small", "A length of half the film; what comes behind it is not of this answer (RFC 9112, 6.3).",
          "saved", kept.HALF_OF_IT),
    _film("redirect", "The film's address leads on to another.", "saved", kept.ALL),
    _film("gzip", "The film is packed, though nobody asked for that.", "saved", kept.PACKED),
)  # fmt: skip
_BROKEN = (
    _film("dies", "Half the film, then nothing but empty answers.", "truncated", kept.HALF_OF_IT),
    _film("chunked-dies", "In chunks, and always cut after half.", "truncated", kept.HALF_OF_IT),
    _film("length-too-large", "A length of 900000; only 600000 ever come.", "truncated", kept.ALL),
    _film("stall", "Silence after half the film, each time.", "partial", kept.HALF_OF_IT),
    _film("gone", "Half the film, then 410: taken down meanwhile.", "partial", kept.HALF_OF_IT),
    _film("gone-404", "Half the film, then 404.", "partial", kept.HALF_OF_IT),
    _film("legal-later", "Half the film, then 451.", "partial", kept.HALF_OF_IT),
    _film("forbidden-later", "Half the film, then 403: the signed address has run out.", "partial", kept.HALF_OF_IT),
    _film("login-later", "Half the film, then 401.", "partial", kept.HALF_OF_IT),
    _film("busy-later", "Half the film, then 429 for ever.", "partial", kept.HALF_OF_IT),
    _film("range-ahead", "Half the film; a resume begins behind the place asked for.", "partial", kept.HALF_OF_IT),
    _film("range-unnamed", "Half the film; then 206 without Content-Range.", "partial", kept.HALF_OF_IT),
    _film("range-garbage", "Half the film; then 206 with a Content-Range that says nothing.", "partial",
          kept.HALF_OF_IT),
    _film("416-bare", "All bytes come, their end is missing; a resume gets 416 without a length.", "partial", kept.ALL),
    _film("endless", "A film without length or end.", "partial", kept.SOME),
    _film("drip", "A byte now and then: never a stall, never an end.", "partial", kept.SOME),
    _film("swap", "Half of one file; then another under another ETag.", "changed", kept.BOTH),
    _film("swap-same-etag", "Half of one file; then another under the same ETag.", "changed", kept.BOTH),
    _film("swap-silent", "Half of one file; then another, and no header tells.", "changed", kept.BOTH),
    _film("swap-shorter", "Half of one file; then it has only 100000 bytes.", "changed", kept.SHORTER),
    _film("no-range-swap", "Half of one file; a resume gets 200 and another one.", "changed", kept.BOTH),
    _film("range-lies", "Half the film; a resume gets other bytes than its Content-Range says, a new start the film.",
          "changed", kept.AGAIN),
    _film("416-shorter", "All bytes come, their end is missing; then 416 with a length of 1000.", "changed", kept.ALL),
    _film("page-later", "Half the film; then a page with 200 in place of the rest.", "changed", kept.AND_PAGE),
)  # fmt: skip
_NO_FILM = (
    _film("404", "A page whose film is 404.", "removed", kept.ANSWER),
    _film("410", "A page whose film is 410.", "removed", kept.ANSWER),
    _film("redirect-gone", "A page whose film leads on to 410.", "removed", kept.ANSWER),
    _film("401", "A page whose film is 401.", "login", kept.ANSWER),
    _film("403", "A page whose film is 403.", "blocked", kept.ANSWER),
    _film("429", "A page whose film is 429 with Retry-After.", "rate-limited", kept.ANSWER),
    _film("451", "A page whose film is 451.", "legal", kept.ANSWER),
    _film("500", "A page whose film is 500.", "unknown", kept.ANSWER),
    _film("503", "A page whose film is 503.", "unknown", kept.ANSWER),
    _film("page", "A page with 200 in place of the film.", "unknown", kept.PAGE),
    _film("page-as-video", "A page with 200 in place of the film, and its head calls it a film.", "unknown", kept.PAGE),
    _film("login", "A page to log in, with 200, in place of the film.", "login", kept.PAGE),
    _film("redirect-login", "The film's address leads to a page to log in.", "login", kept.PAGE),
    _film("empty", "A film of no bytes.", "unknown", kept.NOTHING),
    _film("two-lengths", "Two lengths that contradict each other: neither may be believed.", "network-down",
          kept.NOTHING),
    _film("redirect-loop", "The film's address leads to itself.", "unknown", kept.ANSWER),
)  # fmt: skip
_PAGES = (
    Case("page-401", "/e/401", "401.", "login", kept.ANSWER),
    Case("page-403", "/e/403", "403.", "blocked", kept.ANSWER),
    Case("page-404", "/e/404", "404, and the site's front page answers.", "removed", kept.ANSWER),
    Case("page-410", "/e/410", "410, and the site's front page answers.", "removed", kept.ANSWER),
    Case("page-429", "/e/429-120", "429 with Retry-After.", "rate-limited", kept.ANSWER),
    Case("page-451", "/e/451", "451.", "legal", kept.ANSWER),
    Case("page-500", "/e/500", "500.", "unknown", kept.ANSWER),
    Case("page-503", "/e/503", "503.", "unknown", kept.ANSWER),
    Case("page-503-later", "/e/503-120", "503 with Retry-After.", "rate-limited", kept.ANSWER),
    Case("page-511", "/e/511", "511: a captive portal.", "blocked", kept.ANSWER),
    Case("site-gone", "/e/410", "410, and so says the front page: the site is down, not the link gone.", "unknown",
         kept.ANSWER, "dead"),
    Case("says-removed", "/nothing.html", "200, and a page that says that the film has been removed.", "removed",
         kept.ANSWER),
    Case("article", "/article.html", "200, and a long article that quotes such words.", "unknown", kept.ANSWER),
    Case("says-private", "/private.html", "200, and a page that says that the film is private.", "private",
         kept.ANSWER),
    Case("says-country", "/country.html", "200, and a page that says: not in your country.", "geo", kept.ANSWER),
    Case("says-robot", "/robot.html", "200, and a page that asks whether one is human.", "blocked", kept.ANSWER),
    Case("login-form", "/login.html", "200, and a form to log in.", "login", kept.ANSWER),
    Case("login-redirect", "/r/members", "Leads to a page to log in.", "login", kept.ANSWER),
    Case("words", "/plain.html", "200, and a page without a film.", "unknown", kept.ANSWER),
    Case("page-empty", "/empty.html", "200, and an empty page.", "unknown", kept.ANSWER),
    Case("page-cut", "/cut-page.html", "A page that breaks off.", "network-down", kept.PART),
    Case("page-endless", "/endless.html", "A page of hundreds of megabytes.", "unknown", kept.PART),
    Case("page-bomb", "/bomb.html", "A page that unpacks to 200 megabytes.", "unknown", kept.PART),
    Case("page-drip", "/drip.html", "A page that comes by three bytes now and then.", "unknown", kept.PART),
    Case("redirect-page", "/r/page", "Leads to a page with a film.", "saved", kept.ALL),
    Case("redirect-page-gone", "/r/gone", "Leads to 410.", "removed", kept.ANSWER),
    Case("redirect-itself", "/r/loop", "Leads to itself.", "unknown", kept.ANSWER),
    Case("redirect-two", "/r/ping", "Two pages that lead to each other.", "unknown", kept.ANSWER),
    Case("redirect-chain", "/r/chain/1", "Leads on for ever, always to another address.", "unknown", kept.ANSWER),
    Case("redirect-nowhere", "/r/nowhere", "302 without an address.", "unknown", kept.ANSWER),
    Case("redirect-file", "/r/file", "Leads to a file of the reader's own computer.", "unknown", kept.NOTHING),
    Case("redirect-host", "/r/host", "Leads to another host, where the film is.", "saved", kept.ALL),
)  # fmt: skip
_WAY = (
    Case("hang", "/hang", "The request is taken, and nothing is ever said.", "network-down", kept.NOTHING),
    Case("hang-up", "/hang-up", "The connection ends without an answer.", "network-down", kept.NOTHING),
    Case("refused", "/p/good.html", "Nobody listens.", "refused", kept.NOTHING, "refused"),
    Case("status-line", "/status-line", "A status that is no number.", "network-down", kept.NOTHING),
    Case("not-http", "/not-http", "Another protocol answers.", "network-down", kept.NOTHING),
    Case("head-flood", "/head-flood", "A thousand headers.", "network-down", kept.NOTHING),
    Case("head-long", "/head-long", "A header of 200000 characters.", "network-down", kept.NOTHING),
    Case("head-cut", "/head-cut", "The head itself breaks off.", "unknown", kept.NOTHING),
    Case("tls-unknown", "/p/good.html", "A certificate of an authority that nobody knows.", "tls-intercepted",
         kept.CERTIFICATE, "tls-unknown"),
    Case("tls-expired", "/p/good.html", "A certificate that has expired, of such an authority.", "tls-intercepted",
         kept.CERTIFICATE, "tls-expired"),
    Case("tls-wrong-host", "/p/good.html", "A certificate for another host, of such an authority.", "tls-intercepted",
         kept.CERTIFICATE, "tls-wrong-host"),
    Case("tls-not-spoken", "/p/good.html", "Plain HTTP where TLS should be.", "network-down", kept.NOTHING,
         "tls-not-spoken"),
)  # fmt: skip
_PIECES = (
    _list("good", "A list of six pieces.", "saved", kept.PIECES),
    _list("variants", "A list of lists; the better one is whole.", "saved", kept.PIECES),
    _list("ranges", "A list of parts of one file.", "saved", kept.PIECES),
    _list("moved", "Each piece leads on twice.", "saved", kept.PIECES),
    _list("cut", "The third piece is cut once.", "saved", kept.PIECES),
    _list("event", "A broadcast that grows to its end.", "saved", kept.PIECES),
    _list("sliding", "A broadcast whose list names two pieces at a time, to its end.", "saved", kept.PIECES),
    _list("maps", "Two initialisation sections.", "saved", kept.MAPPED),
    _list("aes", "Encrypted pieces (AES-128); their number is the IV.", "saved", kept.ENCRYPTED),
    _list("aes-iv", "Encrypted pieces with an IV.", "saved", kept.ENCRYPTED_IV),
    _list("gap", "The third piece is 404.", "partial", kept.NO_THIRD),
    _list("page", "A page with 200 in place of the third piece.", "partial", kept.PAGE_INSIDE),
    _list("taken", "From the fourth piece on 410: taken down meanwhile.", "partial", kept.THREE),
    _list("dies", "In the third piece the line is cut for ever.", "partial", kept.CUT_PIECE),
    _list("maps-gap", "The list itself says that a piece is missing.", "partial", kept.MAPPED),
    _list("jumping", "A broadcast whose list slides faster than one can look.", "partial", kept.JUMPED),
    _list("aes-nokey", "Encrypted pieces, and the key is 403.", "partial", kept.ENCRYPTED),
    _list("aes-badkey", "Encrypted pieces, and a page comes for the key.", "partial", kept.ENCRYPTED),
    _list("sample-aes", "An encryption that the key does not open.", "partial", kept.ENCRYPTED),
    _list("live", "A broadcast that names six pieces and never goes on.", "live", kept.PIECES),
    _list("endless", "A broadcast that is never said to be over.", "live", kept.PIECES),
    _list("list-gone", "A broadcast whose list becomes 410.", "live", kept.FIRST_LOOKS),
    Case("dash", "/d/manifest.mpd", "DASH, picture and sound apart.", "saved", kept.STREAMS),
    Case("dash-gap", "/d/gap.mpd", "DASH; a piece of the sound is 404.", "partial", kept.STREAMS_GAP),
    Case("two-videos", "/p/two/videos.html", "Two films on one page.", "saved", kept.TWO),
    Case("two-one-gone", "/p/two/one-gone.html", "Two films on one page; one is 410.", "partial", kept.FIRST),
    Case("beside", "/p/beside/film.html", "A film with a poster and two subtitles.", "saved", kept.WITH_OTHERS),
    Case("beside-gone", "/p/beside/gone.html", "Poster and subtitles are 404; the film is whole.", "saved", kept.ALL),
)
_TRAP = (
    Case("socks-page", "/x/film.html", "The page by a name that only the trap knows, its film by this address.",
         "saved", kept.ALL, "socks"),
    Case("socks-beside", "/p/beside/film.html", "Poster and subtitles too.", "saved", kept.WITH_OTHERS, "socks"),
    Case("socks-hls", "/h/good/list.m3u8", "A list of six pieces.", "saved", kept.PIECES, "socks"),
    Case("socks-live", "/h/endless/list.m3u8", "A broadcast, by this address: what does not heed the proxy gets here.",
         "live", kept.PIECES, "socks-direct"),
    Case("socks-refused", "/p/good.html", "The trap refuses to lead there.", "proxy-down", kept.NOTHING,
         "socks-refused"),
    Case("redirect-private", "/r/private", "Leads to 169.254.169.254; the trap must not be asked for it.", "unknown",
         kept.NOTHING, "socks"),
    Case("redirect-loopback", "/r/loopback", "Leads to 127.0.0.1; the trap must not be asked for it.", "unknown",
         kept.NOTHING, "socks"),
    Case("film-private", "/x/private.html", "A page whose film is at 169.254.169.254; the trap must not be asked for it.",
         "unknown", kept.NOTHING, "socks"),
)  # fmt: skip

CASES: tuple[Case, ...] = (*_WHOLE, *_BROKEN, *_NO_FILM, *_PAGES, *_WAY, *_PIECES, *_TRAP)
