"""What can be told of one HTTP exchange: headers, redirects, peer, TLS, and of which kind a failure was.

Looks at response objects by their attributes only, so that it works for every request handler of the extractor.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Final

from witnesskit.capture.facts import clean
from witnesskit.capture.guard import LocalAddress
from witnesskit.digest import sha256_hex
from witnesskit.formats import strict_json
from witnesskit.model import Json

Headers = tuple[tuple[str, str], ...]
WITHHELD: Final = "withheld"
_SECRET: Final = frozenset({"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"})
_NEVER_SENT_ON: Final = frozenset({"cookie", "authorization", "proxy-authorization"})
_UNREACHABLE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_VERIFY_KINDS: Final = {10: "tls-expired", 62: "tls-wrong-host", 64: "tls-wrong-host"}  # X509_V_ERR_... of OpenSSL
_CHAIN_MAX: Final = 32
_LINE_MAX: Final = 8192  # characters kept of one header


def headers_of(message: Any) -> Headers:
    """Names and values in the order received; the values of cookies are withheld."""
    pairs = [(text_of(name), text_of(value)) for name, value in message.items()] if message is not None else []
    return tuple((name, WITHHELD if name.lower() in _SECRET else value) for name, value in pairs)


def sent_headers(headers: Mapping[str, str]) -> Headers:
    """Request headers without cookies and authorisation."""
    return tuple((text_of(k), text_of(v)) for k, v in headers.items() if k.lower() not in _NEVER_SENT_ON)


def headers_digest(headers: Headers) -> str:
    """SHA-256 over the canonical JSON of the headers as they are recorded; empty for none."""
    return sha256_hex(strict_json.canonical([list(pair) for pair in headers])) if headers else ""


def redirects_of(response: Any) -> tuple[tuple[int, str], ...]:
    """(status, URL) of each answer that led on, where the request handler keeps them."""
    history = getattr(getattr(response, "_requests_response", None), "history", None) or ()
    return tuple((int(one.status_code), text_of(one.url)) for one in history)


def sent_of(response: Any, fallback: Mapping[str, str]) -> Headers:
    """Request headers as they were sent last, where the request handler keeps them."""
    request = getattr(getattr(response, "_requests_response", None), "request", None)
    return sent_headers(getattr(request, "headers", None) or fallback)


def peer_of(response: Any) -> str:
    """``address port`` of the other end of the connection (of the proxy, where there is one); empty when unknown."""
    try:
        address = socket_of(response).getpeername()
    except (OSError, AttributeError):
        return ""
    return f"{address[0]} {address[1]}" if isinstance(address, tuple) else ""


def tls_of(response: Any) -> dict[str, Json]:
    """Version, cipher and SHA-256 of the server's certificate (DER); empty without TLS."""
    connection = socket_of(response)
    if not isinstance(connection, ssl.SSLSocket):
        return {}
    cipher, certificate = connection.cipher(), connection.getpeercert(binary_form=True)
    return {
        "version": connection.version() or "",
        "cipher": cipher[0] if cipher else "",
        "certificate_sha256": sha256_hex(certificate) if certificate else "",
    }


def is_chunked(response: Any) -> bool:
    """Whether the body's end is marked by chunks."""
    return "chunked" in (response.headers.get("Transfer-Encoding") or "").lower()


def kind_of(error: BaseException, *, proxied: bool) -> str:
    """Why no answer came, from the whole chain of causes; the text of errors is never trusted."""
    chain = list(_chain(error))
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    if any(isinstance(one, LocalAddress) for one in chain):
        return "local-address"
    if names & {"ElsewhereRefused", "UnsupportedRequest", "NoSupportingHandlers", "InvalidSchema", "InvalidURL"}:
        return "refused-by-us"
    if names & {"ProxyError", "Socks5Error", "Socks4Error"}:
        return "proxy"
    if untrusted := [one for one in chain if isinstance(one, ssl.SSLCertVerificationError)]:
        return _VERIFY_KINDS.get(untrusted[0].verify_code, "tls-untrusted")
    if any(isinstance(one, ssl.SSLError) for one in chain) or names & {"SSLError", "CertificateVerifyError"}:
        return "tls-untrusted" if "CertificateVerifyError" in names else "tls"
    return _transport_kind(chain, names, proxied=proxied)


def _transport_kind(chain: list[BaseException], names: set[str], *, proxied: bool) -> str:
    connecting = names & {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"}
    if proxied and connecting:
        return "proxy"
    if any(isinstance(one, socket.gaierror) for one in chain):
        return "dns"
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return "refused"
    if any(isinstance(one, OSError) and one.errno in _UNREACHABLE for one in chain):
        return "unreachable"
    if any(isinstance(one, TimeoutError) for one in chain) or names & {"ReadTimeoutError", "ConnectTimeoutError"}:
        return "timeout"
    if any(isinstance(one, ConnectionError | http.client.RemoteDisconnected) for one in chain):
        return "reset"
    if names & {"IncompleteRead"}:
        return "cut"
    return "transport"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, its causes and what it carries, each once."""
    queue, seen = [error], set[int]()
    while queue and len(seen) < _CHAIN_MAX:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = [current.__cause__, current.__context__, getattr(current, "cause", None), *current.args]
        linked += [getattr(current, "reason", None), getattr(current, "orig_exc", None)]
        queue += [one for one in linked if isinstance(one, BaseException)]


def socket_of(response: Any) -> Any:
    """The socket below a response, whichever handler made it; None when it is out of reach."""
    stream = getattr(response, "fp", None)
    found = getattr(getattr(stream, "connection", None), "sock", None)
    if found is not None:
        return found
    for path in (("_fp", "fp", "raw", "_sock"), ("fp", "raw", "_sock")):
        place = stream
        for name in path:
            place = getattr(place, name, None)
        if place is not None:
            return place
    return None


def text_of(value: Any) -> str:
    """Text as it may be recorded: no lone surrogates, at most 8192 characters."""
    return str(clean(str(value)))[:_LINE_MAX]
