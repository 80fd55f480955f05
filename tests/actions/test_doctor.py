"""What doctor sees: the vectors are run as they are, and one that does not end as it says is told and logged."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from importlib import metadata
from pathlib import Path

import pytest

from tests.actions.stage import copy_of
from witnesskit.actions import doctor_vault, tool_identity, vectors
from witnesskit.actions.doctor import doctor, files_as_installed
from witnesskit.actions.doctor_vault import vault_findings
from witnesskit.actions.finding import Finding
from witnesskit.actions.library_ranges import Library, libraries, read
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import DRILL, last_check
from witnesskit.actions.report import ReportWish, report
from witnesskit.actions.validate import validate_and_log
from witnesskit.actions.validation import last_validation
from witnesskit.errors.actions import NotTheProgram
from witnesskit.vault import lock


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Path:
    """A copy of the vectors, the one that is run."""
    there = tmp_path / "vectors"
    for name in vectors.FAMILIES:
        shutil.copytree(vectors.folder() / name, there / name)
    monkeypatch.setattr(vectors, "_FOLDERS", (there,))
    return there


def of(found, name):
    return next(one for one in found if one.name == name)


def test_every_shipped_vector_passes_and_none_is_left_out():
    there = vectors.folder()
    count = sum(
        len(list((there / name).glob(f"*.{ending}")))
        for name, ending in (("custody_log", "json"), ("invite", "invite"))
    )
    count += len(list((there / "tlog_proof").glob("*.json")))
    count += len(json.loads((there / "merkle" / "rfc6962.json").read_text()))
    count += len(json.loads((there / "timestamp_token" / "expected.json").read_text()))
    done = vectors.validate()
    assert (done.total, done.passed, done.problems, done.trusted) == (count, count, (), True)


def _another_state(there):
    path = there / "custody_log" / "ok.json"
    path.write_text(path.read_text().replace('"state": "UNCHANGED"', '"state": "CHANGED"'))
    return "custody_log/ok"


def _a_bit(there):
    path = there / "custody_log" / "ok.json"
    path.write_text(path.read_text().replace('\\"by\\":\\"desk\\"', '\\"by\\":\\"dusk\\"', 1))
    return "custody_log/ok"


def _another_code(there):
    path = there / "invite" / "INVITE--empty.invite"
    path.rename(path.with_name("JSON--empty.invite"))
    return "invite/JSON--empty"


def _a_bad_proof(there):
    path = there / "merkle" / "rfc6962.json"
    path.write_text(
        path.read_text().replace('"desc": "happy path", "wantErr": false', '"desc": "happy path", "wantErr": true', 1)
    )
    return "merkle/consistency/0/happy-path.json"


def _another_time(there):
    path = there / "timestamp_token" / "expected.json"
    told = json.loads(path.read_text())
    told["ok"]["time"] += 1
    path.write_text(json.dumps(told))
    return "timestamp_token/ok"


def _no_vector(there):
    (there / "custody_log" / "ok.json").write_text("[")
    return "custody_log/ok"


@pytest.mark.parametrize("spoil", [_another_state, _a_bit, _another_code, _a_bad_proof, _another_time, _no_vector])
def test_one_vector_that_does_not_end_as_it_says_is_named(shipped, spoil):
    name = spoil(shipped)
    done = vectors.validate()
    assert done.problems == (name,) and not done.trusted


def test_what_this_installation_does_not_read_is_left_out_and_said(monkeypatch):
    whole = vectors.validate().total
    monkeypatch.setattr(vectors, "find_spec", lambda _name: None)
    done = validate_and_log(None, "")
    assert done.trusted and len(done.left_out) == 3 and done.total == whole - 3
    assert done.not_run.startswith("3 about OpenTimestamps were not run")


def test_without_vectors_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "_FOLDERS", (tmp_path / "none",))
    done = validate_and_log(None, "")
    assert (done.passed, done.trusted) == (0, False)
    assert done.problems == tuple(f"{name}: none is here" for name in vectors.FAMILIES)
    with pytest.raises(NotTheProgram):
        done.require()


def test_a_family_of_vectors_that_was_taken_away_is_named(shipped):
    shutil.rmtree(shipped / "tlog_proof")
    assert vectors.validate().problems == ("tlog_proof: none is here",)


def test_a_desk_logs_what_it_found_and_its_pages_say_so(stage, device, stick, tmp_path):
    stage.take_in(device.bundle(stick))
    done = validate_and_log(stage.desk, stage.passphrase)
    with open_for_saving(stage.desk, stage.passphrase) as session:
        found = last_validation(session)
    assert (found.ok, found.bad, found.day) == (done.total, 0, done.day)
    for audience in ("desk", "court"):
        report(stage.desk, stage.passphrase, ReportWish(audience, (), tmp_path / audience))
        page = (tmp_path / audience).read_text()
        assert f"passed {done.total} of {done.total} vectors on {done.day}." in page


def test_the_public_page_says_nothing_of_it(stage, device, stick, tmp_path):
    device.add(Path(__file__).parents[2] / "demo" / "photo.jpg")
    stage.take_in(device.bundle(stick))
    validate_and_log(stage.desk, stage.passphrase)
    assert len(stage.make_public()) == 1
    report(stage.desk, stage.passphrase, ReportWish("public", (), tmp_path / "page"))
    assert "vectors" not in (tmp_path / "page").read_text()


def test_a_desk_logs_a_bad_result_too_and_the_newest_counts(stage, shipped):
    validate_and_log(stage.desk, stage.passphrase)
    _another_state(shipped)
    done = validate_and_log(stage.desk, stage.passphrase)
    with pytest.raises(NotTheProgram, match=f"1 of {done.total}"):
        done.require()
    with open_for_saving(stage.desk, stage.passphrase) as session:
        assert last_validation(session).bad == 1
        assert last_check(session, DRILL) is None
    validation = of(vault_findings(stage.desk, stage.passphrase), "last validation")
    assert validation.state == "bad" and "--validate" in validation.next


def test_every_finding_that_is_not_ok_names_one_next_step(stage):
    found = doctor(stage.folder / "desk", stage.passphrase)
    assert {one.state for one in found} <= {"ok", "look", "bad"}
    assert all(bool(one.next) is (one.state != "ok") for one in found)
    assert of(found, "last drill").state == of(found, "authorities").state == of(found, "last anchor").state == "look"
    assert "fewer than 2" in of(found, "authorities").sentence


def test_without_its_passphrase_a_desk_says_what_is_sealed(stage):
    found = list(vault_findings(stage.desk, ""))
    assert "sealed" in of(found, "last drill").sentence and of(found, "last drill").state == "look"


def test_a_wrong_passphrase_is_told_and_the_rest_is_looked_at(stage):
    found = list(vault_findings(stage.desk, "wrong"))
    assert of(found, "own log").state == "bad" and of(found, "log").state == "ok"


def test_a_field_vault_is_looked_at_and_left_as_it_was(stage, device):
    before = {path: path.stat().st_mtime_ns for path in sorted(device.folder.rglob("*"))}
    found = list(vault_findings(device.vault, ""))
    assert [one.state for one in found if one.name in ("vault", "disk", "log", "policy")] == ["ok"] * 4
    assert {path: path.stat().st_mtime_ns for path in sorted(device.folder.rglob("*"))} == before
    told = " ".join(one.sentence + one.next for one in found)
    assert str(device.folder) not in told and device.vault.config.origin not in told


def test_a_vault_that_is_being_written_is_not_touched(stage):
    with lock.writing(stage.desk):
        assert of(vault_findings(stage.desk, ""), "disk").state == "look"


def test_a_log_that_was_cut_is_bad(stage):
    place = stage.folder / "desk" / "custody" / "log.jsonl"
    place.write_bytes(place.read_bytes()[:-40])
    found = of(vault_findings(stage.desk, ""), "log")
    assert found.state == "bad" and found.next


def test_a_clock_behind_the_log_is_bad(stage, monkeypatch):
    with open_for_saving(stage.desk, stage.passphrase):
        monkeypatch.setattr(doctor_vault, "utc_day", lambda: "2020-01-01")
    assert of(vault_findings(stage.desk, ""), "log").next == "set the clock"


def test_a_policy_that_cannot_be_followed_is_bad(stage):
    (stage.folder / "desk" / "policies" / "protect-filmer.toml").write_text("[policy]\n")
    assert of(vault_findings(stage.desk, ""), "policy").state == "bad"


def test_the_libraries_here_are_inside_their_ranges():
    assert all(one.fits for one in libraries())
    assert {"click", "cryptography", "yt-dlp"} <= {one.name for one in libraries()}


@pytest.mark.parametrize(
    ("wanted", "found", "fits"),
    [
        (">=8.1,<9", "8.1.0", True), (">=8.1,<9", "9", False), (">=8.1,<9", "9.0.0", False), ("<9,>=8.1", "8.0.99", False),
        ("==0.8.0", "0.8", True), ("==0.8.0", "0.8.0.post1", True), ("==0.8.0", "0.8.1", False), ("", "1", True),
        (">=12", "", False), (">=12", "12a", False), ("~=1.0", "1.0", False), (">=2026.10.26", "2026.10.26", True),
    ],
)  # fmt: skip
def test_a_version_is_inside_its_range_or_not(wanted, found, fits):
    assert Library("x", wanted, found).fits is fits


def test_extras_are_not_needed_and_a_missing_library_is_told():
    found = list(read(["click<9,>=8.1", "nobody-made-this>=1; python_version > '3'", "pytest>=8; extra == 'test'"]))
    assert [(one.name, bool(one.found)) for one in found] == [("click", True), ("nobody-made-this", False)]
    assert not found[1].fits


@pytest.fixture
def release(tmp_path, monkeypatch) -> Path:
    """An installed release of two files, in place of the one that is worked on."""
    place = tmp_path / "site"
    (place / "witnesskit").mkdir(parents=True)
    (place / "witnesskit-9.dist-info").mkdir()
    lines = [
        "../../../bin/witnesskit,sha256=abc,1",
        "witnesskit/__pycache__/a.pyc,,",
        "witnesskit-9.dist-info/RECORD,,",
    ]
    for name in ("b.py", "a.py"):
        (place / "witnesskit" / name).write_text(name)
        digest = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"witnesskit/{name},sha256={digest},{len(name)}")
    (place / "witnesskit-9.dist-info" / "RECORD").write_text("\n".join(lines) + "\n")
    (place / "witnesskit-9.dist-info" / "METADATA").write_text("Name: witnesskit\nVersion: 9\n")
    found = metadata.PathDistribution(place / "witnesskit-9.dist-info")
    monkeypatch.setattr(metadata, "distribution", lambda _name: found)
    return place


def test_an_editable_install_says_so_and_gives_no_digest(release):
    told = '{"dir_info": {"editable": true}, "url": "file:///somewhere"}'
    (release / "witnesskit-9.dist-info" / "direct_url.json").write_text(told)
    assert files_as_installed().state == "look"
    assert tool_identity.files_digest() == "missing: an editable install, its files are not recorded"


def test_a_release_is_known_by_one_digest_of_its_own_files_wherever_it_is_installed(release):
    record = release / "witnesskit-9.dist-info" / "RECORD"
    own = [line for line in record.read_text().splitlines() if re.match("witnesskit/.*,sha256=", line)]
    digest = hashlib.sha256("".join(f"{line}\n" for line in sorted(own)).encode()).hexdigest()
    assert tool_identity.files_digest() == digest
    record.write_text(record.read_text().replace("bin/witnesskit,sha256=abc", "Scripts/witnesskit.exe,sha256=def"))
    assert tool_identity.files_digest() == digest
    assert files_as_installed() == Finding("files", "ok", "2 files are as they were installed")


def test_a_file_of_ours_that_was_changed_or_taken_away_is_bad(release):
    (release / "witnesskit" / "a.py").write_text("b.py")
    assert files_as_installed().sentence == "1 of 2 files are not as they were installed"
    (release / "witnesskit" / "b.py").unlink()
    assert (files_as_installed().state, files_as_installed().sentence[:6]) == ("bad", "2 of 2")


@pytest.mark.parametrize("told", ["", "no,list", "witnesskit/a.py,,"])
def test_an_installation_that_recorded_nothing_is_said_to(release, told):
    (release / "witnesskit-9.dist-info" / "RECORD").write_text(told)
    assert tool_identity.files_digest() == "missing: nothing is recorded"
    assert files_as_installed().state == "bad"


@pytest.mark.parametrize("told", ["[", "[]", "7", '{"dir_info": 7}'])
def test_where_it_came_from_may_be_unreadable(release, told):
    (release / "witnesskit-9.dist-info" / "direct_url.json").write_text(told)
    assert files_as_installed().state in ("ok", "look")
    assert tool_identity.files_digest()


@pytest.mark.parametrize("place", ["/dev/shm", "/run/shm"])
def test_a_vault_in_memory_is_told(stage, place, monkeypatch):
    if not os.access(place, os.W_OK) or doctor_vault._file_system(Path(place)) != "tmpfs":
        pytest.skip("no folder in memory here")
    moved = copy_of(stage, Path(place) / f"witnesskit-test-{os.getpid()}")
    try:
        assert of(vault_findings(moved.desk, ""), "disk").state == "bad"
    finally:
        shutil.rmtree(moved.folder)
