"""A Story as CASE/UCO JSON-LD (CASE 1.4 and later): actions, provenance records, observable objects with digests.

Ids are version 5 UUIDs of what they name, so that the same story gives the same document each time.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, Final

from witnesskit.report.custody import ITEM, Agent, Happening, Story, Thing

_ONTOLOGY: Final = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT: Final = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    **{
        f"uco-{name}": f"{_ONTOLOGY}{name}/" for name in ("action", "core", "identity", "observable", "tool", "types")
    },
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)  # startTime holds no bare day
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:witnesskit:case")


def render(story: Story) -> bytes:
    """The document, in ASCII."""
    tools = frozenset(agent.id for agent in story.agents if agent.version)
    graph = [
        *(node for thing in story.things for node in _thing(thing, story)),
        *(_agent(agent) for agent in story.agents),
        *(_action(happening, tools) for happening in story.happenings),
    ]
    return (json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=True, indent=1) + "\n").encode()


def _thing(thing: Thing, story: Story) -> list[dict[str, Any]]:
    """An observable object; for an item a provenance record over everything that belongs to it."""
    if thing.kind == ITEM:
        parts = [_ref(one.id) for one in story.by_item[thing.item] if one.kind != ITEM]
        record = _node(thing.id, "case-investigation:ProvenanceRecord", thing.label)
        record["case-investigation:exhibitNumber"] = thing.item
        return [{**record, "uco-core:object": parts} if parts else record]
    node = _node(thing.id, "uco-observable:ObservableObject", thing.label)
    node["uco-core:hasFacet"] = [_facet(thing)]
    return [node]


def _facet(thing: Thing) -> dict[str, Any]:
    digest = {
        "@id": _id(f"hash {thing.id}"),
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": {"@type": "xsd:string", "@value": "SHA256"},
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": thing.sha256},
    }
    facet: dict[str, Any] = {"@id": _id(f"facet {thing.id}"), "@type": "uco-observable:ContentDataFacet"}
    if thing.media_type:
        facet["uco-observable:mimeType"] = thing.media_type
    if thing.size:
        facet["uco-observable:sizeInBytes"] = thing.size
    return {**facet, "uco-observable:hash": [digest]}


def _agent(agent: Agent) -> dict[str, Any]:
    kind = "uco-tool:Tool" if agent.version else "uco-identity:Identity"
    node = _node(agent.id, kind, agent.name)
    if agent.version:
        node["uco-tool:version"] = agent.version
    if agent.note:
        node["uco-core:description"] = agent.note
    return node


def _action(happening: Happening, tools: frozenset[str]) -> dict[str, Any]:
    node = _node(happening.id, "case-investigation:InvestigativeAction", happening.premis_type)
    told = [f"witnesskit type {happening.type}", f"claimed time: {happening.when or 'not told'}"]
    told += [f"{name}: {value}" for name, value in happening.facts.items()]
    node["uco-core:description"] = "; ".join((*told, happening.bounds) if happening.bounds else told)
    if _TIME.fullmatch(happening.when):
        node["uco-action:startTime"] = {"@type": "xsd:dateTime", "@value": happening.when}
    if instruments := [_ref(agent) for agent in happening.agents if agent in tools]:
        node["uco-action:instrument"] = instruments
    performers = [agent for agent in happening.agents if agent not in tools]
    if performers:
        node["uco-action:performer"] = _ref(performers[0])
    for role, name in (("source", "uco-action:object"), ("outcome", "uco-action:result")):
        if refs := [_ref(thing) for thing, found in happening.things if found == role]:
            node[name] = refs
    return node


def _node(name: str, kind: str, label: str) -> dict[str, Any]:
    return {"@id": _id(name), "@type": kind, "uco-core:name": label}


def _ref(name: str) -> dict[str, str]:
    return {"@id": _id(name)}


def _id(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, name)}"
