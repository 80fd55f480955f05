"""The commands a report prints are run here as printed, with the tools of others."""

from __future__ import annotations

import base64
import hashlib
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.oracles import require
from witnesskit.media_model import EssenceHash
from witnesskit.model import Audience
from witnesskit.report.how_to import essence, signature, steps

ORIGIN = "witnesskit.example/desk-7c31"


def note(seed, text, *, flip=0):
    """A C2SP signed note and its verifier key, made without our own writer."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = b"\x01" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    number = hashlib.sha256(ORIGIN.encode() + b"\n" + public).digest()[:4]
    signed = bytearray(key.sign(text.encode()))
    signed[9] ^= flip
    line = f"— {ORIGIN} {base64.b64encode(number + signed).decode()}\n"
    return f"{text}\n{line}", f"{ORIGIN}+{number.hex()}+{base64.b64encode(public).decode()}"


def follow(commands, folder):
    return subprocess.run(
        ["/bin/sh", "-ec", "\n".join(commands)], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("number", range(6))
def test_the_signature_steps_verify_a_note_with_openssl(tmp_path, number):
    require("openssl")
    text = f"{ORIGIN}\n16\n{base64.b64encode(bytes(range(32))).decode()}\n"
    written, vkey = note(hashlib.sha256(bytes([number])).digest(), text)
    other, _ = note(bytes(32), text)
    (tmp_path / "NEWEST.note").write_text(written)
    done = follow(signature(vkey).commands, tmp_path)
    assert "Verified Successfully" in done.stdout, done.stderr
    (tmp_path / "NEWEST.note").write_text(other)
    assert "Verified Successfully" not in follow(signature(vkey).commands, tmp_path).stdout


def test_the_signature_steps_refuse_a_flipped_bit(tmp_path):
    require("openssl")
    written, vkey = note(bytes(32), f"{ORIGIN}\n1\nAAAA\n", flip=1)
    (tmp_path / "NEWEST.note").write_text(written)
    assert "Verified Successfully" not in follow(signature(vkey).commands, tmp_path).stdout


def test_a_name_of_a_key_cannot_leave_its_quotes(tmp_path):
    vkey = "a';touch${IFS}taken;'+0badcafe+AAAA"
    follow(signature(vkey).commands, tmp_path)
    assert not (tmp_path / "taken").exists()


def test_the_bundle_steps_open_and_check_a_bag(tmp_path):
    require("age")
    require("age-keygen")
    payload = b"members of a bag"
    bag = tmp_path / "made"
    (bag / "data").mkdir(parents=True)
    (bag / "data" / "00000001").write_bytes(payload)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "manifest-sha256.txt").write_text(f"{hashlib.sha256(payload).hexdigest()}  data/00000001\n")
    make = (
        "age-keygen -o YOUR-KEY.txt",
        "tar -C made -cf made.tar .",
        'age -r "$(age-keygen -y YOUR-KEY.txt)" -o BUNDLE.age made.tar',
    )
    assert follow(make, tmp_path).returncode == 0
    opening, checking, *_ = steps(Audience.COURT)
    assert follow(opening.commands, tmp_path).returncode == 0
    done = follow(checking.commands[:1], tmp_path)
    assert done.stdout == "data/00000001: OK\n"


FILM = (EssenceHash("video:0", "h264-vcl", "00" * 32), EssenceHash("audio:0", "raw-packets", "11" * 32))


def test_the_public_is_told_only_how_to_check_the_copy():
    titles = [step.title for step in steps(Audience.PUBLIC, hashes=FILM)]
    assert titles == ["Check a file", "Look for metadata yourself", "Compare coded picture and sound"]
    assert [step.title for step in steps(Audience.COURT)][:2] == ["Open the bundle", "Check every file of the bundle"]


def test_the_essence_steps_print_one_digest_for_each_stream(tmp_path):
    ffmpeg = require("ffmpeg")
    source = ["-f", "lavfi", "-i", "testsrc=s=64x48:d=0.2:r=10", "-f", "lavfi", "-i", "sine=d=0.2"]
    made = subprocess.run(
        [ffmpeg, "-v", "error", *source, "-c:v", "libx264", "-c:a", "aac", "-f", "mp4", "FILE"],
        cwd=tmp_path,
        check=False,
    )
    if made.returncode:
        pytest.skip("this ffmpeg cannot write H.264")
    (step,) = essence(FILM)
    done = follow(step.commands, tmp_path)
    assert [line.split(",")[1] for line in done.stdout.splitlines()] == ["v", "a"]
    assert done.stdout.count("SHA256=") == 2


@pytest.mark.parametrize(
    ("stream", "definition"), [("image", "jpeg-scan"), ("video:0;rm", "h264-vcl"), ("video:0", "x")]
)
def test_no_command_is_made_of_what_no_stock_tool_computes(stream, definition):
    assert essence((EssenceHash(stream, definition, "00" * 32),)) == ()
