"""Parity beside a bundle repairs a copy of it; spare volumes give back what was lost with a stick."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.actions.stage import silent
from tests.actions.test_sets import capsules, files
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.import_bundle import ImportWish, open_for_import
from witnesskit.actions.repair import import_repaired, lost_volumes, offer, with_parity
from witnesskit.bundle import parity
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import NotForBundle
from witnesskit.errors.bundle import SenderUnknown
from witnesskit.errors.parity import BadParity, NoRepair, ParityMissing
from witnesskit.errors.sealing import ChunkDamaged, NotReadable
from witnesskit.limits import KIB


@pytest.fixture
def loaded(stage, tmp_path):
    device = stage.device("loaded")
    for number, size in enumerate((200_000, 900_000)):
        path = tmp_path / f"film-{number}.bin"
        path.write_bytes(random.Random(number).randbytes(size))
        device.add(path)
    return device


def pack(device, folder: Path, **more):
    folder.mkdir(exist_ok=True)
    wish = BundleWish(folder, "", **more)
    return with_parity(bundle(device.vault, wish, silent), wish)


def rotten(path: Path, *places: int) -> None:
    data = bytearray(path.read_bytes())
    for place in places:
        data[place : place + 512] = bytes(512)
    path.write_bytes(data)


def test_a_damaged_bundle_is_taken_in_whole_from_its_parity(stage, loaded, tmp_path):
    done = pack(loaded, tmp_path / "stick", parity=10)
    path = Path(done.file)
    assert {Path(one).stat().st_mtime for one in done.parity} == {946_684_800}
    rotten(path, 300_000, 700_000)
    damaged = path.read_bytes()
    (partial,) = stage.take_in(path)
    assert partial.unpacked.missing
    assert "--repair" in offer(path)
    with open_for_import(stage.desk, stage.passphrase) as desk:
        whole = import_repaired(desk, path, ImportWish(tmp_path / "receipts"), silent)
    assert whole.came.is_complete
    assert capsules(loaded.vault).items() <= capsules(stage.desk).items()
    assert path.read_bytes() == damaged  # the stick is not written to
    assert not [one for one in stage.desk.work.iterdir() if "repair" in one.name]


def test_damage_in_the_lists_is_repaired_too(stage, loaded, tmp_path):
    path = Path(pack(loaded, tmp_path / "stick", parity=10).file)
    rotten(path, 1_000)
    with open_for_import(stage.desk, stage.passphrase) as desk:
        assert import_repaired(desk, path, ImportWish(tmp_path / "receipts"), silent).came.is_complete


def test_more_damage_than_parity_is_said_and_what_is_whole_is_kept(stage, loaded, tmp_path):
    path = Path(pack(loaded, tmp_path / "stick", parity=1).file)
    rotten(path, *range(300_000, 900_000, 2_000))
    with open_for_import(stage.desk, stage.passphrase) as desk, pytest.raises(NoRepair):
        import_repaired(desk, path, ImportWish(tmp_path / "receipts"), silent)
    assert capsules(loaded.vault).items() & capsules(stage.desk).items()


def test_parity_that_describes_another_file_is_never_run(stage, loaded, tmp_path):
    """A repair writes the names that parity holds: they must be the one that was named."""
    path = Path(pack(loaded, tmp_path / "stick", parity=5).file)
    for one in parity.beside(path):
        data = one.read_bytes()
        one.write_bytes(data.replace(path.name.encode(), b"../" + path.name.encode()[3:]))
    rotten(path, 300_000)
    with open_for_import(stage.desk, stage.passphrase) as desk, pytest.raises(BadParity):
        import_repaired(desk, path, ImportWish(tmp_path / "receipts"), silent)


def test_parity_is_offered_only_where_it_can_help(stage, loaded, tmp_path):
    path = Path(pack(loaded, tmp_path / "stick", parity=5).file)
    assert offer(path, ChunkDamaged())
    assert not offer(path, SenderUnknown())
    assert not offer(tmp_path / "other.age")


def test_without_the_extra_it_is_said(monkeypatch):
    monkeypatch.setattr(parity.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ParityMissing):
        parity.program()


@pytest.mark.parametrize("lost", [(1,), (2, 3), (1, 4)])
def test_any_lost_volumes_come_back_from_as_many_spares(stage, loaded, tmp_path, lost):
    done = pack(loaded, tmp_path / "stick", volume_size=384 * KIB, spare=2)
    paths, spares = files(done), [Path(one) for one in done.parity]
    assert {one.stat().st_size for one in spares} == {paths[0].stat().st_size + 64}
    assert len(paths) >= 4
    for number in lost:
        paths[number - 1].unlink()
    left = [path for path in paths if path.exists()]
    stage.take_in(*left)
    with open_for_import(stage.desk, stage.passphrase) as desk, lost_volumes(desk, left, spares) as found:
        last = [import_repaired(desk, path, ImportWish(tmp_path / "receipts"), silent) for path in found]
    assert len(found) == len(lost)
    assert last[-1].came.is_complete
    assert capsules(loaded.vault).items() <= capsules(stage.desk).items()


def test_too_few_files_and_spares_of_others_are_refused(stage, loaded, tmp_path):
    done = pack(loaded, tmp_path / "stick", volume_size=384 * KIB, spare=1)
    paths, spares = files(done), [Path(one) for one in done.parity]
    other = stage.device("other")
    other.add(tmp_path / "film-1.bin")
    strange = pack(other, tmp_path / "strange", volume_size=384 * KIB, spare=1)
    with open_for_import(stage.desk, stage.passphrase) as desk:
        for given, parts, refusal in (
            (paths[2:], spares, NoRepair),
            (paths[1:], [Path(strange.parity[0])], BadParity),
            ([], spares, BadParity),
        ):
            with pytest.raises(WitnesskitError) as caught, lost_volumes(desk, given, parts) as found:
                assert found == []
            assert isinstance(caught.value, refusal | NoRepair)
        mixed = [*paths[1:], *files(strange)[1:], tmp_path / "film-1.bin"]
        with lost_volumes(desk, mixed, [*spares, Path(strange.parity[0])]) as found:
            assert {path.read_bytes() for path in found} == {paths[0].read_bytes(), files(strange)[0].read_bytes()}


def test_a_bundle_of_one_volume_comes_back_from_its_spare_alone(stage, loaded, tmp_path):
    done = pack(loaded, tmp_path / "stick", spare=1)
    (path,) = files(done)
    whole = path.read_bytes()
    path.unlink()
    spares = [Path(one) for one in done.parity]
    with open_for_import(stage.desk, stage.passphrase) as desk, lost_volumes(desk, [], spares) as (found,):
        assert found.read_bytes() == whole


@pytest.mark.parametrize(
    "more",
    [{"spare": 1}, {"volume_size": 512 * KIB}, {"more_folders": (Path("elsewhere"),)}],
    ids=["spare", "size", "folders"],
)
def test_a_desk_that_is_asked_for_volumes_for_the_public_refuses_and_ignores_nothing(
    stage, tmp_path, more, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    wish = BundleWish(tmp_path, stage.passphrase, "public", "age1" + "q" * 58, **more)
    with pytest.raises(NotForBundle):
        bundle(stage.desk, wish, silent)


def test_pipes_and_links_beside_a_bundle_are_no_parity(stage, loaded, tmp_path):
    path = Path(pack(loaded, tmp_path / "stick", parity=10).file)
    os.mkfifo(path.with_name(f"{path.name}.vol7.par2"))
    path.with_name(f"{path.name}.vol8.par2").symlink_to("/dev/zero")
    rotten(path, 300_000)
    with open_for_import(stage.desk, stage.passphrase) as desk:
        assert import_repaired(desk, path, ImportWish(tmp_path / "receipts"), silent).came.is_complete


def test_names_that_are_no_text_are_refused_as_any_other(stage, loaded, tmp_path):
    path = Path(pack(loaded, tmp_path / "stick", parity=5).file)
    rotten(path, 300_000)
    strange = path.with_name(os.fsdecode(b"\xff.age"))
    for one in (path, *parity.beside(path)):
        one.rename(one.with_name(one.name.replace(path.name, strange.name)))
    with open_for_import(stage.desk, stage.passphrase) as desk, pytest.raises(BadParity):
        import_repaired(desk, strange, ImportWish(tmp_path / "receipts"), silent)


def test_parity_for_more_than_a_volume_is_never_run(tmp_path, monkeypatch):
    path = tmp_path / "x.age"
    path.write_bytes(bytes(50_000))
    parity.write_parity(path, 5)
    (tmp_path / "work").mkdir()
    monkeypatch.setattr("witnesskit.bundle.parity._copy", lambda *files, work: copied(files, work))
    monkeypatch.setattr("witnesskit.bundle.parity.VOLUME_MAX", 49_999)
    with pytest.raises(BadParity):
        parity.repaired(path, tmp_path / "work")


def copied(files, work: Path) -> None:
    for path, _most in files:
        shutil.copy(path, work)


def given_back(stage, volumes, spares) -> list[bytes]:
    """What is given back, also where a refusal follows; the refusal passes."""
    found = []
    with open_for_import(stage.desk, stage.passphrase) as desk, lost_volumes(desk, volumes, spares) as made:
        found += [path.read_bytes() for path in made]
    return found


def spare_head(needed: int) -> bytes:
    numbers = b"".join(number.to_bytes(2) for number in (needed, needed + 1, needed))
    return b"witnesskit.spr/1" + numbers + bytes(10) + bytes(32)


@pytest.mark.parametrize("strange", ["rubbish", "head alone", "gone", "a pipe", "of nothing here", "endless"])
def test_a_spare_that_is_no_use_stops_no_other_and_is_told(stage, loaded, tmp_path, strange, monkeypatch):
    done = pack(loaded, tmp_path / "stick", volume_size=384 * KIB, spare=1)
    lost, *paths = files(done)
    path, whole = tmp_path / "0.spare", lost.read_bytes()
    monkeypatch.setattr("witnesskit.bundle.spare.VOLUME_MAX", len(whole))
    content = {"rubbish": b"x", "head alone": spare_head(1), "of nothing here": spare_head(9) + b"x"}
    if strange == "a pipe":
        os.mkfifo(path)
    elif strange != "gone":
        path.write_bytes(content.get(strange, spare_head(1)))
    if strange == "endless":
        os.truncate(path, len(whole) + 65)
    found = []
    spares = [path, Path(done.parity[0])]
    with (
        open_for_import(stage.desk, stage.passphrase) as desk,
        pytest.raises(WitnesskitError) as caught,
        lost_volumes(desk, paths, spares) as made,
    ):
        found += [one.read_bytes() for one in made]
    assert found == [whole]
    assert isinstance(caught.value, BadParity | NoRepair | NotReadable)


def test_a_spare_that_lies_there_twice_is_one(stage, loaded, tmp_path):
    done = pack(loaded, tmp_path / "stick", volume_size=384 * KIB, spare=2)
    first, second, *paths = files(done)
    whole = [first.read_bytes(), second.read_bytes()]
    spares = [Path(one) for one in done.parity]
    shutil.copy(spares[0], tmp_path / "again.spare")
    assert given_back(stage, paths, [spares[0], tmp_path / "again.spare", spares[1]]) == whole


def test_damaged_volumes_of_one_name_and_of_none_are_passed_over(stage, loaded, tmp_path):
    done = pack(loaded, tmp_path / "stick", volume_size=384 * KIB, spare=1)
    lost, *paths = files(done)
    for place in (tmp_path / "a.age", tmp_path / "b" / "a.age", tmp_path / "...age", tmp_path / "set-0.age"):
        place.parent.mkdir(exist_ok=True)
        shutil.copy(paths[0], place)
        rotten(place, 200_000)
        paths.append(place)
    (tmp_path / "a.age.par2").write_bytes(b"rubbish")
    assert given_back(stage, paths, [Path(done.parity[0])]) == [lost.read_bytes()]
