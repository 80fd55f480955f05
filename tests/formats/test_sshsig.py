"""Signatures for OpenSSH: ssh-keygen is the judge."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.oracles import require
from witnesskit.custody.signer import Signer
from witnesskit.formats.sshsig import NAMESPACE, allowed_signers_line, armored, signed_data

SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "sshsig.md"
SEED = bytes(range(32))
NAME = "wk1/desk000000000"
SIGNER = Signer(NAME, SEED)
NOTE = SIGNER.note(f"{NAME}\n6\nEoppk6HGQx805YfdfSUmUAmlaqPwCNjMkoo0UHDV4bU=\n")


def judged(folder, message=NOTE, *, name=NAME, namespace=NAMESPACE, allowed=None, signature=None):
    keygen = require("ssh-keygen")
    (folder / "allowed_signers").write_text((allowed or allowed_signers_line(SIGNER.key)) + "\n")
    (folder / "6.note.sshsig").write_bytes(signature or SIGNER.ssh_signature(NOTE))
    words = ("-Y", "verify", "-f", "allowed_signers", "-I", name, "-n", namespace, "-s", "6.note.sshsig")
    return subprocess.run([keygen, *words], cwd=folder, input=message, capture_output=True, check=False)


def test_ssh_keygen_says_good(tmp_path):
    done = judged(tmp_path)
    assert done.returncode == 0, done.stderr
    assert f'Good "{NAMESPACE}" signature for {NAME}'.encode() in done.stdout


def test_an_edited_text_is_refused(tmp_path):
    done = judged(tmp_path, NOTE.replace(b"\n6\n", b"\n7\n"))
    assert done.returncode != 0 and b"Good" not in done.stdout


@pytest.mark.parametrize("change", [{"namespace": "file"}, {"name": "wk1/somebodyelse0"}])
def test_another_namespace_or_name_is_refused(tmp_path, change):
    done = judged(tmp_path, **change)
    assert done.returncode != 0 and b"Good" not in done.stdout


def test_the_line_allows_the_namespace_of_checkpoints_only(tmp_path):
    """A signature that the same key made for something else does not pass under our line."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    other = armored(SIGNER.key, private.sign(signed_data(NOTE, "file")), "file")
    assert judged(tmp_path, namespace="file", signature=other).returncode != 0
    free = allowed_signers_line(SIGNER.key).replace(f'namespaces="{NAMESPACE}" ', "")
    assert judged(tmp_path, namespace="file", signature=other, allowed=free).returncode == 0


def test_another_key_is_refused(tmp_path):
    other = allowed_signers_line(Signer(NAME, bytes(32)).key)
    assert judged(tmp_path, allowed=other).returncode != 0


def test_a_signature_of_a_note_is_none_of_ssh_and_the_other_way_round(tmp_path):
    line = NOTE.decode().splitlines()[-1]
    assert judged(tmp_path, signature=armored(SIGNER.key, base64.b64decode(line.split()[2])[4:])).returncode != 0
    assert not SIGNER.key.verifies(
        Ed25519PrivateKey.from_private_bytes(SEED).sign(signed_data(NOTE)), NOTE.partition(b"\n\n")[0] + b"\n"
    )


def test_the_bytes_are_those_that_ssh_keygen_writes(tmp_path):
    keygen = require("ssh-keygen")
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    (tmp_path / "key").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    (tmp_path / "key").chmod(0o600)
    words = [keygen, "-Y", "sign", "-f", "key", "-n", NAMESPACE]
    made = subprocess.run(words, cwd=tmp_path, input=NOTE, capture_output=True, check=True).stdout
    assert made == SIGNER.ssh_signature(NOTE)  # Ed25519 gives the same signature each time


def test_the_line_that_the_page_makes_of_a_verifier_key_is_ours(tmp_path):
    commands = re.search(r"```sh\n(.*?)```", SPEC.read_text(encoding="utf-8"), re.DOTALL)[1]
    script = f"vkey='{SIGNER.vkey}'\n{commands}"
    subprocess.run(["/bin/bash", "-ec", script], cwd=tmp_path, check=True)
    assert (tmp_path / "allowed_signers").read_text() == allowed_signers_line(SIGNER.key) + "\n"
