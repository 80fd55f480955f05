"""WARC 1.1 (ISO 28500:2017) of exchanges that were sealed; the only file that imports warcio.

Written without compression, for footage does not shrink. Every digest is computed here first: the library would
otherwise keep a copy of the bytes on the disk.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO, Final

from witnesskit import __version__
from witnesskit.errors.brought import NoWarc
from witnesskit.limits import READ_BLOCK
from witnesskit.report.exchange import Exchange, Headers

# what was undone on the way, or is not told: the name says that it was there
_RENAMED: Final = {"transfer-encoding": "X-Orig-Transfer-Encoding"}
_VERSION: Final = "1.1"
_ALGORITHM: Final = "sha256"


@dataclass(frozen=True)
class Written:
    """Where a record lies in the file."""

    exchange: Exchange
    offset: int
    length: int
    digest: str  # of the payload, as in the record


class _Library:
    """warcio's parts; raises NoWarc where it is not installed."""

    def __init__(self) -> None:
        try:
            self.writer: Any = importlib.import_module("warcio.warcwriter").WARCWriter
            self.head: Any = importlib.import_module("warcio.statusandheaders").StatusAndHeaders
            self.digester: Any = importlib.import_module("warcio.utils").Digester
        except ImportError:
            raise NoWarc from None


def write_warc(out: BinaryIO, exchanges: Iterable[Exchange], name: str) -> list[Written]:
    """Write all of them in order; returns where the responses lie. Raises NoWarc."""
    library = _Library()
    writer = library.writer(out, gzip=False, warc_version=_VERSION)
    info = {
        "software": f"witnesskit {__version__}",
        "format": "WARC File Format 1.1",
        "description": "made from sealed records; values of cookies were never kept and read withheld",
    }
    writer.write_record(writer.create_warcinfo_record(name, info))
    return [_write(out, library, writer, exchange) for exchange in exchanges]


def _write(out: BinaryIO, library: _Library, writer: Any, exchange: Exchange) -> Written:
    head = _head(library, exchange) if exchange.kind == "response" else None
    payload, block = _digests(library, exchange, head.headers_buff if head else b"")
    named = {"WARC-Date": exchange.at, "WARC-Payload-Digest": payload, "WARC-Block-Digest": block}
    if exchange.truncated:
        named["WARC-Truncated"] = exchange.truncated
    if exchange.peer:
        named["WARC-IP-Address"] = exchange.peer
    offset = out.tell()
    with exchange.open() as stream:
        record = writer.create_warc_record(
            exchange.url, exchange.kind, payload=stream, length=exchange.size, http_headers=head,
            warc_content_type=exchange.media_type, warc_headers_dict=named,
        )  # fmt: skip
        writer.write_record(record)
    length = out.tell() - offset
    if exchange.sent:
        _write_request(library, writer, exchange, record.rec_headers.get_header("WARC-Record-ID"))
    return Written(exchange, offset, length, payload)


def _write_request(library: _Library, writer: Any, exchange: Exchange, concurrent: str) -> None:
    target = "/" + exchange.url.partition("://")[2].partition("/")[2].partition("#")[0]
    head = library.head(f"GET {target} HTTP/1.1", list(exchange.sent), is_http_request=True)
    named = {"WARC-Date": exchange.at, "WARC-Concurrent-To": concurrent}
    writer.write_record(
        writer.create_warc_record(exchange.url, "request", http_headers=head, warc_headers_dict=named)
    )


def _head(library: _Library, exchange: Exchange) -> Any:
    try:
        phrase = HTTPStatus(exchange.status).phrase
    except ValueError:
        phrase = ""
    head = library.head(f"{exchange.status} {phrase}".strip(), _shown(exchange.headers), protocol="HTTP/1.1")
    head.compute_headers_buffer()
    return head


def _shown(headers: Headers) -> list[tuple[str, str]]:
    """The headers; what no longer describes the payload keeps its value under a name of its own."""
    return [(_RENAMED.get(name.lower(), name), value) for name, value in headers]


def _digests(library: _Library, exchange: Exchange, head: bytes) -> tuple[str, str]:
    payload, block = library.digester(_ALGORITHM), library.digester(_ALGORITHM)
    block.update(head)
    with exchange.open() as stream:
        while data := stream.read(READ_BLOCK):
            payload.update(data)
            block.update(data)
    return str(payload), str(block)
