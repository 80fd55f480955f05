"""The pages cannot drift: their examples are the vectors', their commands are run, their codes exist."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundle.given import RECIPIENTS
from tests.errors.test_tree import leaves
from tests.oracles import require
from tests.vectors.bundle.make import HERE, cases
from tests.vectors.bundle.parts import DESK, OTHER_SENDER, SENDER, Draft, tag_files
from witnesskit.bundle.layout import TAG_FILES
from witnesskit.formats.bundle_members import KINDS
from witnesskit.formats.receipt import parse_receipt

SPEC = Path(__file__).parents[2] / "docs" / "spec"
EXAMPLE = {name: data.decode() for name, data in tag_files(Draft()).items()}


def page(name: str) -> str:
    return (SPEC / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", page(name), flags=re.MULTILINE | re.DOTALL)


def run(script: str, folder: Path) -> str:
    for program in ("sh", "openssl", "age", "tar", "sha256sum"):
        require(program)
    done = subprocess.run(["sh", "-e", "-c", script], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_is_the_stored_vector():
    assert blocks("bundle", "json") == [EXAMPLE["bundle.json"]]
    assert blocks("bundle", "manifest") == [EXAMPLE["manifest-sha256.txt"]]
    assert blocks("bundle", "jsonl") == [EXAMPLE["members.jsonl"]]
    assert blocks("bundle", "note") == [EXAMPLE["bundle.sig"]]
    assert "65,834 bytes" in page("bundle")
    assert (HERE / "ok-small.age").stat().st_size == 65_834
    assert json.loads(blocks("bundle", "json")[0])["recipients"] == sorted(RECIPIENTS)


def test_the_commands_of_the_bundle_page_work(tmp_path):
    bagit = pytest.importorskip("bagit")
    (tmp_path / "key").write_text(DESK.text + "\n")
    (tmp_path / "vkey").write_text(SENDER.vkey + "\n")
    (tmp_path / "ok-small.age").write_bytes((HERE / "ok-small.age").read_bytes())
    folder = tmp_path / "empty"
    folder.mkdir()
    opening, checking, _of_a_set = blocks("bundle", "sh")  # the third: tests/journeys/test_court_sets.py
    assert run(opening.replace("bagit.py", f"{sys.executable} {bagit.__file__}"), folder).count(": OK") == 4
    assert "Signature Verified Successfully" in run(checking, folder)


def test_the_tables_name_every_key_file_and_kind():
    text = page("bundle")
    for key in json.loads(EXAMPLE["bundle.json"]):
        assert f"`{key}`" in text
    assert re.findall(r"^\| `([a-z0-9.-]+\.(?:txt|json|jsonl|sig))` \|", text, re.MULTILINE) == list(TAG_FILES)
    assert all(f"`{kind}`" in text for kind in KINDS)


def test_every_code_of_the_pages_exists_and_every_code_of_a_vector_is_on_the_page():
    known = {leaf.code for leaf in leaves()}
    named = set()
    for name in ("bundle", "receipt"):
        steps = page(name).split("## Verification steps")[1]
        named |= set(re.findall(r"`([A-Z]+(?:-[A-Z]+)*)`", steps))
    assert named <= known
    assert {code for case in cases() for code in (case.refused, *case.damage) if code} <= named


def test_the_receipt_of_the_page_is_verified_by_us_and_by_openssl(tmp_path):
    (note,) = blocks("receipt", "note")
    assert blocks("receipt", "vkey") == [OTHER_SENDER.vkey + "\n"]
    receipt = parse_receipt(note.encode(), OTHER_SENDER.key)
    assert (receipt.missing, receipt.complete) == ((4,), False)
    (tmp_path / "receipt").write_text(note)
    (tmp_path / "vkey").write_text(OTHER_SENDER.vkey + "\n")
    (commands,) = blocks("receipt", "sh")
    assert "Signature Verified Successfully" in run(commands, tmp_path)
