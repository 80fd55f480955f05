"""Who opened an original, whether everything is still as it was stored, and which items are the same: on the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, make_stage, silent
from witnesskit.actions import case_vault
from witnesskit.actions.audit import audit
from witnesskit.actions.bundle import BundleWish, bundle
from witnesskit.actions.custodian import CustodianPaper
from witnesskit.actions.item_files import read_item
from witnesskit.actions.link_items import link
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state, store

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
READER = Identity.generate()


def told(stage: Stage, kind: str) -> list[dict]:
    """What the events of a type say, as the desk's own papers open them."""
    with open_for_saving(stage.desk, stage.passphrase) as session:
        papers = case_vault.paper_openings(session)
        return [dict(event.fields) for event in own_events(session, papers) if event.type == kind]


def items(stage: Stage) -> list[str]:
    return sorted(item for item, one in state.load_state(stage.desk).items.items() if not one.paper)


def court(stage: Stage, *shorts: str, **more) -> None:
    out = stage.folder / "court"
    out.mkdir(exist_ok=True)
    bundle(stage.desk, BundleWish(out, stage.passphrase, "court", READER.recipient, shorts, **more), silent)


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    """The same photo from two devices, the same photo with other metadata, and a text."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("collected") / "stage")
    data = PHOTO.read_bytes()
    (stage.folder / "other.jpg").write_bytes(data[:2] + b"\xff\xfe\x00\x06note" + data[2:])
    for name, paths in (("a", [PHOTO, stage.folder / "a.txt"]), ("b", [PHOTO, stage.folder / "other.jpg"])):
        device = Device(stage.folder / name)
        device.add(*paths)
        stage.take_in(device.bundle(stage.folder / f"stick-{name}"))
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    return copy_of(collected, tmp_path / "desk")


def by_digest(stage: Stage) -> dict[str, list[str]]:
    """SHA-256 of an original -> items, as their records say."""
    found: dict[str, list[str]] = {}
    with open_for_saving(stage.desk, stage.passphrase) as session:
        from witnesskit.vault.keyring import desk_identities

        for item in items(stage):
            files = read_item(session.vault, session.state, item, desk_identities(session.keyring))
            found.setdefault(str(files.media[0]["sha256"]), []).append(item)
    return found


def test_a_court_bundle_logs_who_opened_which_original_and_why(desk):
    asked = items(desk)[0]
    court(desk, short_id(asked), why="case 12")
    (event,) = told(desk, "access")
    assert (event["item"], event["what"], event["who"], event["why"]) == (asked, "original", "desk", "case 12")


def test_the_access_is_logged_before_the_bytes_are_read(desk, monkeypatch):
    def stop(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("witnesskit.actions.court_contents.read_item", stop)
        court(desk)
    assert len(told(desk, "access")) == len(items(desk))


def test_whoever_brings_the_sheet_is_the_custodian_and_another_sheet_opens_and_logs_nothing(tmp_path):
    stage, other = (make_stage(tmp_path / name, lone=False) for name in ("desk", "other"))
    device = stage.device("a")
    device.add(PHOTO)
    stage.take_in(device.bundle(stage.folder / "stick"))
    sheet, wrong = stage.folder / "custodian.txt", stage.folder / "wrong.txt"
    sheet.write_text(stage.custodian_sheet)
    wrong.write_text(other.custodian_sheet)
    before = stage.contents()
    for given in (None, wrong):
        with pytest.raises(WitnesskitError) as caught:
            court(stage, custodian=given and CustodianPaper(given))
        assert caught.value.code == "CUSTODIAN-KEY"
    assert stage.contents() == before
    court(stage, custodian=CustodianPaper(sheet))
    assert [event["who"] for event in told(stage, "access")] == ["custodian"]


def test_an_audit_of_a_whole_vault_is_logged_as_good(desk):
    found = audit(desk.desk, desk.passphrase, silent)
    assert (found.bad, found.problems) == (0, {})
    (event,) = told(desk, "check")
    assert (event["kind"], event["ok"], event["bad"], event["problems"]) == ("fixity", found.ok, 0, [])


def test_an_audit_names_the_items_of_which_something_is_missing_or_changed(desk):
    first, second = items(desk)[:2]
    found = state.load_state(desk.desk).items
    store.erase(desk.desk, found[first].capsules[0].id)
    path = desk.desk.capsule_path(found[second].capsules[0].id)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    done = audit(desk.desk, desk.passphrase, silent)
    assert done.bad == 2
    assert dict(done.problems) == {short_id(first): "1 missing", short_id(second): "1 changed"}
    (event,) = told(desk, "check")
    assert (event["bad"], event["problems"]) == (2, sorted(map(short_id, (first, second))))


def test_two_devices_that_saved_the_same_bytes_are_linked_by_their_digest(desk):
    (pair,) = (found for found in by_digest(desk).values() if len(found) == 2)
    done = link(desk.desk, desk.passphrase, *map(short_id, pair))
    assert done.how == "sha256"
    (event,) = told(desk, "link")
    assert (event["item"], event["other_item"], event["how"]) == (pair[0], pair[1], "sha256")
    assert len(event["other_log"]) == 64


def test_the_same_pictures_with_other_metadata_are_linked_by_their_essence(desk):
    found = by_digest(desk)
    (pair,) = (each for each in found.values() if len(each) == 2)
    others = [each[0] for each in found.values() if len(each) == 1]
    how = set()
    for other in others:
        try:
            how.add(link(desk.desk, desk.passphrase, short_id(pair[0]), short_id(other)).how)
        except WitnesskitError as error:
            how.add(error.code)
    assert how == {"essence", "NOT-THE-SAME"}
    assert len(told(desk, "link")) == 1


def test_what_is_not_the_same_is_not_linked(desk):
    one = items(desk)[0]
    with pytest.raises(WitnesskitError) as caught:
        link(desk.desk, desk.passphrase, short_id(one), short_id(one))
    assert caught.value.code == "NOT-THE-SAME"
    assert told(desk, "link") == []


def test_a_field_vault_neither_audits_nor_links(device):
    for call in (
        lambda: audit(device.vault, "", silent),
        lambda: link(device.vault, "", "2222-22", "3333-33"),
    ):
        with pytest.raises(WitnesskitError) as caught:
            call()
        assert caught.value.code == "VAULT-KIND"


def test_a_court_that_asked_for_one_item_reads_nothing_of_the_other_of_a_pair(desk):
    (pair,) = (found for found in by_digest(desk).values() if len(found) == 2)
    link(desk.desk, desk.passphrase, *map(short_id, pair))
    with open_for_saving(desk.desk, desk.passphrase) as session:
        papers = list(case_vault.paper_openings(session))
    told_of = [line.about() for line in papers if pair[0] in line.about()]
    assert {pair[0], pair[1]} in told_of
