"""``export --format warc|wacz``: the page of an item, and with the custodian's key its media, as the web answered."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from witnesskit.actions.access import CUSTODIAN, DESK, log_access, log_handed_out
from witnesskit.actions.asked_from import addresses
from witnesskit.actions.audience_policy import audience_policy
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.item_files import ItemFiles, OpenedFile, chosen, read_item
from witnesskit.actions.leaving_file import check_place, leaving_file
from witnesskit.actions.may_leave import Leaving, demand_may_leave
from witnesskit.actions.media_links import unless_it_names
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.actions.untrusted import line, mapping, number, objects, time
from witnesskit.errors import WitnesskitError
from witnesskit.errors.brought import NothingOfTheWeb
from witnesskit.formats import strict_json
from witnesskit.formats.short_id import short_id
from witnesskit.model import Audience, Json, Role, VaultKind
from witnesskit.report.exchange import Exchange, Headers
from witnesskit.report.wacz import write_wacz
from witnesskit.report.warc import write_warc
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.vault import layout, store
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.layout import Vault

_DECODED: Final = {"content-encoding": "X-Orig-Content-Encoding", "content-length": "X-Orig-Content-Length"}
_TRUNCATED: Final = {"too-long": "length", "size-limit": "length", "deadline": "time"}


@dataclass(frozen=True)
class WebWish:
    """What the person asked for; ``items`` are short ids, none means all."""

    format: str
    items: tuple[str, ...]
    out: Path
    custodian: CustodianPaper | None = None
    why: str = ""
    recipient: str = ""  # as consents name them
    secret: bool = False


@dataclass(frozen=True)
class WebDone:
    """``withheld``: streams that only the custodian's key opens; ``naming``: pages and lists that name who asked."""

    items: int
    exchanges: int
    withheld: int
    naming: int = 0


def export_web(vault: Vault, passphrase: str, wish: WebWish) -> WebDone:
    """Write one file; raises NothingOfTheWeb, NoWarc, CustodianKeyNeeded, and what ``check_place``, ``leaving_file``
    and ``demand_may_leave`` raise.
    """
    layout.demand(vault, VaultKind.DESK)
    check_place(wish.out, Audience.COURT)
    with open_for_saving(vault, passphrase) as session:
        found = _Found()
        for item, identities in _items(session, wish):
            found.item(session, read_item(vault, session.state, item, identities), identities)
        if not found.exchanges:
            raise NothingOfTheWeb
        pages = {item: "page" for item in found.pages if not found.originals.get(item)}
        log_handed_out(session, pages, why=wish.why or f"export as {wish.format}", policy=session.policy.id)
        _write(wish, found.exchanges)
    return WebDone(found.items, len(found.exchanges), found.withheld, found.naming)


def _items(session: Session, wish: WebWish) -> list[tuple[str, tuple[Identity, ...]]]:
    """Every item with the keys for it; that originals are opened is on record first."""
    keyring = cast(Keyring, session.keyring)
    items, custodian = chosen(session.state, wish.items), custodian_of(keyring, wish.custodian)
    what = frozenset({"record", *(["original"] if custodian else [])})
    policy = audience_policy(session.vault, Audience.COURT)
    demand_may_leave(session, policy, items, Leaving(what, wish.recipient, wish.secret))
    if custodian:
        who = CUSTODIAN if wish.custodian else DESK
        log_access(session, items, who=who, why=wish.why or f"export as {wish.format}", policy=session.policy.id)
    return [(item, (*desk_identities(keyring), *custodian)) for item in items]


def _write(wish: WebWish, exchanges: Sequence[Exchange]) -> None:
    with leaving_file(wish.out) as stream:
        if wish.format == "wacz":
            write_wacz(stream, exchanges, "witnesskit export")
        else:
            write_warc(stream, exchanges, wish.out.name)


class _Found:
    """Exchanges of all items, in order."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.items = 0
        self.withheld = 0
        self.naming = 0
        self.pages: list[str] = []  # items
        self.originals: dict[str, bool] = {}  # whether one was opened, which is on record by then

    def item(self, session: Session, files: ItemFiles, identities: Sequence[Identity]) -> None:
        """Page, streams or their pieces, lists of pieces, and the record's account of every request."""
        capture = mapping(files.record.get("capture"))
        if mapping(files.record.get("source")).get("kind") != "url" or not mapping(capture.get("html")):
            return
        self.naming += files.names_collector
        found = [] if files.names_collector else list(_page(files, capture))
        self.pages += [files.item] if found else []
        self.originals[files.item] = bool(files.original)
        held = {file.prefix: file for file in files.files}
        documents = dict(_documents(session, files, identities))
        for served in objects(capture.get("served")):
            file = held.get(f"media/{served.get('stream')}")
            if file is None:
                self.withheld += 1
            else:
                found += _stream(served, file, documents, _time(capture, served))
        found += _lists(documents.get("documents.jsonl", b""), _time(capture, {}))
        if mapping(files.record.get("collection")).get("egress") == "direct":
            found = list(self._without_addresses(found))
        if found:
            self.items += 1
            self.exchanges += [*found, _account(files.item, capture)]

    def _without_addresses(self, found: Sequence[Exchange]) -> Iterator[Exchange]:
        """Links that hold an address hold that of the collector; so does every link of a list."""
        for one in found:
            if not one.page and one.kind == "resource" and addresses(one.open().read().decode("utf-8", "replace")):
                self.naming += 1
            else:
                yield one if one.page else replace(one, url=unless_it_names(one.url))


def _page(files: ItemFiles, capture: Mapping[str, Json]) -> Iterator[Exchange]:
    facts = mapping(capture["html"])
    held = {file.prefix: file for file in files.files}
    file, decoded = held.get("wire/1") if facts.get("wire_sha256") else None, False
    if file is None:  # none, or it was cut
        file, decoded = held.get("page/1"), bool(facts.get("decoded"))
    status, url = number(facts.get("status")), line(facts.get("final_url")) or line(facts.get("url"))
    if file is None or not status or not url:
        return
    headers = _headers(facts.get("headers"))
    if decoded:
        headers = tuple((_DECODED.get(name.lower(), name), value) for name, value in headers)
    request = _request(capture, url)
    at = time(request.get("started_at")) if request else _time(capture, {})
    reason = "" if facts.get("complete", True) else line(facts.get("reason")) or "disconnect"
    sent, peer = _headers(request.get("sent")), _address(facts.get("peer"))
    title = line(mapping(files.record.get("source")).get("title"))
    cut = _TRUNCATED.get(reason, reason and "disconnect")
    yield Exchange(url, at, status, headers, file.size, file.open, sent, peer, cut, title=title, page=True)


def _stream(
    served: Mapping[str, Json], file: OpenedFile, documents: Mapping[str, bytes], at: str
) -> Iterator[Exchange]:
    pieces = [
        piece
        for name, data in sorted(documents.items())
        if name.startswith(f"pieces-{served.get('stream')}-")
        for piece in _rows(data)
    ]
    for piece in pieces:
        url, place, size = line(piece.get("url")), number(piece.get("offset")), number(piece.get("size"))
        if url and size and place + size <= file.size:
            opened = partial(_part, file.open, place, size)
            status, reason = number(piece.get("status")) or 200, "disconnect" if piece.get("reason") else ""
            yield Exchange(url, at, status, _headers(piece.get("headers")), size, opened, truncated=reason)
    served = {**served, **_exact(served, documents.get("links.jsonl", b""))}
    url = line(served.get("final_url")) or line(served.get("url"))
    if not pieces and url:
        whole = served.get("received") == served.get("declared_size") or not served.get("declared_size")
        headers, status = _headers(served.get("headers")), number(served.get("status")) or 200
        yield Exchange(url, at, status, headers, file.size, file.open, truncated="" if whole else "disconnect")


def _exact(served: Mapping[str, Json], data: bytes) -> Mapping[str, Json]:
    """The links and headers of a stream, which the record holds without what could name the collector."""
    return next((row for row in _rows(data) if row.get("stream") == served.get("stream")), {})


def _rows(untrusted_data: bytes) -> Iterator[Mapping[str, Json]]:
    """Objects of a document with one on each line; a line that holds none is passed over."""
    for each in untrusted_data.splitlines():
        with contextlib.suppress(WitnesskitError):
            yield from objects([strict_json.loads(each)])


def _lists(data: bytes, at: str) -> Iterator[Exchange]:
    """Playlists and manifests, as text that was kept of them."""
    for told in _rows(data):
        kind = "application/vnd.apple.mpegurl" if told.get("kind") == "playlist" else "application/dash+xml"
        if url := line(told.get("url")):
            yield _resource(url, at, str(told.get("text", "")).encode("utf-8", "replace"), kind)


def _account(item: str, capture: Mapping[str, Json]) -> Exchange:
    """Requests, connections and completeness, as the record tells them."""
    names = ("attempts", "connections", "completeness", "outcome", "rule", "status", "served")
    told = {name: capture[name] for name in names if name in capture}
    return _resource(
        f"urn:witnesskit:{short_id(item)}", _time(capture, {}), strict_json.canonical(told), "application/json"
    )


def _resource(url: str, at: str, data: bytes, kind: str) -> Exchange:
    opened: Callable[[], BinaryIO] = partial(io.BytesIO, data)
    return Exchange(url, at, 0, (), len(data), opened, kind="resource", media_type=kind)


def _documents(session: Session, files: ItemFiles, identities: Sequence[Identity]) -> Iterator[tuple[str, bytes]]:
    """Documents of the originals about pieces and lists, where a key opens them."""
    for capsule in files.capsules:
        if capsule.role is not Role.ORIGINAL:
            continue
        try:
            reader = CapsuleReader(store.open_capsule(session.vault, capsule.id), identities)
            for name in reader.names():
                if name.endswith(".jsonl"):
                    yield name, reader.read(name)
        except WitnesskitError:  # told where the item is verified; here its bytes are withheld
            continue


class _Part(io.RawIOBase):
    """Some bytes of a stream."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        data = self._stream.read(min(self._left, len(buffer)))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        """With what lies below."""
        self._stream.close()
        super().close()


def _part(opened: Callable[[], BinaryIO], offset: int, size: int) -> BinaryIO:
    stream = opened()
    stream.seek(offset)
    return cast(BinaryIO, io.BufferedReader(_Part(stream, size)))


def _request(capture: Mapping[str, Json], url: Json) -> Mapping[str, Json]:
    """The request that brought the page, as the record tells it."""
    for attempt in objects(capture.get("attempts")):
        if attempt.get("purpose") in ("page", "extract") and attempt.get("final_url") == url:
            return attempt
    return {}


def _time(capture: Mapping[str, Json], served: Mapping[str, Json]) -> str:
    """When a stream was asked for; else when the capture began."""
    attempts = objects(capture.get("attempts"))
    times = [one.get("started_at") for one in attempts if one.get("stream") == served.get("stream", 0)]
    return time((times or [one.get("started_at") for one in attempts] or [""])[0])


def _headers(untrusted_value: Json) -> Headers:
    pairs = untrusted_value if isinstance(untrusted_value, list) else []
    found = [(line(pair[0]), line(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]
    return tuple((name, value) for name, value in found if name)


def _address(peer: Json) -> str:
    """``address port`` as the address alone; the word for a proxy is none."""
    address, _space, port = line(peer).rpartition(" ")
    return address if port.isdigit() else ""
