"""UNCHANGED 0, CHANGED 7, CANNOT TELL 8: of a vault, of a sealed bundle, of the folder stock tools opened it into."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder, Ran
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_sealed
from witnesskit.sealing.rings import desk_identity
from witnesskit.vault import layout
from witnesskit.vault.keyring_file import open_keyring


@pytest.fixture(scope="module")
def parcels(team, tmp_path_factory) -> Folder:
    """A field vault with a bundle, its desk that took it in, and the bundle opened into a folder."""
    folder = copy_of(team, tmp_path_factory.mktemp("parcels"))
    (folder.path / "a.txt").write_text("the first")
    folder.ok("add", "a.txt", "--vault", "field")
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    (bundle,) = (folder.path / "stick").iterdir()
    bundle.rename(folder.path / "bundle.age")
    folder.desk("import", "bundle.age", "--receipts", "receipts")
    identity = invite_identity(folder)
    (folder.path / "key.txt").write_text(f"# of the invite\n{identity.text}\n")
    unpack(folder.path / "bundle.age", identity, folder.path / "bag")
    (folder.path / "signer.txt").write_text(field_key(folder) + "\n")
    return folder


def invite_identity(folder: Folder) -> Identity:
    """The desk's own half of the field device's invite."""
    keyring = open_keyring(layout.open_vault(folder.path / "desk"), folder.passphrase())
    number = next(invite.number for invite in keyring.issued if invite.name == "Aisha")
    return desk_identity(keyring.desk_seed, number)


def field_key(folder: Folder) -> str:
    return layout.open_vault(folder.path / "field").config.key


def unpack(bundle: Path, identity: Identity, target: Path) -> None:
    with bundle.open("rb", buffering=0) as stream, tarfile.open(fileobj=open_sealed(stream, [identity])) as tar:
        tar.extractall(target, filter="data")


@pytest.fixture
def own(parcels, tmp_path) -> Folder:
    shutil.copytree(parcels.path, tmp_path / "own")
    return Folder(tmp_path / "own")


def verify(folder: Folder, *arguments: object) -> Ran:
    return folder.inside("verify", *arguments, "--json")


def of_bundle(folder: Folder, name: str = "bundle.age", *more: str) -> Ran:
    return verify(folder, name, "--key", "key.txt", *more)


def codes(ran: Ran) -> set[str]:
    """Codes of everything that is not in order, errors too."""
    found = ran.json()
    return {check["code"] for check in found.get("checks", ()) if check["mark"] in ("fail", "unknown")} | {
        error["code"] for error in found["errors"]
    }


def flip(path: Path, place: int) -> None:
    mode = path.stat().st_mode
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    path.chmod(mode)


def test_a_desk_is_unchanged_since_a_day_on_a_named_word(parcels):
    ran = parcels.desk("verify", "desk")
    assert "UNCHANGED since 20" in ran.out
    assert "on the word of wk1/" in ran.out
    assert "unproven" in ran.out  # no outside clock


def test_a_field_device_opens_nothing_so_it_cannot_tell_and_finds_nothing_wrong(parcels):
    ran = verify(parcels, "field")
    assert (ran.status, ran.json()["state"]) == (8, "CANNOT TELL")
    assert not [check for check in ran.json()["checks"] if check["mark"] == "fail"]


def test_a_bundle_is_unchanged_only_on_a_key_given_from_outside(parcels):
    signer = ("--signer", field_key(parcels))
    assert parcels.ok("verify", "bundle.age", "--key", "key.txt", *signer, "--json").json()["state"] == "UNCHANGED"
    assert of_bundle(parcels, "bundle.age", "--signer", "signer.txt").status == 0
    without = of_bundle(parcels)
    assert (without.status, without.json()["state"]) == (8, "CANNOT TELL")
    assert "UNTRUSTED" in codes(without)


def test_another_signer_is_nobody_here(parcels):
    other = layout.open_vault(parcels.path / "locked").config.key
    ran = of_bundle(parcels, "bundle.age", "--signer", other)
    assert (ran.status, "UNTRUSTED" in codes(ran)) == (8, True)


@pytest.mark.parametrize("signer", ["nobody", "wk1/abc+00000000+AAAA", "desk/vault.toml"])
def test_what_is_no_key_of_a_signer_is_said(parcels, signer):
    ran = of_bundle(parcels, "bundle.age", "--signer", signer)
    assert ran.status in (2, 8)
    assert ran.codes()


def test_an_opened_bag_is_as_good_as_the_bundle(parcels):
    trusted = ("--key", "key.txt", "--signer", field_key(parcels))
    assert verify(parcels, "bag", *trusted).status == 0
    assert verify(parcels, "bag", "--key", "key.txt").status == 8


def test_without_the_key_that_opens_it_nothing_is_said_of_a_bundle(parcels):
    ran = verify(parcels, "bundle.age", "--signer", field_key(parcels))
    assert ran.status == 8


@pytest.mark.parametrize("part", ["begin", "middle", "end"])
def test_a_flipped_byte_in_a_capsule_of_the_desk_is_changed(own, part):
    path = max((path for path in (own.path / "desk/capsules").glob("*/*")), key=lambda path: path.stat().st_size)
    flip(path, {"begin": 10, "middle": path.stat().st_size // 2, "end": -1}[part])
    ran = own.desk("verify", "desk", "--json", status=7)
    assert "FIXITY" in codes(ran)


def test_a_missing_capsule_of_the_desk_is_changed(own):
    next((own.path / "desk/capsules").glob("*/*")).unlink()
    assert own.desk("verify", "desk", "--json", status=7).json()["state"] == "CHANGED"


def test_a_flipped_byte_in_a_capsule_of_the_field_is_changed(own):
    flip(next((own.path / "field/capsules").glob("*/*")), 40_000)
    assert verify(own, "field").status == 7


def line_changed(path: Path, change) -> None:
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text("".join(f"{line}\n" for line in lines))


def flip_digest(lines: list[str]) -> None:
    event = json.loads(lines[1])
    event["sd"][0] = event["sd"][0][::-1]
    lines[1] = json.dumps(event, separators=(",", ":"), sort_keys=True)


def exchange(lines: list[str]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def double(lines: list[str]) -> None:
    lines.insert(2, lines[1])


def drop(lines: list[str]) -> None:
    del lines[1]


@pytest.mark.parametrize("change", [flip_digest, exchange, double, drop])
@pytest.mark.parametrize("log", ["field/custody/log.jsonl", "bag"])
def test_a_changed_line_of_a_log_is_changed(own, log, change):
    if log == "bag":
        members = (own.path / "bag/members.jsonl").read_text().splitlines()
        chain = next(json.loads(line) for line in members if json.loads(line)["kind"] == "chain")
        line_changed(own.path / f"bag/data/{chain['ordinal']:08d}", change)
        assert verify(own, "bag", "--key", "key.txt", "--signer", field_key(own)).status == 7
        return
    line_changed(own.path / log, change)
    assert verify(own, "field").status == 7


def test_the_last_line_taken_away_is_told_by_the_checkpoint(own):
    line_changed(own.path / "field/custody/log.jsonl", lambda lines: lines.pop())
    assert verify(own, "field").status == 7


@pytest.mark.parametrize("place", [30, 3_000, 100_000, -40])
def test_a_flipped_byte_anywhere_in_a_bundle_is_never_unchanged(own, place):
    flip(own.path / "bundle.age", place)
    ran = of_bundle(own, "bundle.age", "--signer", field_key(own))
    assert ran.status in (7, 8)
    assert codes(ran)


def test_a_cut_bundle_is_changed(own):
    data = (own.path / "bundle.age").read_bytes()
    (own.path / "bundle.age").write_bytes(data[: len(data) * 2 // 3])
    assert of_bundle(own, "bundle.age", "--signer", field_key(own)).status == 7


@pytest.mark.parametrize(
    "name", ["bundle.json", "manifest-sha256.txt", "members.jsonl", "bundle.sig", "data/00000004"]
)
def test_a_flipped_byte_in_any_file_of_a_bag_is_changed(own, name):
    flip(own.path / "bag" / name, 20)
    ran = verify(own, "bag", "--key", "key.txt", "--signer", field_key(own))
    assert ran.status in (7, 8)
    assert codes(ran)


def test_a_file_more_or_a_file_less_in_a_bag_is_seen(own):
    trusted = ("--key", "key.txt", "--signer", field_key(own))
    (own.path / "bag/data/99999999").write_text("smuggled")
    assert verify(own, "bag", *trusted).status == 7
    (own.path / "bag/data/99999999").unlink()
    (own.path / "bag/data/00000003").unlink()
    assert verify(own, "bag", *trusted).status in (7, 8)


def test_a_wrong_passphrase_is_locked(parcels):
    (parcels.path / "wrong.txt").write_text("ABCD-EFGH-JKMN-PQRS\n")
    for words in (("verify", "desk"), ("import", "bundle.age", "--vault", "desk")):
        ran = parcels.run(*words, "--passphrase-file", "wrong.txt", "--json", quick=True)
        assert ran.status == 9
    ran = parcels.run("add", "a.txt", "--vault", "locked", "--passphrase-file", "wrong.txt", "--json")
    assert (ran.status, ran.codes()) == (9, ["WRONG-PASSPHRASE"])


@pytest.mark.parametrize("file", ["field/vault.toml", "field/state"])
def test_a_newer_format_is_told_apart_from_damage(own, file):
    path = own.path / file
    path.write_bytes(
        path.read_bytes().replace(b"witnesskit.vault/1", b"witnesskit.vault/2").replace(b"state/1", b"state/2")
    )
    for words in (("status",), ("add", "a.txt"), ("bundle", "stick")):
        ran = own.inside(*words, "--vault", "field", "--json")
        assert (ran.status, ran.codes()) == (13, ["NEWER-FORMAT"]), words


@pytest.mark.parametrize("file", ["vault.toml", "state", "keys/signing.key", "custody/log.jsonl"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 50, b"{" * 100_000], ids=["empty", "noise", "deep"])
def test_a_damaged_vault_is_refused_and_never_a_fault_of_ours(own, file, content):
    (own.path / "field" / file).write_bytes(content)
    for words in (("status",), ("add", "a.txt")):
        ran = own.inside(*words, "--vault", "field", "--json")
        assert ran.status != 1, ran.both
        assert "BUG" not in ran.out


def test_what_is_no_parcel_of_ours_cannot_be_told(parcels):
    for path in (".", "a.txt"):
        assert verify(parcels, path).status == 8
    assert verify(parcels, "absent").status == 2
