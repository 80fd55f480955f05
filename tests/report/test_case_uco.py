"""CASE/UCO: judged by case_validate, which brings its ontologies with it and needs no network."""

from __future__ import annotations

import json
import subprocess

from tests.oracles import require
from tests.report.cases import ORIGINAL
from tests.report.stories import HAPPENINGS, STORY, story
from witnesskit.report import case_uco


def judged(folder, document):
    program = require("case_validate")
    (folder / "case.jsonld").write_bytes(document)
    done = subprocess.run(
        [program, "--allow-info", "case.jsonld"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def nodes(kind):
    return [one for one in json.loads(case_uco.render(STORY))["@graph"] if one["@type"] == kind]


def test_case_validate_says_that_it_conforms(tmp_path):
    status, said = judged(tmp_path, case_uco.render(STORY))
    assert (status, "Conforms: True" in said) == (0, True), said


def test_case_validate_refuses_what_does_not_conform(tmp_path):
    document = json.loads(case_uco.render(STORY))
    for node in document["@graph"]:
        node.pop("uco-core:hasFacet", None)
        if node["@type"] == "case-investigation:InvestigativeAction":
            node["uco-action:startTime"] = "yesterday"
    status, said = judged(tmp_path, json.dumps(document).encode())
    assert status != 0 and "Conforms: False" in said


def test_every_event_is_an_action_and_every_item_a_record_of_provenance():
    actions = nodes("case-investigation:InvestigativeAction")
    assert len(actions) == len(HAPPENINGS)
    timed = [one["uco-action:startTime"]["@value"] for one in actions if "uco-action:startTime" in one]
    assert timed == [one.when for one in HAPPENINGS if "T" in one.when]  # a bare day is no time
    (record,) = nodes("case-investigation:ProvenanceRecord")
    assert record["case-investigation:exhibitNumber"] == "k7f2-93"
    assert len(record["uco-core:object"]) == 3


def test_the_digest_stands_in_the_facet_of_the_file_as_a_string_and_hex():
    files = nodes("uco-observable:ObservableObject")
    hashes = [facet["uco-observable:hash"][0] for one in files for facet in one["uco-core:hasFacet"]]
    assert ORIGINAL in [one["uco-types:hashValue"]["@value"] for one in hashes]
    assert {one["uco-types:hashMethod"]["@type"] for one in hashes} == {"xsd:string"}


def test_all_that_is_referred_to_is_there_and_the_same_story_gives_the_same_bytes():
    graph = json.loads(case_uco.render(STORY))["@graph"]
    ids = {one["@id"] for one in graph}
    names = ("uco-action:object", "uco-action:result", "uco-action:instrument", "uco-core:object")
    assert {ref["@id"] for one in graph for name in names for ref in one.get(name, ())} <= ids
    assert case_uco.render(STORY) == case_uco.render(story())
