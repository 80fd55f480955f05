"""What can be told of the connection an answer came over: certificate chain, whom the client trusted, ALPN.

Nothing here may end a capture: what cannot be had is ``missing: REASON`` in its place. The chain is the verified one:
by the public method of Python 3.13, before it by the same method of the private object below (there since 3.10),
else the leaf alone, and it says so.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from witnesskit.capture.facts import clean
from witnesskit.digest import sha256_hex
from witnesskit.limits import CERTIFICATE_TEXT_MAX, CHAIN_CERTIFICATES_MAX
from witnesskit.model import Json

PLAIN: Final = "none: not encrypted"
_DER: Final = 2  # _ssl.ENCODING_DER


def facts_of(connection: Any) -> dict[str, Json]:
    """Facts of a socket; of one without TLS only that it has none."""
    if not isinstance(connection, ssl.SSLSocket):
        return {"tls": PLAIN}
    verified = connection.context.verify_mode == ssl.CERT_REQUIRED
    chain, kind = _chain(connection, verified=verified)
    return {
        "tls": _had(connection.version),
        "cipher": _had(lambda: (connection.cipher() or ("none",))[0]),
        "alpn": _had(lambda: connection.selected_alpn_protocol() or "none: the server chose none"),
        "verified": verified,
        "host_checked": verified and bool(connection.context.check_hostname),
        "chain": kind,
        "chain_sha256": [sha256_hex(one) for one in chain[:CHAIN_CERTIFICATES_MAX] if isinstance(one, bytes)],
        "leaf": _had(lambda: _leaf(connection.getpeercert() or {})),
        "authorities": _had(lambda: _authorities(connection.context)),
    }


def _had(get: Callable[[], Json]) -> Json:
    """A fact, or why there is none."""
    try:
        return clean(get()) or "missing: the library gave none"
    except Exception as error:  # noqa: BLE001 - whatever a certificate or a library does, the capture goes on
        return f"missing: {type(error).__name__}"


def _chain(connection: Any, *, verified: bool) -> tuple[list[bytes], str]:
    """(DER certificates, the leaf first; what they are)."""
    name = "get_verified_chain" if verified else "get_unverified_chain"
    try:
        if hasattr(connection, name):
            return list(getattr(connection, name)()), "verified" if verified else "as sent, not verified"
        found = getattr(connection._sslobj, name)() or ()
        return [one.public_bytes(_DER) for one in found], "verified" if verified else "as sent, not verified"
    except Exception as error:  # noqa: BLE001 - a private method: it may be gone in the next version
        reason = f"leaf only: {type(error).__name__}"
    try:
        leaf = connection.getpeercert(True)
    except (OSError, ValueError):
        leaf = None
    return ([leaf] if leaf else []), reason


def _leaf(certificate: Mapping[str, Any]) -> Json:
    """Subject, issuer and validity, as the TLS library read them; it reads only what it verified."""
    if not certificate:
        return "missing: read only where it is verified"
    return {
        "subject": _name(certificate.get("subject", ())),
        "issuer": _name(certificate.get("issuer", ())),
        "serial": str(certificate.get("serialNumber", ""))[:CERTIFICATE_TEXT_MAX],
        "not_before": _had(lambda: _time(str(certificate["notBefore"]))),
        "not_after": _had(lambda: _time(str(certificate["notAfter"]))),
    }


def _name(parts: Any) -> str:
    text = ", ".join(f"{kind}={value}" for part in parts for kind, value in part)
    return text[:CERTIFICATE_TEXT_MAX] or "none"


def _time(text: str) -> str:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=4)
def _authorities(context: ssl.SSLContext) -> Json:
    """The certificates that the client trusted: SHA-256 over their DER, sorted and joined."""
    trusted = sorted(context.get_ca_certs(binary_form=True))
    if not trusted:
        return "missing: the system reads its folder of authorities one by one"
    return {"count": len(trusted), "sha256": sha256_hex(b"".join(trusted))}
