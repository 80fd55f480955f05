"""Everything that leaves can be opened and checked without us: age, tar, sha256sum, bagit, openssl, as anybody."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.opened import recovery_identities
from tests.journeys.program import Folder
from tests.oracles import require

ED25519_DER = bytes.fromhex("302a300506032b6570032100")
NOBODY = 65534
DEMO = Path(__file__).resolve().parents[2] / "demo"


@pytest.fixture(scope="module")
def delivered(team, tmp_path_factory) -> Folder:
    folder = copy_of(team, tmp_path_factory.mktemp("delivered"))
    folder.ok("add", DEMO / "photo.jpg", "--vault", "field")
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    folder.desk("import", *(folder.path / "stick").iterdir(), "--receipts", "receipts")
    keys = "\n".join(identity.text for identity in recovery_identities(folder))
    (folder.path / "recovery-key.txt").write_text(f"# what the recovery sheet opens\n{keys}\n")
    return folder


def as_anybody(*words: object, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess:
    """Run as an ordinary user, also where the tests run as root."""
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, input=stdin, capture_output=True, env=environment, timeout=60, **options
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done


def place_of(open_place: Path, *files: Path) -> Path:
    """An empty folder of an ordinary user, and beside it the files they were given."""
    for file in files:
        shutil.copy(file, open_place / ("key.txt" if "key" in file.name else "parcel.age"))
    bag = open_place / "bag"
    bag.mkdir()
    for path in open_place.iterdir():
        path.chmod(0o755)
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
    return bag


def unpack(bag: Path) -> list[dict]:
    """``age -d -i key parcel | tar x``; returns what members.jsonl lists."""
    age, tar = require("age"), require("tar")
    line = f"{age} -d -i ../key.txt ../parcel.age | {tar} -xf -"
    as_anybody("bash", "-c", line, cwd=bag)  # tar may stop before the padding: age's own status is not asked
    return [json.loads(line) for line in (bag / "members.jsonl").read_text().splitlines()]


def check_bag(bag: Path) -> None:
    as_anybody(require("sha256sum"), "--strict", "--quiet", "-c", "manifest-sha256.txt", cwd=bag)
    bagit = Path(sys.executable).with_name("bagit.py")
    if not bagit.exists():
        bagit = Path(require("bagit.py"))
    subprocess.run([sys.executable, bagit, "--validate", "."], cwd=bag, check=True, capture_output=True)


def check_note(note: Path, vkey: str, place: Path) -> None:
    """The signature of a signed note by ``openssl pkeyutl``, from the verifier key alone."""
    name, _hash, key = vkey.split("+", 2)
    (place / "key.der").write_bytes(ED25519_DER + base64.b64decode(key)[1:])
    text, _, signatures = note.read_text().partition("\n\n")
    (place / "text").write_text(text + "\n")
    line = next(line for line in signatures.splitlines() if line.startswith(f"— {name} "))
    (place / "sig").write_bytes(base64.b64decode(line.split(" ")[2])[4:])
    openssl = require("openssl")
    as_anybody(openssl, "pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-out", "key.pem", cwd=place)
    verify = ("-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text", "-sigfile", "sig")
    done = as_anybody(openssl, "pkeyutl", *verify, cwd=place)
    assert b"Verified Successfully" in done.stdout


def test_a_field_bundle_with_stock_tools_alone(delivered, open_place):
    (bundle,) = (delivered.path / "stick").iterdir()
    bag = place_of(open_place, bundle, delivered.path / "recovery-key.txt")
    members = unpack(bag)
    check_bag(bag)
    vkey = json.loads((bag / "bundle.json").read_text())["sender"]
    checkpoint = next(member for member in members if member["kind"] == "checkpoint")
    check_note(bag / f"data/{checkpoint['ordinal']:08d}", vkey, open_place / "bag")


def test_the_sealed_capsules_inside_open_with_age_and_tar_too(delivered, open_place):
    (bundle,) = (delivered.path / "stick").iterdir()
    bag = place_of(open_place, bundle, delivered.path / "recovery-key.txt")
    originals = [member for member in unpack(bag) if member["kind"] == "capsule" and member["role"] == "original"]
    line = f"age -d -i ../key.txt data/{originals[0]['ordinal']:08d} | tar -xOf - --wildcards 'media/1/*'"
    media = as_anybody("bash", "-c", line, cwd=bag).stdout
    assert media == (DEMO / "photo.jpg").read_bytes()


def test_the_bundle_list_is_signed_by_its_sender(delivered, open_place):
    (bundle,) = (delivered.path / "stick").iterdir()
    bag = place_of(open_place, bundle, delivered.path / "recovery-key.txt")
    unpack(bag)
    meta = (bag / "bundle.json").read_bytes()
    digest = as_anybody(require("sha256sum"), "bundle.json", cwd=bag).stdout.split()[0].decode()
    assert digest in (bag / "bundle.sig").read_text()
    check_note(bag / "bundle.sig", json.loads(meta)["sender"], bag)


@pytest.mark.parametrize("audience", ["court", "public"])
def test_a_desk_bundle_for_somebody_with_an_age_key(delivered, open_place, audience, tmp_path):
    keygen = require("age-keygen")
    secret = subprocess.run([keygen], capture_output=True, check=True, text=True).stdout
    (tmp_path / "their-key.txt").write_text(secret)
    recipient = next(line.split()[-1] for line in secret.splitlines() if "public key" in line)
    out = tmp_path / "out"
    out.mkdir()
    sheet = ("--custodian-sheet", "sec/custodian-sheet.txt") if audience == "court" else ()
    assert audience == "court" or delivered.ready_for_the_public()
    delivered.desk("bundle", out, "--audience", audience, "--to", recipient, *sheet)
    (bundle,) = out.iterdir()
    bag = place_of(open_place, bundle, tmp_path / "their-key.txt")
    members = unpack(bag)
    check_bag(bag)
    kinds = {member["kind"] for member in members}
    assert ("media" in kinds) is (audience == "court")
    assert {"copy", "report", "chain", "checkpoint"} <= kinds
    vkey = json.loads((bag / "bundle.json").read_text())["sender"]
    notes = [member for member in members if member["kind"] == "checkpoint"]
    desk = next(member for member in notes if member["origin"] == vkey.split("+")[0])
    check_note(bag / f"data/{desk['ordinal']:08d}", vkey, bag)
    ran = delivered.run("verify", bag, "--signer", vkey, "--json")
    assert (ran.status, ran.json()["state"]) == (0, "UNCHANGED"), ran.out
