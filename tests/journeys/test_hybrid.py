"""A desk with post-quantum keys: from its invite to a court, and no file on the way is sealed to anything weaker."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.program import Folder
from tests.oracles import require, typage
from witnesskit.bundle.unpack import open_volume
from witnesskit.digest import sha256_hex
from witnesskit.errors.sealing import WrongKey
from witnesskit.formats.age import parse_header
from witnesskit.formats.age_keys import is_hybrid
from witnesskit.formats.invite import parse_invite
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.limits import AGE_HEADER_MAX
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.rings import OWN, desk_identity, recovery_identity
from witnesskit.vault.config import load_config
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.layout import open_vault

DEMO = Path(__file__).resolve().parents[2] / "demo"
SHEET = ("--sheet", "sec/recovery-sheet.txt")
CUSTODIAN = ("--custodian-sheet", "sec/custodian-sheet.txt")
UNLOCK = ("--vault", "field", "--passphrase-file", "sec-field/passphrase.txt")
READERS = {"hybrid": Identity.generate(hybrid=True), "classical": Identity.generate()}


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Folder:
    """A hybrid desk and one locked device that took its invite."""
    folder = Folder(tmp_path_factory.mktemp("hybrid") / "team")
    folder.path.mkdir()
    folder.quick("init", "desk", "--desk", "--hybrid", "--secrets-out", "sec")
    typed = ("--typed-back", "sec/recovery-sheet.txt")
    folder.quick("init", "desk", "--confirm-sheet", "--passphrase-file", "sec/passphrase.txt", *typed)
    folder.quick("init", "field", "--field", "--lock-key", "--secrets-out", "sec-field")
    digits = folder.desk("invite", "field.wkid", "--name", "Aisha", "--json").json()["digits"]
    folder.quick("trust", "add", "field.wkid", "--digits", digits, *UNLOCK)
    return folder


@pytest.fixture(scope="module")
def handed(begun, site, tmp_path_factory) -> Folder:
    """A photo, a link and a queued link in the field; one bundle, taken in by the desk."""
    folder = Folder(tmp_path_factory.mktemp("handed") / "team")
    shutil.copytree(begun.path, folder.path)
    site.reset()
    folder.quick("add", DEMO / "photo.jpg", *UNLOCK)
    assert folder.archive("field", [site.url + "/p/good.html"], *UNLOCK[2:], quick=True).status == 0
    queued = folder.run("queue", "add", "--allow-local", *UNLOCK, stdin=site.url + "/p/good.html?2\n", quick=True)
    assert queued.status == 0, queued.both
    (folder.path / "stick").mkdir()
    folder.quick("bundle", "stick", *UNLOCK)
    folder.desk("import", one_of(folder, "stick"), "--receipts", "receipts", "--second-copy", "second")
    return folder


@pytest.fixture
def day(handed, tmp_path) -> Folder:
    shutil.copytree(handed.path, tmp_path / "day")
    return Folder(tmp_path / "day")


def one_of(folder: Folder, name: str) -> Path:
    (path,) = (folder.path / name).iterdir()
    return path


def sealed_kinds(folder: Path) -> dict[Path, set[str]]:
    """Kinds of stanza of every age file in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        start = path.read_bytes()[:AGE_HEADER_MAX] if path.is_file() else b""
        if start.startswith(b"age-encryption.org/"):
            found[path] = {stanza.type for stanza in parse_header(start).stanzas}
    return found


def test_invite_and_both_vaults_name_hybrid_recipients_only(begun):
    invite = parse_invite((begun.path / "field.wkid").read_bytes())
    for rings in (
        invite.rings,
        load_config((begun.path / "field" / "vault.toml").read_bytes()).recipients,
        load_config((begun.path / "desk" / "vault.toml").read_bytes()).recipients,
    ):
        assert all(is_hybrid(recipient) for recipient in (*rings.custodian, *rings.desk))
    keyring = open_keyring(open_vault(begun.path / "desk"), begun.passphrase())
    assert keyring.hybrid
    assert keyring.desk_identity(1).recipient == invite.desk[0]
    assert keyring.desk_identity(1) == desk_identity(keyring.desk_seed, 1, hybrid=True)


def test_no_file_of_either_vault_or_on_the_stick_is_sealed_to_anything_weaker(handed):
    for name in ("field", "desk", "stick", "second"):
        found = sealed_kinds(handed.path / name)
        keys = {path for path in found if found[path] == {"scrypt"}}
        assert {path.parent.name for path in keys} <= {"keys"}
        assert {kind for path in found if path not in keys for kind in found[path]} == {"mlkem768x25519"}
    assert any(path.parent.name == "sealed" for path in sealed_kinds(handed.path / "field"))


def test_the_desk_opens_records_and_the_field_takes_its_answer_and_goes_on(day):
    page = day.path / "desk.html"
    day.desk("report", "--audience", "desk", "--out", page)
    assert "/p/good.html" in page.read_text()
    taken = day.ok("receipt", one_of(day, "receipts"), *UNLOCK, "--json", quick=True).json()["counts"]
    assert taken == {"confirmed": 2, "missing": 0, "copies": 2}
    assert day.ok("forget", "--delivered", *UNLOCK, "--json", quick=True).json()["counts"]["erased"] == 2
    (day.path / "c.txt").write_text("c")
    day.quick("add", "c.txt", *UNLOCK)
    (day.path / "stick2").mkdir()
    day.quick("bundle", "stick2", *UNLOCK)
    again = day.desk("import", one_of(day, "stick2"), "--receipts", "r2", "--json").json()["counts"]
    assert (again["items"], again["new"]) == (1, 1)
    assert day.desk("verify", "desk", "--json").json()["state"] == "UNCHANGED"


@pytest.mark.parametrize("kind", READERS)
def test_a_court_with_keys_of_either_kind_gets_originals_and_verifies(day, kind):
    reader = READERS[kind]
    (day.path / "key.txt").write_text(reader.text + "\n")
    (day.path / "court").mkdir()
    told = day.desk("bundle", "court", "--audience", "court", "--to", reader.recipient, *CUSTODIAN).both
    assert ("begins with age1pq1" in told) is not reader.hybrid
    bundle = one_of(day, "court")
    assert {kind for kinds in sealed_kinds(day.path / "court").values() for kind in kinds} == {
        "mlkem768x25519" if reader.hybrid else "X25519"
    }
    signer = day.desk("key", "show", "--json").json()["key"]
    ran = day.run("verify", bundle, "--key", "key.txt", "--signer", signer, "--json")
    assert ran.json()["state"] == "UNCHANGED"
    with bundle.open("rb", buffering=0) as stream:
        digests = [member.sha256 for member in open_volume(stream, [reader]).members]
    assert sha256_hex((DEMO / "photo.jpg").read_bytes()) in digests
    other = READERS["classical" if reader.hybrid else "hybrid"]
    (day.path / "key.txt").write_text(other.text + "\n")
    assert day.run("verify", bundle, "--key", "key.txt", "--signer", signer, "--json").codes() == ["NOT-FOR-US"]


def test_a_classical_desk_and_a_hybrid_one_take_in_what_the_other_sends(day):
    day.quick("init", "south", "--lone", "--secrets-out", "sec-south")
    south = ("--vault", "south", "--passphrase-file", "sec-south/passphrase.txt")
    north = ("--vault", "desk", "--passphrase-file", "sec/passphrase.txt")
    day.quick("add", DEMO / "photo.jpg", *south)
    desks = {"desk": (north, "south", CUSTODIAN), "south": (south, "desk", ())}
    keys = {name: day.ok("trust", "show", *desks[name][0], "--json", quick=True).json()["keys"] for name in desks}
    assert [is_hybrid(keys[name]["recipient"]) for name in desks] == [True, False]
    for desk, other, sheet in desks.values():
        told = keys[other]
        day.quick("trust", "peer", other, told["log"], "--witness", told["witness"], *desk)
        (day.path / f"to-{other}").mkdir()
        day.quick("bundle", f"to-{other}", "--audience", "court", "--to", told["recipient"], *sheet, *desk)
    for name in desks:
        day.quick("import", one_of(day, f"to-{name}"), "--receipts", f"from-{name}", *desks[name][0])
    for desk, other, _sheet in desks.values():
        day.quick("receipt", *sorted((day.path / f"from-{other}").iterdir()), *desk)


def test_the_recovery_sheet_opens_every_capsule_and_passes_its_drill(day):
    seed = parse_sheet((day.path / "sec" / "recovery-sheet.txt").read_text(), SheetKind.RECOVERY)
    keys = [recovery_identity(seed, number, hybrid=True) for number in (OWN, 1)]
    opened = 0
    for vault in ("field", "desk"):
        for path in (day.path / vault / "capsules").glob("*/*"):
            with path.open("rb", buffering=0) as stream:
                assert CapsuleReader(stream, keys).complete
            opened += 1
    assert opened > 8
    day.desk("key", "drill", *SHEET)
    classical = [recovery_identity(seed, number) for number in (OWN, 1)]
    with path.open("rb", buffering=0) as stream, pytest.raises(WrongKey):
        CapsuleReader(stream, classical)


def test_the_key_of_the_log_is_replaced_by_the_sheet_as_at_any_desk(day):
    before = day.desk("key", "show", "--json").json()["key"]
    day.desk("key", "rotate", *SHEET, "--reason", "a new year")
    assert day.desk("key", "show", "--json").json()["key"] != before
    (day.path / "d.txt").write_text("d")
    day.quick("add", "d.txt", *UNLOCK)
    (day.path / "stick3").mkdir()
    day.quick("bundle", "stick3", *UNLOCK)
    day.desk("import", one_of(day, "stick3"), "--receipts", "r3")


def test_the_queue_of_the_device_opens_again(day):
    assert day.ok("queue", "show", *UNLOCK, "--json", quick=True).json()["items"]


def test_a_stock_reader_opens_the_stick_with_the_desk_s_identity(handed):
    keyring = open_keyring(open_vault(handed.path / "desk"), handed.passphrase())
    identity = keyring.desk_identity(1)
    data = one_of(handed, "stick").read_bytes()
    script = """import {Decrypter} from "age-encryption"; import {readFileSync} from "node:fs";
    const d = new Decrypter(); d.addIdentity(process.argv[1]);
    process.stdout.write(await d.decrypt(readFileSync(0)));"""
    plain = typage(script, identity.text, given=data)
    assert plain == open_bytes(data, [identity])
    listed = subprocess.run([require("tar"), "-t"], input=plain, capture_output=True, check=True).stdout.decode()
    assert listed.split()[:2] == ["bagit.txt", "bundle.json"]


def test_a_field_vault_chooses_no_kind_of_its_own(begun):
    ran = begun.run("init", "other", "--field", "--hybrid", "--json")
    assert (ran.status, ran.codes()) == (2, ["USAGE"])
    assert not (begun.path / "other").exists()


def test_a_vault_whose_rings_were_mixed_saves_nothing(day):
    path = day.path / "field" / "vault.toml"
    text = path.read_text()
    classical = READERS["classical"].recipient
    (recovery,) = set(parse_invite((day.path / "field.wkid").read_bytes()).recovery)
    path.write_text(text.replace(recovery, classical, 1))
    ran = day.run("add", DEMO / "photo.jpg", *UNLOCK, "--json", quick=True)
    assert ran.codes() == ["VAULT-CONFIG"]


def test_a_lone_researcher_may_have_them_too(tmp_path):
    folder = Folder(tmp_path)
    folder.quick("init", "desk", "--lone", "--hybrid", "--secrets-out", "sec")
    folder.desk("add", DEMO / "photo.jpg")
    (tmp_path / "out").mkdir()
    folder.desk("bundle", "out", "--audience", "court", "--to", READERS["hybrid"].recipient)
    kinds = [kind for found in sealed_kinds(tmp_path / "desk" / "capsules").values() for kind in found]
    assert set(kinds) == {"mlkem768x25519"}
