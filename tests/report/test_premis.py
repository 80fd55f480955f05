"""PREMIS: XML and JSON of one content, elements in the order of the published schema.

The schema's file is not stored here; ORDER is our own table, taken from the sequences of premis-v3-0.xsd.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.report.stories import BOUNDS, HAPPENINGS, ITEM, STORY, THINGS
from witnesskit.formats.custody_types import DIGESTS
from witnesskit.report import premis
from witnesskit.report.custody import EVENT_TYPES, Happening

P = f"{{{premis.NAMESPACE}}}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


def identifier(name):
    return {f"{name}Identifier": ((f"{name}IdentifierType", 1, 1), (f"{name}IdentifierValue", 1, 1))}


def link(name):
    kind = f"linking{name}Identifier"
    return {kind: ((f"{kind}Type", 1, 1), (f"{kind}Value", 1, 1), (f"linking{name}Role", 0, 99))}


# element -> its children in order, each with its fewest and most; an element that is not here holds text
ORDER = {
    "premis": (("object", 1, 99), ("event", 0, 99), ("agent", 0, 99), ("rights", 0, 99)),
    "object": (
        ("objectIdentifier", 1, 99), ("preservationLevel", 0, 99), ("significantProperties", 0, 99),
        ("objectCharacteristics", 0, 99), ("originalName", 0, 1), ("storage", 0, 99), ("signatureInformation", 0, 99),
        ("relationship", 0, 99), ("linkingEventIdentifier", 0, 99), ("linkingRightsStatementIdentifier", 0, 99),
    ),
    "objectCharacteristics": (
        ("compositionLevel", 0, 1), ("fixity", 0, 99), ("size", 0, 1), ("format", 1, 99),
        ("creatingApplication", 0, 99), ("inhibitors", 0, 99), ("objectCharacteristicsExtension", 0, 99),
    ),
    "fixity": (("messageDigestAlgorithm", 1, 1), ("messageDigest", 1, 1), ("messageDigestOriginator", 0, 1)),
    "format": (("formatDesignation", 0, 1), ("formatRegistry", 0, 1), ("formatNote", 0, 99)),
    "formatDesignation": (("formatName", 1, 1), ("formatVersion", 0, 1)),
    "relationship": (
        ("relationshipType", 1, 1), ("relationshipSubType", 1, 1), ("relatedObjectIdentifier", 0, 99),
        ("relatedEventIdentifier", 0, 99),
    ),
    "relatedObjectIdentifier": (
        ("relatedObjectIdentifierType", 1, 1), ("relatedObjectIdentifierValue", 1, 1), ("relatedObjectSequence", 0, 1),
    ),
    "event": (
        ("eventIdentifier", 1, 1), ("eventType", 1, 1), ("eventDateTime", 1, 1), ("eventDetailInformation", 0, 99),
        ("eventOutcomeInformation", 0, 99), ("linkingAgentIdentifier", 0, 99), ("linkingObjectIdentifier", 0, 99),
    ),
    "eventDetailInformation": (("eventDetail", 0, 1), ("eventDetailExtension", 0, 99)),
    "eventOutcomeInformation": (("eventOutcome", 0, 1), ("eventOutcomeDetail", 0, 99)),
    "agent": (
        ("agentIdentifier", 1, 99), ("agentName", 0, 99), ("agentType", 0, 1), ("agentVersion", 0, 1),
        ("agentNote", 0, 99), ("agentExtension", 0, 99), ("linkingEventIdentifier", 0, 99),
    ),
    **identifier("object"), **identifier("event"), **identifier("agent"), **link("Agent"), **link("Object"),
}  # fmt: skip


def check_order(node):
    """Raise where an element stands out of its place, is there too often, or is missing."""
    name = node.tag.removeprefix(P)
    names = [child.tag.removeprefix(P) for child in node]
    if name not in ORDER:
        assert not names, f"{name} holds text"
        assert node.text, name
        return
    allowed = [child for child, _fewest, _most in ORDER[name]]
    assert names == sorted(names, key=allowed.index), f"{name}: {names}"
    for child, fewest, most in ORDER[name]:
        assert fewest <= names.count(child) <= most, f"{name}/{child}"
    for child in node:
        check_order(child)


def parsed(story=STORY):
    return ElementTree.fromstring(premis.as_xml(story))


def text(node, path):
    return [found.text for found in node.findall("/".join(P + step for step in path.split("/")))]


def test_the_document_is_in_the_order_of_the_schema():
    root = parsed()
    assert root.tag == f"{P}premis"
    assert root.get("version") == "3.0"
    check_order(root)
    assert {one.get(XSI) for one in root.findall(f"{P}object")} == {"premis:intellectualEntity", "premis:file"}


@pytest.mark.parametrize("change", ["swap", "drop", "add"])
def test_our_table_finds_an_element_out_of_its_place(change):
    root = parsed()
    event = root.find(f"{P}event")
    first, second = event[0], event[1]
    event.remove(first)
    if change == "swap":
        event.insert(1, first)
    elif change == "add":
        event.insert(0, first)
        event.insert(1, second)
    with pytest.raises(AssertionError):
        check_order(root)


def test_every_file_has_its_digest_and_belongs_to_its_item():
    for thing in THINGS[2:]:
        (found,) = [
            one
            for one in parsed().findall(f"{P}object")
            if thing.id in text(one, "objectIdentifier/objectIdentifierValue")
        ]
        assert text(found, "objectCharacteristics/fixity/messageDigest") == [thing.sha256]
        assert text(found, "objectCharacteristics/fixity/messageDigestAlgorithm") == ["SHA-256"]
        assert text(found, "objectCharacteristics/size") == [str(thing.size)]
        assert text(found, "relationship/relatedObjectIdentifier/relatedObjectIdentifierValue") == [ITEM]


def test_every_event_is_there_once_with_type_time_agent_outcome_and_objects():
    events = parsed().findall(f"{P}event")
    assert text(parsed(), "event/eventIdentifier/eventIdentifierValue") == [one.id for one in HAPPENINGS]
    for event, happening in zip(events, HAPPENINGS, strict=True):
        assert text(event, "eventType") == [happening.premis_type]
        assert text(event, "eventDateTime") == [happening.when or "XXXX-XX-XX"]
        assert text(event, "eventOutcomeInformation/eventOutcome") == [happening.outcome or "recorded"]
        assert text(event, "linkingAgentIdentifier/linkingAgentIdentifierValue") == list(happening.agents)
        linked = text(event, "linkingObjectIdentifier/linkingObjectIdentifierValue")
        assert linked == [thing for thing, _role in happening.things]
    assert BOUNDS in text(events[2], "eventDetailInformation/eventDetail")


def test_all_agents_and_objects_that_events_name_are_described():
    root = parsed()
    for kind, path in (
        ("Agent", "agent/agentIdentifier/agentIdentifierValue"),
        ("Object", "object/objectIdentifier/objectIdentifierValue"),
    ):
        named = set(text(root, f"event/linking{kind}Identifier/linking{kind}IdentifierValue"))
        assert named <= set(text(root, path))


def as_value(node):
    """The JSON form of a parsed element, by the rule that the module tells."""
    attributes = {f"@{name.partition('}')[2] or name}": value for name, value in node.attrib.items()}
    if not len(node):
        return {**attributes, "#text": node.text} if attributes else node.text
    found = {}
    for child in node:
        found.setdefault(child.tag.removeprefix(P), []).append(as_value(child))
    return {**attributes, **found}


def test_the_json_has_the_content_of_the_xml():
    document = json.loads(premis.as_json(STORY))
    assert document == {"premis": as_value(parsed())}


def test_what_somebody_else_wrote_cannot_leave_its_place():
    written = premis.as_xml(STORY).decode()
    assert "a=1&amp;b=&lt;2&gt;" in written
    assert "\x1b" not in written and "\u202e" not in written
    assert "a=1&b=<2>" in "".join(parsed().itertext())


def test_each_type_of_the_log_has_a_term_and_an_unknown_one_too():
    assert EVENT_TYPES.keys() == DIGESTS.keys()
    assert Happening("wk1/x", 1, "later-type", "", ()).premis_type == "metadata modification"


def test_the_table_of_the_specification_is_the_one_in_use():
    page = (Path(__file__).parents[2] / "docs" / "spec" / "export.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `([a-z]+)` \| ([a-z ]+) \|$", page, re.MULTILINE)) == EVENT_TYPES


@pytest.mark.parametrize(
    ("facts", "term"),
    [({"finding": "clean"}, "redaction"), ({"finding": "clean", "parameters": "x"}, "migration"), ({}, "creation")],
)
def test_what_was_made_is_told_by_how_it_was_made(facts, term):
    assert Happening("wk1/x", 1, "derive", "", (), facts=facts).premis_type == term
