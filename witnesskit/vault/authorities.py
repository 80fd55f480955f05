"""Authorities of time that a desk asks: certificates in ``trust/``, addresses beside it (docs/spec/vault.md).

``trust/`` is a folder as a verifier is given it (docs/spec/trust.md): the addresses are in ``authorities``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from witnesskit.errors.vault import AuthorityUnknown, BadAuthorities
from witnesskit.limits import AUTHORITIES_MAX, CERTIFICATES_MAX, KIB, URL_MAX
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_LINE: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,31}) (https?://[\x21-\x7e]{1,8000})", re.ASCII | re.IGNORECASE)
_FILE_MAX: Final = AUTHORITIES_MAX * (URL_MAX + KIB)  # bytes


@dataclass(frozen=True)
class Authority:
    """One authority: its name here, its address, its one root and its intermediates (PEM, one certificate each)."""

    name: str
    url: str
    root: bytes
    intermediates: tuple[bytes, ...] = ()


def load_authorities(vault: Vault) -> tuple[Authority, ...]:
    """All of them, by name; raises BadAuthorities, StorageFault."""
    return tuple(
        Authority(name, url, _certificate(_root_path(vault, name)), tuple(map(_certificate, _between(vault, name))))
        for name, url in sorted(_addresses(vault).items())
    )


def add_authority(vault: Vault, authority: Authority) -> None:
    """Keep one more under a name that is free; its address last: a name that is listed has its certificates."""
    known = _addresses(vault)
    for folder in (_folder(vault), _folder(vault) / "tsa", _folder(vault) / "tsa-int"):
        durable.make_folder(folder)
    _remove_certificates(vault, authority.name)
    for number, data in enumerate(authority.intermediates, 1):
        durable.replace(_folder(vault) / "tsa-int" / f"{authority.name}-{number}.pem", data)
    durable.replace(_root_path(vault, authority.name), authority.root)
    _save(vault, {**known, authority.name: authority.url})


def remove_authority(vault: Vault, name: str) -> None:
    """Forget one, its address first; raises AuthorityUnknown."""
    known = _addresses(vault)
    if known.pop(name, None) is None:
        raise AuthorityUnknown
    _save(vault, known)
    _remove_certificates(vault, name)


def _save(vault: Vault, addresses: dict[str, str]) -> None:
    lines = "".join(f"{name} {url}\n" for name, url in sorted(addresses.items()))
    if len(addresses) > AUTHORITIES_MAX or _parsed(lines) != addresses:
        raise BadAuthorities("a name or an address it cannot hold")
    durable.replace(vault.path / "authorities", lines.encode())


def _addresses(vault: Vault) -> dict[str, str]:
    data = durable.read(vault.path / "authorities", _FILE_MAX)
    if data is None:
        return {}
    try:
        return _parsed(data.decode("ascii"))
    except UnicodeDecodeError:
        raise BadAuthorities("not ASCII") from None


def _parsed(text: str) -> dict[str, str]:
    matches = [_LINE.fullmatch(line) for line in text.split("\n")[:-1]]
    found = {match[1]: match[2] for match in matches if match}
    if len(found) != len(matches) or (text and not text.endswith("\n")) or not all(map(NAME.fullmatch, found)):
        raise BadAuthorities("a line")
    return found


def _certificate(path: Path) -> bytes:
    data = durable.read(path, CERTIFICATES_MAX)
    if data is None or len(data) > CERTIFICATES_MAX:
        raise BadAuthorities("a certificate")
    return data


def _folder(vault: Vault) -> Path:
    return vault.path / "trust"


def _root_path(vault: Vault, name: str) -> Path:
    return _folder(vault) / "tsa" / f"{name}.pem"


def _between(vault: Vault, name: str) -> list[Path]:
    """Its intermediates, in their order; ``a-1`` is no intermediate of ``a`` but may be its first file's name."""
    form = re.compile(re.escape(name) + r"-([1-9][0-9]{0,3})\.pem", re.ASCII)
    numbers = [
        int(match[1]) for path in (_folder(vault) / "tsa-int").glob("*") if (match := form.fullmatch(path.name))
    ]
    return [_folder(vault) / "tsa-int" / f"{name}-{number}.pem" for number in sorted(numbers)]


def _remove_certificates(vault: Vault, name: str) -> None:
    for path in (_root_path(vault, name), *_between(vault, name)):
        durable.remove(path)
