"""A Story as PREMIS 3.0, XML and JSON of one content (www.loc.gov/standards/premis/v3).

Element order is that of the published schema premis-v3-0.xsd: sequences, so an element out of its place is an error.
Dates that no event tells are written ``XXXX-XX-XX`` (EDTF: unspecified).
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree  # only written here, nothing untrusted is parsed
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from witnesskit.report.custody import ITEM, Agent, Happening, Story, Thing
from witnesskit.report.escape import plain

NAMESPACE: Final = "http://www.loc.gov/premis/v3"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_VOCABULARY: Final = "http://id.loc.gov/vocabulary/preservation/"
_NO_DATE: Final = "XXXX-XX-XX"


@dataclass(frozen=True)
class Element:
    """One element: text, or children in their order."""

    name: str
    content: str | tuple[Element, ...]
    attributes: tuple[tuple[str, str], ...] = ()


def as_xml(story: Story) -> bytes:
    """The document, UTF-8 with its declaration."""
    ElementTree.register_namespace("premis", NAMESPACE)
    ElementTree.register_namespace("xsi", _XSI)
    root = _node(document(story))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def as_json(story: Story) -> bytes:
    """The same elements: an element with children is an object of lists, one without a text.

    Attributes are keys with ``@``, the text beside them ``#text``.
    """
    root = document(story)
    return (json.dumps({root.name: _value(root)}, ensure_ascii=True, indent=1) + "\n").encode()


def document(story: Story) -> Element:
    """The tree that both are written from: objects, events, agents."""
    return Element(
        "premis",
        (
            *(_object(thing, story) for thing in story.things),
            *(_event(happening) for happening in story.happenings),
            *(_agent(agent) for agent in story.agents),
        ),
        (("version", "3.0"),),
    )


def _object(thing: Thing, story: Story) -> Element:
    entity = thing.kind == ITEM
    content = [_identifier("object", f"witnesskit {thing.kind}", thing.id)]
    if not entity:
        content.append(_characteristics(thing))
    if thing.label:
        content.append(Element("originalName", thing.label))
    whole = next((one.id for one in story.by_item[thing.item] if one.kind == ITEM), "")
    if whole and not entity:
        content.append(_relationship(whole))
    kind = "premis:intellectualEntity" if entity else "premis:file"
    return Element("object", tuple(content), ((f"{{{_XSI}}}type", kind),))


def _characteristics(thing: Thing) -> Element:
    fixity = Element(
        "fixity", (_term("messageDigestAlgorithm", "SHA-256", "cryptographicHashFunctions"),
                   Element("messageDigest", thing.sha256)),
    )  # fmt: skip
    size = (Element("size", str(thing.size)),) if thing.size else ()
    name = Element("formatName", thing.media_type or "application/octet-stream")
    return Element(
        "objectCharacteristics", (fixity, *size, Element("format", (Element("formatDesignation", (name,)),)))
    )


def _relationship(whole: str) -> Element:
    related = Element(
        "relatedObjectIdentifier",
        (
            Element("relatedObjectIdentifierType", f"witnesskit {ITEM}"),
            Element("relatedObjectIdentifierValue", whole),
        ),
    )
    return Element(
        "relationship",
        (_term("relationshipType", "structural", "relationshipType"),
         _term("relationshipSubType", "is part of", "relationshipSubType"), related),
    )  # fmt: skip


def _event(happening: Happening) -> Element:
    told = "; ".join((f"witnesskit type {happening.type}", *(f"{k}: {v}" for k, v in happening.facts.items())))
    notes = (told, happening.bounds) if happening.bounds else (told,)
    details = tuple(Element("eventDetailInformation", (Element("eventDetail", note),)) for note in notes)
    outcome = Element("eventOutcomeInformation", (Element("eventOutcome", happening.outcome or "recorded"),))
    return Element(
        "event",
        (
            _identifier("event", "witnesskit log and number", happening.id),
            _term("eventType", happening.premis_type, "eventType"),
            Element("eventDateTime", happening.when or _NO_DATE),
            *details,
            outcome,
            *(_link("Agent", "witnesskit agent", agent, _role(agent)) for agent in happening.agents),
            *(_link("Object", f"witnesskit {_kind(thing)}", thing, role) for thing, role in happening.things),
        ),
    )


def _agent(agent: Agent) -> Element:
    version = (Element("agentVersion", agent.version),) if agent.version else ()
    note = (Element("agentNote", agent.note),) if agent.note else ()
    return Element(
        "agent",
        (_identifier("agent", "witnesskit agent", agent.id), Element("agentName", agent.name),
         _term("agentType", "software", "agentType"), *version, *note),
    )  # fmt: skip


def _identifier(of: str, kind: str, value: str) -> Element:
    name = f"{of}Identifier"
    return Element(name, (Element(f"{name}Type", kind), Element(f"{name}Value", value)))


def _link(of: str, kind: str, value: str, role: str) -> Element:
    name = f"linking{of}Identifier"
    return Element(
        name,
        (Element(f"{name}Type", kind), Element(f"{name}Value", value),
         _term(f"linking{of}Role", role, f"event{'RelatedAgentRole' if of == 'Agent' else 'RelatedObjectRole'}")),
    )  # fmt: skip


def _role(agent: str) -> str:
    return "implementer" if "+" in agent else "executing program"


def _kind(thing: str) -> str:
    return thing.partition(":")[0]


def _term(name: str, term: str, vocabulary: str) -> Element:
    return Element(name, term, (("authority", vocabulary), ("authorityURI", _VOCABULARY + vocabulary)))


def _node(element: Element) -> ElementTree.Element:
    attributes = {name: plain(value) for name, value in element.attributes}
    node = ElementTree.Element(f"{{{NAMESPACE}}}{element.name}", attributes)
    if isinstance(element.content, str):
        node.text = plain(element.content)  # XML 1.0 cannot hold control characters
    else:
        node.extend(_node(child) for child in element.content)
    return node


def _value(element: Element) -> str | Mapping[str, Any]:
    attributes = {f"@{name.partition('}')[2] or name}": plain(value) for name, value in element.attributes}
    if isinstance(element.content, str):
        text = plain(element.content)
        return {**attributes, "#text": text} if attributes else text
    return {**attributes, **dict(_grouped(element.content))}


def _grouped(children: tuple[Element, ...]) -> Iterator[tuple[str, list[Any]]]:
    for name in dict.fromkeys(child.name for child in children):
        yield name, [_value(child) for child in children if child.name == name]
