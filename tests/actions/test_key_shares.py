"""A custodian sheet as shares: nothing is shown before it is compared, and nothing is left of what failed."""

from __future__ import annotations

import sys

import pytest
import shamir_mnemonic

from tests.actions.stage import Stage, make_stage
from witnesskit.actions import key_shares
from witnesskit.actions.bundle import BundleWish, bundle
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.custodian_ring import Ring, ring_digits, ring_of_desk, typed_ring
from witnesskit.actions.show_keys import show_keys
from witnesskit.errors.actions import CustodianKeyNeeded
from witnesskit.errors.cli import NoFolder, OutputExists, WrongVaultKind
from witnesskit.errors.shares import BadRing, NoShares, RingDiffers, ShareDoubled, SplitFailed, SplitUnfit
from witnesskit.errors.vault import SheetTypo, SheetWrong, StorageFault
from witnesskit.formats.key_share import parse_share, split_seed
from witnesskit.formats.sheet import SheetKind, parse_sheet, sheet_text
from witnesskit.limits import FIXED_TIME
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.rings import OWN, custodian_identity
from witnesskit.vault import durable, layout
from witnesskit.vault.keyring_file import open_keyring

SEED = bytes(range(32))
SHEET = sheet_text(SheetKind.CUSTODIAN, SEED)
RECIPIENT = custodian_identity(SEED, OWN).recipient
RING = Ring(RECIPIENT)


@pytest.fixture(scope="module")
def team(tmp_path_factory, _quick_keys) -> Stage:
    return make_stage(tmp_path_factory.mktemp("team"), lone=False)


def test_a_split_sheet_comes_back_from_files_that_only_their_owner_reads(tmp_path):
    done = key_shares.split(SHEET, RING, 2, 3)
    files = key_shares.write_shares(done, tmp_path / "shares")
    assert done.ways == 3
    assert [path.name for path in files] == ["share-1-of-3.txt", "share-2-of-3.txt", "share-3-of-3.txt"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "shares").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mtime for path in files} == {FIXED_TIME}
    joined = key_shares.join(key_shares.shares_of_files([files[2], files[0]]), RING)
    assert (joined.sheet, joined.ring) == (SHEET, RECIPIENT)
    key_shares.write_sheet(joined, tmp_path / "sheet.txt")
    assert (tmp_path / "sheet.txt").read_text() == SHEET
    assert (tmp_path / "sheet.txt").stat().st_mode & 0o777 == 0o600


def test_a_share_says_what_it_is_and_not_whose(tmp_path):
    for number, text in enumerate(key_shares.split(SHEET, RING, 3, 5).texts, 1):
        assert text.startswith(f"SHARE {number} OF 5 OF A CUSTODIAN KEY\n")
        assert "Any 3 of the 5 shares together" in text
        assert ring_digits(RECIPIENT) in text
        assert "age1" not in text
        assert all(len(line) <= 100 and line.isascii() for line in text.splitlines())


def test_no_secret_is_in_what_an_object_prints():
    done = key_shares.split(SHEET, RING, 2, 3)
    joined = key_shares.join([parse_share(text, "one") for text in done.texts[:2]], RING)
    shown = repr(done) + repr(joined) + repr(parse_share(done.texts[0], "one"))
    assert not any(word in shown for word in done.texts[0].split("1:")[1].split() if len(word) > 5)
    assert SHEET.splitlines()[0] not in shown


@pytest.mark.parametrize(("need", "of"), [(1, 1), (1, 3), (0, 3), (3, 2), (2, 8), (-1, -1)])
def test_numbers_that_protect_nobody_are_refused(need, of):
    with pytest.raises(SplitUnfit):
        key_shares.split(SHEET, RING, need, of)


@pytest.mark.parametrize(
    ("sheet", "refusal"),
    [
        (sheet_text(SheetKind.RECOVERY, SEED), SheetWrong),
        (SHEET.replace("1:", "2:", 1), SheetTypo),
        (sheet_text(SheetKind.CUSTODIAN, bytes(32)), RingDiffers),
    ],
)
def test_a_sheet_that_is_not_the_ring_s_is_not_split(sheet, refusal):
    with pytest.raises(refusal):
        key_shares.split(sheet, RING, 2, 3)


def test_shares_that_do_not_give_the_key_back_are_never_shown(monkeypatch):
    other = split_seed(bytes(32), 2, 3)
    monkeypatch.setattr(key_shares, "split_seed", lambda seed, need, of: (*split_seed(seed, need, of)[:2], other[2]))
    with pytest.raises(SplitFailed):
        key_shares.split(SHEET, RING, 2, 3)
    monkeypatch.setattr(key_shares, "split_seed", lambda _seed, _need, _of: other)
    with pytest.raises(SplitFailed):
        key_shares.split(SHEET, RING, 2, 3)


def test_shares_with_a_passphrase_give_another_key_and_nothing_is_told():
    """SLIP-39 raises nothing there: only the public key tells."""
    made = shamir_mnemonic.generate_mnemonics(1, [(2, 3)], SEED, passphrase=b"x")[0]
    assert len(shamir_mnemonic.combine_mnemonics(made[:2])) == 32
    with pytest.raises(RingDiffers, match="passphrase") as refusal:
        key_shares.join([parse_share(text, "one") for text in made[:2]], RING)
    assert refusal.value.__cause__ is None


def test_a_stranger_s_whole_set_is_refused():
    theirs = key_shares.split(
        sheet_text(SheetKind.CUSTODIAN, bytes(32)), Ring(custodian_identity(bytes(32), OWN).recipient), 2, 3
    )
    with pytest.raises(RingDiffers):
        key_shares.join([parse_share(text, "one") for text in theirs.texts[:2]], RING)


def test_refusals_name_the_file(tmp_path):
    files = key_shares.write_shares(key_shares.split(SHEET, RING, 2, 3), tmp_path / "a")
    with pytest.raises(ShareDoubled, match=r"share 1 \(share-1-of-3.txt\) and share 2 \(share-1-of-3.txt\)"):
        key_shares.join(key_shares.shares_of_files([files[0], files[0]]), RING)


def test_what_is_there_is_never_written_over_and_a_failure_leaves_no_share(tmp_path, monkeypatch):
    done = key_shares.split(SHEET, RING, 2, 3)
    folder = tmp_path / "shares"
    folder.mkdir()
    (folder / "share-3-of-3.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        key_shares.write_shares(done, folder)
    assert [path.name for path in folder.iterdir()] == ["share-3-of-3.txt"]
    (folder / "share-3-of-3.txt").unlink()
    (folder / "mine.txt").write_text("mine")
    real, calls = durable.create, []

    def fails(path, data):
        calls.append(path)
        if len(calls) == 3:
            raise StorageFault("EIO")
        real(path, data)

    monkeypatch.setattr(durable, "create", fails)
    with pytest.raises(StorageFault):
        key_shares.write_shares(done, folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    with pytest.raises(NoFolder):
        key_shares.write_shares(done, tmp_path / "absent" / "shares")
    with pytest.raises(NoFolder):
        key_shares.write_shares(done, folder / "mine.txt")


def test_create_leaves_nothing_of_a_write_that_failed_and_keeps_what_was_there(tmp_path, monkeypatch):
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(StorageFault, match="EEXIST"):
        durable.create(there, b"other")
    assert there.read_text() == "mine"

    def full(_stream, _data):
        raise OSError(28, "no")

    monkeypatch.setattr(durable, "write_all", full)
    with pytest.raises(Exception, match="free room"):
        durable.create(tmp_path / "new", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.mark.parametrize(
    "typed",
    [
        RECIPIENT,
        RECIPIENT.upper(),
        f" {RECIPIENT}\n",
        ring_digits(RECIPIENT),
        ring_digits(RECIPIENT).replace(" ", "-"),
    ],
)
def test_a_ring_is_told_by_its_key_or_its_digits(typed):
    assert typed_ring(typed).check(SEED, "") == RECIPIENT


@pytest.mark.parametrize(
    "typed", ["", "age1", RECIPIENT[:-1], RECIPIENT[:-1] + "q", "1" * 29, "1" * 31, "x" * 30, "age1" * 5000]
)
def test_what_names_no_ring_is_refused(typed):
    with pytest.raises(BadRing):
        typed_ring(typed)


def test_a_wrong_digit_is_another_ring():
    digits = ring_digits(RECIPIENT)
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    with pytest.raises(RingDiffers):
        typed_ring(wrong).check(SEED, "")


def test_a_desk_names_its_ring_and_a_device_does_not(team, tmp_path):
    seed = parse_sheet(team.custodian_sheet, SheetKind.CUSTODIAN)
    shown = show_keys(team.desk, team.passphrase)
    assert ring_of_desk(team.desk).check(seed, "") == shown.custodian_ring
    assert typed_ring(shown.custodian_digits).check(seed, "") == shown.custodian_ring
    team.device("device")
    with pytest.raises(WrongVaultKind):
        ring_of_desk(layout.open_vault(team.folder / "device"))


def test_shares_open_where_the_sheet_does_and_no_sheet_is_written(team, tmp_path):
    device = team.device("b")
    (team.folder / "b.txt").write_text("b" * 100)
    device.add(team.folder / "b.txt")
    team.take_in(device.bundle(team.folder / "stick"))
    files = key_shares.write_shares(
        key_shares.split(team.custodian_sheet, ring_of_desk(team.desk), 2, 3), tmp_path / "shares"
    )
    keyring = open_keyring(team.desk, team.passphrase)
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(team.custodian_sheet)
    by_shares = custodian_of(keyring, CustodianPaper(shares=(files[2], files[1])))
    assert by_shares == custodian_of(keyring, CustodianPaper(sheet))
    sheet.unlink()
    foreign = key_shares.write_shares(key_shares.split(SHEET, RING, 2, 3), tmp_path / "foreign")
    with pytest.raises(CustodianKeyNeeded):
        custodian_of(keyring, CustodianPaper(shares=foreign[:2]))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    out = tmp_path / "out"
    out.mkdir()
    wish = BundleWish(
        out, team.passphrase, "court", Identity.generate().recipient, custodian=CustodianPaper(shares=files[:2])
    )
    bundle(team.desk, wish, lambda *_progress: None)
    assert len(list(out.iterdir())) == 1
    assert {path for path in tmp_path.rglob("*") if path.is_file()} - before == set(out.iterdir())


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "shamir_mnemonic", None)
    with pytest.raises(NoShares):
        key_shares.split(SHEET, RING, 2, 3)
