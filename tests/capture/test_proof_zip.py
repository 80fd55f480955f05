"""Proof archives: what they claim of a film is checked with the bytes, and a key of their own proves no person."""

from __future__ import annotations

import hashlib
import random
import zipfile
from contextlib import contextmanager

import pytest

from witnesskit.capture import proof_zip
from witnesskit.capture.archive_file import Archive
from witnesskit.capture.localfile import open_local
from witnesskit.capture.proof_zip import NO_LIBRARY, check, is_proof, is_proof_file

FILM = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(FILM).hexdigest()
TABLE = f"File Hash SHA256,DeviceID,Location.Latitude\n{SHA256},secret-device,43.34\n".encode()


@contextmanager
def proof(tmp_path, **changed):
    pgp = pytest.importorskip("pysequoia")
    key = pgp.Tsk.generate("Saule <saule@example.kz>")
    sign = lambda data: pgp.sign(key.signer(), data, mode=pgp.SignatureMode.DETACHED)  # noqa: E731
    members = {
        "video.mp4": FILM, f"{SHA256}.asc": sign(FILM), f"{SHA256}.proof.csv": TABLE,
        f"{SHA256}.proof.csv.asc": sign(TABLE), f"{SHA256}.ots": b"ots", "pubkey.asc": str(key.extract_certificate()).encode(),
        "HowToVerifyProofData.txt": b"read me",
    }  # fmt: skip
    names = {"film": "video.mp4", "table": f"{SHA256}.proof.csv", "key": "pubkey.asc", "signature": f"{SHA256}.asc"}
    for what, data in changed.items():
        members[names[what]] = data
    with zipfile.ZipFile(tmp_path / "proof.zip", "w") as out:
        for name, data in members.items():
            if data is not None:
                out.writestr(name, data)
    with open_local(tmp_path / "proof.zip") as source:
        archive = Archive(source)
        film = next(one for one in archive.members if one.base == "video.mp4")
        yield archive, film, check(archive, film, hashlib.sha256(changed.get("film") or FILM).hexdigest())


def test_a_whole_proof_is_good_and_names_its_key_for_custodians_only(tmp_path):
    with proof(tmp_path) as (archive, _film, found):
        assert is_proof(archive.members)
        assert [one.base for one in archive.members if not is_proof_file(one.base)] == ["video.mp4"]
        assert found.facts["signature"] == found.facts["table_signature"] == "good"
        assert found.facts["table"] == "names this film's SHA-256"
        assert found.facts["other_proofs"] == ["OpenTimestamps"]
        assert len(found.identity["key_fingerprint"]) >= 40
        assert found.identity["key_fingerprint"] not in repr(found)
        assert "secret-device" not in repr(found.facts)


def test_a_film_that_was_changed_has_no_proof(tmp_path):
    with proof(tmp_path, film=FILM[:-1] + b"x") as (_archive, _film, found):
        assert found.facts == {"digest": "no file of the archive bears this film's SHA-256"}


def test_a_table_that_was_changed_has_a_bad_signature(tmp_path):
    with proof(tmp_path, table=TABLE.replace(b"43.34", b"51.16")) as (_archive, _film, found):
        assert found.facts["signature"] == "good"
        assert found.facts["table_signature"].startswith("BAD")


@pytest.mark.parametrize("signature", [b"", b"-----BEGIN PGP SIGNATURE-----", random.Random(2).randbytes(500)])
def test_a_signature_that_is_none_is_bad(tmp_path, signature):
    with proof(tmp_path, signature=signature) as (_archive, _film, found):
        assert found.facts["signature"].startswith("BAD")
        assert not found.identity


def test_without_a_key_nothing_is_checked_and_that_is_said(tmp_path):
    with proof(tmp_path, key=None) as (_archive, _film, found):
        assert found.facts["signature"].startswith("not checked")


def test_without_the_library_nothing_is_checked_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(proof_zip, "_library", lambda: None)
    with proof(tmp_path) as (_archive, _film, found):
        assert found.facts["signature"] == NO_LIBRARY


def test_another_key_s_signature_is_bad(tmp_path):
    pgp = pytest.importorskip("pysequoia")
    with proof(tmp_path, key=str(pgp.Tsk.generate("x").extract_certificate()).encode()) as (_archive, _film, found):
        assert found.facts["signature"].startswith("BAD")
