"""What ``verify`` believes: nothing that a vault, a bundle or a bag says of itself, and nothing that is no plain file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.actions.stage import silent
from tests.oracles import require
from witnesskit import limits
from witnesskit.actions.bundle import BundleWish, bundle
from witnesskit.actions.two_logs import compare
from witnesskit.actions.verify import Verified, VerifyWish, verify
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.sealing import Armoured
from witnesskit.formats.age_armor import armoured
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.seal import seal_with_passphrase


def look(path: Path, **wish) -> Verified:
    return verify(VerifyWish(path, **wish), silent)


def codes(found: Verified, *marks: str) -> set[str]:
    return {check.code for check in found.checks if check.mark in marks}


def refusal(path: Path, **wish) -> str:
    with pytest.raises(WitnesskitError) as caught:
        look(path, **wish)
    return caught.value.code


@pytest.fixture
def desk(stage, device, stick) -> Path:
    stage.take_in(device.bundle(stick))
    return stage.folder / "desk"


@pytest.fixture
def law(stage, desk) -> tuple[Path, Path]:
    """A court bundle and the key that opens it."""
    key = Identity.generate()
    path = stage.folder / "law.txt"
    path.write_text(f"# a comment\n{key.text}\n")
    return Path(
        bundle(stage.desk, BundleWish(stage.folder, stage.passphrase, "court", key.recipient), silent).file
    ), path


def opened(law: tuple[Path, Path], folder: Path) -> Path:
    require("age")
    require("tar")
    folder.mkdir()
    plain = subprocess.run(["age", "-d", "-i", law[1], law[0]], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=plain, check=True)
    return folder


def test_a_vault_says_that_its_own_key_proves_nothing_to_whoever_was_given_it(stage, desk):
    found = look(desk, passphrase=stage.passphrase)
    assert (found.state, codes(found, "warn") & {"OWN-KEY"}) == ("UNCHANGED", {"OWN-KEY"})
    found = look(desk, passphrase=stage.passphrase, signers=(stage.key,))
    assert "OWN-KEY" in codes(found, "ok")


def test_a_key_that_lies_in_the_vault_in_clear_is_nobody_s_word(device):
    found = look(device.folder)
    assert found.state == "CANNOT TELL"
    assert "UNTRUSTED" in codes(found, "unknown")
    assert "UNTRUSTED" in codes(look(device.folder, signers=(device.vault.config.key,)), "ok")


def test_what_is_not_committed_is_named_by_its_item(device):
    (about,) = {check.about.partition(",")[0] for check in look(device.folder).checks if check.code == "UNLISTED"}
    assert about.startswith("item ")


def test_a_bundle_is_unchanged_on_the_desk_s_word_only(stage, device, other, law):
    path, key = law
    assert look(path, key=key, signers=(stage.key,)).state == "UNCHANGED"
    for signers in ((), (other.vault.config.key,), (device.vault.config.key,)):
        assert look(path, key=key, signers=signers).state == "CANNOT TELL"


def test_a_signer_may_be_named_by_a_file(stage, law):
    path, key = law
    for name in ("signer.txt", "with+sign.txt"):
        (stage.folder / name).write_text(stage.key + "\n")
        assert look(path, key=key, signers=(str(stage.folder / name),)).state == "UNCHANGED"


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe\x00", b"wk1/x", b"A" * 100_000])
def test_what_is_no_key_is_refused_as_signer_and_as_key(stage, law, data):
    (stage.folder / "given").write_bytes(data)
    given = stage.folder / "given"
    assert refusal(law[0], key=law[1], signers=(str(given),)) in ("KEY-TEXT", "FILE-UNREADABLE")
    assert refusal(law[0], key=given, signers=(stage.key,)) in ("KEY-TEXT", "FILE-UNREADABLE", "NOT-FOR-US")


def test_a_key_file_under_a_passphrase_is_named(stage, law, monkeypatch):
    monkeypatch.setattr(limits, "SCRYPT_LOG_N", 10)
    sealed = seal_with_passphrase(law[1].read_bytes(), "passphrase")
    for data in (sealed, b"".join(armoured([sealed]))):
        (stage.folder / "given").write_bytes(data)
        assert refusal(law[0], key=stage.folder / "given", signers=(stage.key,)) == "KEY-FILE-SEALED"


def test_a_bundle_that_came_as_text_is_named_and_its_hint_gives_the_bundle(stage, law):
    text = stage.folder / "text"
    text.write_bytes(b"".join(armoured([law[0].read_bytes()])).replace(b"\n", b"\r\n"))
    with pytest.raises(Armoured) as refused:
        look(text, key=law[1], signers=(stage.key,))
    command = refused.value.hint.split("`")[1].replace("FILE.age", str(stage.folder / "again.age"))
    subprocess.run(["sh", "-c", command.replace("FILE", str(text))], check=True)
    assert (stage.folder / "again.age").read_bytes() == law[0].read_bytes()


@pytest.mark.parametrize("text", ["", "x", "\x00", "a" * 5_000, "/dev/null", "/dev/zero", "."])
def test_a_signer_that_is_no_file_and_no_key_is_refused(law, text):
    assert refusal(law[0], key=law[1], signers=(text,)) == "KEY-TEXT"


def test_a_missing_and_a_changed_file_are_named(stage, law, tmp_path):
    bag = opened(law, tmp_path / "bag")
    assert look(bag, signers=(stage.key,)).state == "UNCHANGED"
    member = bag / "data" / "00000003"
    data = member.read_bytes()
    member.unlink()
    found = look(bag, signers=(stage.key,))
    assert found.state == "CHANGED"
    assert any("data/00000003 is missing" in check.sentence for check in found.checks)
    member.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    found = look(bag, signers=(stage.key,))
    assert any("data/00000003 is not the one that was signed" in check.sentence for check in found.checks)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


def test_a_file_beside_a_bag_is_said_to_be_none_of_it(stage, law, tmp_path):
    bag = opened(law, tmp_path / "bag")
    (bag / "film.mp4").write_bytes(b"nobody signed this")
    found = look(bag, signers=(stage.key,))
    told = {check.code: check.mark for check in found.checks}
    assert (found.state, told.get("BESIDE")) == ("UNCHANGED", "warn")


@pytest.mark.parametrize("make", [_pipe, _endless, _folder])
@pytest.mark.parametrize("name", ["bundle.json", "members.jsonl", "data/00000003", "beside"])
def test_a_bag_holds_plain_files_only(stage, law, tmp_path, name, make: Callable[[Path], None]):
    bag = opened(law, tmp_path / "bag")
    (bag / name).unlink(missing_ok=True)
    make(bag / name)
    assert refusal(bag, signers=(stage.key,)) == "BAG-ENTRY"


@pytest.mark.parametrize("make", [_pipe, _endless, _folder])
@pytest.mark.parametrize(
    "name", ["custody/log.jsonl", "custody/checkpoints/*.note", "custody/seen/*/*", "capsules/*/*", "state"]
)
def test_a_vault_of_somebody_else_neither_hangs_nor_fills_the_memory(stage, desk, tmp_path, name, make):
    given = tmp_path / "given"
    shutil.copytree(desk, given)
    for path in sorted(given.glob(name))[-1:]:
        path.unlink()
        make(path)
    try:
        assert look(given, passphrase=stage.passphrase).state != "UNCHANGED"
    except WitnesskitError as error:
        assert error.code in ("JOURNAL-DAMAGED", "STORAGE-FAULT", "VAULT-STATE")


def test_a_log_out_of_a_damaged_bundle_is_compared_and_the_damage_told(desk, law, tmp_path):
    bag = opened(law, tmp_path / "bag")
    assert compare(VerifyWish(desk), bag, silent).exit_status is ExitStatus.DONE
    members = [json.loads(line) for line in (bag / "members.jsonl").read_text().splitlines()]
    number = next(place for place, member in enumerate(members, 1) if member["kind"] not in ("chain", "checkpoint"))
    (bag / "data" / f"{number:08d}").write_bytes(b"other bytes")
    told = compare(VerifyWish(desk), bag, silent)
    assert told.exit_status is ExitStatus.CHANGED
    assert told.checks[0].subject == "container"
