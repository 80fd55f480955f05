"""Programs that are not ours open a bundle, agree with its lists, and see no more than we do."""

import base64
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.bundle.given import RECIPIENTS, capsule, member, on_disk, plan
from tests.oracles import require
from tests.vectors.bundle.parts import DESK, SENDER, noise
from witnesskit.bundle.bagdir import read_bag
from witnesskit.bundle.pack import write_volume

NOBODY = 65534
ED25519_DER = bytes.fromhex("302a300506032b6570032100")


@pytest.fixture
def opened(tmp_path):
    """The empty folder in which stock tools opened a bundle."""
    for program in ("age", "tar", "sh"):
        require(program)
    chain = member("chain", b"line\n", origin=SENDER.origin)
    sources = on_disk(tmp_path, 700, 70_000, 1_200_000)
    packed = write_volume(tmp_path, plan(*sources, capsule(b"", "none"), chain), RECIPIENTS, SENDER.sign_note)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        base.chmod(0o755)
        (base / "key").write_text(DESK.text + "\n")
        (base / "x.age").write_bytes(packed.path.read_bytes())
        folder = base / "opened"
        folder.mkdir()
        somebody = {}
        if os.geteuid() == 0:  # never as the administrator: tar believes more then
            os.chown(folder, NOBODY, NOBODY)
            somebody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        command = "age -d -i ../key ../x.age | tar x"
        subprocess.run(["sh", "-e", "-c", command], cwd=folder, check=True, capture_output=True, **somebody)
        yield folder


def test_age_and_tar_make_a_folder_of_plain_files(opened):
    found = sorted(str(path.relative_to(opened)) for path in opened.rglob("*") if path.is_file())
    payload = [f"data/{ordinal:08d}" for ordinal in range(1, 6)]
    assert found == sorted(
        ["bagit.txt", "bundle.json", "bundle.sig", "manifest-sha256.txt", "members.jsonl", *payload]
    )
    assert (opened / "data/00000004").read_bytes() == noise("1", 70_000)


def test_bagit_says_it_is_valid(opened):
    bagit = pytest.importorskip("bagit")
    assert bagit.Bag(str(opened)).validate() is True
    done = subprocess.run(
        [sys.executable, bagit.__file__, "--validate", "."], cwd=opened, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_sha256sum_agrees(opened):
    require("sha256sum")
    command = ["sha256sum", "-c", "--strict", "manifest-sha256.txt"]
    done = subprocess.run(command, cwd=opened, capture_output=True, text=True, check=True)
    assert done.stdout.count(": OK") == 5


def test_openssl_verifies_the_signature(opened):
    require("openssl")
    note = (opened / "bundle.sig").read_text().splitlines()
    raw = base64.b64decode(note[-1].split()[-1])
    public = base64.b64decode(SENDER.vkey.split("+", 2)[2])[1:]
    (opened / "text").write_text("".join(line + "\n" for line in note[:2]))
    (opened / "signature").write_bytes(raw[4:])
    (opened / "key.der").write_bytes(ED25519_DER + public)
    command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature"
    assert "Success" in subprocess.run(command.split(), cwd=opened, capture_output=True, text=True, check=True).stdout


def test_our_own_reader_of_the_folder_agrees(opened):
    unpacked = read_bag(opened).each(lambda _: None)
    assert unpacked.skipped == (1, 2, 3, 4, 5)
