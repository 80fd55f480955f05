"""What the public may get: a copy that was coded anew, and for which a person answered."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.actions.stage import Device, Stage, copy_of, record_json, silent
from witnesskit.actions import derive_item as deriving
from witnesskit.actions import saving
from witnesskit.actions.derive_item import derive_items
from witnesskit.actions.exposure import derivatives, record_sheet
from witnesskit.actions.inspect_item import InspectWish, inspect_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.actions.report import ReportWish, read_items, report
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.cli.main import program
from witnesskit.errors.actions import AnswerUnknown, NotForThePublic, NothingToAnswerFor, NothingToDerive
from witnesskit.errors.cli import OutputExists
from witnesskit.errors.sealing import DiskFull
from witnesskit.errors.strip import CopyNotClean
from witnesskit.errors.vault import ShortIdUnknown
from witnesskit.formats.short_id import short_id
from witnesskit.media_model import EXPOSURES
from witnesskit.sealing.identity import Identity
from witnesskit.strip.derivation import Derivation
from witnesskit.vault import state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
NO = dict.fromkeys(EXPOSURES, "no")


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    stage = copy_of(first_stage, tmp_path_factory.mktemp("exposed") / "stage")
    device = Device(stage.folder / "a")
    device.add(PHOTO)
    stage.take_in(device.bundle(stage.folder / "stick"))
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    return copy_of(collected, tmp_path / "desk")


@pytest.fixture(scope="module")
def derived_once(collected: Stage, tmp_path_factory) -> Stage:
    stage = copy_of(collected, tmp_path_factory.mktemp("derived") / "stage")
    derive(stage)
    return stage


@pytest.fixture
def derived(derived_once: Stage, tmp_path: Path) -> Stage:
    """A desk that derived the one item: with a jail for each copy that takes most of a test, so it is done once."""
    return copy_of(derived_once, tmp_path / "desk")


def item_of(stage: Stage) -> str:
    (item,) = (item for item, one in state.load_state(stage.desk).items.items() if not one.paper)
    return short_id(item)


def answer(stage: Stage, answers, **wish):
    return inspect_item(stage.desk, stage.passphrase, InspectWish(item_of(stage), answers, **wish))


def derive(stage: Stage, **choices):
    (done,) = derive_items(stage.desk, stage.passphrase, [item_of(stage)], Derivation(**choices))
    return done


def publish(stage: Stage, name: str = "public.html") -> str:
    report(stage.desk, stage.passphrase, ReportWish("public", (), stage.folder / name))
    return (stage.folder / name).read_text()


def refusal(stage: Stage) -> str:
    log = (stage.folder / "desk/custody/log.jsonl").read_bytes()
    with pytest.raises(NotForThePublic) as caught:
        publish(stage)
    assert (stage.folder / "desk/custody/log.jsonl").read_bytes() == log
    assert int(caught.value.status) == 5
    return str(caught.value)


def word(stage: Stage) -> str:
    return verify(VerifyWish(stage.folder / "desk", (stage.key,), None, stage.passphrase), silent).state


def test_a_lossless_copy_is_not_published_though_everything_is_answered(desk):
    answer(desk, NO)
    assert "release.lossless" in refusal(desk)
    assert "exposure" not in refusal(desk)


def test_a_derivative_is_not_published_before_a_person_answered(derived):
    assert "vantage unanswered" in refusal(derived)


@pytest.mark.parametrize("name", EXPOSURES)
@pytest.mark.parametrize("said", ["unsure", None])
def test_one_unsure_or_missing_answer_is_enough_to_refuse(derived, name, said):
    answers = {**NO, name: said} if said else {other: "no" for other in EXPOSURES if other != name}
    answer(derived, answers)
    assert f"{name} {said or 'unanswered'}" in refusal(derived)


def test_what_was_answered_and_coded_anew_is_published_and_everything_verifies(desk):
    done = derive(desk)
    answer(desk, {**NO, "face": "yes"})
    page = publish(desk)
    assert done.copies[0].sha256 in page
    assert word(desk) == "UNCHANGED"


def test_answers_are_for_the_copies_that_were_there(derived):
    answer(derived, NO)
    later = derive(derived, pixelate=True)
    seen = answer(derived, {})
    assert [len(seen.answers_for(copy["sha256"])) for copy in seen.copies] == [6, 6, 0]
    page = publish(derived)
    assert later.copies[0].sha256 not in page


def test_answers_add_up_and_the_last_one_counts(derived):
    answer(derived, {"voice": "unsure"})
    answer(derived, {name: "no" for name in EXPOSURES if name != "voice"})
    assert "voice unsure" in refusal(derived)
    assert answer(derived, {"voice": "no"}).sheet.answers == NO
    publish(derived)


@pytest.mark.parametrize("answers", [{"mood": "no"}, {"voice": "maybe"}, {"voice": ""}])
def test_an_unknown_question_or_answer_records_nothing(desk, answers):
    before = desk.contents()
    with pytest.raises(AnswerUnknown):
        answer(desk, answers)
    assert desk.contents() == before


def test_answers_are_sealed_and_the_log_tells_nothing(derived):
    answer(derived, NO)
    data = b"".join(derived.contents().values())
    for name in (b"vantage", b"reflection", b"pixelate", b"libvpx"):
        assert name not in data


def test_what_a_device_says_of_itself_does_not_count(stage, device, stick, tmp_path):
    """A record that calls its copy derived and answered for is a device's word."""
    device.add(PHOTO)
    stage.take_in(device.bundle(stick))
    lie = {"relation": "derived", "parameters": {"half": True}}
    device.save(record_json(copies=[lie], exposure=NO))
    stage.take_in(device.bundle(stick))
    with pytest.raises(NotForThePublic):
        report(stage.desk, stage.passphrase, ReportWish("public", (), tmp_path / "page.html"))


def test_an_item_without_a_copy_has_nothing_to_derive_or_to_answer_for(stage, device, stick):
    item = short_id(device.save(record_json()))
    stage.take_in(device.pack(stick).path)
    with pytest.raises(NothingToAnswerFor):
        inspect_item(stage.desk, stage.passphrase, InspectWish(item, NO))
    (done,) = derive_items(stage.desk, stage.passphrase, [item], Derivation())
    assert (done.copies, type(done.refusal)) == ((), NothingToDerive)
    with pytest.raises(ShortIdUnknown):
        list(derive_items(stage.desk, stage.passphrase, ["2222-22"], Derivation()))


def test_a_derivative_is_tied_to_its_parent_and_tells_how_it_was_made(desk):
    done = derive(desk, pixelate=True)
    with open_for_saving(desk.desk, desk.passphrase) as session:
        events = [json.loads(line) for line in session.journal.lines()]
    assert events[-1]["type"] == "derive"
    seen = answer(desk, {})
    (facts,) = (copy for copy in seen.copies if copy["sha256"] == done.copies[0].sha256)
    assert (facts["relation"], short_id(facts["of"])) == ("derived", item_of(desk))
    assert facts["parameters"]["pixelate"] is True
    assert facts["parent_sha256"] == seen.copies[0]["sha256"]
    assert seen.derived == {facts["sha256"]}
    assert word(desk) == "UNCHANGED"


def test_readable_copies_are_written_on_request_only(derived, tmp_path):
    seen = answer(derived, {}, copies=tmp_path / "look")
    files = sorted((tmp_path / "look").iterdir())
    assert sorted(path.stem for path in files) == sorted(copy["sha256"][:16] for copy in seen.copies)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    with pytest.raises(OutputExists):
        answer(derived, {}, copies=tmp_path / "look")


class Killed(BaseException):
    """As a kill would be seen from inside."""


@pytest.mark.parametrize("place", ["derive_source", "items.flush", "state.save_state", "items.adopt"])
def test_a_kill_at_any_point_leaves_a_desk_that_verifies(desk, monkeypatch, place):
    room, _, name = place.rpartition(".")
    target = getattr(saving, room) if room else deriving

    def killed(*arguments, **options):
        if name == "derive_source":
            sink = arguments[2].sink()
            sink.write(b"half a picture")
            arguments[2].writer.settle()
        os.environ.get("HOME")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(target, name, killed)
        if name == "derive_source":
            patch.setattr(deriving.SealedCopyPlace, "destroy", lambda self: None)
        with pytest.raises(Killed):
            derive(desk)
    answer(desk, {})  # opens for saving: recovers
    assert word(desk) == "UNCHANGED"
    assert not [path for path in (desk.folder / "desk/work").rglob("*") if path.is_file()]
    derive(desk)
    assert word(desk) == "UNCHANGED"


def test_a_derivative_that_is_not_clean_is_not_sealed(desk, monkeypatch):
    before = {name: data for name, data in desk.contents().items() if name.startswith("capsules")}

    def unclean(source, derivation, place):
        place.sink().write(b"x")
        raise CopyNotClean

    monkeypatch.setattr(deriving, "derive_source", unclean)
    done = derive(desk)
    assert (done.copies, type(done.refusal)) == ((), CopyNotClean)
    assert {name: data for name, data in desk.contents().items() if name.startswith("capsules")} == before
    assert word(desk) == "UNCHANGED"


def cli(stage: Stage, *arguments):
    (stage.folder / "pass").write_text(stage.passphrase)
    last = ["--passphrase-file", str(stage.folder / "pass"), "--vault", str(stage.folder / "desk"), "--json"]
    return CliRunner().invoke(program, [*map(str, arguments), *last])


def test_what_is_held_back_is_said_with_its_rule(derived):
    answer(derived, NO)
    derive(derived, pixelate=True)
    (derived.folder / "out").mkdir()
    pages = ["report", "--out", derived.folder / "page.html"]
    to = Identity(b"\7" * 32).recipient
    for arguments in (pages, ["bundle", derived.folder / "out", "--audience", "public", "--to", to]):
        done = json.loads(cli(derived, *arguments).stdout)
        assert (done["exit_code"], done["counts"]["items"], done["counts"]["held back"]) == (0, 1, 2)
        assert [warning["code"] for warning in done["warnings"]] == ["HELD-BACK"] * 2
        told = " ".join(warning["message"] for warning in done["warnings"])
        assert "1 file of these items held back: release.lossless: " in told and "vantage unanswered" in told


def test_a_derivative_made_twice_is_published_and_looked_at_once(desk, tmp_path):
    one, two = derive(desk).copies[0], derive(desk).copies[0]
    assert one.sha256 == two.sha256
    answer(desk, NO, copies=tmp_path / "look")
    assert len(list((tmp_path / "look").iterdir())) == 2
    assert publish(desk).count(one.sha256) == 1


def test_facts_of_a_derivative_are_those_of_the_desk_s_own_log(desk):
    done = derive(desk).copies[0]
    with open_for_saving(desk.desk, desk.passphrase) as session:
        (files,) = read_items(session, [item_of(desk)])
        (facts,) = derivatives(session, files)
        assert facts["sha256"] == done.sha256
        for lie in ({"record_sha256": "0" * 64}, {"media_type": "image/png"}, {"essence": []}, {"item": "0" * 32}):
            assert derivatives(session, replace(files, derived=({**facts, **lie},))) == ()
        line = files.lines[-1]
        garbage = replace(line, disclosures=(*line.disclosures, "what a device wrote"))
        assert [event.item for event in own_events(session, [garbage])] == [facts["item"]]


def test_answers_are_for_copies_that_can_be_looked_at(derived):
    with open_for_saving(derived.desk, derived.passphrase) as session:
        (files,) = read_items(session, [item_of(derived)])
        promised = {**files.derived[0], "sha256": "1" * 64, "stream": 1999}
        sheet = record_sheet(session, replace(files, derived=(*files.derived, promised)), NO)
    assert sheet.copies == {copy["sha256"] for copy in files.copies}


def test_a_full_disk_leaves_no_readable_copies(desk, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(DiskFull):
        answer(desk, {}, copies=tmp_path / "look")
    assert not (tmp_path / "look").exists()
