"""How an item was collected, in sentences for a report. A record is a device's word: any value may be of any type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from witnesskit.actions.untrusted import mapping, objects, text, values
from witnesskit.model import Json

_LINES_MAX: Final = 30  # of one value; a page is read by a person
_EGRESS: Final = {
    "direct": "a direct connection",
    "tor": "a proxy (Tor, as its port says)",
    "proxy": "a proxy",
    "vpn": "a private network of somebody else (VPN)",
}


def shown_collection(record: Mapping[str, Json]) -> dict[str, str]:
    """Values by the names of policy/schema.py FIELDS; what was not recorded is absent."""
    source, capture, collection = (mapping(record.get(name)) for name in ("source", "capture", "collection"))
    found = {
        "received": _received(source, collection),
        "attempts": _attempts(objects(capture.get("attempts"))),
        "resolver": _resolver(mapping(collection.get("resolver"))),
        "connection": _lines(map(_connection, objects(capture.get("connections")))),
        "clock": _clock(mapping(collection.get("clock"))),
        "tool_identity": _tool(collection),
        "formats": _lines(map(_format, objects(capture.get("formats")))),
        "ranges": _lines(_ranges(objects(capture.get("served")))),
    }
    return {name: value for name, value in found.items() if value}


def _received(source: Mapping[str, Json], collection: Mapping[str, Json]) -> str:
    if source.get("kind") != "url":
        return ""
    through = _EGRESS.get(text(collection.get("egress")), "a connection that was not recorded")
    return f"What the tool received through {through}, not that {_host(source)} published it."


def _host(source: Mapping[str, Json]) -> str:
    try:
        return urlsplit(text(source.get("url"))).hostname or "the site"
    except ValueError:
        return "the site"


def _attempts(attempts: Sequence[Mapping[str, Json]]) -> str:
    if not attempts:
        return ""
    how = Counter(f"answered {one['status']}" if one.get("status") else _failed(one) for one in map(_plain, attempts))
    first = f"{len(attempts)} requests: " + ", ".join(f"{count} {word}" for word, count in sorted(how.items()))
    bad = [one for one in map(_plain, attempts) if not one["status"] or one["status"] >= 400]
    return _lines([first, *(f"{one['started_at']} {one['purpose']}: {_ended(one)}" for one in bad)])


def _plain(attempt: Mapping[str, Json]) -> dict[str, Any]:
    """One attempt whose status is a number and whose words are texts."""
    status = attempt.get("status")
    words = {name: text(attempt.get(name)) for name in ("started_at", "purpose", "error_kind")}
    return {**words, "status": status if type(status) is int else 0}


def _ended(attempt: Mapping[str, Any]) -> str:
    return f"answered {attempt['status']}" if attempt["status"] else _failed(attempt)


def _failed(attempt: Mapping[str, Any]) -> str:
    return f"without an answer ({attempt['error_kind'] or 'unknown'})"


def _resolver(resolver: Mapping[str, Json]) -> str:
    if not resolver:
        return ""
    by = {"system": "the name was looked up by this computer's own resolver", "proxy": "the proxy looked the name up"}
    who = by.get(text(resolver.get("by")), text(resolver.get("by")))
    return f"{who}; address connected to: {text(resolver.get('address'))}"


def _connection(one: Mapping[str, Json]) -> str:
    facts = mapping(one.get("facts"))
    if "chain_sha256" not in facts:
        return f"{text(one.get('peer'))}: {text(facts.get('tls'))}"
    leaf, trusted = mapping(facts.get("leaf")), mapping(facts.get("authorities"))
    verified = "certificate verified" if facts.get("verified") is True else "certificate NOT verified"
    authorities = (
        f"{text(trusted.get('count'))} authorities were trusted, their SHA-256 {text(trusted.get('sha256'))}"
        if trusted
        else f"authorities {text(facts.get('authorities'))}"
    )
    named = (
        f"{text(leaf.get('subject'))}, issued by {text(leaf.get('issuer'))}, valid from "
        f"{text(leaf.get('not_before'))} to {text(leaf.get('not_after'))}"
        if leaf
        else f"certificate {text(facts.get('leaf'))}"
    )
    chain = " ".join(text(digest) for digest in values(facts.get("chain_sha256")))
    return (
        f"{text(one.get('peer'))}: {text(facts.get('tls'))} {text(facts.get('cipher'))}, ALPN "
        f"{text(facts.get('alpn'))}, {verified}; {named}; chain ({text(facts.get('chain'))}) {chain}; {authorities}"
    )


def _clock(clock: Mapping[str, Json]) -> str:
    if "offset_median_s" not in clock:
        return "nothing outside has confirmed this computer's clock" if clock else ""
    least, middle, most = (clock.get(f"offset_{name}_s") for name in ("min", "median", "max"))
    seconds = middle if type(middle) is int else 0
    apart = f"{abs(seconds)} seconds {'behind' if seconds < 0 else 'ahead of'}"
    told = (
        f"{apart} the site's clock, by the site's word (ahead by {text(least)} to {text(most)}, "
        f"{text(clock.get('headers'))} Date headers)"
    )
    return f"{told}. WARNING: {text(clock['warning'])}" if "warning" in clock else told


def _tool(collection: Mapping[str, Json]) -> str:
    tool, libraries = mapping(collection.get("tool")), mapping(collection.get("libraries"))
    if "packages" not in tool:
        return ""
    packages = " ".join(f"{name} {text(version)}" for name, version in sorted(mapping(tool["packages"]).items()))
    name, version, files = (text(tool.get(member)) for member in ("name", "version", "files_sha256"))
    lines = [
        f"{name} {version}; SHA-256 of its files {files}",
        f"Python {text(tool.get('python'))}; {text(tool.get('openssl'))}; {packages}",
    ]
    if libraries:
        openssl, authorities = text(libraries.get("openssl")), text(libraries.get("authorities"))
        lines.append(f"connections: {openssl}, authorities of {authorities}")
    if "extractor" in collection:
        options = mapping(collection.get("extractor_options"))
        told = " ".join(f"{name}={text(value)}" for name, value in sorted(options.items()) if text(value))
        key = text(collection.get("extractor_key")) or "none"
        lines += [f"{text(collection['extractor'])}, extractor {key}", f"told: {told}"]
    return _lines(lines)


def _format(one: Mapping[str, Json]) -> str:
    chosen = ", ".join(map(_described, objects(one.get("chosen")))) or "none"
    total, reason = text(one.get("offered_total")), text(one.get("reason"))
    return f"video {text(one.get('entry'))}: format {chosen}; of {total} offered, because {reason}"


def _described(chosen: Mapping[str, Json]) -> str:
    codecs = "/".join(text(chosen[name]) for name in ("vcodec", "acodec") if name in chosen)
    shape = "x".join(text(chosen[name]) for name in ("width", "height") if name in chosen)
    size = f"{text(chosen['filesize'])} bytes" if "filesize" in chosen else ""
    words = (codecs, shape, size)
    return " ".join(word for word in (text(chosen.get("format_id")), *words) if word)


def _ranges(served: Sequence[Mapping[str, Json]]) -> Iterable[str]:
    for stream in served:
        for one in objects(stream.get("ranges")):
            names = {"range": "asked", "if_range": "If-Range", "etag": "ETag", "last_modified": "Last-Modified"}
            told = ", ".join(f"{word} {text(one[name])}" for name, word in names.items() if name in one)
            where = f"stream {text(stream.get('stream'))}, {text(one.get('purpose'))}, from {text(one.get('had'))}"
            ended = f"{text(one.get('received'))} bytes, {text(one.get('outcome'))}"
            yield f"{where}: {ended}, status {text(one.get('status'))}{', ' if told else ''}{told}"


def _lines(lines: Iterable[str]) -> str:
    found = list(lines)
    more = [f"and {len(found) - _LINES_MAX} more in the record"] if len(found) > _LINES_MAX else []
    return "\n".join([*found[:_LINES_MAX], *more])
