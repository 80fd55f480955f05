"""The pages of the chain's formats cannot drift: their examples, tables and commands are run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracles import require
from tests.vectors.custody_log.honest import DESK, build
from witnesskit.custody.signer import Signer
from witnesskit.formats import disclosure
from witnesskit.formats.checkpoint import parse_note
from witnesskit.formats.custody_types import COMMITTED, DIGESTS, PUBLIC
from witnesskit.formats.media_record import MediaFact, Record, dump
from witnesskit.model import Outcome

SPEC = Path(__file__).parents[2] / "docs" / "spec"
HONEST = build()
DESK_FILES = HONEST.case.logs[0]


def page(name: str) -> str:
    return (SPEC / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", page(name), flags=re.MULTILINE | re.DOTALL)


def run(script: str, folder: Path) -> str:
    require("openssl")
    done = subprocess.run(["sh", "-e", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_line_and_the_checkpoint_are_those_of_a_real_run():
    last = DESK_FILES.log.decode().split("\n")[5]
    assert blocks("custody-log", "json")[0] == last + "\n"
    assert blocks("checkpoint", "")[0] == DESK_FILES.notes[0].decode()
    assert DESK.vkey in page("checkpoint")


def test_the_table_of_types_is_the_one_the_writer_uses():
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+ \|.*) \|$", page("custody-log"), flags=re.MULTILINE))
    assert set(rows) == set(COMMITTED)
    for name, row in rows.items():
        digests, _item, public, committed = row.split("|")
        assert int(digests) == DIGESTS[name]
        assert set(re.findall(r"`(\w+)`", public)) == PUBLIC.get(name, frozenset())
        assert set(re.findall(r"`(\w+)`", committed)) == COMMITTED[name]


def test_every_code_of_a_vector_is_in_the_table_of_steps():
    codes = {
        re.match(r"(?:warning-)?([A-Z]+(?:-[A-Z]+)*)", path.stem)
        for path in (SPEC.parents[1] / "tests/vectors/custody_log").glob("*.json")
    }
    assert all(f"`{code[1]}`" in page("custody-log") for code in codes if code)


def test_the_program_of_the_page_computes_the_signed_root(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(DESK_FILES.log)
    command = [sys.executable, "-c", blocks("custody-log", "python")[0], "log.jsonl", "6"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == DESK_FILES.notes[0].decode().split("\n")[2]
    assert done.stdout.strip() in page("custody-log")


@pytest.mark.parametrize(("old", "new", "good"), [("6", "6", True), ("\n6\n", "\n7\n", False)])
def test_the_commands_of_the_page_check_the_signature(tmp_path, old, new, good):
    (tmp_path / "vkey").write_text(DESK.vkey + "\n")
    (tmp_path / "6.note").write_text(DESK_FILES.notes[0].decode().replace(old, new, 1))
    script = blocks("checkpoint", "sh")[0]
    if good:
        assert "Signature Verified Successfully" in run(script, tmp_path)
    else:
        with pytest.raises(subprocess.CalledProcessError):
            run(script, tmp_path)


def test_the_commands_of_the_page_check_a_checkpoint_that_bears_more_signatures(tmp_path):
    (tmp_path / "vkey").write_text(DESK.vkey + "\n")
    text = parse_note(DESK_FILES.notes[0]).text
    twice = Signer(DESK.origin, DESK.to_bytes(), post_quantum=True)
    (tmp_path / "6.note").write_bytes(twice.note(text, [Signer("operator-1", bytes(32))]))
    assert "Signature Verified Successfully" in run(blocks("checkpoint", "sh")[0], tmp_path)


def test_the_commands_of_the_page_open_a_disclosure(tmp_path):
    digest, told = run(blocks("disclosure", "sh")[0], tmp_path).split("\n", 1)
    assert digest in json.loads(DESK_FILES.log.split(b"\n")[5])["sd"]
    assert told == blocks("disclosure", "json")[0].strip()
    assert digest == disclosure.digest(blocks("disclosure", "")[0].strip())


def test_the_record_is_one_that_the_writer_makes():
    media = MediaFact(1, "7119a0a81b447e3155a18c3217e5de46d711c110296321285559593dc76e9e1b", 9000, "video/mp4", True)
    url = "https://site.example/clip/1"
    parts = dict.fromkeys(("url", "html", "media", "metadata", "context"), "ok")
    started, finished = "2026-11-23T10:00:00Z", "2026-11-23T10:00:09Z"
    record = Record(
        item="f60f02437bb52ee610ef66403e25c375",
        outcome=Outcome.SAVED,
        source={"kind": "url", "url": url, "url_final": url, "platform": "withheld"},
        times={"collected": started},
        collection={
            "started_at": started,
            "finished_at": finished,
            "clock": {"source": "system", "synced": "unknown"},
            "tool": {"name": "witnesskit", "version": "0.1.0"},
            "egress": "direct",
        },
        media=[media],
        completeness={**parts, "screenshot": "missing: no browser here"},
        policy="field@1#" + "0" * 64,
    )
    assert json.loads(blocks("record", "json")[0]) == json.loads(dump(record))
