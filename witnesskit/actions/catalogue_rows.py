"""One item as a row of the catalogue. A record is a device's word: any value may be of any type and any size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.untrusted import line, mapping, objects
from witnesskit.limits import CATALOGUE_DIGESTS_MAX, CATALOGUE_TEXT_MAX, CATALOGUE_WORDS_MAX
from witnesskit.model import Json
from witnesskit.vault.catalogue.port import Digest, Row

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_IN_FRONT: Final = re.compile(r"(?:www|m|mobile)\.")
_WORD_MAX: Final = 40  # characters of an outcome, a kind, a part's name
_REPORT_TEXTS: Final = ("title", "category", "text")


def row_of(files: ItemFiles) -> Row:
    """The row, without what the desk's own log and list say of it (``seq``, ``mark``, ``imported``, ``sender``)."""
    record = files.record
    source, capture = mapping(record.get("source")) or files.stub, mapping(record.get("capture"))
    url = _text(source.get("url"))
    return Row(
        seq=0,
        item=files.item,
        kind=_word(source.get("kind")),
        url=url,
        host=host_of(url),
        source=_source(source, url),
        title=_text(source.get("title")),
        text="\n".join(_reports(capture))[:CATALOGUE_WORDS_MAX],
        account=_text(source.get("account")),
        captured=captured_day(files),
        place=files.locality,
        outcome=_word(capture.get("outcome")),
        missing=", ".join(_missing(mapping(capture.get("completeness")))),
        faults=", ".join(files.faults),
        digests=tuple(dict.fromkeys(_digests(files, capture)))[:CATALOGUE_DIGESTS_MAX],
    )


def host_of(untrusted_url: str) -> str:
    """Name of the site in small letters; empty where the link has none."""
    try:
        return (urlsplit(untrusted_url).hostname or "")[:255]
    except ValueError:
        return ""


def captured_day(files: ItemFiles) -> str:
    """The day on which it was collected, by the device's own clock; empty where none is told."""
    told = (
        mapping(files.record.get("times")).get("collected"),
        mapping(files.record.get("collection")).get("finished_at"),
        files.stub.get("started_at"),
    )
    return next((match[0] for one in told if isinstance(one, str) and (match := _DAY.match(one))), "")


def _source(source: Mapping[str, Json], url: str) -> str:
    """The site, without ``www.``; of what was brought the program whose export it came in."""
    site = _IN_FRONT.sub("", host_of(url), count=1)
    brought = (mapping(source.get(name)).get("kind") for name in ("export", "archive"))
    return site or next((word for one in brought if (word := _word(one))), "")


def _reports(capture: Mapping[str, Json]) -> Iterator[str]:
    for row in objects(capture.get("reports")):
        yield " ".join(text for name in _REPORT_TEXTS if (text := _text(row.get(name))))


def _missing(completeness: Mapping[str, Json]) -> Iterator[str]:
    for name, state in sorted(completeness.items())[:_WORD_MAX]:
        if isinstance(state, str) and state.partition(":")[0] in ("missing", "refused"):
            yield _word(name)


def _digests(files: ItemFiles, capture: Mapping[str, Json]) -> Iterator[Digest]:
    yield from (Digest("capsule", one.sha256) for one in files.capsules)
    page, picture = mapping(capture.get("html")), mapping(capture.get("screenshot"))
    told = [(_kind(one), one.get("sha256")) for one in files.media]
    told += [("copy", one["sha256"]) for one in files.copies]
    told += [("page", page.get("sha256")), ("page", page.get("wire_sha256")), ("picture", picture.get("sha256"))]
    yield from (Digest(kind, one) for kind, one in told if isinstance(one, str) and _SHA256.fullmatch(one))


def _kind(media: Mapping[str, Json]) -> str:
    return "original" if media.get("role", "original") == "original" else "other"


def _text(untrusted_value: Json) -> str:
    return line(untrusted_value)[:CATALOGUE_TEXT_MAX]


def _word(untrusted_value: Json) -> str:
    return line(untrusted_value)[:_WORD_MAX]
