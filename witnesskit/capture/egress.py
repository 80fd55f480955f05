"""The one way out of this computer: everything goes through it, or nothing goes (fails closed)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from witnesskit.errors.capture import BadEgress, BadUrl
from witnesskit.limits import URL_MAX

DIRECT: Final = "direct"
SOCKS: Final = "socks5h"  # the proxy resolves names; plain socks5 would ask for them here
HTTP: Final = "http"
TOR: Final = "tor"  # a word for the Tor daemon on this computer
_TOR_HOST, _TOR_PORT = "127.0.0.1", 9050
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", re.ASCII)
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_ONION: Final = ".onion"
_EMBEDDED: Final = (  # networks whose addresses hold an IPv4 address, and the bits below it
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
_NEVER: Final = (  # Teredo (RFC 4380), whose hidden addresses are not looked for; NAT64 of one network (RFC 8215)
    ipaddress.IPv6Network("2001::/32"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)


@dataclass(frozen=True)
class Egress:
    """How requests leave: ``kind`` is direct, socks5h or http; host and port are the proxy's."""

    kind: str = DIRECT
    host: str = ""
    port: int = 0

    @property
    def proxy(self) -> str:
        """URL of the proxy; empty for direct, which also switches off proxies of the environment."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return "" if self.kind == DIRECT else f"{self.kind}://{host}:{self.port}"

    def isolated(self, item: str) -> str:
        """``proxy`` with credentials of one item's own, so that Tor leads each item over another circuit.

        They open nothing: a SOCKS proxy without a password takes any (Tor's IsolateSOCKSAuth).
        """
        return self.proxy.replace("://", f"://{item}:{item}@", 1) if self.kind == SOCKS else self.proxy

    def __str__(self) -> str:
        return self.proxy or DIRECT


def parse_egress(text: str) -> Egress:
    """``direct``, ``tor``, ``socks5h://HOST:PORT`` or ``http://HOST:PORT``; raises BadEgress for anything else."""
    if text == DIRECT:
        return Egress()
    if text == TOR:
        return Egress(SOCKS, _TOR_HOST, _TOR_PORT)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        raise BadEgress("the address of the proxy is malformed") from None
    if parts.scheme not in (SOCKS, HTTP):
        raise BadEgress("unknown kind")
    egress = Egress(parts.scheme, host, port)
    if not port or not _is_host(host) or text.removesuffix("/").lower() != egress.proxy:
        raise BadEgress("the proxy needs a host and a port, and nothing else")
    return egress


def check_url(untrusted_url: str, *, allow_local: bool = False) -> str:
    """The link without surrounding blanks; raises BadUrl naming the rule it breaks, never the link.

    Addresses of this computer and of private networks need ``allow_local``. Names are resolved later; what they
    resolve to is checked again at each connection (guard.py).
    """
    url = untrusted_url.strip()
    if len(url) > URL_MAX:
        raise BadUrl("it is too long")
    if any(character.isspace() or ord(character) < 32 or ord(character) == 127 for character in url):
        raise BadUrl("it holds blanks or control characters")
    parts = _split(url)
    if parts.scheme.lower() not in ("http", "https"):
        raise BadUrl("it does not begin with http:// or https://")
    if not parts.hostname:
        raise BadUrl("it names no host")
    if parts.username is not None or parts.password is not None:
        raise BadUrl("it holds a user name or a password")
    if not allow_local and is_local_host(parts.hostname):
        raise BadUrl("it leads to this computer or its private network")
    return url


def is_local_host(host: str) -> bool:
    """Whether a host, as written in a link, is an address that is not on the public network."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(_LOCAL_NAMES):
        return True
    return is_local_address(name) or bool(re.fullmatch(r"(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){0,2}", name))


def is_local_address(address: str) -> bool:
    """Whether a literal IP address is not on the public network; False for what is no address.

    An IPv6 address that stands for an IPv4 address is judged as that one; a group of receivers is no public address.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    meant = _embedded(parsed) if isinstance(parsed, ipaddress.IPv6Address) else parsed
    return not meant.is_global or meant.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if any(address in network for network in _NEVER):
        return ipaddress.IPv6Address("::1")
    for network, below in _EMBEDDED:
        if address in network and int(address) > 1:
            return ipaddress.IPv4Address(int(address) >> below & 0xFFFFFFFF)
    return address


def demand_way(url: str, egress: Egress) -> None:
    """Refuse a name that only Tor resolves where the way out is no SOCKS proxy (RFC 7686): raises BadUrl."""
    if is_onion(_split(url).hostname or "") and egress.kind != SOCKS:
        raise BadUrl("it is an onion address, which only Tor reaches")


def is_onion(host: str) -> bool:
    """Whether a name must never be looked up by anybody but Tor."""
    return host.rstrip(".").lower().endswith(_ONION)


def comes_from_the_server(url: str, egress: Egress) -> bool:
    """Whether nobody on the way can have answered for the server of ``url``: TLS, or all within this computer."""
    parts = _split(url)
    if parts.scheme.lower() == "https":
        return True
    try:
        return egress.kind == DIRECT and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return egress.kind == DIRECT and parts.hostname == "localhost"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise BadUrl("it is malformed") from None
    return parts


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    return bool(_HOST.fullmatch(host))
