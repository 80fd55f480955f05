"""What leaves in clear: for its owner alone, whole or not there, telling no time, in no folder that is copied elsewhere."""

from __future__ import annotations

import errno
import io
import os

import pytest

from tests.actions import test_hand_out as handing
from tests.actions.stage import Stage, silent
from witnesskit.actions.disclose import disclose
from witnesskit.actions.disclosed import DiscloseWish
from witnesskit.actions.export import ExportWish, export
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.actions.part_file import PartFile
from witnesskit.actions.report import ReportWish, report
from witnesskit.errors import WitnesskitError
from witnesskit.report.handed_forms import FORMS

answered, desk = handing.answered, handing.desk  # fixtures
WAYS = {
    "export": lambda stage, out: export(stage.desk, stage.passphrase, ExportWish("premis-json", (), out)),
    "report for a court": lambda stage, out: report(stage.desk, stage.passphrase, ReportWish("court", (), out)),
    "report for the public": lambda stage, out: report(stage.desk, stage.passphrase, ReportWish("public", (), out)),
    **{
        form: lambda stage, out, form=form: hand_out(stage.desk, stage.passphrase, HandOutWish(form, (), out, "court"), silent)
        for form in FORMS
    },
}  # fmt: skip
FOR_COURTS = [way for way in WAYS if "public" not in way]


def out_of(folder, way):
    return folder / handing.NAMES.get(way, "out.txt")


@pytest.fixture(autouse=True)
def _open_to_others():
    """As on a computer where new files may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def told_by(out) -> set[tuple[int, bool]]:
    """(what others may do with it, whether its time is of this year) of everything that was written."""
    paths = [out, *out.rglob("*")] if out.is_dir() else [out]
    return {(path.stat().st_mode & 0o077, path.stat().st_mtime > 1_000_000_000) for path in paths}


@pytest.mark.parametrize("way", WAYS)
def test_nobody_else_reads_it_and_no_time_is_told(desk: Stage, way):
    out = out_of(desk.folder, way)
    WAYS[way](desk, out)
    assert told_by(out) == {(0, False)}


def test_a_proof_too_is_for_its_owner_alone(desk: Stage):
    done = disclose(desk.desk, desk.passphrase, DiscloseWish(handing.shorts(desk)[0], ("day",), desk.folder, "court"))
    paths = list(desk.folder.glob("*.tlog-proof"))
    assert len(paths) == len(done.proofs) > 0
    assert set().union(*map(told_by, paths)) == {(0, False)}


@pytest.mark.parametrize("way", FOR_COURTS)
def test_what_is_not_for_the_public_lies_in_no_folder_that_is_copied_elsewhere(desk: Stage, way):
    shared = desk.folder / "Dropbox" / "case"
    shared.mkdir(parents=True)
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        WAYS[way](desk, out_of(shared, way))
    assert (caught.value.code, list(shared.iterdir()), desk.contents()) == ("CLOUD-FOLDER", [], before)


def test_a_link_into_such_a_folder_is_followed(desk: Stage):
    (desk.folder / "Dropbox").mkdir()
    (desk.folder / "innocent").symlink_to(desk.folder / "Dropbox")
    with pytest.raises(WitnesskitError) as caught:
        WAYS["folder"](desk, desk.folder / "innocent" / "folder")
    assert caught.value.code == "CLOUD-FOLDER"


@pytest.mark.parametrize("name", ["missing/out.zip", f"{'n' * 252}.zip"], ids=["no folder", "too long"])
@pytest.mark.parametrize("way", WAYS)
def test_a_place_that_cannot_be_is_refused_before_anything_is_logged(desk: Stage, way, name):
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        WAYS[way](desk, desk.folder / name)
    assert (caught.value.code, desk.contents()) == ("NO-FOLDER", before)


class _Full(io.BytesIO):
    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)

    def write(self, data) -> int:
        raise OSError(errno.ENOSPC, "no room", "/home/somebody")


@pytest.mark.parametrize("way", ["export", "report for a court", "report for the public"])
def test_a_full_disk_leaves_no_half_of_it(desk: Stage, way, monkeypatch):
    monkeypatch.setattr(PartFile, "stream", lambda self: _Full())
    before = sorted(desk.folder.glob("*"))
    with pytest.raises(WitnesskitError) as caught:
        WAYS[way](desk, out_of(desk.folder, way))
    assert caught.value.code == "DISK-FULL"
    assert "somebody" not in str(caught.value)
    assert sorted(desk.folder.glob("*")) == before
