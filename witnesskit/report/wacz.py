"""WACZ 1.1.1 (Webrecorder) around a WARC: what archives of the web and their viewers open."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from witnesskit import __version__
from witnesskit.model import Json
from witnesskit.report.exchange import Exchange
from witnesskit.report.warc import Written, write_warc

_ARCHIVE: Final = "archive/data.warc"
_VERSION: Final = "1.1.1"
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # of every member: when it was packed says nothing
_PORTS: Final = {"http": 80, "https": 443}


class _Member:
    """A member of the zip while it is written: counted and hashed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._size, self._hasher = stream, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Pass on, count, hash."""
        self._hasher.update(data)
        self._size += len(data)
        return self._stream.write(data)

    def tell(self) -> int:
        """Bytes written."""
        return self._size

    def flush(self) -> None:
        """Nothing is held back."""

    def facts(self, name: str) -> dict[str, Json]:
        """As datapackage.json names it."""
        short = name.rpartition("/")[2]
        return {"name": short, "path": name, "hash": f"sha256:{self._hasher.hexdigest()}", "bytes": self._size}


def write_wacz(out: BinaryIO, exchanges: Iterable[Exchange], title: str) -> None:
    """Write the whole package; raises NoWarc. ``title`` names no person and no place."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as package:
        with package.open(_info(_ARCHIVE), "w", force_zip64=True) as stream:
            member = _Member(stream)  # type: ignore[arg-type]  # a writable member
            written = write_warc(member, exchanges, "data.warc")  # type: ignore[arg-type]
        resources = [member.facts(_ARCHIVE)]
        resources.append(_add(package, "indexes/index.cdx", _index(written)))
        resources.append(_add(package, "pages/pages.jsonl", _pages(written)))
        data = {"profile": "data-package", "wacz_version": _VERSION, "title": title, "resources": resources}
        data["software"] = f"witnesskit {__version__}"
        described = json.dumps(data, indent=2, ensure_ascii=False).encode()
        _add(package, "datapackage.json", described)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
        _add(package, "datapackage-digest.json", json.dumps(digest, indent=2).encode())


def _info(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _EARLIEST)


def _add(package: zipfile.ZipFile, name: str, data: bytes) -> dict[str, Json]:
    package.writestr(_info(name), data)
    digest = hashlib.sha256(data).hexdigest()
    return {"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{digest}", "bytes": len(data)}


def _index(written: Sequence[Written]) -> bytes:
    """CDXJ, sorted by key and time."""
    lines = []
    for one in written:
        exchange = one.exchange
        mime = next((value for name, value in exchange.headers if name.lower() == "content-type"), "")
        kind = (mime or exchange.media_type).partition(";")[0].strip()
        facts: dict[str, Json] = {"url": exchange.url, "mime": kind, "digest": one.digest}
        facts |= {"length": str(one.length), "offset": str(one.offset), "filename": _ARCHIVE.rpartition("/")[2]}
        facts |= {"status": str(exchange.status)} if exchange.status else {}
        lines.append(f"{sort_key(exchange.url)} {_stamp(exchange.at)} {json.dumps(facts, ensure_ascii=False)}")
    return "".join(f"{line}\n" for line in sorted(lines)).encode()


def _pages(written: Sequence[Written]) -> bytes:
    lines: list[dict[str, Json]] = [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": False}
    ]
    for one in written:
        if one.exchange.page:
            found = {"url": one.exchange.url, "ts": one.exchange.at, "title": one.exchange.title or one.exchange.url}
            lines.append({"id": hashlib.sha256(one.exchange.url.encode()).hexdigest()[:16], **found})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def sort_key(url: str) -> str:
    """SURT: the host from its end, then path and sorted query, in small letters (``org,example)/a?b=c``).

    A link is a device's word: one that is none stands there as it is.
    """
    try:
        return _turned(urlsplit(url.lower()))
    except ValueError:
        return url.lower().replace(" ", "%20")


def _turned(parts: SplitResult) -> str:
    """The key of a link that is one; raises ValueError for a port that is none."""
    host = (parts.hostname or "").removeprefix("www.")
    turned = host if ":" in host or host.replace(".", "").isdigit() else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{turned}{port}){parts.path or '/'}{'?' if query else ''}{query}".replace(" ", "%20")


def _stamp(at: str) -> str:
    """Fourteen digits of an RFC 3339 time."""
    return "".join(filter(str.isdigit, at[:19])).ljust(14, "0")
