"""Values of items as a policy shows them: names are those of policy/schema.py FIELDS."""

from __future__ import annotations

from collections.abc import Mapping

from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.publish import PublishedCopy
from witnesskit.actions.shown_collection import shown_collection
from witnesskit.actions.shown_outcome import shown_outcome
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json
from witnesskit.policy import decide
from witnesskit.policy.schema import Policy
from witnesskit.report.model import Item, Part


def shown_item(files: ItemFiles, policy: Policy) -> Item:
    """One item as the policy shows it, with what is withheld by name."""
    shown = decide.show(policy, _values(files))
    parts = _parts(files) if "parts" in shown.values else ()
    kept = tuple(sentence for copy in files.copies for sentence in copy.get("kept", ()))
    return Item(short_id(files.item), dict(shown.values), shown.withheld, parts, kept)


def unreadable_note(files: ItemFiles) -> str:
    """What must be said of an item whose record, or another part, is there and cannot be read."""
    codes = ", ".join(files.faults)
    return f"Item {short_id(files.item)}: not everything that was sealed for it can be read here ({codes})."


def shown_copy(copy: PublishedCopy, policy: Policy, day: str) -> Item:
    """One published copy under its fresh id: of the original's item its town alone, where the policy says so."""
    values = {"item": short_id(copy.item), "saved": day, "place": copy.place, **_copy_values(copy.facts)}
    shown = decide.show(policy, {**values, "url": "-", "title": "-", "original_sha256": "-"})
    told = {name: value for name, value in shown.values.items() if value}
    return Item(short_id(copy.item), told, shown.withheld, (), tuple(copy.facts.get("kept", ())))


def _values(files: ItemFiles) -> dict[str, str]:
    record = files.record
    source, capture = record.get("source") or files.stub, record.get("capture", {})
    times, collection = record.get("times", {}), record.get("collection", {})
    found = {
        "item": short_id(files.item),
        "url": source.get("url", ""),
        "title": source.get("title", ""),
        "uploader": files.original.get("source", {}).get("uploader", ""),
        "name": files.original.get("source", {}).get("name", ""),
        "place": files.locality,
        "saved": times.get("collected", ""),
        "published": times.get("published", ""),
        "outcome": shown_outcome(capture),
        "parts": ", ".join(f"{name}: {state}" for name, state in sorted(capture.get("completeness", {}).items())),
        "tool": " ".join(str(collection.get("tool", {}).get(name, "")) for name in ("name", "version")).strip(),
        "egress": collection.get("egress", ""),
        "sealed_sha256": ", ".join(capsule.sha256 for capsule in files.capsules),
        "events": str(len(files.lines)),
        **shown_collection(_with_stub(record, files.stub)),
    }
    for copy in files.copies[:1]:
        found |= _copy_values(copy)
    for media in files.media[:1]:
        found |= {
            "original_type": str(media["mime"]),
            "original_size": str(media["bytes"]),
            "original_sha256": str(media["sha256"]),
        }
    return {name: str(value) for name, value in found.items() if value != ""}


def _with_stub(record: Mapping[str, Json], stub: Mapping[str, Json]) -> Mapping[str, Json]:
    """A record that recovery wrote knows neither link nor egress; the stub that was sealed first does."""
    if record.get("source") or not stub:
        return record
    return {
        **record,
        "source": stub,
        "collection": {"egress": stub.get("egress", ""), **record.get("collection", {})},
    }


def _copy_values(facts: Mapping[str, Json]) -> dict[str, str]:
    return {
        "copy_type": str(facts["media_type"]),
        "copy_size": str(facts["size"]),
        "copy_sha256": str(facts["sha256"]),
        "finding": str(facts["finding"]),
        "removed": str(len(facts["removed"])),
        "essence": "\n".join(f"{part['stream']} {part['definition']} {part['sha256']}" for part in facts["essence"]),
    }


def _parts(files: ItemFiles) -> tuple[Part, ...]:
    found = []
    for name, state in sorted(files.record.get("capture", {}).get("completeness", {}).items()):
        word, _colon, reason = state.partition(": ")
        known = {"ok": "held", "never": "not applicable", "missing": "missing", "refused": "refused"}
        found.append(Part(name, known.get(word, "missing"), reason))
    return tuple(found)
