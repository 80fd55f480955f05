"""How one link was reached: egress, who looked its name up, connections, the clocks of the sites; for the record.

The address of a proxy can name who collects: the desk ring reads only what kind it is (docs/spec/record.md).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlsplit

from witnesskit.actions.clock import clock_facts, offset_of
from witnesskit.capture import messages as told
from witnesskit.capture.egress import DIRECT, SOCKS, Egress
from witnesskit.limits import CONNECTIONS_MAX, DATES_MAX
from witnesskit.model import Json

_THE_PROXY: Final = "the proxy"
_TOR_PORTS: Final = (9050, 9150)  # of the Tor daemon and of Tor Browser, on this computer


def egress_kind(egress: Egress) -> str:
    """``direct``, ``tor`` (a SOCKS proxy on this computer at Tor's port) or ``proxy``."""
    if egress.kind == DIRECT:
        return "direct"
    return "tor" if egress.kind == SOCKS and egress.port in _TOR_PORTS and _is_here(egress.host) else "proxy"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass
class Connected:
    """What the connections of one capture told."""

    egress: Egress
    url: str
    connections: list[Json] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)
    _address: str = ""

    def see(self, message: told.Connection | told.Attempt) -> None:
        """One connection, or one request that came over one."""
        if isinstance(message, told.Connection):
            if len(self.connections) < CONNECTIONS_MAX:
                self.connections.append(self.without_proxy(asdict(message)))
            return
        self._address = self._address or message.peer
        offset = offset_of(message.headers, message.answered_at) if message.answered_at else None
        if offset is not None and len(self._offsets) < DATES_MAX:
            self._offsets.append(offset)

    def without_proxy(self, facts: Mapping[str, Json]) -> dict[str, Json]:
        """Facts that name the proxy only by this word; its address is for the custodian ring."""
        if self.egress.kind == DIRECT:
            return dict(facts)
        hidden: dict[str, Json] = {"peer": _THE_PROXY} if facts.get("peer") else {}
        if said := facts.get("message"):  # of the extractor: an error may repeat the address
            hidden["message"] = str(said).replace(self.egress.host, _THE_PROXY)
        return {**facts, **hidden}

    def clock(self) -> Json:
        """For the record and the ingest event."""
        return clock_facts(self._offsets)

    def resolver(self) -> Json:
        """Who looked the name of the link up, and the address that was connected to first. No query of our own."""
        if self.egress.kind != DIRECT:
            return {"by": "proxy", "address": "missing: the proxy looked the name up"}
        by = "nobody: the link holds an address" if _is_address(self.url) else "system"
        return {"by": by, "address": self._address or "missing: no connection"}


def _is_address(url: str) -> bool:
    try:
        ipaddress.ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True
