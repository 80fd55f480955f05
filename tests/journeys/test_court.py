"""A lawyer with a bundle for a court and no witnesskit: every command that the sheet prints is run, and every paper read."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder
from tests.oracles import require
from tests.report.test_premis import check_order
from tests.simulators import authorities

DEMO = Path(__file__).resolve().parents[2] / "demo"
DOCS = Path(__file__).resolve().parents[2] / "docs"
TOOLS = ("age", "age-keygen", "tar", "sha256sum", "openssl", "ssh-keygen", "exiftool", "ffmpeg")
PAPERS = {
    "report.html",
    "HOW-TO-CHECK.txt",
    "premis.xml",
    "premis.json",
    "case.jsonld",
    "fre-902-draft.txt",
    "berkeley.txt",
}


@dataclass(frozen=True)
class Step:
    """One step of the sheet, read as a person reads it."""

    title: str
    commands: tuple[str, ...]
    expect: str


@dataclass(frozen=True)
class Reader:
    """Where the lawyer sits: a folder with the bundle and their key, and roots that they got elsewhere."""

    path: Path
    desk: Folder

    def run(self, commands) -> subprocess.CompletedProcess:
        """What they type, in one shell that stops at the first command that fails."""
        beside = Path(sys.executable).parent  # bagit.py
        environment = {"PATH": f"{beside}:{os.environ['PATH']}", "HOME": str(self.path), "LC_ALL": "C.UTF-8"}
        script = "\n".join(("set -e", *commands))
        return subprocess.run(
            ["bash", "-c", script], cwd=self.path, env=environment, capture_output=True, text=True, timeout=100
        )

    def members(self) -> list[dict]:
        return [json.loads(line) for line in (self.path / "bag" / "members.jsonl").read_text().splitlines()]

    def paper(self, name: str) -> bytes:
        (found,) = [one for one in self.members() if one.get("name") == name]
        return (self.path / "bag" / "data" / f"{found['ordinal']:08d}").read_bytes()

    def steps(self) -> list[Step]:
        return steps_of(self.paper("HOW-TO-CHECK.txt").decode())


def steps_of(sheet: str) -> list[Step]:
    found = []
    for block in re.split(r"\n(?=\d+\. )", sheet.partition("\nThe second verifier\n")[0])[1:]:
        title, _, rest = block.partition("\n\n")
        commands = re.findall(r"^    (.*)$", rest, re.MULTILINE)
        found.append(
            Step(" ".join(title.split()), tuple(commands), " ".join(rest.partition("Must print:")[2].split()))
        )
    return found


@pytest.fixture(scope="module")
def reader(team, site, tmp_path_factory) -> Reader:
    """A photo, a film and a link; taken in, anchored by two authorities; then the desk's key is replaced, and all is
    sent to somebody with an age key.
    """
    for tool in TOOLS:
        require(tool)
    folder = copy_of(team, tmp_path_factory.mktemp("court"))
    folder.ok("add", DEMO / "photo.jpg", DEMO / "camera.mp4", "--vault", "field")
    site.reset()
    folder.archive("field", [site.url + "/p/good.html"])
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    folder.desk("import", *(folder.path / "stick").iterdir(), "--receipts", "receipts")
    place = tmp_path_factory.mktemp("lawyer")
    with authorities.pair(folder.path / "roots") as pair:
        for name in ("north", "south"):
            server = getattr(pair, name)
            chosen = ("--url", server.url, "--root", f"roots/{name}.pem")
            folder.ok("trust", "authority", name, *chosen, "--vault", "desk")
            shutil.copy(folder.path / "roots" / f"{name}.pem", place / f"root-{name}.pem")
        folder.desk("anchor")
    folder.desk("key", "rotate", "--sheet", "sec/recovery-sheet.txt", "--reason", "a new year")
    secret = subprocess.run(["age-keygen"], capture_output=True, check=True, text=True).stdout
    recipient = next(line.split()[-1] for line in secret.splitlines() if "public key" in line)
    (folder.path / "out").mkdir()
    sheet = ("--custodian-sheet", "sec/custodian-sheet.txt")
    folder.desk("bundle", "out", "--audience", "court", "--to", recipient, *sheet)
    (bundle,) = (folder.path / "out").iterdir()
    shutil.copy(bundle, place / "BUNDLE.age")
    (place / "YOUR-KEY.txt").write_text(secret)
    found = Reader(place, folder)
    opening = ("age -d -i YOUR-KEY.txt -o bag.tar BUNDLE.age", "mkdir bag", "tar -xf bag.tar -C bag")
    assert found.run(opening).returncode == 0
    return found


@pytest.fixture(scope="module")
def output(reader) -> dict[str, str]:
    """What each step of the sheet prints, by its title; all typed in one terminal."""
    steps = reader.steps()
    assert steps[0].commands[0].startswith("age -d")
    commands = [line for step in steps[1:] for line in (f"echo '##{step.title}'", *step.commands)]
    done = reader.run(commands)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    printed = re.split(r"^##(.*)$", done.stdout, flags=re.MULTILINE)[1:]
    return dict(zip(printed[::2], printed[1::2], strict=True))


def told(output, word) -> list[str]:
    found = [text for title, text in output.items() if word in title]
    assert found, (word, list(output))
    return found


def test_every_step_of_the_sheet_runs_to_its_end(reader, output):
    assert list(output) == [step.title for step in reader.steps()[1:]]
    assert all(step.expect for step in reader.steps())
    assert all(line.endswith(": OK") for line in told(output, "every file of the bundle")[0].split("\n") if line)


def test_signatures_hold_by_openssl_and_by_openssh(output):
    signed = told(output, "signature under the log") + told(output, "who signed the list")
    assert len(signed) == 4  # the list, both logs, and the newest checkpoint of the desk's
    assert all("Signature Verified Successfully" in text for text in signed)
    assert 'Good "checkpoint@witnesskit" signature for wk1/' in told(output, "with OpenSSH")[0]


def test_both_authorities_hold_for_openssl_at_the_time_that_is_filled_in(reader, output):
    stamps = told(output, "Check the time that")
    assert len(stamps) == 2
    assert all("Verification: OK" in text for text in stamps)
    for step in (one for one in reader.steps() if "Check the time that" in one.title):
        assert re.search(r" -attime \d{10}$", step.commands[1]), step.commands
        later = re.sub(r"-attime \d+", "-attime 9999999999", step.commands[1])
        done = reader.run(("cd check", later))
        assert "Verification: OK" not in done.stdout  # in the year 2286 only the time of the token verifies


def test_what_the_authorities_prove_is_told_in_every_paper_and_the_page_does_not_deny_it(reader):
    proven = re.compile(r"existed before \d{4}-\d\d-\d\dT[\d:]+Z on the word of .*north.*south.*\(proven\)")
    for name in ("premis.xml", "premis.json", "case.jsonld", "fre-902-draft.txt"):
        text = " ".join(reader.paper(name).decode().split())
        assert len(proven.findall(text.replace("(proven)", "(proven)\n"))) >= 1, name
    page = reader.paper("report.html").decode()
    assert "No clock outside" not in page
    assert "UNCHANGED" in page


def test_the_change_of_the_desks_key_was_allowed_by_the_key_that_was_committed(output):
    (printed,) = told(output, "was allowed to replace its key")
    assert "Signature Verified Successfully" in printed
    digest = re.search(r"^([0-9a-f]{64})  -$", printed, re.MULTILINE)[1]
    assert digest not in printed.splitlines()[0]  # it was committed before, not by the change itself


def test_roots_are_computed_as_they_were_signed(output):
    printed = told(output, "every entry of each log")[0].split()
    assert len(printed) == 4
    assert printed[0] == printed[1] != printed[2] == printed[3]


def test_entries_commit_the_files_and_the_files_are_those(reader, output):
    (step,) = [one for one in reader.steps() if one.title.endswith("the files themselves")]
    digests = dict(reversed(line.split("  ")) for line in step.commands[1:-1])
    assert sorted(told(output, "the files themselves")[0].split("\n")[1:-1]) == sorted(
        f"{name}: OK" for name in digests
    )
    for name, digest in digests.items():
        assert hashlib.sha256((reader.path / "check" / name).read_bytes()).hexdigest() == digest
    opened = told(output, "commit these files")[0]
    assert len([one for one in digests.values() if one in opened]) >= 5  # three originals, two copies
    assert all(re.fullmatch(r"\d+", line) or line.startswith('["') for line in opened.split("\n") if line)


def test_originals_are_what_was_brought(reader, output):
    files = [path.read_bytes() for path in (reader.path / "check").glob("original-*")]
    assert (DEMO / "photo.jpg").read_bytes() in files
    assert (DEMO / "camera.mp4").read_bytes() in files


def test_the_receipt_names_the_lines_that_were_received(output):
    printed = told(output, "Check the receipt")[0]
    root = printed.split()[-1]
    assert f'"root","{root}"]' in printed


def test_coded_picture_of_original_and_copy_are_the_same_by_ffmpeg(output):
    sums = re.findall(r"SHA256=([0-9a-f]{64})", told(output, "coded picture and sound")[0])
    assert len(sums) >= 2
    assert all(sums.count(one) % 2 == 0 for one in sums)


def test_exiftool_finds_no_place_and_no_device_in_the_copies(output):
    printed = told(output, "for metadata in the copies")[0]
    assert "[File]" in printed
    assert not re.search(r"GPS|Serial|Camera Model|Artist", printed)


@pytest.mark.parametrize("kind", ["log", "note", "original"])
def test_one_changed_byte_makes_a_step_fail(reader, output, tmp_path, kind):
    shutil.copytree(reader.path, tmp_path / "there")
    changed = Reader(tmp_path / "there", reader.desk)
    form = r"original-.*" if kind == "original" else rf"[a-z0-9]+\.{kind}"  # an older note bears its size too
    path = next(one for one in sorted((changed.path / "check").iterdir()) if re.fullmatch(form, one.name))
    data = bytearray(path.read_bytes())
    data[data.index(b"\n") + 5] ^= 1
    path.write_bytes(data)
    word = {"log": "every entry of each log", "note": "signature under the log", "original": "the files themselves"}[
        kind
    ]
    before = [text for title, text in output.items() if word in title]
    after = [changed.run(("cd check", *step.commands)) for step in reader.steps() if word in step.title]
    assert [one.stdout.strip() for one in after] != [text.strip() for text in before]
    if kind == "note":
        assert any("Verified Successfully" not in one.stdout for one in after)


def test_all_papers_the_pages_and_the_record_are_there(reader):
    names = {one.get("name"): one["kind"] for one in reader.members() if one.get("name")}
    assert {name for name, kind in names.items() if kind == "report"} >= PAPERS
    assert any(re.fullmatch(r"\d+\.note\.sshsig", name) for name in names)
    pages = {
        path.name
        for part in ("spec", "verifier")
        for path in (DOCS / part).iterdir()
        if path.suffix in (".md", ".py")
    }
    assert {name for name, kind in names.items() if kind == "spec"} == pages
    assert reader.paper("sshsig.md") == (DOCS / "spec" / "sshsig.md").read_bytes()


def test_premis_tells_every_file_and_the_events_about_them(reader, output):
    root = ElementTree.fromstring(reader.paper("premis.xml"))
    check_order(root)
    words = " ".join(root.itertext())
    for path in (reader.path / "check").glob("original-*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in words
    types = {one.text for one in root.iter("{http://www.loc.gov/premis/v3}eventType")}
    assert {"capture", "ingestion", "redaction", "transfer", "accession", "digital signature validation"} <= types
    document = json.loads(reader.paper("premis.json"))["premis"]
    assert len(document["event"]) == len(root.findall("{http://www.loc.gov/premis/v3}event"))


def test_case_validate_accepts_the_graph(reader, tmp_path):
    program = require("case_validate")
    (tmp_path / "case.jsonld").write_bytes(reader.paper("case.jsonld"))
    done = subprocess.run([program, "--allow-info", tmp_path / "case.jsonld"], capture_output=True, text=True)
    assert (done.returncode, "Conforms: True" in done.stdout) == (0, True), done.stdout


def test_the_draft_and_the_table_say_what_is_missing_and_who_has_not_signed(reader):
    draft = reader.paper("fre-902-draft.txt").decode()
    assert draft.startswith("DRAFT")
    assert "signed by nobody; not legal advice" in " ".join(draft.split())
    table = reader.paper("berkeley.txt").decode()
    assert table.count("[MISSING] 155 (g): name of the collector") == 3
    assert table.count("[MISSING] 155 (c): picture of the full page") == 1  # of the link; files have no page
    assert "[held] 155 (b): source code of the page" in table


def test_what_the_page_says_reads_as_sentences(reader):
    page = reader.paper("report.html").decode()
    assert "Was the signer&#x27;s key given from outside" in page
    assert "ok UNTRUSTED" not in page
    assert "Berkeley Protocol: item" in page
    assert "http://" not in re.sub(r"<bdi>.*?</bdi>", "", page)


def test_no_person_and_no_network_is_named_in_any_paper(reader):
    told = b"".join(reader.paper(name) for name in PAPERS)
    assert b"127.0.0.1:" in told  # the address that was archived
    for secret in (b"Aisha", b"Marat", b"enrol"):
        assert secret not in told


def test_the_second_verifier_says_the_same_and_is_the_one_whose_digest_is_printed(reader, output):
    (printed,) = told(output, "Run the second verifier")
    digest = hashlib.sha256((DOCS / "verifier" / "verify_standalone.py").read_bytes()).hexdigest()
    assert printed.split()[0] == digest
    assert printed.strip().splitlines()[-1].startswith("UNCHANGED since ")
    assert f"verify_standalone.py in this bundle has the SHA-256 {digest}" in " ".join(
        reader.paper("HOW-TO-CHECK.txt").decode().split()
    )


def test_the_program_itself_says_the_same_of_the_opened_bag(reader):
    vkey = json.loads((reader.path / "bag" / "bundle.json").read_text())["sender"]
    ran = reader.desk.run("verify", reader.path / "bag", "--signer", vkey, "--json")
    assert (ran.status, ran.json()["state"]) == (0, "UNCHANGED"), ran.out


FORMATS = {
    "premis-xml": "premis.xml", "premis-json": "premis.json", "case-uco": "case.jsonld",
    "fre-902": "fre-902-draft.txt", "berkeley": "berkeley.txt",
}  # fmt: skip


def log_fixities(document):
    for one in document["premis"]["object"]:
        if one["objectIdentifier"][0]["objectIdentifierType"] == ["witnesskit log"]:
            yield one["objectCharacteristics"][0]["fixity"][0]


@pytest.mark.parametrize("form", FORMATS)
def test_a_desk_exports_what_the_bundle_holds(reader, form, tmp_path):
    out = tmp_path / "out"
    ran = reader.desk.desk("export", "--format", form, "--out", out, "--json")
    assert ran.json()["counts"]["items"] == 3
    assert reader.desk.desk("export", "--format", form, "--out", out, "--json", status=2).codes() == ["OUTPUT-EXISTS"]
    ours, theirs = (
        re.findall(r"[0-9a-f]{64}", data.decode()) for data in (out.read_bytes(), reader.paper(FORMATS[form]))
    )
    logs = {one["messageDigest"][0] for one in log_fixities(json.loads(reader.paper("premis.json")))}
    assert set(theirs) - logs <= set(ours)  # the log has grown since


def test_an_export_of_one_item_tells_of_no_other_and_a_field_vault_exports_nothing(reader, tmp_path):
    listed = reader.desk.ok("status", "--items", "--json", "--vault", "desk").json()["items"]
    asked, *others = sorted(one["id"] for one in listed)
    reader.desk.desk("export", asked, "--format", "premis-json", "--out", tmp_path / "one.json")
    text = (tmp_path / "one.json").read_text()
    assert f"item {asked}" in text
    assert not [other for other in others if other in text]
    ran = reader.desk.run("export", "--format", "case-uco", "--out", tmp_path / "x", "--vault", "field", "--json")
    assert (ran.status != 0, (tmp_path / "x").exists()) == (True, False)
    assert ran.codes() == ["VAULT-KIND"]


def test_the_opened_values_are_those_of_the_bundles_own_openings(reader):
    """What the sheet opens by hand is what openings.jsonl holds, and nothing else is printed there."""
    (member,) = [one for one in reader.members() if one["kind"] == "openings"]
    lines = (reader.path / "bag" / "data" / f"{member['ordinal']:08d}").read_text().splitlines()
    texts = {text for line in lines for text in json.loads(line)["disclosures"]}
    printed = {
        word
        for step in reader.steps()
        for command in step.commands
        for word in re.findall(r"^opened (\S+) ", command)
    }
    assert printed and printed <= texts
    names = {json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[1] for text in printed}
    assert names <= {"sha256", "media", "body_sha256", "origin", "log", "size", "root"}
